"""No table grows for ever: whatever is stored every day is forgotten in its time.

Each table gets a row of its own every day, made from its columns, so that a table which nobody prunes fails here from the
day on which it is added.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    LargeBinary,
    Table,
    Text,
    func,
    insert,
    select,
)

from tests.support import samples
from watcher.storage.retention import prune
from watcher.storage.store import Store, Transaction
from watcher.storage.tables import metadata, series
from watcher.storage.tables.columns import Moment
from watcher.storage.trait_index import pack

DAY = timedelta(days=1)
DAYS = 24
KEPT = 16  # by then everything has been through its whole life


def value(column: Column[Any], day: int, now: datetime) -> Any:
    """Give a day's value of a column: keys are of the day, so that rows of one day belong together."""
    kinds: dict[type, Any] = {
        Moment: now, Boolean: False, Text: f"{day}", JSON: [], LargeBinary: b"", Float: 0.0, Integer: day, BigInteger: day,
    }  # fmt: skip
    return next(made for kind, made in kinds.items() if isinstance(column.type, kind))


OVER: dict[str, dict[str, Any]] = {
    # What makes a row's life end: sent, polled no more.
    "deliveries": {"state": "delivered", "notice_id": None},
    "articles": {"state": "fetched"},
    "alerts": {"merged_into": None},
}


def rows_of(day: int, now: datetime) -> list[tuple[Table, dict[str, Any]]]:
    made = []
    for table in metadata.sorted_tables:
        row = {column.name: value(column, day, now) for column in table.columns}
        made.append((table, row | OVER.get(table.name, {})))
    return made


def live_a_day(tx: Transaction, day: int, now: datetime) -> None:
    """Store a day's rows; a story's index is what its profile says."""
    key = f"w:{day}"
    special: dict[str, dict[str, Any]] = {
        "story_profiles": {"traits": f'{{"{key}":10}}', "found_by": f'["{key}"]', "size": 1},
        "story_traits": {"trait": key, "weight": 10, "newest": pack([day])},
        "events": {"series": "rule", "term": ""},
    }
    for table, row in rows_of(day, now):
        if table is not series:  # bounded by the rules: `configure` drops what no rule counts
            tx.connection.execute(insert(table), [row | special.get(table.name, {})])


def sizes(store: Store) -> dict[str, int]:
    with store.read() as tx:
        return {
            table.name: tx.connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


@pytest.mark.parametrize("keep_items", [DAY / 2, 6 * DAY], ids=["shorter than the window", "longer"])
def test_no_table_grows_however_long_it_is_filled(store: Store, keep_items: timedelta) -> None:
    with store.write() as tx:
        rule = {"name": "rule", "term": "", "version": "1", "since": samples.NOW, "keep_us": 5 * DAY // timedelta(microseconds=1)}  # fmt: skip
        tx.connection.execute(insert(series), [rule])
    seen: dict[int, dict[str, int]] = {}
    for day in range(1, DAYS + 1):
        now = samples.NOW + day * DAY
        with store.write() as tx:
            live_a_day(tx, day, now)
        assert all(sizes(store).values())
        prune(store, now=now, keep_items=keep_items, keep_alerts=8 * DAY, story_window=3 * DAY)
        seen[day] = sizes(store)
    grown = {name: (seen[KEPT][name], size) for name, size in seen[DAYS].items() if size > seen[KEPT][name]}
    assert not grown
    assert max(seen[DAYS].values()) <= 12
