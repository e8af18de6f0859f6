"""The part of `watcher status` that says which feeds are pushed by a hub, and which would be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from watcher.cli.output import console, rows, table
from watcher.cli.stored import clock_time, moment
from watcher.ingest.mask import masked
from watcher.storage.subscriptions import Subscription


def subscription_to_json(one: Subscription) -> dict[str, Any]:
    """Give plain data; the callback's address is a secret, and so is what pushes are signed with."""
    return {
        "feed": one.feed_id,
        "hub": masked(one.hub),
        "topic": masked(one.topic),
        "state": one.state.value,
        "expires_at": moment(one.expires_at),
        "last_push_at": moment(one.last_push_at),
        "failures": one.failures,
        "detail": one.detail,
    }


def show_subscriptions(subscriptions: Sequence[Subscription]) -> None:
    """Print a table, nothing where no feed names a hub."""
    if not subscriptions:
        return
    made = table("pushed feed", "hub", "state", "until", "last push", "detail")
    cells = (
        (s.feed_id, masked(s.hub), s.state, clock_time(s.expires_at), clock_time(s.last_push_at), s.detail)
        for s in subscriptions
    )
    console().print(rows(made, cells))
