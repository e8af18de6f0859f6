"""A passage split by itself gives the words and sentences that the whole text gives."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.matching import SureOf
from tests.support.reading import item_of
from watcher.text.document import Document
from watcher.text.tokens import Tokenizer, Words
from watcher.types import FieldName

ROOT = Path(__file__).resolve().parents[3]
BODY: FieldName = "body"


@cache
def text() -> str:
    """Prose with lists, addresses, figures, abbreviations and line ends, in the languages of the documentation."""
    guide = (ROOT / "docs" / "guide.md").read_text("utf-8")[:6_000]
    rules = (ROOT / "docs" / "rules.md").read_text("utf-8")[:6_000]
    own = (
        'He said: "Stop." Then... nothing! U.S. officials (e.g. Mr. Ali) left at 3.5 p.m.\n\nL’armée est là. '
        * 5
    )
    arabic = "عبر المسلحون الحدود فجرا. هل وصلوا؟ قال الوزير: لا نعلم! " * 5
    return f"{guide}\n{own}\n{arabic}\n{rules}"


# What splitting could go wrong on. Emoticons are left out: spaCy joins their signs even across spaces.
WRITTEN = """
U.S. e.g. Mr. a.m. word Word abandoned. etc. approx. said, end.) wow!” cannot can't l'armée don’t aujourd'hui d' 's ... … . ! ? , ) (
" “ ” « » ؟ ۔ । ." .) !" ?! -- — 1. I. 3.5 10km $5 a-b A.B x/y end.Start http://a.b/c?d=1. EE. UU. т.ч. не حدود عبر 中文。句子 हिन्दी।
abandoned.” voxed?) 17. 2024.) 10.0.0.1 www.x.org/a?b UNBZQ. half-frozen. id. XIV. café. 😀.
"""
PIECES = [
    *WRITTEN.split(),
    "e\u0301",
    "\ud800",
    "\u202e",
    "\u200b",
    "\n",
    "\n\n",
    "  ",
    "\t",
    "\u2029",
    "\u00a0",
]
TEXTS = st.lists(
    st.tuples(st.sampled_from(PIECES), st.sampled_from(["", " ", " "])), min_size=1, max_size=20
).map(lambda pieces: "".join(piece + gap for piece, gap in pieces))


@cache
def tokenizer() -> Tokenizer:
    return Tokenizer()


def document(language: str) -> Document:
    """Give a document that has split nothing yet."""
    item = item_of("Title", text())
    return Document(item=item, language=language, tokenizer=tokenizer(), find_places=lambda _: SureOf())


def whole(language: str) -> Words:
    return document(language).words(BODY)


@pytest.mark.parametrize("language", ["en", "fr", "ar", "de", "und"])
def test_a_sentence_is_the_same_alone_as_in_the_whole_text(language: str) -> None:
    words = whole(language)
    for offset in range(0, len(text()), 97):
        assert document(language).sentence_at(BODY, offset) == words.sentences[words.sentence_at(offset)]


@pytest.mark.parametrize("language", ["en", "fr", "ar", "de", "und"])
def test_a_distance_is_the_same_alone_as_in_the_whole_text(language: str) -> None:
    words = whole(language)
    for first in range(0, len(words.starts) - 30, 23):
        for distance in (1, 7, 30):
            start, end = words.ends[first] - 1, words.starts[first + distance]
            assert document(language).words_between(BODY, start, end) == distance


@settings(derandomize=True, deadline=None, max_examples=300)
@given(TEXTS, st.sampled_from(["en", "fr", "ar", "de", "es", "it", "tr", "ru", "fa", "und"]), st.data())
def test_any_stretch_reads_as_spacy_splits_the_whole(text: str, language: str, data: st.DataObject) -> None:
    words, passages = tokenizer().words(text, language), tokenizer().passages(text, language)
    assume(passages is not None)
    assert passages is not None
    assert list(passages.edges(text)) == [start for start, _ in words.sentences[1:]]
    offset = data.draw(st.integers(0, len(text)))
    assert passages.sentence_at(text, offset) == words.sentences[words.sentence_at(offset)]
    start, end = sorted((data.draw(st.integers(-1, len(text))), data.draw(st.integers(0, len(text)))))
    distance = words.index_at(end) - words.index_at(start)
    assert passages.words_between(text, start, end) == distance
    least = min(distance, 3)
    assert least <= passages.words_between(text, start, end, most=2) <= distance


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_lead_ends_where_the_second_sentence_does(language: str) -> None:
    (_, body) = document(language).lead()
    assert body.end == whole(language).sentences[1][1]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_many_sentences_are_those_of_the_whole_text_and_never_split_it(language: str) -> None:
    words, asked = whole(language), document(language)
    for offset in (*range(0, len(text()), 100), len(text()) + 1, 0):
        assert asked.sentence_at(BODY, offset) == words.sentences[words.sentence_at(offset)]
    assert BODY not in asked._words


def test_many_distances_split_the_whole_text_once() -> None:
    asked = document("en")
    for offset in range(0, len(text()), 100):
        asked.words_between(BODY, offset, offset + 50)
    assert BODY in asked._words
