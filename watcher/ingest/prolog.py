"""What stands before the root of an XML or HTML document: declarations, comments, the DOCTYPE.

In: text of a document. Out: where its root begins, and its DOCTYPE. Pure and linear, whatever the text; called by
`feedxml` and `webpage`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"<([A-Za-z_][\w:.-]{0,60})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prolog:
    """`end` is the offset of what is no prolog any more; `doctype` is the declaration as written, empty for none."""

    end: int
    doctype: str


def read_prolog(text: str) -> Prolog:
    """Find the end of a document's prolog; an unclosed part of it ends it."""
    doctype = ""
    at = 0
    while True:
        at = _after_space(text, at)
        if text.startswith("<!--", at):
            end = _after(text, "-->", at + 4)
        elif text.startswith("<?", at):
            end = _after(text, "?>", at + 2)
        elif text.startswith("<!", at):
            end = _after_declaration(text, at)
            doctype = doctype or (text[at:end] if end is not None else "")
        else:
            return Prolog(end=at, doctype=doctype)
        if end is None:
            return Prolog(end=at, doctype=doctype)
        at = end


def root_name(text: str) -> str | None:
    """Give the name of a document's first element, as written; None where something else comes first."""
    found = _NAME.match(text, read_prolog(text).end)
    return found[1] if found else None


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _after(text: str, mark: str, at: int) -> int | None:
    found = text.find(mark, at)
    return found + len(mark) if found >= 0 else None


def _after_declaration(text: str, at: int) -> int | None:
    """Find the end of `<!…>`, which may hold declarations of its own in square brackets."""
    close = text.find(">", at)
    if close < 0:
        return None
    if text.find("[", at, close) < 0:
        return close + 1
    subset_end = text.find("]", at)
    return _after(text, ">", subset_end) if subset_end >= 0 else None
