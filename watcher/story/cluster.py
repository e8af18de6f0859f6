"""Puts items into the stories that they belong to, inside the poll's transaction.

In go stored items with their fingerprints, out come the story of each and why. Called by the stages of a poll.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from watcher.storage.store import Transaction
from watcher.story.commonness import Background
from watcher.story.decide import Decision, Reason, decide
from watcher.story.event import same_event
from watcher.types import Fingerprint, Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A stored item that is to be put into its story."""

    item_id: int
    item: Item
    fingerprint: Fingerprint


def fold_into_story(
    tx: Transaction,
    item_id: int,
    item: Item,
    fingerprint: Fingerprint,
    *,
    now: datetime,
    window: timedelta,
    folds_events: bool = True,
) -> Decision:
    """Find or begin the story of a single item; as `fold_into_stories`."""
    report = Report(item_id=item_id, item=item, fingerprint=fingerprint)
    return fold_into_stories(tx, [report], now=now, window=window, folds_events=folds_events)[0]


def fold_into_stories(
    tx: Transaction,
    reports: Sequence[Report],
    *,
    now: datetime,
    window: timedelta,
    folds_events: bool = True,
) -> list[Decision]:
    """Find or begin the stories of items, one after the other, and record the place of each.

    An item that is in a story stays in it, whatever an edit did to its text. Items are compared with those seen
    in the last `window`; exact keys hold without limit, so the same report is never told twice. Copies of one text are
    always folded; with `folds_events` so are reports of one event in other words or another language. What all of them
    need is read at once, and what they add is written at once.
    """
    tx.profiles.lock()
    tx.stories.expect(
        [one.item_id for one in reports],
        [key for one in reports for key in one.fingerprint.exact],
        [key for one in reports for key in one.fingerprint.sketch],
    )
    if folds_events:
        tx.profiles.expect(trait for one in reports for trait in one.fingerprint.traits)
    decisions = [_fold(tx, one, now=now, since=now - window, folds_events=folds_events) for one in reports]
    tx.stories.flush()
    tx.profiles.flush()
    return decisions


def _fold(tx: Transaction, report: Report, *, now: datetime, since: datetime, folds_events: bool) -> Decision:
    item, fingerprint = report.item, report.fingerprint
    current = tx.stories.by_item(report.item_id)
    if current is not None:  # an edit says the same once more: it does not count again
        tx.stories.edit(current, report.item_id, fingerprint)
        return Decision(story_id=current, reason=Reason.SAME_KEY, similarity=1.0)
    decision, background = _decide(tx, item, fingerprint, since=since, folds_events=folds_events)
    is_new = decision.story_id is None
    story_id = decision.story_id
    if story_id is None:
        story_id = _story_id(item)
        tx.stories.begin(story_id, title=item.title, at=now)
    tx.stories.join(
        story_id,
        (report.item_id, item.feed_id),
        fingerprint,
        reason=decision.reason,
        similarity=decision.similarity,
        at=now,
        contributions=decision.contributions,
        is_new=is_new,
    )
    if folds_events:
        tx.profiles.add(
            story_id, report.item_id, fingerprint.traits, at=now, is_new=is_new, background=background
        )
    return replace(decision, story_id=story_id)


def _decide(
    tx: Transaction, item: Item, fingerprint: Fingerprint, *, since: datetime, folds_events: bool
) -> tuple[Decision, Background | None]:
    by_key = tx.stories.by_key(fingerprint.exact)
    decision = decide(
        fingerprint.shingles,
        feed_id=item.feed_id,
        by_key=by_key,
        candidates=[] if by_key else tx.stories.candidates(fingerprint.sketch, since=since),
    )
    if decision.story_id is not None or not folds_events:
        return decision, None
    stories, background = tx.profiles.candidates(fingerprint.traits, since=since)
    return same_event(fingerprint.traits, stories, background), background


def _story_id(item: Item) -> str:
    # From the first item's identity: writing the same story twice gives the same row.
    name = "\0".join((item.feed_id, item.key)).encode("utf-8", "surrogatepass")
    return "st-" + hashlib.blake2b(name, digest_size=8).hexdigest()
