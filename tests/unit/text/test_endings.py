"""Which characters the end of a chunk is told by, for rules made up here: spaCy's are tested with spaCy."""

import re

import pytest

from watcher.native.stops import Kind
from watcher.text.endings import Endings, Rules

BREAKS_AT_ITS_END = ((1, None),)


def endings(suffix: str = r"(?<=[a-zé])\.$", infix: str = r"-", **by_heart: tuple[str, ...]) -> Endings:
    rules = Rules(
        by_heart=by_heart,
        prefix=re.compile(r"\(").match,
        suffix=re.compile(suffix).search,
        infix=re.compile(infix).finditer,
        has_whole=False,
    )
    return Endings(rules, lambda chunk: ((len(chunk) - 1, None),) if chunk.endswith(".") else ())


@pytest.mark.parametrize(
    ("char", "kind"),
    [
        (" ", Kind.SPACE),
        ("\n", Kind.LINE_END),
        ("؟", Kind.STOP),
        ("”", Kind.CLOSER),
        (",", Kind.CLOSER),
        ("-", Kind.PLAIN),
        ("é", Kind.LOWER),
        ("É", Kind.UPPER),
        ("ب", Kind.UNCASED),
        ("3", Kind.DIGIT),
        ("ñ", Kind.OTHER),  # a letter that the rules do not know as such
        ("\u0301", Kind.OTHER),
        ("\ud800", Kind.OTHER),
        ("中", Kind.OTHER),
        ("한", Kind.OTHER),
    ],
)
def test_a_character_is_of_a_kind_if_the_rules_treat_it_so(char: str, kind: Kind) -> None:
    assert endings().kind_of(char) == kind


def test_a_tail_tells_where_sentences_end_unless_that_depends_on_the_words() -> None:
    assert endings().breaks_of_tail(Kind.LOWER, Kind.LOWER, False, "”.") == BREAKS_AT_ITS_END
    fickle = endings()
    fickle._breaks_of = lambda chunk: ((len(chunk) - 1, None),) if len(chunk) > 5 else ()
    assert fickle.breaks_of_tail(Kind.LOWER, Kind.LOWER, False, "”.") is None


def test_words_known_by_heart_with_a_stop_or_in_parts_are_told_by_their_ends() -> None:
    known = endings(**{"a.m.": ("a.m.",), "cannot": ("can", "not"), "plain": ("plain",)})
    assert known.by_heart == {"m", "cannot"}


def test_a_stop_inside_is_silent_where_it_is_no_token() -> None:
    assert endings().is_silent_stop(Kind.LOWER, "a", ".", Kind.LOWER)
    assert endings().is_silent_stop(Kind.SPACE, " ", ".", Kind.DIGIT)
    assert not endings(infix=r"\.").is_silent_stop(Kind.LOWER, "a", ".", Kind.LOWER)
    assert not endings(infix=r"\w+-\w+").is_silent_stop(Kind.LOWER, "a", ".", Kind.LOWER)
    assert not endings(**{"a.b": ("a", ".", "b")}).is_silent_stop(Kind.LOWER, "a", ".", Kind.LOWER)
