"""Entries that a publisher says are deleted: `at:deleted-entry` of RFC 6721, in Atom and wherever else it stands.

In: the text of a document. Out: the ids that it names. Pure; called by `parse`. Only children of the feed's own element
count: what stands inside an entry may have been written by anybody.
"""

from __future__ import annotations

from contextlib import suppress
from xml.parsers import expat

NAMESPACE = "http://purl.org/atompub/tombstones/1.0"
MOST = 500
"""So many are read of one document."""

_ELEMENT = f"{NAMESPACE} deleted-entry"
_LONGEST_ID = 2_000


def deleted_ids(text: str) -> tuple[str, ...]:
    """Give the ids of the entries that a document says are deleted, each once.

    A document that is damaged gives those before the damage.
    """
    if (
        NAMESPACE not in text or "<!ENTITY" in text
    ):  # no feed needs entities of its own, and they can grow without end
        return ()
    found: dict[str, None] = {}
    path: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        is_child = len(path) == 1 or path[1:] == ["channel"]  # of `feed`, or of the `channel` in `rss`
        path.append(name.rpartition(" ")[2].lower())
        ref = attributes.get("ref", "").strip()
        if name == _ELEMENT and is_child and 0 < len(ref) <= _LONGEST_ID and len(found) < MOST:
            found[ref] = None

    def end(_name: str) -> None:
        path.pop()

    parser = expat.ParserCreate("utf-8", " ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    with suppress(expat.ExpatError):  # the parser of entries says what is wrong with the document
        parser.Parse(text.encode("utf-8", "replace"), True)
    return tuple(found)
