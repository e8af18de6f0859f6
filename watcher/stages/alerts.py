"""The stages that make of matched items what people are told: stories, alerts, counts over time."""

from __future__ import annotations

from dataclasses import replace

import structlog

from watcher.alert import policy
from watcher.alert.policy import Verdict
from watcher.announce import Reporter
from watcher.episodes import Report
from watcher.stages.poll import Context, Poll
from watcher.storage.store import Transaction
from watcher.story.cluster import fold_into_story

log = structlog.get_logger(__name__)


def fold_stories(poll: Poll, tx: Transaction, context: Context) -> Poll:
    """Put every matched item into its story."""
    entries = []
    for entry in poll.entries:
        print_ = entry.analysed.fingerprint
        if print_ is None:
            entries.append(entry)
            continue
        decision = fold_into_story(
            tx,
            entry.item_id,
            entry.analysed.item,
            print_,
            now=poll.now,
            window=context.story_window,
            folds_events=context.folds_events,
        )
        log.debug("story", item=entry.item_id, story=decision.story_id, reason=decision.reason)
        entries.append(replace(entry, story_id=decision.story_id))
    return replace(poll, entries=tuple(entries))


def raise_alerts(poll: Poll, tx: Transaction, context: Context) -> Poll:
    """Open alerts, or let them grow, and write the outbox rows that follow."""
    reporter = Reporter(
        feed=poll.feed, own_title=poll.parsed.title if poll.parsed else poll.own_title, now=poll.now
    )
    told: list[str] = []
    opened = 0
    for entry in poll.entries:
        if entry.story_id is None:
            continue
        alerts = tx.alerts.of_story(entry.story_id)
        for match in entry.analysed.matches:
            alert = alerts.get(match.rule)
            decision = policy.decide(
                policy.outcome_of(match, is_archive=poll.is_archive),
                feed_id=poll.feed.id,
                was_matched=match.rule in entry.matched_before,
                alert=alert,
            )
            context.metrics.verdicts.labels(decision.verdict, decision.reason).inc()
            if decision.verdict is Verdict.TELL:
                opened += 1
                told += reporter.tell(
                    tx,
                    entry.analysed,
                    match,
                    entry.item_id,
                    entry.story_id,
                    context.routing,
                    is_edit=entry.known is not None and not entry.is_full_text,
                    is_full_text=entry.is_full_text,
                )
            elif decision.verdict is Verdict.UPDATE and alert is not None:
                told += reporter.grow(tx, alert, entry.analysed, match, context.routing)
    return replace(poll, alerts=opened, told=tuple(told))


def count_over_time(poll: Poll, tx: Transaction, context: Context) -> Poll:
    """Note what rules over time count, and raise what they find."""
    reports = [
        Report(
            analysed=entry.analysed,
            item_id=entry.item_id,
            story_id=entry.story_id,
            ended=entry.matched_before - {match.rule for match in entry.analysed.matches},
            is_archive=poll.is_archive,
        )
        for entry in poll.entries
    ]
    told = context.trends.record(tx, reports, context.routing, poll.now)
    return replace(poll, alerts=poll.alerts + told.alerts, told=(*poll.told, *told.channels))
