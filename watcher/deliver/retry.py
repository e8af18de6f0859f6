"""What follows from a failed attempt to deliver.

In: how often and how long it has been tried, and the error. Out: when to try again, or that it is given up, with the
reason. Pure; called by `outbox`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from watcher.errors import DeliveryError
from watcher.types import Delivery

_DOUBLINGS_LIMIT = 32  # beyond it the cap holds anyway, and 2.0**attempts would overflow one day


class RetryReason(StrEnum):
    """Why the next step is what it is; logged and counted."""

    BACKOFF = "backoff"
    ASKED = "retry_after"
    REFUSED = "refused"
    PARKED = "parked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How patiently to retry.

    The delay doubles from `first_delay` up to `longest_delay`. A delivery is given up once it is older than
    `patience` **and** was tried `least_attempts` times: after a long stop of the service it is old before its
    first attempt. `longest_retry_after` bounds what a receiver may ask for. `parked_pause` is how often it is looked
    whether a person has mended what keeps a channel from taking anything: seldom, because servers lock accounts out.
    """

    first_delay: timedelta = timedelta(seconds=2)
    longest_delay: timedelta = timedelta(minutes=10)
    patience: timedelta = timedelta(days=3)
    least_attempts: int = 24
    longest_retry_after: timedelta = timedelta(days=1)
    parked_pause: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What to do with the delivery. `retry_at` None means: dead, a person must look at it."""

    retry_at: datetime | None
    reason: RetryReason


def next_step(
    delivery: Delivery, error: DeliveryError, now: datetime, *, policy: RetryPolicy, rng: random.Random
) -> NextStep:
    """Decide what follows from one failed attempt.

    Args:
        delivery: The row as it was leased; `attempts` counts the failed attempts before this one.
        error: What the channel raised.
        now: When it failed.
        policy: How patiently to retry.
        rng: Source of the jitter, which keeps the rows of an outage from coming back all at once.

    Returns:
        A time that is never before `now`, and never before what the receiver asked for (within the policy's bound).
    """
    if error.needs_person:
        return NextStep(retry_at=now + policy.parked_pause, reason=RetryReason.PARKED)
    if not error.retryable:
        return NextStep(retry_at=None, reason=RetryReason.REFUSED)
    is_old = now - delivery.created_at > policy.patience
    if is_old and delivery.attempts + 1 >= policy.least_attempts:
        return NextStep(retry_at=None, reason=RetryReason.EXPIRED)
    if error.retry_after is not None:
        asked = min(max(error.retry_after, timedelta()), policy.longest_retry_after)
        return NextStep(retry_at=now + asked * rng.uniform(1.0, 1.1), reason=RetryReason.ASKED)
    doubled = policy.first_delay * 2.0 ** min(delivery.attempts, _DOUBLINGS_LIMIT)
    delay = min(doubled, policy.longest_delay)
    return NextStep(retry_at=now + delay * rng.uniform(0.5, 1.0), reason=RetryReason.BACKOFF)
