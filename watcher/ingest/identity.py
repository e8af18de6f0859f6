"""What tells an entry from the others of its feed, poll after poll.

In: the marks that each entry of one document has. Out: one key for each. Pure; called by `normalize`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

_MAX_KEY_CHARS = 300
KEY_BYTES = 8
"""Length of a short key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What may identify an entry, best first; None where it has no such mark.

    `link` is None also for a link that names no article, such as the site's front page. `text` is a digest of title
    and content, `whole` one of everything that makes two entries different.
    """

    guid: str | None
    link: str | None
    text: str
    whole: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """Keys in the order of the entries, all different, and whether the feed's guids identify nothing."""

    keys: tuple[str, ...]
    repeats_guids: bool


def identify(entries: Sequence[Marks], *, repeats_guids: bool) -> Identities:
    """Give every entry of a document its key: guid, else link, else text.

    Args:
        entries: of one document; no two are equal in `whole`.
        repeats_guids: guids of this feed are known to repeat, and are passed over.

    Returns:
        For each entry its first mark that no other entry of the document shares. A guid on several entries sets
        `repeats_guids` and takes the guids of all entries out of use: identity that depends on the company an entry
        is in would make old entries new (miniflux#4197, reader#335).
    """
    guids = Counter(entry.guid for entry in entries if entry.guid is not None)
    repeats_guids = repeats_guids or any(count > 1 for count in guids.values())
    links = Counter(entry.link for entry in entries if entry.link is not None)
    texts = Counter(entry.text for entry in entries)

    def key(entry: Marks) -> str:
        if entry.guid is not None and not repeats_guids:
            return guid_key(entry.guid)
        if entry.link is not None and links[entry.link] == 1:
            return _bounded(f"link:{entry.link}")
        return f"text:{entry.text}" if texts[entry.text] == 1 else f"whole:{entry.whole}"

    return Identities(keys=tuple(key(entry) for entry in entries), repeats_guids=repeats_guids)


def guid_key(guid: str) -> str:
    """Give the key of an item that is known by its publisher's id."""
    return _bounded(f"guid:{guid}")


def short_key(text: str) -> bytes:
    """Give the short form of a key, guid or link, to compare it with others of one document."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()


def digest(*parts: str | None) -> str:
    """Hash texts to 32 hexadecimal digits; the parts are kept apart, and None differs from an empty text."""
    pieces: list[bytes] = []
    for part in parts:
        data = b"" if part is None else part.encode("utf-8", "surrogatepass")
        pieces += (b"%d:" % (-1 if part is None else len(data)), data)
    return blake2b(b"".join(pieces), digest_size=16).hexdigest()


def _bounded(key: str) -> str:
    """Keep keys short enough to index: the start tells a person what it is, the hash tells keys apart."""
    return key if len(key) <= _MAX_KEY_CHARS else f"{key[: _MAX_KEY_CHARS - 33]}#{digest(key)}"
