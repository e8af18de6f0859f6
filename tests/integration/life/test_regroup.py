"""What a person says of stories: merged and split, kept, and obeyed by whatever comes later; on the real pipeline."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.polling import InlineWorkers, Polling, a_rule
from tests.support.press import Desk, newsroom
from watcher.regroup import Piece, Regrouped, RegroupError, Speaker, merge, pieces, split
from watcher.storage.tables import story_profiles, story_traits
from watcher.types import Alert, DeliveryKind, LifeKind

RULES = (a_rule(),)
OTHER = "Residents of Haidra heard shots for an hour; gunmen held the customs post until the army came up from the plain."


class Editor(Desk):
    """A desk with somebody who says which stories are one."""

    def merge(self, one: str, other: str) -> Regrouped:
        with self.polling.store.write() as tx:
            routing = self.polling.context.routing
            return merge(tx, one, other, self.speaker, routing, corroborated_by=3)

    async def split(self, alert: str, *items: int) -> Regrouped:
        with self.polling.store.read() as tx:
            found = pieces(tx, alert)
        known = []
        for item_id, item in found:
            feed = self.polling.feeds[item.feed_id]
            (analysed,) = await InlineWorkers(RULES).analyse([item], feed, self.polling.clock.now())
            known.append(Piece(item_id=item_id, analysed=analysed, feed=feed, outlet=str(feed.title)))
        with self.polling.store.write() as tx:
            return split(tx, alert, items, known, self.speaker, self.polling.context.routing)

    @property
    def speaker(self) -> Speaker:
        return Speaker(by="ann", by_id="U1", via="command", at=self.polling.clock.now())

    @property
    def first(self) -> Alert:
        *_, first = self.alerts
        return first

    def feeds_of(self, alert_id: str) -> set[str]:
        with self.polling.store.read() as tx:
            story = tx.alerts.get([alert_id])[alert_id].story_id
            return {member.feed_id for member in tx.members.of(story, limit=100)}

    def item_of(self, feed: str) -> int:
        return max(one.item_id for one in self.polling.items() if one.item.feed_id == feed)


ON_BOTH = pytest.mark.parametrize(
    "database", [None, "empty_postgres"], ids=["sqlite", "postgresql"], indirect=True
)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str | None:
    """The URL of a database that a fixture gives; None for one in a file."""
    return request.getfixturevalue(name) if (name := getattr(request, "param", None)) else None


@pytest.fixture
async def editor(tmp_path: Path, database: str | None) -> AsyncIterator[Editor]:
    async with newsroom(tmp_path, RULES, Editor, database=database) as made:
        yield made


@ON_BOTH
async def test_two_stories_become_one_and_later_copies_of_either_join_it(editor: Editor) -> None:
    await editor.prints("local", title="Shots at the customs post of Haidra", description=OTHER)
    second, first = editor.alerts
    done = editor.merge(first.id, second.id)
    assert (done.is_changed, done.alert_id, done.others) == (True, first.id, (second.id,))
    await editor.prints("radio", title="Shots at the customs post of Haidra", description=OTHER)
    assert editor.feeds_of(first.id) == {"wire", "local", "radio"}
    assert {source.feed_id for source in editor.first.sources} == {"wire", "local", "radio"}
    assert len(editor.alerts) == 2
    with editor.polling.store.read() as tx:
        assert tx.alerts.get([second.id])[second.id].merged_into == first.id
        (word,) = tx.regroup.words(first.story_id)
    assert (word.is_together, word.by, len(word.item_ids)) == (True, "ann", 1)


async def test_what_a_person_puts_together_may_corroborate_and_that_is_told_once(editor: Editor) -> None:
    await editor.prints("local", title="Armed men, gunmen by trade, seen near Dehiba", description=OTHER)
    second, first = editor.alerts
    await editor.prints(
        "radio", title="Radio correspondent meets gunmen in Dehiba", description="In own words."
    )
    third, *_ = editor.alerts
    for other in (second.id, third.id):
        editor.merge(first.id, other)
    assert [event.kind for event in editor.first.events] == [
        LifeKind.REPORTED,
        LifeKind.MERGED,
        LifeKind.MERGED,
        LifeKind.CORROBORATED,
    ]
    assert editor.news == ["Corroborated: 3 independent publishers, the last Radio"]
    editor.merge(first.id, third.id)
    assert len(editor.news) == 1


async def test_copies_that_a_person_puts_together_corroborate_nothing(editor: Editor) -> None:
    for outlet in ("local", "radio"):
        await editor.prints(outlet)
        (alert,) = (await editor.split(editor.first.id, editor.item_of(outlet))).others
        editor.merge(editor.first.id, alert)
    assert LifeKind.CORROBORATED not in editor.kinds
    assert len(editor.first.sources) == 3


async def test_merging_again_changes_nothing(editor: Editor) -> None:
    await editor.prints("local", title="Shots at the customs post of Haidra", description=OTHER)
    second, first = editor.alerts
    editor.merge(first.id, second.id)
    events = editor.first.events
    assert not editor.merge(first.id, second.id).is_changed
    assert not editor.merge(second.id, first.id).is_changed
    assert editor.first.events == events


@ON_BOTH
async def test_a_report_that_is_split_off_is_told_and_its_copies_follow_it(editor: Editor) -> None:
    await editor.prints(
        "local", title="Gunmen cross the border near Haidra"
    )  # the same text: a copy, it seems
    item = editor.item_of("local")
    done = await editor.split(editor.first.id, item)
    assert (done.is_changed, len(done.others)) == (True, 1)
    (told,) = done.others
    assert editor.feeds_of(told) == {"local"}
    assert editor.feeds_of(editor.first.id) == {"wire"}
    opened = [one for one in editor.polling.deliveries() if one.kind is DeliveryKind.ALERT]
    assert {one.alert.id for one in opened} == {editor.first.id, told}
    assert [source.feed_id for source in editor.first.sources] == ["wire"]
    await editor.prints("radio", title="Gunmen cross the border near Haidra")
    assert editor.feeds_of(told) == {"local", "radio"}


async def test_what_they_share_proves_nothing_once_a_person_has_parted_them(editor: Editor) -> None:
    await editor.prints(
        "local", link="https://wire.example/1", title="Shots at the customs post of Haidra", description=OTHER
    )
    assert editor.feeds_of(editor.first.id) == {"wire", "local"}, "one link, so one report: a live page"
    done = await editor.split(editor.first.id, editor.item_of("local"))
    await editor.prints(
        "radio",
        link="https://wire.example/1",
        title="Shots at the customs post of Haidra",
        description=OTHER + " Again.",
    )
    assert editor.feeds_of(done.others[0]) == {"local", "radio"}
    assert editor.feeds_of(editor.first.id) == {"wire"}


async def test_splitting_again_changes_nothing_and_merging_takes_it_back(editor: Editor) -> None:
    await editor.prints("local")
    item = editor.item_of("local")
    done = await editor.split(editor.first.id, item)
    again = await editor.split(editor.first.id, item)
    assert (again.is_changed, again.story_id) == (False, done.story_id)
    assert editor.merge(editor.first.id, done.others[0]).is_changed
    assert editor.feeds_of(editor.first.id) == {"wire", "local"}
    assert (await editor.split(editor.first.id, item)).is_changed


async def test_when_the_first_report_goes_the_alert_speaks_with_the_next(editor: Editor) -> None:
    await editor.prints("local", title="Armed gunmen cross the border near Dehiba at dawn")
    await editor.split(editor.first.id, editor.item_of("wire"))
    assert editor.first.headline == "Armed gunmen cross the border near Dehiba at dawn"
    assert [event.kind for event in editor.first.events][-1] is LifeKind.SPLIT


@pytest.mark.parametrize(
    ("alert", "items", "says"),
    [
        ("al-none", [1], "there is no alert al-none"),
        ("first", [], "say which items"),
        ("first", [999], "999: not in the story"),
        ("first", ["all"], "at least one item must stay"),
    ],
)
async def test_what_cannot_be_split_is_said_and_changes_nothing(
    editor: Editor, alert: str, items: list[object], says: str
) -> None:
    await editor.prints("local")
    ids = [int(str(one)) if one != "all" else 0 for one in items]
    if items == ["all"]:
        ids = [editor.item_of("wire"), editor.item_of("local")]
    before = editor.first
    with pytest.raises(RegroupError, match=says):
        await editor.split(editor.first.id if alert == "first" else alert, *ids)
    assert editor.first == before


async def test_an_unknown_alert_is_merged_with_nothing(editor: Editor) -> None:
    with pytest.raises(RegroupError, match="there is no alert al-none"):
        editor.merge(editor.first.id, "al-none")


@ON_BOTH
async def test_the_counts_stay_the_sum_of_the_profiles(editor: Editor) -> None:
    polling = editor.polling
    await editor.prints("local")
    await editor.prints("radio", title="Shots at the customs post of Haidra", description=OTHER)
    second, first = editor.alerts
    editor.merge(first.id, second.id)
    assert counts(polling) == recounted(polling)
    await editor.split(first.id, editor.item_of("radio"))
    assert counts(polling) == recounted(polling)
    with polling.store.read() as tx:
        assert len(tx.connection.execute(select(story_profiles)).all()) == 2


def counts(polling: Polling) -> dict[str, int]:
    with polling.store.read() as tx:
        return {row.trait: row.weight for row in tx.connection.execute(select(story_traits)) if row.weight}


def recounted(polling: Polling) -> dict[str, int]:
    with polling.store.write() as tx:
        tx.profiles.recount()
    return counts(polling)
