"""The model of languages, as it is kept here, says what py3langid says with it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from watcher.text.language_model import LanguageModel

TEXTS = (
    "Militants fleeing Sirte may head for Tunisia, minister warns",
    "Des groupes armés ont franchi la frontière près de Ben Gardane",
    "مسلحون يعبرون الحدود إلى تونس",
    "Вооружённые группы пересекли границу",
    "突尼斯边境附近发生枪击事件",
    "MINISTER SAGT TREFFEN AB",
    "Přes hranici přešla ozbrojená skupina \u0000 \x7f \U0001f600 \udcff",
    "x",
    "",
    "\x00\x01",
)

LEAST = 1e-5
"""So much the shares may differ: both add up some hundred numbers of seven digits."""

words = st.sampled_from([word for text in TEXTS for word in text.split()]) | st.text(max_size=5)


@cache
def ours() -> LanguageModel:
    return LanguageModel()


@cache
def theirs() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([label for label in identifier.labels if len(label) == 2])
    return identifier


@pytest.mark.parametrize("text", [*TEXTS, " ".join(TEXTS) * 3])
def test_what_is_kept_of_the_model_gives_the_same_shares(text: str) -> None:
    assert ours().languages == theirs().nb_classes
    assert ours().shares(text) == pytest.approx(theirs()._decide(text), abs=LEAST)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.lists(words, max_size=40).map(" ".join))
def test_any_text_is_told_the_same(text: str) -> None:
    found, expected = ours().shares(text), theirs()._decide(text)
    assert found == pytest.approx(expected, abs=LEAST)
    assert np.argmax(found) == np.argmax(expected)
