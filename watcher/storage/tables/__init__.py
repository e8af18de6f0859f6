"""The tables, as the code of this version expects them; `migrations/` makes a database look like this.

One module for each subject; all are imported from here. Times are stored as whole microseconds since 1970 in UTC: exact,
comparable and the same on every database.
"""

from __future__ import annotations

from watcher.storage.tables.alerts import alert_events, alert_sources, alerts, answers, silences
from watcher.storage.tables.columns import EPOCH, metadata
from watcher.storage.tables.deliveries import attempts, deliveries
from watcher.storage.tables.feeds import feed_problems, feeds, habits, hosts, seen_entries, subscriptions
from watcher.storage.tables.items import articles, items, matches
from watcher.storage.tables.services import notices, services, troubles
from watcher.storage.tables.stories import (
    stories,
    story_items,
    story_keys,
    story_profiles,
    story_sketches,
    story_traits,
    story_words,
)
from watcher.storage.tables.trends import episodes, events, series, watches

SCHEMA = "0022"
"""The migration that these tables are the result of."""

__all__ = [
    "EPOCH",
    "SCHEMA",
    "alert_events",
    "alert_sources",
    "alerts",
    "answers",
    "articles",
    "attempts",
    "deliveries",
    "episodes",
    "events",
    "feed_problems",
    "feeds",
    "habits",
    "hosts",
    "items",
    "matches",
    "metadata",
    "notices",
    "seen_entries",
    "series",
    "services",
    "silences",
    "stories",
    "story_items",
    "story_keys",
    "story_profiles",
    "story_sketches",
    "story_traits",
    "story_words",
    "subscriptions",
    "troubles",
    "watches",
]
