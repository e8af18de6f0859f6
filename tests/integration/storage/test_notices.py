"""Who is told of troubles, how often, and by which rows of the outbox; on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.alerts import NOON
from tests.support.polling import a_rule
from watcher.alert.matchers import Matchers
from watcher.alert.route import Route
from watcher.match.readership import readerships
from watcher.metrics import Metrics
from watcher.notices import SPACING, Notices
from watcher.storage.engine import open_engine
from watcher.storage.ledger import StoreLedger
from watcher.storage.store import Store, open_store
from watcher.storage.tables import metadata
from watcher.types import Delivery, DeliveryKind, Feed, Notice, Receipt, Tlp, TroubleKind

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
T = TroubleKind
FEEDS = [
    Feed(id=f"wire-{n}", url=f"https://{n}.example/", title=f"Wire {n}", tags=frozenset({"north"} if n < 3 else {"south"}))
    for n in range(8)
]  # fmt: skip
RULES = [
    a_rule(id="border", title="Crossing", tags=["a"]),
    a_rule(id="north", title="Northern affairs", tags=["b"], **{"from": {"tags": ["north"]}}),
    a_rule(id="trial", title="On trial", status="test"),
]
ROUTES = (
    Route(to=("desk",), when=Matchers(tags=frozenset({"a"}))),
    Route(to=("north-desk",)),
)
CHANNELS = ("desk", "north-desk", "ops")


def notices(**changes: Any) -> Notices:
    values: dict[str, Any] = {
        "feeds": {feed.id: feed for feed in FEEDS},
        "readerships": readerships(RULES, FEEDS),
        "routes": ROUTES,
        "channels": CHANNELS,
        "metrics": Metrics(),
    }
    return Notices(**values | changes)


class Telling:
    """A store whose troubles a test makes, and what is told of them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.notices = notices()

    def begin(self, kind: T, subject: str, at: datetime = NOON, reason: str = "says why") -> None:
        with self.store.write() as tx:
            tx.troubles.begin(kind, subject, at=at, reason=reason)

    def end(self, kind: T, subject: str, at: datetime) -> None:
        with self.store.write() as tx:
            tx.troubles.end(kind, subject, at=at)

    def tell(self, at: datetime) -> Mapping[str, Notice]:
        """Tell what is due; gives the new notices by channel."""
        before = {row.id for row in self.rows()}
        with self.store.write() as tx:
            self.notices.tell(tx, at)
        new = [row for row in self.rows() if row.id not in before]
        assert all(row.kind is DeliveryKind.NOTICE for row in new)
        found = {row.channel: row.alert.notice for row in new}
        assert len(found) == len(new), "one notice for each channel"
        return {channel: notice for channel, notice in found.items() if notice is not None}

    def rows(self) -> list[Delivery]:
        with self.store.read() as tx:
            return list(tx.deliveries.newest(limit=1000))


@pytest.fixture
def telling(store: Store) -> Telling:
    return Telling(store)


def test_the_channels_of_the_rules_that_read_a_feed_are_told_once_with_what_is_lost(telling: Telling) -> None:
    telling.begin(T.SILENT, "wire-1")
    told = telling.tell(NOON)
    assert set(told) == {"desk", "north-desk"}
    assert told["desk"].title == "Wire 1 (wire-1) has fallen silent"
    assert told["desk"].lines == (
        "Wire 1 (wire-1): says why (since 2026-03-01 12:00 UTC)",
        "Rule Crossing has lost 1 of its 8 sources",
    )
    assert told["north-desk"].lines[-1] == "Rule Northern affairs has lost 1 of its 3 sources"
    assert telling.tell(NOON + DAY) == {}


def test_a_feed_that_a_rule_does_not_read_is_no_concern_of_its_channel(telling: Telling) -> None:
    telling.begin(T.SILENT, "wire-5")
    assert set(telling.tell(NOON)) == {"desk"}


def test_a_channel_hears_of_no_rule_that_is_marked_above_its_ceiling(telling: Telling) -> None:
    rules = [a_rule(id="secret", title="Secret", tlp="red"), a_rule(id="open", title="Open", tlp="green")]
    telling.notices = notices(
        readerships=readerships(rules, FEEDS),
        routes=(
            Route(to=("vault", "desk"), when=Matchers(tlp=frozenset({Tlp.RED}))),
            Route(to=("desk",)),
        ),
        channels=("desk", "vault"),
        ceilings={"desk": Tlp.GREEN},
    )
    telling.begin(T.SILENT, "wire-1")
    told = telling.tell(NOON)
    assert told["vault"].lines[1:] == ("Rule Secret has lost 1 of its 8 sources",)
    assert told["desk"].lines[1:] == ("Rule Open has lost 1 of its 8 sources",)


def test_when_it_is_over_they_are_told_too_and_only_if_they_knew(telling: Telling) -> None:
    telling.begin(T.SILENT, "wire-1")
    telling.tell(NOON)
    telling.end(T.SILENT, "wire-1", NOON + HOUR)
    told = telling.tell(NOON + HOUR)
    assert told["desk"].title == "Wire 1 (wire-1) speaks again"
    assert told["desk"].lines[-1] == "Rule Crossing has all its 8 sources"
    assert told["desk"].is_recovery
    assert telling.tell(NOON + DAY) == {}
    telling.begin(T.FAILING, "wire-1", NOON + DAY)
    telling.end(T.FAILING, "wire-1", NOON + DAY + HOUR)
    assert telling.tell(NOON + DAY + HOUR) == {}, "it failed for less than failing_after"


@pytest.mark.parametrize(
    ("kind", "patience"),
    [(T.FAILING, 2 * HOUR), (T.BLOCKED, 2 * HOUR), (T.EMPTIED, HOUR / 2), (T.RETIRED, timedelta())],
)
def test_what_may_pass_is_told_when_it_has_lasted(telling: Telling, kind: T, patience: timedelta) -> None:
    telling.begin(kind, "wire-1")
    if patience:
        assert telling.tell(NOON + patience - timedelta(seconds=1)) == {}
    assert set(telling.tell(NOON + patience)) == {"desk", "north-desk"}


def test_many_at_once_are_one_notice_and_what_comes_soon_after_waits_for_the_next(telling: Telling) -> None:
    for n in range(3):
        telling.begin(T.SILENT, f"wire-{n}", NOON + timedelta(seconds=n))
    (told, *_) = telling.tell(NOON + HOUR).values()
    assert told.title == "3 sources have fallen silent"
    assert told.lines[-1] == "Rule Crossing has lost 3 of its 8 sources"
    telling.begin(T.SILENT, "wire-3", NOON + HOUR)
    telling.begin(T.SILENT, "wire-4", NOON + HOUR)
    assert telling.tell(NOON + HOUR + SPACING / 2) == {}
    (told,) = telling.tell(NOON + HOUR + SPACING).values()
    assert told.title == "2 sources have fallen silent"


def test_a_trouble_that_comes_and_goes_is_told_once_a_day(telling: Telling) -> None:
    titles = []
    for hour in range(0, 30, 2):
        telling.begin(T.SILENT, "wire-5", NOON + hour * HOUR)
        titles += [notice.title for notice in telling.tell(NOON + hour * HOUR).values()]
        telling.end(T.SILENT, "wire-5", NOON + (hour + 1) * HOUR)
        titles += [notice.title for notice in telling.tell(NOON + (hour + 1) * HOUR).values()]
    assert len(titles) == 4


def test_what_only_happened_is_told_though_it_is_over_and_has_no_end_to_tell(telling: Telling) -> None:
    telling.begin(T.OVERFLOW, "wire-1")
    telling.end(T.OVERFLOW, "wire-1", NOON + HOUR / 4)
    told = telling.tell(NOON + HOUR / 3)
    assert told["desk"].title == "Wire 1 (wire-1) may have lost reports"
    assert len(told["desk"].lines) == 1, "no source is lost"
    assert telling.tell(NOON + DAY) == {}


def test_operators_hear_of_everything_and_alone_of_the_service(telling: Telling) -> None:
    telling.notices = notices(to=("ops",))
    telling.begin(T.SILENT, "wire-5")
    assert set(telling.tell(NOON)) == {"desk", "ops"}
    telling.begin(T.CONFIGURATION, "")
    told = telling.tell(NOON)
    assert {channel: notice.title for channel, notice in told.items()} == {
        "ops": "The changed configuration was refused"
    }


def test_without_operators_trouble_of_the_service_goes_to_the_channels_of_all_routes(
    telling: Telling,
) -> None:
    telling.begin(T.CONFIGURATION, "")
    assert set(telling.tell(NOON)) == {"desk", "north-desk"}


@pytest.mark.parametrize(
    ("changes", "bearers"),
    [
        ({}, {"north-desk"}),
        ({"to": ("desk",)}, {"north-desk", "ops"}),
        ({"to": ("desk",), "channels": ("desk",)}, {"desk"}),
    ],
)
def test_a_channel_that_fails_is_never_the_only_bearer_of_that_notice(
    telling: Telling, changes: dict[str, Any], bearers: set[str]
) -> None:
    telling.notices = notices(**changes)
    telling.begin(T.SILENT, "wire-5")
    (row_id,) = [row.id for row in (telling.tell(NOON), telling.rows())[1] if row.channel == "desk"]
    ledger = StoreLedger(telling.store)
    for n in range(5):
        at = NOON + n * timedelta(minutes=1)
        ledger.failed(row_id, error="no route to host", at=at, next_attempt_at=at)
    told = telling.tell(NOON + HOUR)
    assert set(told) == bearers
    (title,) = {notice.title for notice in told.values()}
    assert title == "Channel desk takes nothing"
    assert "no route to host" in next(iter(told.values())).lines[0]
    ledger.delivered(row_id, receipt=Receipt(), at=NOON + HOUR)
    for row in telling.rows():
        ledger.delivered(row.id, receipt=Receipt(), at=NOON + HOUR)
    (title,) = {notice.title for notice in telling.tell(NOON + 2 * HOUR).values()}
    assert title == "Channel desk takes messages again"


def test_a_channel_that_waits_for_a_person_is_told_at_once_with_what_to_do(telling: Telling) -> None:
    telling.begin(T.SILENT, "wire-5")
    telling.tell(NOON)
    row_id, why = telling.rows()[0].id, "not_in_channel: type /invite @watcher there"
    for at in (NOON, NOON + timedelta(days=60)):
        StoreLedger(telling.store).failed(row_id, error=why, at=at, next_attempt_at=at, is_parked=True)
    (notice,) = telling.tell(NOON + timedelta(days=61)).values()
    assert why in notice.lines[0]


def test_what_waits_for_a_channel_that_is_gone_is_told(telling: Telling) -> None:
    telling.begin(T.SILENT, "wire-5")
    telling.tell(NOON)
    with telling.store.write() as tx:
        assert tx.deliveries.strand(frozenset({"north-desk", "ops"})) == {"desk": 1}
    telling.notices = notices(channels=("north-desk", "ops"), to=("ops",))
    (notice,) = telling.tell(NOON + HOUR).values()
    assert notice.title == "Channel desk takes nothing"
    assert "1 delivery waits for it, and no channel of this name is configured" in notice.lines[0]
    with telling.store.write() as tx:
        tx.deliveries.strand(frozenset(CHANNELS))
    telling.notices = notices(to=("ops",))
    titles = {one.title for one in telling.tell(NOON + 2 * HOUR).values()}
    assert titles == {"Channel desk takes messages again"}


def test_a_channel_that_gives_up_what_it_is_given_fails_until_it_takes_something(telling: Telling) -> None:
    telling.begin(T.SILENT, "wire-5")
    telling.tell(NOON)
    ledger = StoreLedger(telling.store)
    ledger.dead(telling.rows()[0].id, error="invalid_auth", at=NOON)
    assert set(telling.tell(NOON + HOUR)) == {"north-desk"}
    with telling.store.read() as tx:
        assert tx.troubles.counts()[T.CHANNEL] == 1


def test_an_outage_of_our_own_network_is_told_and_no_feed_is_blamed_meanwhile(telling: Telling) -> None:
    telling.begin(T.NETWORK, "")
    for n in range(8):
        telling.begin(T.FAILING, f"wire-{n}")
    told = telling.tell(NOON + 3 * HOUR)
    assert {notice.title for notice in told.values()} == {"This machine cannot reach the network"}
    for n in range(8):
        telling.end(T.FAILING, f"wire-{n}", NOON + 4 * HOUR)
    telling.end(T.NETWORK, "", NOON + 4 * HOUR)
    told = telling.tell(NOON + 4 * HOUR)
    assert {notice.title for notice in told.values()} == {"This machine reaches the network again"}


def test_trouble_of_a_feed_that_is_no_longer_configured_ends_unsaid(telling: Telling) -> None:
    telling.begin(T.SILENT, "gone")
    assert telling.tell(NOON) == {}
    with telling.store.read() as tx:
        assert tx.troubles.lasting() == []


def test_a_notice_is_written_with_the_note_that_it_was_told_or_not_at_all(telling: Telling) -> None:
    telling.begin(T.SILENT, "wire-1")

    def interrupted() -> None:
        with telling.store.write() as tx:
            telling.notices.tell(tx, NOON)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert telling.rows() == []
    assert set(telling.tell(NOON)) == {"desk", "north-desk"}


def test_old_notices_are_forgotten_with_their_deliveries_once_these_are_made(telling: Telling) -> None:
    telling.begin(T.SILENT, "wire-1")
    telling.tell(NOON)
    sent, _ = telling.rows()
    StoreLedger(telling.store).delivered(sent.id, receipt=Receipt(), at=NOON)
    with telling.store.write() as tx:
        tx.notices.forget(before=NOON + DAY)
    assert [row.id for row in telling.rows() if row.id == sent.id] == []
    assert len(telling.rows()) == 1


def test_the_change_of_the_outbox_keeps_the_tries_that_were_made(database_url: str) -> None:
    from alembic import command
    from alembic.config import Config

    engine = open_engine(database_url)
    config = Config()
    config.set_main_option("script_location", str(files("watcher.storage") / "migrations"))
    with engine.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0012")
        for statement in (
            "INSERT INTO stories VALUES ('st', 't', 0, 0)",
            "INSERT INTO alerts (id, story_id, rule, rule_title, severity, tags, headline, quote, highlights,"
            " title_highlights, places, evidence, is_edit, created_at, updated_at)"
            " VALUES ('al', 'st', 'r', 'R', 1, '[]', '', '', '[]', '[]', '[]', '[]', false, 0, 0)",
            "INSERT INTO deliveries (id, alert_id, channel, kind, state, attempts, created_at, next_attempt_at)"
            " VALUES ('de', 'al', 'desk', 'alert', 'delivered', 1, 0, 0)",
            "INSERT INTO attempts VALUES ('de', 1, 0, 'accepted', 'ts')",
        ):
            connection.execute(text(statement))
    engine.dispose()
    store = open_store(database_url)
    with store.read() as tx:
        assert [one.detail for one in tx.deliveries.attempts_of("de")] == ["ts"]
    store.close()
