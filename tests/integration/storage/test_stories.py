"""Stories on both databases: replays, copies in any order, and two workers at once leave one story of one text."""

from __future__ import annotations

import random
import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Table, func, select

from tests.support import samples
from watcher.storage.retention import close_stories
from watcher.storage.store import Store, Transaction
from watcher.storage.tables import stories, story_profiles, story_sketches, story_traits
from watcher.story.cluster import Report, fold_into_stories, fold_into_story
from watcher.story.fingerprint import fingerprint
from watcher.types import Item

WINDOW = timedelta(hours=72)
BODY = (
    "Armed men in four pickup trucks crossed the border from Libya before dawn and were stopped by an army patrol a "
    "few kilometres from the town, the defence ministry said. Two of the attackers were killed and a third arrested."
)


def copy_of(number: int) -> Item:
    """One outlet's copy of the same agency text, with a mark of its own on the headline."""
    title = "Gunmen cross into Tunisia near the salt flats of Ben Guerdane"
    return samples.item(
        feed_id=f"feed-{number}",
        key=str(number),
        guid=None,
        url=f"https://outlet-{number}.example/news",
        title=f"{title} - Outlet {number}" if number % 2 else f"UPDATE {number}-{title}",
        summary=BODY if number % 3 else BODY[:150],
        text_hash=f"hash-{number}",
    )


def fold(tx: Transaction, item: Item) -> str:
    known = tx.items.known(item.feed_id, [item.key])
    item_id = known[item.key].item_id if known else tx.items.add([item])[item.key]
    decision = fold_into_story(tx, item_id, item, fingerprint(item), now=item.seen_at, window=WINDOW)
    return str(decision.story_id)


def rows(store: Store) -> dict[str, object]:
    """Everything that decides later folds."""
    with store.read() as tx:
        return rows_of(tx)


def rows_of(tx: Transaction) -> dict[str, object]:
    return {
        table.name: sorted(map(tuple, tx.connection.execute(select(table))))
        for table in (stories, story_profiles, story_traits)
    }


def test_a_replay_of_the_same_items_changes_nothing(store: Store) -> None:
    def once() -> list[str]:
        with store.write() as tx:
            return [fold(tx, copy_of(number)) for number in range(4)]

    first, before = once(), rows(store)
    assert once() == first
    assert rows(store) == before


@pytest.mark.parametrize("seed", range(6))
def test_the_copies_of_one_text_make_one_story_in_any_order(store: Store, seed: int) -> None:
    copies = [copy_of(number) for number in range(8)]
    random.Random(seed).shuffle(copies)
    with store.write() as tx:
        assert len({fold(tx, item) for item in copies}) == 1


def test_a_poll_that_is_folded_at_once_leaves_what_its_items_leave_one_by_one(store: Store) -> None:
    fires = [
        samples.item(
            feed_id="fires",
            key=str(number),
            guid=None,
            url=None,
            title=f"Fire number {number} in the port of Sfax",
            text_hash=f"fire-{number}",
        )
        for number in range(4)
    ]
    came = [*(copy_of(number) for number in range(4)), *fires, copy_of(4)]
    with store.write() as tx:
        reports = [
            Report(item_id=tx.items.add([item])[item.key], item=item, fingerprint=fingerprint(item))
            for item in came
        ]

    def left_by(polls: list[list[Report]]) -> list[object]:
        with store.write() as tx, tx.connection.begin_nested() as undone:
            decisions = [
                one for poll in polls for one in fold_into_stories(tx, poll, now=samples.NOW, window=WINDOW)
            ]
            left = [[one.story_id for one in decisions], rows_of(tx)]
            undone.rollback()
        return left

    assert left_by([reports]) == left_by([[report] for report in reports])


def test_workers_that_add_one_text_at_once_make_one_story(store: Store) -> None:
    workers = 4
    together = threading.Barrier(workers, timeout=30)
    found: list[str] = []

    def work(number: int) -> None:
        together.wait()
        with store.write() as tx:
            found.append(fold(tx, copy_of(number)))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(found) == workers
    assert len(set(found)) == 1


def test_a_month_leaves_no_more_behind_than_its_last_days(store: Store) -> None:
    """What stories and texts are found by goes with them; only that a report was seen is kept as long as the item."""
    left: list[list[int]] = []
    for day in range(30):
        now = samples.NOW + timedelta(days=day)
        with store.write() as tx:
            reports = [_of_its_own(day, number, now) for number in range(3)]
            ids = [tx.items.add([item])[item.key] for item in reports]
            folded = [
                Report(item_id=item_id, item=item, fingerprint=fingerprint(item))
                for item_id, item in zip(ids, reports, strict=True)
            ]
            fold_into_stories(tx, folded, now=now, window=WINDOW)
        close_stories(store, before=now - WINDOW)
        with store.read() as tx:
            left.append([_count(tx, table) for table in (story_profiles, story_traits, story_sketches)])
    assert left[-1] == left[9], "as much on the thirtieth day as on the tenth"
    assert left[-1][0] == 3 * 4, "the stories of the window and of today"


def _of_its_own(day: int, number: int, now: datetime) -> Item:
    """A report that shares no word with any other."""
    words = [f"{word}{chr(97 + day % 26)}{chr(97 + day // 26)}{chr(97 + number)}k" for word in ("qo", "zu", "wy", "xi", "jo", "vo")]  # fmt: skip
    key = f"{day} {number}"
    return samples.item(
        key=key, guid=None, url=None, title=" ".join(words), summary="", seen_at=now, text_hash=key
    )


def _count(tx: Transaction, table: Table) -> int:
    return int(tx.connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_forgetting_leaves_the_counts_of_what_is_still_open(store: Store) -> None:
    old = samples.item(
        key="old", guid=None, url=None, title="Football derby ends level in Sfax", text_hash="o"
    )
    new = samples.item(key="new", guid=None, url=None, seen_at=samples.NOW + WINDOW * 2, text_hash="n")
    with store.write() as tx:
        fold(tx, old)
        fold(tx, new)
        assert not tx.profiles.forget(before=samples.NOW + WINDOW)
        assert tx.connection.scalar(select(func.count()).select_from(story_profiles)) == 1
        counts = {row.trait: row.weight for row in tx.connection.execute(select(story_traits))}
    assert counts[""] == 10
    assert "c:football" not in counts


def test_the_counts_are_those_of_the_profiles_whatever_came_and_went(store: Store) -> None:
    with store.write() as tx:
        for number in range(6):
            at = samples.NOW + WINDOW * (number // 3)
            texts = {"title": f"Fire number {number} in the port of Sfax", "summary": BODY[number * 20 :]}
            fold(
                tx,
                samples.item(
                    key=str(number), guid=None, url=None, seen_at=at, text_hash=str(number), **texts
                ),
            )
        tx.profiles.forget(before=samples.NOW + WINDOW)
    kept = rows(store)
    with store.write() as tx:
        tx.profiles.recount()
    assert rows(store) == kept
