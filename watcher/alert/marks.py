"""Text with marked stretches: how evidence is carried from an item's field to bold print.

In: a text and the (start, end) offsets of evidence in it. Out: cleaned, bounded text with offsets that still fit,
or the same as a sequence of runs for printing. Called by `compose` and `card`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from watcher.alert.inert import ELLIPSIS, inert, word_end, word_start

Mark = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch of text that is evidence, or is not."""

    text: str
    is_evidence: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A line of inert text; `marks` are sorted, apart from each other, and inside it."""

    text: str
    marks: tuple[Mark, ...] = ()

    def runs(self) -> tuple[Run, ...]:
        """Split at the marks."""
        pieces = _pieces(self.text, self.marks, 0, len(self.text))
        return tuple(Run(text=text, is_evidence=is_evidence) for text, is_evidence in pieces)


def excerpt(
    text: str, marks: Iterable[Mark], *, limit: int, start: int = 0, end: int | None = None
) -> Marked:
    """Take the stretch `start..end` of a text, cleaned, with at most about `limit` characters around its marks.

    Args:
        text: Text as the item has it.
        marks: Offsets of evidence in `text`, in any order, overlapping or outside of the stretch as they may be.
        limit: Bound in characters; an ellipsis at either end comes on top.
        start: First character of the stretch, for example of a sentence.
        end: End of the stretch, exclusive; None means the end of the text.

    Returns:
        The excerpt, with an ellipsis at each end that was cut, and its marks.
    """
    start, end = _clamp((start, len(text) if end is None else end), 0, len(text))
    inside = joined(_clamp(mark, start, end) for mark in marks)
    first, last = _window(text, (start, end), inside, limit)
    prefix = ELLIPSIS if first > start else ""
    suffix = ELLIPSIS if last < end else ""
    return _assemble(_pieces(text, inside, first, last), prefix, suffix)


def joined(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Sort marks, drop empty ones, and melt those that touch or overlap into one."""
    result: list[Mark] = []
    for start, end in sorted(marks):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return tuple(result)


def _clamp(mark: Mark, low: int, high: int) -> Mark:
    start, end = (min(max(offset, low), high) for offset in mark)
    return start, max(start, end)


def _window(text: str, stretch: Mark, marks: Sequence[Mark], limit: int) -> Mark:
    """Choose which `limit` characters of a stretch to show: those with most marks, in the middle."""
    start, end = stretch
    if end - start <= limit:
        return stretch
    core_start, core_end = _densest(marks, limit) or (start, start)
    spare = max(0, limit - (core_end - core_start)) // 2
    first = min(max(start, core_start - spare), end - limit)
    last = min(end, max(first + limit, core_end))
    if first > start:
        first = word_start(text, first, at_most=max(core_start, first + 1))
    if last < end:
        last = word_end(text, last, at_least=max(core_end, first + 1))
    return first, last


def _densest(marks: Sequence[Mark], limit: int) -> Mark | None:
    """Give the stretch of at most `limit` characters that holds most marks; the earliest of equals."""
    best: Mark | None = None
    most = 0
    last = 0
    for index, (start, _) in enumerate(marks):
        last = max(last, index)
        while last + 1 < len(marks) and marks[last + 1][1] - start <= limit:
            last += 1
        if last - index + 1 > most:
            most, best = last - index + 1, (start, min(marks[last][1], start + limit))
    return best


def _pieces(text: str, marks: Sequence[Mark], first: int, last: int) -> Iterator[tuple[str, bool]]:
    position = first
    for start, end in (_clamp(mark, first, last) for mark in marks):
        if start >= end:
            continue
        if position < start:
            yield text[position:start], False
        yield text[start:end], True
        position = end
    if position < last:
        yield text[position:last], False


def _assemble(pieces: Iterable[tuple[str, bool]], prefix: str, suffix: str) -> Marked:
    """Clean each piece on its own, so that the marks keep fitting, and join them."""
    text, marks = prefix, []
    for piece, is_evidence in pieces:
        clean = inert(piece)
        if text in ("", prefix) or text.endswith(" "):
            clean = clean.lstrip(" ")
        if is_evidence and clean.strip():
            marks.append((len(text), len(text) + len(clean.rstrip())))
        text += clean
    return Marked(text=text.rstrip() + suffix, marks=joined(marks))
