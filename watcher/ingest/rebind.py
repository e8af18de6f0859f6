"""Entries that come back under another id: the same reports, and no news.

In: items whose keys are not stored, and the stored ones that share a link or a text with them. Out: which of them are
which. Pure; called by the pipeline before anything is analysed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from watcher.ingest.identity import short_key
from watcher.ingest.normalize import fold_for_hash
from watcher.types import Item

MANY = 5
"""So many entries under new ids at once are a republication, if they are also half of all that is new."""

_TELLING_CHARS = 100
"""A text shorter than this ("Live now", "Closed today") may be written again about something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the store holds of an item that a new entry may be."""

    item_id: int
    key: str
    url: str | None
    title: str
    published: datetime | None
    seen_at: datetime
    content_hash: str
    text_hash: str


def rebind(
    new: Sequence[Item], stored: Iterable[Stored], *, present: Collection[bytes]
) -> Mapping[str, Stored]:
    """Say which stored items new entries of the same feed are.

    Publishers that move to another system, or make ids from something that changes, give old reports new ids
    (miniflux#1409, miniflux#4075). An entry is taken for a stored one that the document no longer has under its old
    id: on the same link with the same text, or with the same title and date; with the same long text and date at another
    link; and, where many come at once, on the same link and title alone, or with the same long text. A new report on a page of constant address has
    another text and another date, and stays new.

    Args:
        new: items of one document whose keys are not stored.
        stored: those of the feed that share a link or a text with one of them.
        present: short keys of all entries of the document.

    Returns:
        The stored item by the key of the entry that it is; each at most once.
    """
    free = [one for one in stored if short_key(one.key) not in present]
    if not free:
        return {}
    by_mark: dict[str, list[Stored]] = defaultdict(list)
    for one in free:
        for mark in {one.url, one.text_hash} - {None, ""}:
            by_mark[str(mark)].append(one)
    surely = _paired(new, by_mark, _is_surely)
    if len(surely) == len(new):
        return surely
    taken = {one.item_id for one in surely.values()}
    rest = [item for item in new if item.key not in surely]
    left = {mark: [one for one in some if one.item_id not in taken] for mark, some in by_mark.items()}
    everything = {**surely, **_paired(rest, left, _is_probably)}
    return everything if is_storm(rebound=len(everything), new=len(new)) else surely


def is_storm(*, rebound: int, new: int) -> bool:
    """Tell whether a document gave many known reports new ids; `new` counts them too."""
    return rebound >= MANY and 2 * rebound >= new


def _paired(
    new: Iterable[Item], by_mark: Mapping[str, Sequence[Stored]], is_same: Callable[[Item, Stored], bool]
) -> dict[str, Stored]:
    pairs: dict[str, Stored] = {}
    taken: set[int] = set()
    for item in new:
        marks = [mark for mark in (item.url, item.text_hash) if mark]
        candidates = (one for mark in marks for one in by_mark.get(mark, ()))
        match = next((one for one in candidates if one.item_id not in taken and is_same(item, one)), None)
        if match is not None:
            taken.add(match.item_id)
            pairs[item.key] = match
    return pairs


def _is_surely(item: Item, one: Stored) -> bool:
    has_text = bool(item.text_hash) and item.text_hash == one.text_hash
    has_date = item.published is not None and item.published == one.published
    if item.is_url_shared or item.url is None or item.url != one.url:
        return has_text and has_date and _is_telling(item)
    return has_text or (has_date and _has_title_of(item, one))


def _is_probably(item: Item, one: Stored) -> bool:
    if not item.is_url_shared and item.url is not None and item.url == one.url:
        return _has_title_of(item, one)
    return _is_telling(item) and bool(item.text_hash) and item.text_hash == one.text_hash


def _is_telling(item: Item) -> bool:
    return len(item.title) + len(item.body) >= _TELLING_CHARS


def _has_title_of(item: Item, one: Stored) -> bool:
    return bool(item.title) and fold_for_hash(item.title) == fold_for_hash(one.title)
