"""What became of a stored item under the rules that matched it: kept back or told, in which story, to whom.

Read from the store by `watcher explain --item`; printed below the conditions of each rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from watcher.cli.output import console, count, plain
from watcher.cli.stored import clock_time, delivery_to_json, moment
from watcher.reporter import late_alert_id
from watcher.types import MatchOutcome

if TYPE_CHECKING:
    from watcher.storage.items import StoredMatch
    from watcher.storage.store import Transaction
    from watcher.storage.stories import Membership
    from watcher.types import Alert, Delivery

_WHY = {
    MatchOutcome.TOLD: "nothing kept it back when it matched",
    MatchOutcome.FIRST_POLL: "not told: it came with the first poll of its feed, which is its archive",
    MatchOutcome.TEST: "not told: the rule had status: test",
    MatchOutcome.LATE: "not told: it was older than the rule's max_age when it matched",
    MatchOutcome.COUNTED: "counted by a rule over time, which tells of the count and not of the item",
}
STORY = {
    "new": "it began the story",
    "same_key": "it has the id, link or text of a report in it",
    "same_text": "its text is like that of a report in it",
    "same_lead": "its beginning is like that of a report in it",
    "same_title": "its headline is like that of a report in it, from another feed",
    "same_words": "its words speak for the story",
    "same_event": "places, numbers and what happened agree with the story",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What is recorded of one rule's match on an item; story, alert and deliveries as far as there are some."""

    match: StoredMatch
    feed_id: str
    story: Membership | None
    alert: Alert | None
    deliveries: Sequence[Delivery]

    @property
    def alert_words(self) -> str:
        """How the alert on the story came about, seen from this item."""
        if self.alert is None:
            return "no alert"
        if self.alert.item_id == self.match.item_id:
            return "opened by this item"
        sources = self.alert.sources
        if any(source.item_id == self.match.item_id for source in sources):
            return "opened by another report; this one is among its sources"
        if self.match.outcome is MatchOutcome.TOLD and any(one.feed_id == self.feed_id for one in sources):
            return "opened by another report; its feed is among the sources already"
        return "opened by another report"

    def to_json(self) -> dict[str, Any]:
        """Give plain data."""
        match, story, alert = self.match, self.story, self.alert
        return {
            "outcome": match.outcome.value,
            "why": _WHY[match.outcome],
            "matched_at": moment(match.matched_at),
            "withdrawn_at": moment(match.withdrawn_at),
            "story": story
            and {
                "id": story.story_id,
                "title": story.title,
                "items": story.items,
                "reason": story.reason,
                "similarity": round(story.similarity, 3),
                "contributions": [list(one) for one in story.contributions],
                "joined_at": moment(story.joined_at),
            },
            "alert": alert
            and {
                "id": alert.id,
                "how": self.alert_words,
                "is_opened_by_item": alert.item_id == match.item_id,
                "created_at": moment(alert.created_at),
                "deliveries": [delivery_to_json(delivery) for delivery in self.deliveries],
            },
        }


def fates_of(transaction: Transaction, item_id: int) -> dict[str, Fate]:
    """Read what became of an item, by rule; rules whose match is not recorded are not in it."""
    story = transaction.stories.membership(item_id)
    alerts = transaction.alerts.of_story(story.story_id) if story is not None else {}
    item = transaction.items.get(item_id)
    feed_id = item.feed_id if item is not None else ""
    fates = {}
    for match in transaction.items.matches_of(item_id):
        alert = alerts.get(match.rule)
        if alert is None and story is not None and match.outcome is MatchOutcome.LATE:
            late_id = late_alert_id(story.story_id, match.rule)
            alert = transaction.alerts.get([late_id]).get(late_id)
        sent = transaction.deliveries.newest(limit=100, alert=alert.id) if alert is not None else ()
        fates[match.rule] = Fate(match=match, feed_id=feed_id, story=story, alert=alert, deliveries=sent)
    return fates


def print_fate(fate: Fate | None, *, holds: bool) -> None:
    """Print what became of an item under one rule; None when no match is recorded, which is told only of a hit."""
    screen = console()
    if fate is None:
        if holds:
            screen.print(
                "  not recorded: it did not hold when the item came, or the rule is newer", style="dim"
            )
        return
    match, story = fate.match, fate.story
    screen.print(f"  {clock_time(match.matched_at)} {match.outcome.value}: {_WHY[match.outcome]}")
    if match.withdrawn_at is not None:
        screen.print(f"  {clock_time(match.withdrawn_at)} withdrawn: an edit of the item ended the match")
    if story is not None:
        why = STORY.get(story.reason, story.reason)
        screen.print(
            f"  story {story.story_id}, {count(story.items, 'item')}: {why} ({story.reason}, {story.similarity:.2f})"
        )
        if story.contributions:
            spoke = "; ".join(f"{name} {weight:+.2f}" for name, weight in story.contributions)
            screen.print(f"    what spoke for it: {plain(spoke)}")
    if fate.alert is not None:
        screen.print(f"  alert {fate.alert.id}: {fate.alert_words}")
        _print_deliveries(fate)


def _print_deliveries(fate: Fate) -> None:
    screen = console()
    if not fate.deliveries:
        screen.print("    no route takes this alert: it was sent to nobody")
    for one in fate.deliveries:
        when = clock_time(one.delivered_at or one.next_attempt_at)
        reason = f": {plain(one.reason)}" if one.reason else ""
        screen.print(f"    {one.channel} {one.kind.value} {one.state.value} {when}{reason}")
