"""Sentences found by reading little are those found by reading everything: against a plain reading in Python."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.native.stops import Kind, Stops
from watcher.text.endings import Breaks

KINDS = {
    " ": Kind.SPACE,
    "\t": Kind.SPACE,
    "\n": Kind.LINE_END,
    ".": Kind.STOP,
    "!": Kind.STOP,
    ")": Kind.CLOSER,
    "7": Kind.DIGIT,
    "Z": Kind.UPPER,
    "ن": Kind.UNCASED,
    "-": Kind.PLAIN,
    "(": Kind.PLAIN,
}
KNOWN = "etc"


def kind_of(char: str) -> Kind:
    return KINDS.get(char, Kind.LOWER if char.isalpha() else Kind.OTHER)


def last_letters(words: str) -> str:
    begin = len(words)
    while begin and words[begin - 1].isalpha():
        begin -= 1
    return words[begin:]


def breaks_of(chunk: str, begin: int = 0) -> Breaks:
    """Take stops for breaks unless a letter or digit, or a word known by heart, makes them part of a word."""
    found: list[tuple[int, int | None]] = []
    at = begin
    while at < len(chunk):
        if chunk[at] not in ".!" or chunk[at + 1 : at + 2].isalnum() or last_letters(chunk[:at]) == KNOWN:
            at += 1
            continue
        stop = at
        while at < len(chunk) and chunk[at] in ".!)":
            at += 1
        found.append((stop, at if at < len(chunk) else None))
    return tuple(found)


def behind_gap(text: str, at: int) -> int:
    end = at
    while end < len(text) and text[end].isspace():
        end += 1
    extra = at + (text[at : at + 1] == " ")
    if extra < end and "\n" not in text[extra:end]:
        return extra
    stop = end
    while text[stop : stop + 1] and text[stop] in ".!)":
        stop += 1
    if text[end : end + 1] not in (".", "!") or text[stop : stop + 1].isalnum():
        return end
    return behind_gap(text, stop) if stop == len(text) or text[stop].isspace() else stop


def edges_of(text: str) -> Iterator[int]:
    """Read the whole text."""
    first = next((at for at, char in enumerate(text) if char.isalnum()), len(text))
    done = 0
    for at, char in enumerate(text):
        if at < done or char not in "\n.!":
            continue
        start, end = at, at
        found: Breaks = ((0, None),)
        if char != "\n":
            while start and not text[start - 1].isspace():
                start -= 1
            while end < len(text) and not text[end].isspace():
                end += 1
            found = breaks_of(text[start:end], max(0, done - start))
        done = max(end, at + 1)
        for stop, within in found:
            edge = behind_gap(text, end) if within is None else start + within
            if start + stop > first and edge < len(text):
                yield edge
            done = max(done, edge)


def stops(
    read: Callable[[str, int], Breaks] = breaks_of, *, letters_alone: bool = False, kind_of: object = kind_of
) -> Stops:
    def behind(before_last: Kind, last: Kind, has_stops_within: bool, tail: str) -> Breaks | None:
        return tuple((a - 2, None if b is None else b - 2) for a, b in breaks_of("zz" + tail))

    return Stops(
        kind_of=kind_of,  # type: ignore[arg-type]  # wrong ones are given on purpose
        is_silent_stop=lambda *_: True,
        breaks_of_tail=behind,
        breaks_of_chunk=read,
        behind_gap=behind_gap,
        by_heart=frozenset({KNOWN}),
        letters_alone=letters_alone,
    )


TEXTS = st.lists(
    st.sampled_from(
        [
            *"zZ7ن.!)- \n\t\0",
            "word",
            "etc",
            "etc.",
            "7.7",
            "end. ",
            "zz.)",
            " ",
            "\ud800",
            "😀",
            "..",
            "long" * 120,
        ]
    ),
    max_size=25,
).map("".join)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(TEXTS, st.booleans(), st.integers(-2, 80))
def test_sentences_are_those_of_the_whole_text(text: str, letters_alone: bool, offset: int) -> None:
    found = stops(letters_alone=letters_alone)
    edges = list(edges_of(text))
    for _ in range(3):  # what an end tells is found out when it is met again
        assert list(found.edges(text)) == edges
    if text:
        cut = [0, *edges, len(text)]
        low = max(edge for edge in cut[:-1] if edge <= max(0, offset))
        assert found.sentence_at(text, offset) == (low, next(edge for edge in cut[1:] if edge > low))


def test_a_chunk_of_a_known_end_is_not_read_again() -> None:
    read: list[str] = []

    def reading(chunk: str, begin: int) -> Breaks:
        read.append(chunk)
        return breaks_of(chunk, begin)

    text = "one. two. three. 7.7 four. a.b five! etc. (odd-six. sev\u0301en. Eight.) Nine.)"
    assert list(stops(reading).edges(text)) == list(edges_of(text))
    assert read == ["one.", "five!", "etc.", "sev\u0301en.", "Eight.)"]


@pytest.mark.parametrize(
    "text", ["z. " * 100_000, "." * 300_000, ". " * 100_000, "z" * 1_000_000, " \n" * 100_000]
)
def test_long_texts_take_time_that_grows_with_their_length(text: str) -> None:
    found = stops(lambda chunk, begin: ())
    assert found.sentence_at(text, len(text) // 2)[1] <= len(text)
    assert sum(1 for _ in found.edges(text)) <= len(text)


def test_what_is_no_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="0 is no kind"):
        list(stops(kind_of=lambda char: Kind.UNSEEN).edges("a."))
