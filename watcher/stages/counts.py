"""What a poll adds to metrics and logs, once it is committed."""

from __future__ import annotations

from collections import Counter

import structlog

from watcher.alert import policy
from watcher.ingest.coverage import Coverage
from watcher.metrics import Metrics
from watcher.stages.poll import Poll
from watcher.types import Feed

log = structlog.get_logger(__name__)


def count_troubles(feed: Feed, found: Coverage | None, metrics: Metrics) -> None:
    """Count and log the troubles that a poll has begun."""
    for one in found.begun if found is not None else ():
        metrics.troubles_begun.labels(one.kind).inc()
        log.warning("trouble", feed=feed.id, kind=str(one.kind), reason=one.reason)


def count(poll: Poll, metrics: Metrics) -> None:
    """Count a poll that was answered, and its items."""
    metrics.polls.labels("unchanged" if poll.parsed is None else "ok").inc()
    if poll.parsed is not None and poll.parsed.full_parse is not None:
        metrics.full_parses.labels(poll.parsed.full_parse).inc()
    count_items(poll, metrics)


def count_items(poll: Poll, metrics: Metrics) -> None:
    """Count and log what new and edited items a poll brought."""
    if not poll.entries:
        return
    new = sum(entry.known is None for entry in poll.entries)
    edited = len(poll.entries) - new
    is_archive = poll.is_archive
    metrics.items.labels("new").inc(new)
    metrics.items.labels("edited").inc(edited)
    said = Counter(
        (match.rule, policy.outcome_of(match, is_archive=is_archive))
        for entry in poll.entries
        for match in entry.analysed.matches
    )
    for (rule, outcome), times in said.items():
        metrics.matches.labels(rule, outcome).inc(times)
    matched = sum(bool(entry.analysed.matches) for entry in poll.entries)
    log.info("feed_polled", feed=poll.feed.id, new=new, edited=edited, matched=matched)
