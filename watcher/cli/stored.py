"""Opens the store of a configuration for the commands that look into it, and writes what is in it as JSON."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watcher.errors import MissingDatabase

if TYPE_CHECKING:
    from watcher.config.load import Config
    from watcher.storage.store import Store
    from watcher.types import Alert, Delivery


@contextmanager
def opened(config: Path) -> Iterator[tuple[Config, Store]]:
    """Load a configuration and open its database, which is left at the schema that it has.

    Secrets are not asked for: whoever looks into the store need not know those of the channels.

    Raises:
        ConfigError: the configuration is wrong.
        StoreError: as `opened_store`.
    """
    loaded = loaded_without_secrets(config)
    with opened_store(loaded) as store:
        yield loaded, store


@contextmanager
def opened_store(loaded: Config) -> Iterator[Store]:
    """Open the database of a loaded configuration, which is left at the schema that it has.

    Raises:
        MissingDatabase: there is none yet.
        StoreError: it cannot be opened.
    """
    from watcher.storage.engine import sqlite_path
    from watcher.storage.store import open_store

    path = sqlite_path(loaded.settings.database)
    if path is not None and not path.exists():
        raise MissingDatabase(
            f"there is no database at {path} yet: start the service with `watcher run` first"
        )
    store = open_store(loaded.settings.database, is_upgrading=False)
    try:
        yield store
    finally:
        store.close()


class _AnyEnvironment(dict[str, str]):
    """An environment in which every variable is set."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return "unset"

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ARG002  (a mapping's signature)
        return self[name]


def loaded_without_secrets(config: Path) -> Config:
    """Load a configuration whose secrets need not be at hand: a missing one stands as a word."""
    from watcher.config.load import load
    from watcher.errors import ConfigError

    try:
        return load(config)
    except ConfigError as error:
        try:
            return load(config, environ=_AnyEnvironment(os.environ))
        except ConfigError:
            raise error from None


def alert_to_json(alert: Alert) -> dict[str, Any]:
    """Give an alert as the commands and the webhook's readers know it."""
    from watcher.alert.life import stage
    from watcher.storage.items import evidence_to_json

    return {
        "id": alert.id,
        "story": alert.story_id,
        "rule": alert.rule,
        "rule_title": alert.rule_title,
        "severity": alert.severity.label,
        "tags": list(alert.tags),
        "tlp": alert.tlp.label if alert.tlp is not None else None,
        "feed_tags": list(alert.feed_tags),
        "headline": alert.headline,
        "url": alert.url,
        "quote": alert.quote,
        "item": alert.item_id,
        "is_edit": alert.is_edit,
        "is_full_text": alert.is_full_text,
        "language": alert.language,
        "places": [{"name": name, "country": country} for name, country in alert.places],
        "evidence": [evidence_to_json(evidence) for evidence in alert.evidence],
        "created_at": moment(alert.created_at),
        "updated_at": moment(alert.updated_at),
        "stage": stage(alert),
        "closed_at": moment(alert.closed_at),
        "merged_into": alert.merged_into,
        "is_late": alert.is_late,
        "sources": [
            {
                "feed": source.feed_id,
                "feed_title": source.feed_title,
                "title": source.title,
                "url": source.url,
                "published": moment(source.published),
                "seen_at": moment(source.seen_at),
                "language": source.language,
                "publisher": source.publisher or None,
                "agency": source.agency,
                "withdrawn_at": moment(source.withdrawn_at),
            }
            for source in alert.sources
        ],
    }


def delivery_to_json(delivery: Delivery) -> dict[str, Any]:
    """Give a row of the ledger; delays are in seconds, None where there is none (see `alert.delay`)."""
    from watcher.alert.delay import delays

    took = delays(delivery, accepted_at=delivery.delivered_at)
    return {
        "id": delivery.id,
        "alert": delivery.alert.id,
        "rule": delivery.alert.rule,
        "headline": delivery.alert.headline,
        "channel": delivery.channel,
        "kind": delivery.kind.value,
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "created_at": moment(delivery.created_at),
        "next_attempt_at": moment(delivery.next_attempt_at),
        "delivered_at": moment(delivery.delivered_at),
        "published_to_delivered_seconds": _seconds(took.published),
        "seen_to_delivered_seconds": _seconds(took.seen),
        "receiver_id": delivery.receiver_id,
        "permalink": delivery.notes.get("permalink"),
        "news": delivery.news,
        "reason": delivery.reason,
        "notes": dict(delivery.notes),
    }


def _seconds(delay: timedelta | None) -> float | None:
    return None if delay is None else round(delay.total_seconds(), 3)


def moment(value: datetime | None) -> str | None:
    """Give a time in ISO 8601, in UTC, None for none."""
    return None if value is None else value.isoformat(timespec="seconds").replace("+00:00", "Z")


def clock_time(value: datetime | None) -> str:
    """Give a time as a person reads it in a table: local, to the minute."""
    return "" if value is None else value.astimezone().strftime("%Y-%m-%d %H:%M")
