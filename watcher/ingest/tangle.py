"""How much work a piece of HTML makes for a parser, told from its tags alone.

In: HTML as it came. Out: where the work passes a bound. Pure; called before feeds' texts and web pages are parsed: the
time of an HTML parser grows with tags times depth and with the square of a tag's attributes, and every element after
unclosed formatting elements (`<b>`, `<i>`) gets copies of all of them ("reconstruct the active formatting elements" of the
HTML standard): 17 kB made a parser build a million nodes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

_FEW_TAGS = 280
_FEW_CHARS = 16_384
"""So few make no more work than the bound, however they are nested, and whatever attributes they have."""
_MOST_STEPS = 5_000_000
"""About 40 ms of a parser: 3,000 tags inside of each other, or 50,000 of a hundred levels."""
_COPY_STEPS = 250
"""A copied element costs as much as so many steps past an open one."""


_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)")
_LONG_TAG = re.compile(r"<[a-zA-Z][^>]{1000,}")
"""Shorter ones have too few attributes to matter."""
_VALUE = re.compile(r"""=\s*(?:"[^"]*"|'[^']*')""")
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
    """Give the offset up to which a parser reads HTML in bounded time; None for all of it."""
    if len(text) <= _FEW_CHARS and text.count("<") <= _FEW_TAGS:
        return None
    ends = [end for end in (_too_nested_at(text), overloaded_tag_at(text)) if end is not None]
    return min(ends, default=None)


def _too_nested_at(text: str) -> int | None:
    index = _first_too_many(_TAG.findall(text.lower()))
    return None if index is None else next(islice(_TAG.finditer(text), index, None)).start()


def _first_too_many(tags: Sequence[tuple[str, str]]) -> int | None:
    """Give the first tag, as (slash of an end tag, name), that makes too much work.

    Elements count as open until an end tag of their name: more are open here than in a parser, which closes many by
    itself, so that the work is never thought to be less than it is.
    """
    unclosed: dict[str, int] = {}
    depth = copies = steps = 0
    # Run over every long text of a feed, so that it does without calls.
    for index, (is_end, name) in enumerate(tags):
        if is_end:
            if is_open := unclosed.get(name, 0):
                unclosed[name] = is_open - 1
                depth -= 1
                copies -= name in _FORMATTING
        elif name not in _EMPTY:
            unclosed[name] = unclosed.get(name, 0) + 1
            depth += 1
            copies += name in _FORMATTING
        steps += depth + _COPY_STEPS * copies
        if steps > _MOST_STEPS:
            return index
    return None


def overloaded_tag_at(text: str) -> int | None:
    """Give the offset of the tag whose attributes make too much work for a parser of HTML; None for none."""
    steps = 0
    for tag in _LONG_TAG.finditer(text):
        steps += len(_SEPARATOR.findall(_VALUE.sub("", tag[0]))) ** 2 // 2
        if steps > _MOST_STEPS:
            return tag.start()
    return None
