"""What every ledger promises to the outbox; a store's tests subclass `LedgerContract` and say how to make one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

import pytest

from tests.support.alerts import NOON
from watcher.ports import Ledger
from watcher.types import Delivery, DeliveryKind, DeliveryState, Receipt

MINUTE = timedelta(minutes=1)


class LedgerUnderTest(Ledger, Protocol):
    """A ledger with what the contract needs to set the scene."""

    def add(self, *, channel: str, due_at: datetime = NOON) -> str:
        """Put a pending row in, due at that time; gives its id."""
        ...

    def row(self, delivery_id: str) -> Delivery:
        """Give a row as it stands."""
        ...


class LedgerContract:
    """The suite. A subclass overrides the `ledger` fixture."""

    @pytest.fixture
    def ledger(self) -> LedgerUnderTest:
        raise NotImplementedError

    def test_due_rows_are_leased_oldest_first_and_up_to_the_limit(self, ledger: LedgerUnderTest) -> None:
        late, early, middle = (ledger.add(channel="a", due_at=NOON - n * MINUTE) for n in (1, 3, 2))
        assert [row.id for row in lease(ledger, limit=2)] == [early, middle]
        assert [row.id for row in lease(ledger)] == [late]

    def test_a_leased_row_says_so_and_carries_its_alert(self, ledger: LedgerUnderTest) -> None:
        ledger.add(channel="a")
        (row,) = lease(ledger)
        assert row.state is DeliveryState.SENDING
        assert row.attempts == 0
        assert row.alert.rule
        assert row.channel == "a"

    def test_rows_of_other_channels_and_of_the_future_stay(self, ledger: LedgerUnderTest) -> None:
        ledger.add(channel="b")
        ledger.add(channel="a", due_at=NOON + MINUTE)
        assert not lease(ledger)

    def test_a_row_is_leased_to_one_sender_until_the_lease_ends(self, ledger: LedgerUnderTest) -> None:
        row_id = ledger.add(channel="a")
        lease(ledger, owner="one")
        assert not lease(ledger, owner="two", now=NOON + timedelta(seconds=59))
        assert [row.id for row in lease(ledger, owner="two", now=NOON + MINUTE)] == [row_id]

    def test_a_delivered_row_is_never_leased_again(self, ledger: LedgerUnderTest) -> None:
        row_id = ledger.add(channel="a")
        lease(ledger)
        ledger.delivered(row_id, receipt=Receipt(receiver_id="ts-1"), at=NOON)
        row = ledger.row(row_id)
        assert (row.state, row.receiver_id, row.delivered_at) == (DeliveryState.DELIVERED, "ts-1", NOON)
        assert not lease(ledger, now=NOON + timedelta(days=9))

    def test_a_failed_row_is_due_again_at_its_time_with_the_attempt_counted(
        self, ledger: LedgerUnderTest
    ) -> None:
        row_id = ledger.add(channel="a")
        lease(ledger)
        ledger.failed(row_id, error="went away", at=NOON, next_attempt_at=NOON + MINUTE)
        assert ledger.row(row_id).reason == "went away"
        assert not lease(ledger, now=NOON + timedelta(seconds=59))
        (row,) = lease(ledger, now=NOON + MINUTE)
        assert row.attempts == 1

    def test_a_row_is_in_doubt_once_a_lease_has_ended_or_an_attempt_was_ambiguous(
        self, ledger: LedgerUnderTest
    ) -> None:
        row_id = ledger.add(channel="a")
        (first,) = lease(ledger)
        (again,) = lease(ledger, owner="two", now=NOON + MINUTE)
        assert (first.is_in_doubt, again.is_in_doubt) == (False, True)
        other_id = ledger.add(channel="b")
        for is_ambiguous, is_in_doubt in ((False, False), (True, True), (False, True)):
            lease(ledger, channel="b")
            ledger.failed(other_id, error="no", at=NOON, next_attempt_at=NOON, is_ambiguous=is_ambiguous)
            assert ledger.row(other_id).is_in_doubt is is_in_doubt
        assert ledger.row(row_id).is_in_doubt

    def test_what_a_receiver_said_is_kept(self, ledger: LedgerUnderTest) -> None:
        row_id = ledger.add(channel="a")
        lease(ledger)
        ledger.delivered(row_id, receipt=Receipt(receiver_id="1", detail={"permalink": "https://x"}), at=NOON)
        assert ledger.row(row_id).notes == {"permalink": "https://x"}

    def test_a_moot_row_is_held_with_its_reason_and_not_leased(self, ledger: LedgerUnderTest) -> None:
        row_id = ledger.add(channel="a")
        lease(ledger)
        ledger.moot(row_id, reason="message_not_found", at=NOON)
        row = ledger.row(row_id)
        assert (row.state, row.reason) == (DeliveryState.HELD, "message_not_found")
        assert not lease(ledger, now=NOON + timedelta(days=9))

    def test_a_dead_row_keeps_its_reason_and_is_not_leased(self, ledger: LedgerUnderTest) -> None:
        row_id = ledger.add(channel="a")
        lease(ledger)
        ledger.dead(row_id, error="channel_not_found", at=NOON)
        row = ledger.row(row_id)
        assert (row.state, row.reason) == (DeliveryState.DEAD, "channel_not_found")
        assert not lease(ledger, now=NOON + timedelta(days=9))

    def test_a_released_row_is_due_at_once_and_counts_no_attempt(self, ledger: LedgerUnderTest) -> None:
        row_id = ledger.add(channel="a")
        lease(ledger, owner="one")
        ledger.release([row_id], owner="one")
        (row,) = lease(ledger, owner="two")
        assert (row.id, row.attempts) == (row_id, 0)

    def test_a_sender_cannot_release_the_row_of_another(self, ledger: LedgerUnderTest) -> None:
        row_id = ledger.add(channel="a")
        lease(ledger, owner="one")
        ledger.release([row_id], owner="two")
        assert not lease(ledger, owner="two")

    def test_releasing_a_finished_row_changes_nothing(self, ledger: LedgerUnderTest) -> None:
        row_id = ledger.add(channel="a")
        lease(ledger)
        ledger.delivered(row_id, receipt=Receipt(), at=NOON)
        ledger.release([row_id], owner="one")
        assert ledger.row(row_id).state is DeliveryState.DELIVERED

    def test_the_next_time_is_that_of_the_earliest_pending_row(self, ledger: LedgerUnderTest) -> None:
        assert ledger.next_delivery_at("a") is None
        ledger.add(channel="a", due_at=NOON + 2 * MINUTE)
        ledger.add(channel="a", due_at=NOON + MINUTE)
        ledger.add(channel="b", due_at=NOON)
        assert ledger.next_delivery_at("a") == NOON + MINUTE

    def test_a_leased_row_is_next_due_when_its_lease_ends(self, ledger: LedgerUnderTest) -> None:
        ledger.add(channel="a")
        lease(ledger)
        assert ledger.next_delivery_at("a") == NOON + MINUTE

    def test_rows_are_counted_by_channel_and_state(self, ledger: LedgerUnderTest) -> None:
        first, _ = ledger.add(channel="a"), ledger.add(channel="a")
        ledger.add(channel="b")
        lease(ledger, limit=1)
        ledger.dead(first, error="gone", at=NOON)
        assert ledger.delivery_counts() == {
            ("a", DeliveryState.DEAD): 1,
            ("a", DeliveryState.PENDING): 1,
            ("b", DeliveryState.PENDING): 1,
        }

    def test_what_a_channel_notes_is_there_at_the_next_attempt_and_afterwards(
        self, ledger: LedgerUnderTest
    ) -> None:
        row_id = ledger.add(channel="a")
        lease(ledger)
        ledger.failed(row_id, error="b later", at=NOON, next_attempt_at=NOON, notes={"served": ["a"]})
        (row,) = lease(ledger)
        assert row.notes == {"served": ["a"]}
        ledger.failed(row_id, error="away", at=NOON, next_attempt_at=NOON)
        assert ledger.row(row_id).notes == {"served": ["a"]}
        ledger.delivered(row_id, receipt=Receipt(detail={"served": ["a", "b"]}), at=NOON)
        assert ledger.row(row_id).notes == {"served": ["a", "b"]}

    def test_a_parked_row_tries_for_all_that_waits_behind_it(self, ledger: LedgerUnderTest) -> None:
        first = ledger.add(channel="a", due_at=NOON - MINUTE)
        lease(ledger)
        ledger.failed(first, error="not_in_channel", at=NOON, next_attempt_at=NOON + MINUTE, is_parked=True)
        behind, elsewhere = ledger.add(channel="a", due_at=NOON - 2 * MINUTE), ledger.add(channel="b")
        assert ledger.row(first).state is DeliveryState.PARKED
        assert not lease(ledger, fold_over=0)
        assert ledger.next_delivery_at("a") == NOON + MINUTE
        assert [row.id for row in lease(ledger, channel="b")] == [elsewhere]
        assert [row.id for row in lease(ledger, now=NOON + MINUTE)] == [first, behind]

    def test_what_waits_behind_a_parked_row_is_told_elsewhere_once(self, ledger: LedgerUnderTest) -> None:
        first, behind = ledger.add(channel="a"), ledger.add(channel="a")
        later = ledger.add(channel="a", due_at=NOON + MINUTE)

        def waiting() -> list[str]:
            return list(ledger.behind_parked("a", fallback="b", now=NOON, limit=9))

        assert not waiting()
        lease(ledger, limit=1)
        ledger.failed(first, error="invalid_auth", at=NOON, next_attempt_at=NOON + MINUTE, is_parked=True)
        assert waiting() == [behind]
        assert ledger.stand_in(behind, channel="b", reason="a is away", at=NOON, tried_since=None)
        assert not waiting()
        assert ledger.row(later).state is DeliveryState.PENDING

    def test_more_than_can_be_read_one_by_one_are_told_as_one_digest(self, ledger: LedgerUnderTest) -> None:
        rows = [ledger.add(channel="a", due_at=NOON - n * MINUTE) for n in range(4)]
        elsewhere = ledger.add(channel="b")
        (digest,) = lease(ledger, fold_over=3)
        assert digest.kind is DeliveryKind.DIGEST
        assert digest.digest is not None
        assert (digest.digest.total, len(digest.digest.alerts)) == (4, 4)
        assert {ledger.row(one).state for one in rows} == {DeliveryState.GATHERED}
        ledger.delivered(digest.id, receipt=Receipt(receiver_id="ts-9"), at=NOON)
        for one in rows:
            row = ledger.row(one)
            assert (row.state, row.receiver_id) == (DeliveryState.DELIVERED, "ts-9")
        assert ledger.row(elsewhere).state is DeliveryState.PENDING
        assert not lease(ledger, now=NOON + timedelta(days=9))

    def test_few_rows_and_rows_that_were_tried_are_told_one_by_one(self, ledger: LedgerUnderTest) -> None:
        rows = [ledger.add(channel="a") for _ in range(4)]
        lease(ledger, limit=1)
        ledger.failed(rows[0], error="away", at=NOON, next_attempt_at=NOON)
        leased = lease(ledger, fold_over=3)
        assert {row.kind for row in leased} == {DeliveryKind.ALERT}
        assert len(leased) == 4

    def test_a_digest_that_is_given_up_takes_its_rows_along(self, ledger: LedgerUnderTest) -> None:
        rows = [ledger.add(channel="a") for _ in range(2)]
        (digest,) = lease(ledger, fold_over=1)
        ledger.dead(digest.id, error="channel_not_found", at=NOON)
        assert {ledger.row(one).state for one in rows} == {DeliveryState.DEAD}

    def test_another_channel_stands_in_once_and_only_after_its_time(self, ledger: LedgerUnderTest) -> None:
        row_id = ledger.add(channel="a")
        lease(ledger)
        ledger.failed(row_id, error="away", at=NOON, next_attempt_at=NOON)

        def stand_in(tried_since: datetime | None) -> bool:
            return ledger.stand_in(row_id, channel="b", reason="a is away", at=NOON, tried_since=tried_since)

        assert not stand_in(NOON - MINUTE)
        assert stand_in(NOON)
        assert not stand_in(None)
        (row,) = lease(ledger, channel="b")
        assert (row.stands_in_for, row.alert, row.reason) == (row_id, ledger.row(row_id).alert, "a is away")
        assert ledger.row(row_id).state is DeliveryState.PENDING


def lease(
    ledger: Ledger,
    *,
    owner: str = "one",
    now: datetime = NOON,
    limit: int = 10,
    channel: str = "a",
    fold_over: int | None = None,
) -> list[Delivery]:
    """Lease for a minute."""
    return list(
        ledger.lease_deliveries(
            channel=channel, owner=owner, now=now, lease=MINUTE, limit=limit, fold_over=fold_over
        )
    )
