"""The stages that make of matched items what people are told: stories, alerts, counts over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import structlog

from watcher.alert import policy
from watcher.alert.policy import Verdict
from watcher.alert.retraction import Mark, mark_of
from watcher.episodes import Report
from watcher.ingest.identity import KEY_BYTES, guid_key, short_key
from watcher.reporter import News, Reporter
from watcher.stages.poll import Context, Entry, Poll
from watcher.storage.store import Transaction
from watcher.story import cluster
from watcher.types import Alert, LifeReason, Match

log = structlog.get_logger(__name__)

_MOST_LATE = (
    20  # late reports of one poll that are listed: a site that puts its archive into its feed is no news
)


def fold_stories(poll: Poll, tx: Transaction, context: Context) -> Poll:
    """Put every matched item into its story."""
    matched = [
        cluster.Report(
            item_id=entry.item_id, item=entry.analysed.item, fingerprint=entry.analysed.fingerprint
        )
        for entry in poll.entries
        if entry.analysed.fingerprint is not None
    ]
    decisions = cluster.fold_into_stories(
        tx, matched, now=poll.now, window=context.story_window, folds_events=context.folds_events
    )
    found = {one.item_id: decision for one, decision in zip(matched, decisions, strict=True)}
    for item_id, decision in found.items():
        log.debug("story", item=item_id, story=decision.story_id, reason=decision.reason)
    entries = [
        replace(entry, story_id=found[entry.item_id].story_id) if entry.item_id in found else entry
        for entry in poll.entries
    ]
    return replace(poll, entries=tuple(entries))


def raise_alerts(poll: Poll, tx: Transaction, context: Context) -> Poll:
    """Open alerts, let them grow, or note what is taken back, and write the outbox rows that follow."""
    reporter = _reporter(poll, context)
    told: list[str] = []
    opened = held = 0
    for entry in poll.entries:
        told += _take_back(entry, tx, reporter)
        if entry.story_id is None:
            continue
        alerts = tx.alerts.of_story(entry.story_id)
        news = News(
            analysed=entry.analysed,
            item_id=entry.item_id,
            story_id=entry.story_id,
            is_edit=entry.known is not None and not entry.is_full_text,
            is_full_text=entry.is_full_text,
        )
        for match in entry.analysed.matches:
            verdict = _decided(poll, entry, match, alerts.get(match.rule), context)
            opened += verdict is Verdict.TELL
            told += _do(verdict, tx, reporter, news, match, alerts)
            if verdict is Verdict.HOLD and held < _MOST_LATE:
                held += reporter.hold(tx, news, match)
    if held == _MOST_LATE:
        log.info("late_reports_not_listed", feed=poll.feed.id, listed=held)
    return replace(poll, alerts=opened, told=tuple(told))


def take_down(poll: Poll, tx: Transaction, context: Context) -> Poll:
    """Let alerts know that the publisher has deleted reports, as its document says; one that is listed again stands."""
    if poll.parsed is None or not poll.parsed.deleted:
        return poll
    parsed, reporter = poll.parsed, _reporter(poll, context)
    kept = {parsed.kept[start : start + KEY_BYTES] for start in range(0, len(parsed.kept), KEY_BYTES)}
    listed = kept | {short_key(item.key) for item in parsed.items}
    keys = [key for one in parsed.deleted if short_key(key := guid_key(one)) not in listed]
    told = [
        channel
        for known in tx.items.known(poll.feed.id, keys).values()
        for channel in gone(tx, reporter, known.item_id)
    ]
    return replace(poll, told=(*poll.told, *told))


def gone(tx: Transaction, reporter: Reporter, item_id: int) -> tuple[str, ...]:
    """Let the alerts that rest on an item know that its publisher has taken it down."""
    story_id = tx.stories.by_item(item_id)
    alerts = tx.alerts.of_story(story_id) if story_id is not None else {}
    return tuple(
        channel
        for rule in sorted(tx.items.matched_rules(item_id) & alerts.keys())
        for channel in reporter.take_back(tx, alerts[rule], item_id, reason=LifeReason.TAKEN_DOWN)
    )


def _reporter(poll: Poll, context: Context) -> Reporter:
    return Reporter(
        feed=poll.feed,
        own_title=poll.parsed.title if poll.parsed else poll.own_title,
        now=poll.now,
        routing=context.routing,
        corroborated_by=context.corroborated_by,
    )


def _take_back(entry: Entry, tx: Transaction, reporter: Reporter) -> tuple[str, ...]:
    """Let the alerts know that rest on a match which an edit has ended."""
    if not entry.ended:
        return ()
    story_id = tx.stories.by_item(entry.item_id)
    alerts = tx.alerts.of_story(story_id) if story_id is not None else {}
    is_marked = mark_of(entry.analysed.item.title) is Mark.WITHDRAWN
    reason = LifeReason.MARKED_WITHDRAWN if is_marked else LifeReason.NO_LONGER_MATCHES
    return tuple(
        channel
        for rule in sorted(entry.ended & alerts.keys())
        for channel in reporter.take_back(tx, alerts[rule], entry.item_id, reason=reason)
    )


def _decided(poll: Poll, entry: Entry, match: Match, alert: Alert | None, context: Context) -> Verdict:
    decision = policy.decide(
        policy.outcome_of(match, is_archive=poll.is_archive),
        feed_id=poll.feed.id,
        was_matched=match.rule in entry.matched_before,
        alert=alert,
        mark=mark_of(entry.analysed.item.title),
    )
    context.metrics.verdicts.labels(decision.verdict, decision.reason).inc()
    return decision.verdict


def _do(
    verdict: Verdict,
    tx: Transaction,
    reporter: Reporter,
    news: News,
    match: Match,
    alerts: Mapping[str, Alert],
) -> tuple[str, ...]:
    if verdict is Verdict.TELL:
        return reporter.tell(tx, news, match, tuple(alerts.values()))
    if verdict is Verdict.UPDATE:
        return reporter.grow(tx, alerts[match.rule], news, match)
    if verdict is Verdict.AMEND:
        return reporter.amend(tx, alerts[match.rule], news)
    return reporter.heed(tx, alerts[match.rule], news, match) if verdict is Verdict.HEED else ()


def count_over_time(poll: Poll, tx: Transaction, context: Context) -> Poll:
    """Note what rules over time count, and raise what they find."""
    reports = [
        Report(
            analysed=entry.analysed,
            item_id=entry.item_id,
            story_id=entry.story_id,
            ended=entry.ended,
            is_archive=poll.is_archive,
        )
        for entry in poll.entries
    ]
    told = context.trends.record(tx, reports, context.routing, poll.now)
    return replace(poll, alerts=poll.alerts + told.alerts, told=(*poll.told, *told.channels))
