"""The model of languages, as it is kept here, says what py3langid says with it."""

from __future__ import annotations

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from watcher.text.language import _model

TEXTS = (
    "Militants fleeing Sirte may head for Tunisia, minister warns",
    "Des groupes armés ont franchi la frontière près de Ben Gardane",
    "مسلحون يعبرون الحدود إلى تونس",
    "Вооружённые группы пересекли границу",
    "突尼斯边境附近发生枪击事件",
    "MINISTER SAGT TREFFEN AB",
    "Přes hranici přešla ozbrojená skupina \u0000 \x7f \U0001f600 \udcff",
    "x",
)


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_kept_of_the_model_gives_the_same_shares(text: str, untouched: LanguageIdentifier) -> None:
    model = _model()
    ours = dict(zip(reversed(model.languages), reversed(model.shares(text).tolist()), strict=True))
    assert ours == dict(untouched.rank(text))


@pytest.fixture(scope="module")
def untouched() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([label for label in identifier.labels if len(label) == 2])
    return identifier
