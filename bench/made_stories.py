"""Made news for the story benchmarks: items of made events, and a store that is already full of such.

Words are as common as words are (Zipf): the common ones from the package's own table, the rare ones made. An event has
rare words, a place and what happened; its reports share these and little else. Called by `bench.story_scale`.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from typing import Any

import numpy
from sqlalchemy import Table, insert

from watcher.ingest.identity import digest
from watcher.storage import tables
from watcher.storage.profiles import dump
from watcher.storage.store import Store
from watcher.storage.trait_index import NEWEST, pack
from watcher.story.commonness import Background, shipped_words
from watcher.story.fingerprint import fingerprint
from watcher.story.profile import rarest, summed
from watcher.story.traits import traits_of
from watcher.text.fold import fold
from watcher.types import Fingerprint, Item, Match, Place, PlaceMention, Severity, Span, Trait

_RARE = 150_000
_PLACES = 20_000
_HEADLINE, _BODY = 5, 22
_BATCH = 20_000
_EACH = 2  # reports of a story that is open
_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)
MATCH = Match(rule="made", rule_title="Made", rule_version="1", severity=Severity.HIGH, tags=(), evidence=())
_SYLLABLES = ("ka", "lo", "mi", "ru", "ta", "vo", "ni", "po", "zu", "da")


class MadeNews:
    """Items of made events, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        words, _ = shipped_words()
        self._common = list(words)
        self._upto = list(accumulate(words.values()))

    def item(self, number: int, *, known: int, now: datetime) -> tuple[Item, Fingerprint]:
        """Give an item and its fingerprint.

        Args:
            number: of the item; no two items of a store have the same.
            known: events of which the store holds reports; every second item is of one of these, the others of new ones.
            now: when it is seen.
        """
        is_known = known > 0 and number % 2
        event = self._random.randrange(known) if is_known else 10_000_000 + number // 3
        headline, body, place = self.text(event)
        item = Item(
            feed_id=f"feed-{number // 10 % 500}",
            key=f"item-{number}",
            guid=f"item-{number}",
            url=f"https://outlet-{number % 500}.example/news/{number}",
            title=headline,
            summary=body,
            content="",
            seen_at=now,
            language="en",
            text_hash=digest(headline, body),
        )
        mention = PlaceMention(
            span=Span(field="title", start=0, end=1), text=place.name, place=place, confidence=1.0
        )
        return item, fingerprint(item, language="en", places=[mention], matches=[MATCH])

    def text(self, event: int) -> tuple[str, str, Place]:
        """Give headline, text and place of a report on an event."""
        names, place = event_of(event)
        words = [*names, *self._words(_HEADLINE)]
        self._random.shuffle(words)
        return " ".join(words), " ".join([*names, *self._words(_BODY)]), place

    def _words(self, count: int) -> list[str]:
        last = self._upto[-1]
        return [self._common[bisect(self._upto, self._random.randrange(last))] for _ in range(count)]


def event_of(number: int) -> tuple[list[str], Place]:
    """Give an event's rare words and its place."""
    made = random.Random(number)
    names = [_word(int(_RARE * made.random() ** 2)) for _ in range(3)]
    place = made.randrange(_PLACES)
    return names, Place(id=f"XX:{place}", name=f"Place {place}", country="XX", kind="city")


def _word(number: int) -> str:
    return "".join(_SYLLABLES[int(digit)] for digit in f"{number:06}")


def fill(store: Store, *, items: int, stories: int, now: datetime) -> None:
    """Fill a store with rows as folding would leave them: the newest items in open stories, the others in closed ones."""
    is_open = _EACH * stories
    closed = items - is_open
    _load(store, _closed(closed, now - timedelta(days=30)))
    _load(store, _opened(closed, stories, now - timedelta(hours=1)))


def _load(store: Store, rows: Iterator[tuple[Table, dict[str, Any]]]) -> None:
    while batch := list(islice(rows, _BATCH)):
        by_table: dict[Table, list[dict[str, Any]]] = {}
        for table, row in batch:
            by_table.setdefault(table, []).append(row)
        with store.write() as tx:
            for table in sorted(by_table, key=tables.metadata.sorted_tables.index):
                tx.connection.execute(insert(table), by_table[table])


def _closed(count: int, at: datetime) -> Iterator[tuple[Table, dict[str, Any]]]:
    shingles = _shingles(random.Random(3))
    for number in range(count):
        yield from _item_rows(number, f"st-closed-{number // _EACH}", number % _EACH == 0, at, shingles)


def _item_rows(
    number: int, story_id: str, begins: bool, at: datetime, shingles: bytes
) -> Iterator[tuple[Table, dict[str, Any]]]:
    row_id = number + 1
    if begins:
        yield tables.stories, {"id": story_id, "title": "made", "first_seen_at": at, "last_seen_at": at}
    yield (
        tables.items,
        {
            "id": row_id,
            "feed_id": f"feed-{number // 10 % 500}",
            "key": f"item-{number}",
            "title": f"Made headline {number} of words that are as long as those of a headline",
            "summary": "A made summary of some words, as feeds have them. " * 4,
            "content": "",
            "categories": [],
            "seen_at": at,
            "revision": 1,
            "content_hash": f"{number:032x}",
            "text_hash": f"{number:032x}",
        },
    )
    yield (
        tables.matches,
        {
            "item_id": row_id,
            "rule": "made",
            "rule_version": "1",
            "severity": 3,
            "outcome": "told",
            "evidence": [],
            "matched_at": at,
        },
    )
    yield (
        tables.story_items,
        {
            "item_id": row_id,
            "story_id": story_id,
            "joined_at": at,
            "reason": "new",
            "similarity": 0.0,
            "contributions": [],
            "shingles": shingles,
        },
    )
    for kind in ("guid", "link", "text"):
        yield tables.story_keys, {"key": digest(kind, str(number)), "story_id": story_id}


def _shingles(made: random.Random) -> bytes:
    values = [made.getrandbits(63) for _ in range(70)]
    return numpy.array([8, 30, *values], dtype="<u8").tobytes()


def _opened(first: int, stories: int, at: datetime) -> Iterator[tuple[Table, dict[str, Any]]]:
    news, made = MadeNews(seed=4), random.Random(5)
    shingles = _shingles(made)
    traits = {event: [_traits(news, event) for _ in range(_EACH)] for event in range(stories)}
    sums: Counter[str] = Counter()
    for reports in traits.values():
        for report in reports:
            sums.update({trait.key: round(trait.weight * 10) for trait in report})
    background = Background(items=_EACH * stories, counts={key: weight / 10 for key, weight in sums.items()})
    newest: defaultdict[str, deque[int]] = defaultdict(lambda: deque(maxlen=NEWEST))
    for event, reports in traits.items():
        number = first + _EACH * event
        story_id = f"st-open-{event}"
        for place in range(_EACH):
            yield from _item_rows(number + place, story_id, place == 0, at, shingles)
            for _ in range(12):
                yield tables.story_sketches, {"key": made.getrandbits(63), "item_id": number + place + 1}
        weights: dict[str, int] = {}
        found_by: list[str] = []
        for report in reports:
            weights = summed(weights, report)
            found_by += [key for key in rarest(report, background) if key not in found_by]
        profile = {"number": number + 1, "story_id": story_id, "size": _EACH, "seen_at": at}
        yield tables.story_profiles, profile | {"traits": dump(weights), "found_by": dump(found_by)}
        for key in found_by:
            newest[key].appendleft(number + 1)
    sums[""] = _EACH * stories * 10
    for key, weight in sums.items():
        yield tables.story_traits, {"trait": key, "weight": weight, "newest": pack(newest[key])}


def _traits(news: MadeNews, event: int) -> Sequence[Trait]:
    headline, body, place = news.text(event)
    item = Item(
        feed_id="", key="", guid=None, url=None, title=headline, summary=body, content="", seen_at=_ANY_TIME
    )
    mention = PlaceMention(
        span=Span(field="title", start=0, end=1), text=place.name, place=place, confidence=1.0
    )
    return traits_of(item, headline, fold(item.body), language="en", places=[mention], matches=[MATCH])
