"""From an item to what makes it comparable with others: exact keys, shingles, MinHash bands, traits.

Pure. Called in the worker processes for every item that a rule matched.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterable, Sequence
from itertools import pairwise
from urllib.parse import urlsplit

from rensa import RMinHash

from watcher.story.traits import traits_of
from watcher.text.fold import fold
from watcher.types import Fingerprint, Item, PlaceMention, Shingles

_PERMUTATIONS = 128
_ROWS = 4
# 32 bands of 4 rows: two texts that share half of their pairs meet in a band with probability 0.87, 0.6 → 0.99
# (Leskovec, Rajaraman & Ullman, Mining of Massive Datasets, 3.4: 1 - (1 - s^4)^32).
_SEED = 20

_LEAD_WORDS = 40
_LONGEST_TEXT = 20_000  # characters: a copy of a longer text is recognised by its beginning
_FEWEST_PAIRS = 5  # fewer say too little: "Live updates" is not a wire copy of "Live updates"

_WORD = re.compile(r"\w+")
# What agencies and outlets put before a headline while the story stays the same.
_PREFIX = re.compile(
    r"^\s*(?:\[[^\]]{1,20}\]\s*|(?:update|refile|wrapup|corrected|correction|recast|rpt|urgent|breaking(?: news)?|exclusive|"
    r"alert|flash|mise a jour|exclusif|video|عاجل|تحديث)(?:\s*\d+)?\s*(?:[-:|–—]+|\.\.+)\s*)+",
)
# " - Example News", " | Example": at most four words after the last separator.
_SUFFIX = re.compile(r"\s+[-|–—·]\s+[^\s-]+(?:\s+[^\s-]+){0,3}\s*$")


def fingerprint(
    item: Item, *, language: str = "und", places: Sequence[PlaceMention] = (), rules: Iterable[str] = ()
) -> Fingerprint:
    """Give what an item is compared by.

    Args:
        item: the item.
        language: of its text; ISO 639-1 or `und`.
        places: that it names.
        rules: ids of the rules that hold on it.
    """
    title = clean_title(item.title)
    body = _words(fold(item.body[:_LONGEST_TEXT]).text)
    title_words = _words(title)
    shingles = Shingles(
        title=_shingles(title_words),
        lead=_shingles([*title_words, *body[:_LEAD_WORDS]]),
        full=_shingles([*title_words, *body]),
    )
    bands = [
        band
        for kind, pairs in ((b"t", shingles.title), (b"l", shingles.lead), (b"f", shingles.full))
        for band in _bands(kind, pairs)
    ]
    return Fingerprint(
        exact=exact_keys(item),
        bands=tuple(bands),
        shingles=shingles,
        traits=traits_of(item, title, language=language, places=places, rules=rules),
    )


def exact_keys(item: Item) -> tuple[str, ...]:
    """Give the keys any one of which proves that two items are the same report.

    A publisher's id counts only together with the host of the link: feeds of one site share ids, and strangers
    both number their entries from 1. What several entries of one document share proves nothing.
    """
    keys = []
    if item.guid and not item.is_guid_shared:
        host = urlsplit(item.url or "").hostname or item.feed_id
        keys.append(_key("guid", host, item.guid))
    if item.url and not item.is_url_shared:
        keys.append(_key("link", item.url))
    if len(item.title) + len(item.body) >= _SHORTEST_PROOF:
        keys.append(_key("text", item.text_hash))
    return tuple(keys)


_SHORTEST_PROOF = 30  # characters: two items that both say only "Tunisia" are not thereby one report


def clean_title(title: str) -> str:
    """Give the folded headline without the marks that agencies and outlets add to it.

    >>> clean_title("UPDATE 2-Gunmen cross border near Dehiba - Example News")
    'gunmen cross border near dehiba'
    """
    folded = fold(title).text
    bare = _SUFFIX.sub("", _PREFIX.sub("", folded))
    # A headline that is nothing but marks keeps them: there is nothing else to compare.
    return bare.strip() if len(_words(bare)) > len(_words(folded)) // 2 else folded.strip()


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _shingles(words: Sequence[str]) -> frozenset[int]:
    pairs = {f"{first} {second}" for first, second in pairwise(words)}
    if len(pairs) < _FEWEST_PAIRS:
        return frozenset()
    return frozenset(_hash64(pair.encode("utf-8", "surrogatepass")) for pair in pairs)


def _bands(kind: bytes, shingles: frozenset[int]) -> list[int]:
    if not shingles:
        return []
    minhash = RMinHash(_PERMUTATIONS, _SEED)
    minhash.update([shingle.to_bytes(8, "little") for shingle in sorted(shingles)])
    digest = minhash.digest()
    packed = struct.pack(f"<{_PERMUTATIONS}I", *digest)
    width = 4 * _ROWS
    return [
        # Signed: the databases' integers are.
        _hash64(kind + start.to_bytes(2, "little") + packed[start : start + width]) - 2**63
        for start in range(0, len(packed), width)
    ]


def _key(kind: str, *parts: str) -> str:
    text = "\0".join((kind, *parts)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def _hash64(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")
