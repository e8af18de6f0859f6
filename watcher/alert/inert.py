"""Text that can do nothing: what every output shows of a feed's words.

In: any string, as hostile as the web. Out: one line of printable text, or a bounded piece of it. Called by
`compose` and `card`, so that each format has only its own escaping left to do.
"""

from __future__ import annotations

import re
import unicodedata

ELLIPSIS = "…"

# ECMA-48 in its 7-bit form: OSC, DCS, SOS, PM and APC with their payload, then CSI, then what else an escape starts.
# The 8-bit forms (U+0080 to U+009F) are dropped as single controls: in feeds they are mostly mangled Windows-1252,
# and the words after them are text.
_TERMINAL = re.compile(
    r"\x1b[\]PX^_][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)"
    r"|\x1b\[[0-?]{0,256}[ -/]{0,16}[@-~]?"
    r"|\x1b[ -/]{0,16}[0-~]?"
)
# Bidi embeddings, overrides and isolates (UAX #9) reorder what stands beside them; annotation marks and tag
# characters hide text; the byte order mark is never text. Joiners and LRM/RLM stay: Persian and Arabic need them.
_HIDDEN = re.compile("[\u061c\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)

# A cluster of marks longer than this is an attack ("zalgo"), not writing: it may be cut anywhere.
_LONGEST_CLUSTER = 32


def inert(text: str) -> str:
    """Strip what could act (terminal sequences, controls, bidi overrides) and put all white space as one blank.

    Blanks at the ends are kept as one blank, so that pieces of a text can be joined again.
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text
    text = _CONTROL.sub("", _TERMINAL.sub("", text))
    text = _LONE_SURROGATE.sub("\ufffd", _HIDDEN.sub("", text))
    # \s also covers U+0085, U+2028 and U+2029, which some programs take for line ends.
    return re.sub(r"\s+", " ", text)


def is_right_to_left(text: str) -> bool:
    """Say whether any letter of the text is written from right to left."""
    return _RIGHT_TO_LEFT.search(text) is not None


def isolated(text: str) -> str:
    """Wrap right-to-left text in an isolate (UAX #9), so that times and names beside it keep their place."""
    return f"\u2068{text}\u2069" if is_right_to_left(text) else text


def cut(text: str, limit: int) -> str:
    """Shorten to at most `limit` characters, the ellipsis included; whole words where there are any."""
    if len(text) <= limit:
        return text
    return text[: word_end(text, limit - len(ELLIPSIS), at_least=limit // 2)].rstrip() + ELLIPSIS


def word_end(text: str, index: int, *, at_least: int) -> int:
    """Give the last place in `at_least..index` where the text may be cut: between words, else between characters."""
    if index >= len(text):
        return len(text)
    if text[index].isspace():
        return index
    blank = max(text.rfind(" ", at_least, index), text.rfind("\n", at_least, index))
    return blank if blank > 0 else character_start(text, index)


def word_start(text: str, index: int, *, at_most: int) -> int:
    """Give the first place in `index..at_most` where a word starts, else where a character does."""
    if index <= 0:
        return 0
    for position in range(index, min(at_most, len(text))):
        if text[position - 1].isspace() and not text[position].isspace():
            return position
    return character_start(text, index)


def character_start(text: str, index: int) -> int:
    """Move back to the start of the visible character that `index` stands in."""
    start = index
    while 0 < start < len(text) and index - start < _LONGEST_CLUSTER and _continues(text, start):
        start -= 1
    return start if not (0 < start < len(text) and _continues(text, start)) else index


def _continues(text: str, index: int) -> bool:
    """Say whether the character at `index` belongs to the one before it (an approximation of UAX #29)."""
    here, before = text[index], text[index - 1]
    if before == "\u200d" or here in "\u200d\ufe0e\ufe0f" or "\U0001f3fb" <= here <= "\U0001f3ff":
        return True
    if "\udc00" <= here <= "\udfff" and "\ud800" <= before <= "\udbff":
        return True
    return unicodedata.category(here).startswith("M")
