"""The index of what open stories speak of: the newest stories of a trait, however and in whatever order they came."""

from __future__ import annotations

import json
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import TableClause, column, create_engine, insert, select, table, text

from watcher.storage import engine
from watcher.storage.engine import parse_url
from watcher.storage.store import Store, open_store
from watcher.storage.tables import story_traits
from watcher.storage.trait_index import NEWEST, TraitIndex, pack, unpack


def newest(store: Store, key: str) -> list[int]:
    with store.read() as tx:
        return TraitIndex(tx.connection).newest([key])[1].tolist()


def test_a_story_that_began_earlier_is_put_in_its_place(store: Store) -> None:
    for numbers in ([5], [9, 7], [8]):
        with store.write() as tx:
            index = TraitIndex(tx.connection)
            for number in numbers:
                index.put(number, ["w:a"])
            index.flush()
    assert newest(store, "w:a") == [9, 8, 7, 5]


def test_the_newest_of_many_stories_are_kept(store: Store) -> None:
    with store.write() as tx:
        index = TraitIndex(tx.connection)
        for number in range(1, NEWEST + 10):
            index.put(number, ["w:a"])
        index.put(3, ["w:a"])
        index.flush()
    assert newest(store, "w:a") == list(range(NEWEST + 9, 9, -1))


def test_what_is_taken_out_is_found_no_more_and_its_empty_row_is_swept(store: Store) -> None:
    with store.write() as tx:
        index = TraitIndex(tx.connection)
        for number in (1, 2):
            index.put(number, ["w:a", f"w:only-{number}"])
            index.count({"w:a": 10, f"w:only-{number}": 10})
        index.flush()
        index.take({"w:a": frozenset({1}), "w:only-1": frozenset({1})})
        index.count({"w:a": -10, "w:only-1": -10})
        index.flush()
        index.sweep()
        assert index.weights(["w:a", "w:only-1"]) == {"w:a": 10, "w:only-1": 0}
    assert newest(store, "w:a") == [2]
    with store.read() as tx:
        assert set(tx.connection.scalars(select(story_traits.c.trait))) == {"w:a", "w:only-2"}


def test_numbers_are_read_as_they_were_written() -> None:
    assert unpack(pack([2**40, 7])).tolist() == [2**40, 7]


def test_an_older_database_keeps_what_its_stories_are_found_by(database_url: str) -> None:
    older = create_engine(parse_url(database_url))
    settings = Config()
    settings.set_main_option("script_location", str(Path(engine.__file__).parent / "migrations"))
    with older.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0021")
        for number in (1, 2):
            story = {"id": f"st-{number}", "title": "t", "first_seen_at": 0, "last_seen_at": 0}
            connection.execute(insert(_table("stories", story)), [story])
            profile = {
                "number": number, "story_id": f"st-{number}", "size": 1, "seen_at": 0,
                "traits": json.dumps({"w:a": 10}), "found_by": json.dumps(["w:a"]),
            }  # fmt: skip
            connection.execute(insert(_table("story_profiles", profile)), [profile])
            connection.execute(text("INSERT INTO story_traits VALUES ('w:a', :number)"), {"number": number})
        connection.execute(text("INSERT INTO trait_counts VALUES ('w:a', 20), ('', 20)"))
    older.dispose()
    store = open_store(database_url)
    assert newest(store, "w:a") == [2, 1]
    with store.write() as tx:
        kept = tx.connection.execute(select(story_traits)).all()
        tx.profiles.recount()
        anew = tx.connection.execute(select(story_traits)).all()
    store.close()
    assert {tuple(row) for row in kept} == {tuple(row) for row in anew}


def _table(name: str, row: dict[str, object]) -> TableClause:
    return table(name, *map(column, row))
