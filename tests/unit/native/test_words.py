"""Cutting into words: the same as by a regular expression and Python's own letters, whatever the text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.native.words import ALONE, BETWEEN, CAPITAL, INSIDE, SMALL, UNCASED, Cutter, Words, hash_of
from watcher.text.fold import fold
from watcher.text.names import WORD

DETERMINISTIC = settings(derandomize=True, deadline=None, max_examples=100)
TEXTS = st.text(
    st.sampled_from("abÉßﬁU.S ,-_١2حد国境ǅ\x00\u0301\u0939\u093f\U0001d400\ud800  \n") | st.characters(),
    max_size=60,
)
MASK = (1 << 64) - 1


def kind_of(char: str) -> int:
    if WORD.fullmatch(char) is None:
        return BETWEEN
    return INSIDE if WORD.fullmatch(char * 2) else ALONE


def case_of(char: str) -> int:
    return SMALL if char.islower() else CAPITAL if char.isupper() else UNCASED


CUTTER = Cutter(kind_of, case_of)


def cut(text: str) -> Words:
    folded = fold(text)
    return CUTTER.cut(folded.text, folded.source, folded.origins)


@DETERMINISTIC
@given(TEXTS)
def test_words_are_those_of_the_expression(text: str) -> None:
    folded = fold(text)
    words = cut(text)
    found = [one.span() for one in WORD.finditer(folded.text)]
    assert list(zip(words.starts, words.ends, strict=True)) == found
    begins = [folded.source[folded.origin(*span)[0] :] for span in found]
    assert list(words.cases) == [case_of(rest[0]) for rest in begins]
    assert (words.small, words.capitals) == (words.cases.count(SMALL), words.cases.count(CAPITAL))
    assert [bool(is_short) for is_short in words.acronymic] == [
        rest[0].isupper()
        and end - start <= 5
        and (not rest[1:2].islower() or folded.text[end : end + 1] == ".")
        for (start, end), rest in zip(found, begins, strict=True)
    ]


@DETERMINISTIC
@given(TEXTS)
def test_a_hash_is_fnv_1a_of_the_octets_spread_by_murmur(text: str) -> None:
    """Against both as their authors write them down; surrogates as UTF-8 would have them."""
    state = 0xCBF29CE484222325
    for octet in text.encode("utf-8", "surrogatepass"):
        state = (state ^ octet) * 0x100000001B3 & MASK
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        state = (state ^ state >> 33) * factor & MASK
    assert hash_of(text) == state ^ state >> 33


def test_hashes_do_not_meet() -> None:
    """Half of each hash already is as good as chance: of so many, two share it with a chance of one in twenty."""
    words = [f"{word}{number}" for word in ("tunis", "تونس") for number in range(10_000)]
    hashes = [hash_of(word) for word in words]
    for shift in (0, 32):
        assert len({one >> shift & 0xFFFFFFFF for one in hashes}) >= len(words) - 2


@pytest.mark.parametrize(
    ("text", "count"),
    [("a" * 2_000_000, 1), ("国" * 500_000, 500_000), ("A." * 500_000, 500_000), ("\x00\ud800" * 9, 0)],
)
def test_hostile_texts_are_cut_like_others(text: str, count: int) -> None:
    assert len(cut(text)) == count


def test_what_does_not_belong_together_is_refused() -> None:
    folded = fold("die Straße")
    with pytest.raises(ValueError, match="origin"):
        CUTTER.cut("more than that", folded.source, folded.origins)
    with pytest.raises(ValueError, match="source"):
        CUTTER.cut("longer than it", "than", None)
    with pytest.raises(ValueError, match="Cutter"):
        len(Words())
    words = cut("two words")
    words.starts.pop()
    with pytest.raises(ValueError, match="changed"):
        len(words)
