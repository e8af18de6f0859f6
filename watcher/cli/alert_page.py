"""One alert as `alerts show` prints it: sentence, timeline, sources by voice, why each item is in its story, deliveries.

In: what the store has of it. Out: a page for people, or plain data. Called by the command, and by those that change stories.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from watcher.alert.independence import independent, voices
from watcher.alert.news import said
from watcher.cli.fate import STORY
from watcher.cli.output import console, count, highlighted, plain, rows, table
from watcher.cli.stored import alert_to_json, clock_time, delivery_to_json, moment

if TYPE_CHECKING:
    from watcher.storage.deliveries import Attempt
    from watcher.storage.members import Member
    from watcher.storage.regrouping import Word
    from watcher.storage.store import Transaction
    from watcher.types import Alert, Answer, Delivery, LifeEvent, Source

MOST_ITEMS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPage:
    """Everything that is known of one alert: `items` are the first of its story, of `size`; `attempts` are by delivery."""

    alert: Alert
    items: Sequence[Member]
    size: int
    deliveries: Sequence[Delivery]
    attempts: Mapping[str, Sequence[Attempt]]
    words: Sequence[Word]

    def to_json(self) -> dict[str, Any]:
        """Give plain data."""
        alert = self.alert
        return {
            **alert_to_json(alert),
            "timeline": [event_to_json(event) for event in alert.events],
            "voices": [_voice(voice) for voice in voices(alert.sources)],
            "independent": independent(alert.sources),
            "items": [_item(item) for item in self.items],
            "item_count": self.size,
            "words": [_word(word) for word in self.words],
            "answers": [answer_to_json(answer) for answer in alert.answers],
            "deliveries": [
                {**delivery_to_json(one), "tries": [_attempt(a) for a in self.attempts[one.id]]}
                for one in self.deliveries
            ],
        }

    def print(self) -> None:
        """Print it."""
        alert = self.alert
        _print_head(alert)
        _print_timeline(alert, self.words)
        _print_voices(alert)
        _print_items(self.items, self.size)
        evidence = table("evidence", "field", "condition")
        rows(evidence, ((e.text, e.span.field, e.path) for e in alert.evidence))
        console().print(evidence)
        _print_deliveries(self.deliveries, self.attempts)


def read_page(tx: Transaction, alert_id: str) -> AlertPage | None:
    """Read everything of an alert; None when there is none of this id."""
    alert = tx.alerts.get([alert_id]).get(alert_id)
    if alert is None:
        return None
    deliveries = tx.deliveries.newest(limit=1000, alert=alert_id)
    return AlertPage(
        alert=alert,
        items=tx.members.of(alert.story_id, limit=MOST_ITEMS),
        size=tx.members.count(alert.story_id),
        deliveries=deliveries,
        words=tx.regroup.words(alert.story_id),
        attempts={delivery.id: tx.deliveries.attempts_of(delivery.id) for delivery in deliveries},
    )


def event_to_json(event: LifeEvent) -> dict[str, Any]:
    """Give one thing that happened to an alert."""
    return {
        "kind": event.kind.value,
        "reason": event.reason.value,
        "at": moment(event.at),
        "said": said(event),
        "detail": event.detail or None,
        "number": event.number,
        "is_told": event.is_told,
    }


def answer_to_json(answer: Answer) -> dict[str, object]:
    """Give what a person said."""
    return {
        "word": answer.word.value,
        "by": answer.by,
        "via": answer.via,
        "at": moment(answer.at),
        "detail": answer.detail or None,
    }


def _voice(voice: Sequence[Source]) -> dict[str, Any]:
    return {
        "publisher": voice[0].publisher or voice[0].feed_id,
        "agency": next((one.agency for one in voice if one.agency), None),
        "stands": any(one.withdrawn_at is None for one in voice),
        "sources": [
            {
                "feed": one.feed_id,
                "publisher": one.publisher or None,
                "title": one.title,
                "url": one.url,
                "item": one.item_id,
                "is_copy": one.copy_of is not None,
                "withdrawn_at": moment(one.withdrawn_at),
            }
            for one in voice
        ],
    }


def _word(word: Word) -> dict[str, Any]:
    return {
        "said": "together" if word.is_together else "apart",
        "story": word.story_id,
        "other_story": word.other_story,
        "items": list(word.item_ids),
        "by": word.by,
        "via": word.via,
        "at": moment(word.at),
        "comment": word.comment or None,
    }


def _item(item: Member) -> dict[str, Any]:
    return {
        "id": item.item_id,
        "feed": item.feed_id,
        "title": item.title,
        "url": item.url,
        "joined_at": moment(item.joined_at),
        "reason": item.reason,
        "why": STORY.get(item.reason, item.reason),
        "similarity": round(item.similarity, 3),
        "contributions": [list(one) for one in item.contributions],
    }


def _attempt(attempt: Attempt) -> dict[str, object]:
    return {
        "number": attempt.number,
        "at": moment(attempt.at),
        "outcome": attempt.outcome,
        "detail": attempt.detail,
    }


def _print_head(alert: Alert) -> None:
    out = console()
    out.print(highlighted(alert.headline, alert.title_highlights), style="bold")
    out.print(f"{alert.severity.label} · {plain(alert.rule_title)} ({alert.rule})")
    if alert.merged_into:
        out.print(f"merged into {alert.merged_into}: watcher alerts show {alert.merged_into}")
    if alert.is_full_text:
        out.print("found in the full text: what the feed itself said of it did not match")
    if alert.url:
        out.print(plain(alert.url))
    if alert.quote:
        out.print()
        out.print(highlighted(alert.quote, alert.highlights))
    out.print()


def _print_timeline(alert: Alert, words: Sequence[Word]) -> None:
    out = console()
    lines = [(one.at, said(one) + ("" if one.is_told else " (not told)")) for one in alert.events]
    for word in words:
        what = "belong together" if word.is_together else "are of another story"
        items = ", ".join(map(str, word.item_ids))
        why = f" ({word.comment})" if word.comment else ""
        lines.append((word.at, f"{word.by} said that items {items} {what}{why}"))
    for answer in alert.answers:
        detail = f" ({plain(answer.detail)})" if answer.detail else ""
        lines.append((answer.at, f"{answer.word.label}{detail} by {plain(answer.by)}"))
    for at, line in sorted(lines, key=lambda one: one[0]):
        out.print(f"{clock_time(at)}  {plain(line)}")
    out.print()


def _print_voices(alert: Alert) -> None:
    out = console()
    heard = voices(alert.sources)
    out.print(
        f"{count(len(alert.sources), 'source')}, {independent(alert.sources)} independent", style="bold"
    )
    sources = table("voice", "source", "published", "seen", "headline")
    for number, voice in enumerate(heard, 1):
        agency = next((one.agency for one in voice if one.agency), None)
        for one in voice:
            name = one.feed_title + (" (withdrawn)" if one.withdrawn_at else "")
            label = f"{number} {agency or voice[0].publisher or voice[0].feed_id}" if one is voice[0] else ""
            rows(sources, [(label, name, clock_time(one.published), clock_time(one.seen_at), one.title)])
    out.print(sources)


def _print_items(items: Sequence[Member], size: int) -> None:
    if not items:
        return
    out = console()
    made = table("item", "feed", "joined", "why", "headline")
    for one in items:
        spoke = "; ".join(f"{name} {weight:+.2f}" for name, weight in one.contributions)
        why = f"{one.reason} {one.similarity:.2f}" + (f": {spoke}" if spoke else "")
        rows(made, [(one.item_id, one.feed_id, clock_time(one.joined_at), why, one.title)])
    out.print(made)
    if size > len(items):
        out.print(f"and {count(size - len(items), 'item')} more")


def _print_deliveries(deliveries: Sequence[Delivery], attempts: Mapping[str, Sequence[Attempt]]) -> None:
    out = console()
    sent = table("delivery", "channel", "kind", "state", "tries", "when", "reason")
    rows(
        sent,
        (
            (
                d.id,
                d.channel,
                d.kind,
                d.state,
                len(attempts[d.id]),
                clock_time(d.delivered_at or d.next_attempt_at),
                d.reason or d.news,
            )
            for d in deliveries
        ),
    )
    out.print(sent if deliveries else "No route takes this alert: it was sent to nobody.")
    for one in deliveries:
        if link := one.notes.get("permalink"):
            out.print(f"{one.channel}: {plain(str(link))}")
