"""What follows from a failed attempt."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.alerts import NOON, a_delivery
from watcher.deliver.retry import NextStep, RetryPolicy, RetryReason, next_step
from watcher.errors import DeliveryError

POLICY = RetryPolicy()
OUTAGE = DeliveryError("connection refused")


def step(
    attempts: int = 0, age: timedelta = timedelta(), error: DeliveryError = OUTAGE, seed: int = 1
) -> NextStep:
    delivery = a_delivery(attempts=attempts, created_at=NOON - age)
    return next_step(delivery, error, NOON, policy=POLICY, rng=random.Random(seed))


def delay(result: NextStep) -> timedelta:
    assert result.retry_at is not None
    return result.retry_at - NOON


def test_a_permanent_error_is_given_up_at_once() -> None:
    refused = DeliveryError("channel_not_found", retryable=False)
    assert step(error=refused) == NextStep(retry_at=None, reason=RetryReason.REFUSED)


@pytest.mark.parametrize(
    ("attempts", "longest"), [(0, 2), (1, 4), (2, 8), (5, 64), (8, 512), (9, 600), (500, 600)]
)
def test_the_delay_doubles_up_to_the_cap_with_jitter_below_it(attempts: int, longest: float) -> None:
    delays = [delay(step(attempts, seed=seed)).total_seconds() for seed in range(50)]
    assert longest / 2 <= min(delays) < max(delays) <= longest


@pytest.mark.parametrize(
    ("attempts", "age", "is_given_up"),
    [
        (0, timedelta(days=30), False),  # old because the service was off: it was not even tried
        (22, timedelta(days=30), False),
        (23, timedelta(days=30), True),
        (400, timedelta(days=3), False),
        (400, timedelta(days=3, seconds=1), True),
    ],
)
def test_it_is_given_up_only_when_both_old_and_tried_often(
    attempts: int, age: timedelta, is_given_up: bool
) -> None:
    result = step(attempts, age)
    assert (result.retry_at is None) is is_given_up
    assert (result.reason is RetryReason.EXPIRED) is is_given_up


def test_what_the_receiver_asks_for_is_honoured_within_a_day() -> None:
    asked = step(error=DeliveryError("429", retry_after=timedelta(seconds=30)))
    assert asked.reason is RetryReason.ASKED
    assert timedelta(seconds=30) <= delay(asked) <= timedelta(seconds=33)
    absurd = step(error=DeliveryError("429", retry_after=timedelta(days=4000)))
    assert timedelta(days=1) <= delay(absurd) <= timedelta(days=1.1)


@settings(derandomize=True, max_examples=50, deadline=None)
@given(
    attempts=st.integers(0, 10**6),
    age=st.timedeltas(timedelta(days=-1), timedelta(days=3)),
    asked=st.none() | st.timedeltas(timedelta(days=-9), timedelta(days=9)),
    seed=st.integers(0, 99),
)
def test_a_retryable_error_within_three_days_is_always_retried_and_never_in_the_past(
    attempts: int, age: timedelta, asked: timedelta | None, seed: int
) -> None:
    result = step(attempts, age, DeliveryError("503", retry_after=asked), seed)
    assert delay(result) >= timedelta()
