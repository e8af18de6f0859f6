"""How long a report took to reach people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.alerts import NOON, a_delivery, a_source, an_alert
from watcher.alert.delay import Delays, delays
from watcher.types import Delivery, DeliveryKind, Digest

MINUTE = timedelta(minutes=1)
LATER = a_source(feed_id="gulf", published=NOON + MINUTE, seen_at=NOON + 3 * MINUTE)
LATEST = a_source(feed_id="far", published=None, seen_at=NOON + 9 * MINUTE)
ALERT = an_alert(sources=(a_source(), LATER, LATEST))


def took(delivery: Delivery, minutes: int) -> Delays:
    return delays(delivery, accepted_at=NOON + minutes * MINUTE)


def test_an_alert_is_measured_from_its_first_report() -> None:
    assert took(a_delivery(ALERT), 1) == Delays(published=13 * MINUTE, seen=3 * MINUTE)


@pytest.mark.parametrize("kind", [DeliveryKind.UPDATE, DeliveryKind.REPLY])
def test_an_update_is_measured_from_the_newest_report_that_it_could_tell_of(kind: DeliveryKind) -> None:
    update = a_delivery(ALERT, kind=kind, created_at=NOON + 3 * MINUTE)
    assert took(update, 4) == Delays(published=3 * MINUTE, seen=MINUTE)


def test_a_report_without_a_date_has_only_the_time_since_it_was_seen() -> None:
    update = a_delivery(ALERT, kind=DeliveryKind.UPDATE, created_at=NOON + 9 * MINUTE)
    assert took(update, 10) == Delays(published=None, seen=MINUTE)


def test_what_was_not_accepted_has_none() -> None:
    assert delays(a_delivery(ALERT), accepted_at=None) == Delays()


def test_what_tells_of_no_one_report_has_none() -> None:
    digest = Digest(alerts=(ALERT,), total=1, reason="daily")
    assert took(a_delivery(ALERT, kind=DeliveryKind.DIGEST, digest=digest), 1) == Delays()
    assert took(a_delivery(an_alert(sources=()), kind=DeliveryKind.NOTICE), 1) == Delays()


def test_a_clock_that_was_set_back_makes_no_delay_negative() -> None:
    assert took(a_delivery(ALERT), -60) == Delays(published=timedelta(), seen=timedelta())
