"""From an item to what makes it comparable with others: exact keys, shingles, a sketch of them, traits.

Pure. Called in the worker processes for every item that a rule matched.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from watcher.native.pairs import WordPairs
from watcher.story.decide import MOST_SHINGLES
from watcher.story.traits import COMMON_WORDS, traits_of
from watcher.text.fold import Folded, fold
from watcher.types import Fingerprint, Item, Match, PlaceMention, Shingles

# The smallest hashes of a set are a sample of it that is the same in every copy (Broder 1997, "On the resemblance and
# containment of documents"): two texts that share two thirds of their pairs have one of the four smallest in common with
# probability 0.99. A row in the store for each is a tenth of what MinHash bands of the same recall need.
_KEYS = 4

_LEAD_WORDS = 40
_LONGEST_TEXT = 20_000  # characters: a copy of a longer text is recognised by its beginning
_FEWEST_PAIRS = 5  # fewer say too little: "Live updates" is not a wire copy of "Live updates"

_WORD = re.compile(r"\w+")
# What agencies and outlets put before a headline while the story stays the same.
_PREFIX = re.compile(
    r"\s*(?:\[[^\]]{1,20}\]\s*|(?:update|refile|wrapup|corrected|correction|recast|rpt|urgent|breaking(?: news)?|exclusive|"
    r"alert|flash|mise a jour|exclusif|video|عاجل|تحديث)(?:\s*\d+)?\s*(?:[-:|–—]+|\.\.+)\s*)+",
)
# " - Example News", " | Example": at most four words after the last separator.
_SUFFIX = re.compile(r"\s+[-|–—·]\s+[^\s-]+(?:\s+[^\s-]+){0,3}\s*$")


def fingerprint(
    item: Item,
    *,
    language: str = "und",
    places: Sequence[PlaceMention] = (),
    matches: Iterable[Match] = (),
    title: Folded | None = None,
    body: Folded | None = None,
) -> Fingerprint:
    """Give what an item is compared by.

    Args:
        item: the item.
        language: of its text; ISO 639-1 or `und`.
        places: that it names.
        matches: the rules that hold on it.
        title, body: its own, folded, where that is done already.
    """
    body = body or fold(item.body)
    headline = _without_marks((title or fold(item.title)).text)
    pairs = WordPairs(f"{headline} {body.beginning(_LONGEST_TEXT)}", COMMON_WORDS)
    in_title = len(_words(headline))
    in_lead = in_title + _LEAD_WORDS
    full = _shingles(pairs, len(pairs))
    lead = _shingles(pairs, in_lead) if in_lead < len(pairs) else full
    shingles = Shingles(title=_shingles(pairs, in_title), lead=lead, full=full)
    return Fingerprint(
        exact=exact_keys(item),
        sketch=tuple(_sketch(pairs, in_title, shingles)),
        shingles=shingles,
        traits=traits_of(item, headline, body, language=language, places=places, matches=matches),
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
    return _without_marks(fold(title).text)


def _without_marks(folded: str) -> str:
    prefix = _PREFIX.match(folded)
    bare = _SUFFIX.sub("", folded[prefix.end() :] if prefix else folded)
    if bare == folded:
        return folded.strip()
    # A headline that is nothing but marks keeps them: there is nothing else to compare.
    return bare.strip() if len(_words(bare)) > len(_words(folded)) // 2 else folded.strip()


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _shingles(pairs: WordPairs, words: int) -> frozenset[int]:
    hashes = pairs.smallest(MOST_SHINGLES, words=words)
    return frozenset(hashes) if len(hashes) >= _FEWEST_PAIRS else frozenset()


def _sketch(pairs: WordPairs, in_title: int, shingles: Shingles) -> Iterator[int]:
    texts = (
        (in_title, "t", shingles.title),
        (in_title + _LEAD_WORDS, "l", shingles.lead),
        (len(pairs), "f", shingles.full),
    )
    known = -1
    for end, kind, compared in texts:
        words = min(end, len(pairs))
        # A headline without a text is its own lead, and a short text is all lead: once is enough.
        if compared and words > known:
            # Pairs of words that tell something: "of the" is in every text, and would find them all.
            for value in pairs.smallest_telling(_KEYS, words=words, prefix=f"{kind} "):
                yield value - 2**63  # signed: the databases' integers are
        known = words


def _key(kind: str, *parts: str) -> str:
    text = "\0".join((kind, *parts)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).hexdigest()
