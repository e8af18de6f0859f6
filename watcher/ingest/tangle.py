"""How much work a piece of HTML makes for a parser, told from its tags alone.

In: HTML as it came. Out: where the work passes a bound. Pure; called before feeds' texts and web pages are parsed: the
time of an HTML parser grows with tags times depth and with the square of a tag's attributes, and every element after
unclosed formatting elements (`<b>`, `<i>`) gets copies of all of them ("reconstruct the active formatting elements" of the
HTML standard): 17 kB made a parser build a million nodes.
"""

from __future__ import annotations

import re
from collections import defaultdict

_FEW_TAGS = 280
_FEW_CHARS = 16_384
"""So few make no more work than the bound, however they are nested, and whatever attributes they have."""
_MOST_STEPS = 5_000_000
"""About 40 ms of a parser: 3,000 tags inside of each other, or 50,000 of a hundred levels."""
_COPY_STEPS = 250
"""A copied element costs as much as so many steps past an open one."""

_LONG_TAG_CHARS = 1_000
"""Shorter ones have too few attributes to matter."""

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)")
_SEPARATOR = re.compile(r"[\s/]+")
_EMPTY = frozenset(
    [
        "area",
        "base",
        "basefont",
        "bgsound",
        "br",
        "col",
        "embed",
        "frame",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
_FORMATTING = frozenset(
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"]
)


def tangle_at(text: str) -> int | None:
    """Give the offset up to which a parser reads HTML in bounded time; None for all of it.

    Elements count as open until an end tag of their name: more are open here than in a parser, which closes many by
    itself, so that the work is never thought to be less than it is.
    """
    if len(text) <= _FEW_CHARS and text.count("<") <= _FEW_TAGS:
        return None
    unclosed: defaultdict[str, int] = defaultdict(int)
    depth = copies = steps = seen_to = 0
    for tag in _TAG.finditer(text):
        is_end, name = tag[1], tag[2].lower()
        if name in _EMPTY:
            change = 0
        elif not is_end:
            change = 1
        else:
            change = -1 if unclosed[name] else 0
        unclosed[name] += change
        depth += change
        if name in _FORMATTING:
            copies += change
        steps += depth + _COPY_STEPS * copies
        if tag.end() > seen_to:  # what looks like a tag may stand inside of one
            seen_to = _end_of_tag(text, tag.end())
            steps += _attributes(text, tag.end(), seen_to) ** 2 // 2
        if steps > _MOST_STEPS:
            return tag.start()
    return None


def _end_of_tag(text: str, start: int) -> int:
    end = text.find(">", start)
    return len(text) if end < 0 else end


def _attributes(text: str, start: int, end: int) -> int:
    """Count the attributes between the name of a tag and its end, roughly: a long value may look like many."""
    return len(_SEPARATOR.findall(text, start, end)) if end - start > _LONG_TAG_CHARS else 0
