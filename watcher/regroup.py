"""Merges and splits stories because a person says so: the one way in which they ever do.

In: alerts in the store, who says it, and for a split the story's items as analysed now. Out: reports, alerts and messages
changed in one transaction, and what was said kept. Called by the `alerts` commands and by the desk of the chat.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from watcher.alert.compose import spoken
from watcher.alert.independence import copied
from watcher.alert.life import joined_by_hand, opened
from watcher.announce import Routing, stable_id
from watcher.errors import WatcherError
from watcher.life import live
from watcher.reporter import News, Reporter, source_of
from watcher.storage.regrouping import Word
from watcher.storage.store import Transaction
from watcher.story.fingerprint import exact_keys
from watcher.types import (
    Alert,
    Analysed,
    DeliveryKind,
    Feed,
    Item,
    LifeEvent,
    LifeKind,
    LifeReason,
    Match,
    MatchOutcome,
    Source,
)

MOST_ITEMS = 200
"""A story of more items is split by those that are named among its first ones."""


class RegroupError(WatcherError):
    """What was asked for cannot be done, and nothing has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who says it, where (`command`, `slack`), when, and why."""

    by: str
    by_id: str
    via: str
    at: datetime
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouped:
    """What came of it: `alert_id` is the alert that stays, `others` those that were merged into it or split from it."""

    alert_id: str
    story_id: str
    is_changed: bool
    items: tuple[int, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One item of a story: as analysed by the present rules, with its feed and that feed's name."""

    item_id: int
    analysed: Analysed
    feed: Feed
    outlet: str


def merge(
    tx: Transaction, one: str, other: str, speaker: Speaker, routing: Routing, *, corroborated_by: int
) -> Regrouped:
    """Put the story of the second alert into that of the first; merged once, it stays so.

    Where the reports of both are from so many independent publishers as `corroborated_by` says, that is told.

    Raises:
        RegroupError: there is no such alert, or it is not on a story of reports.
    """
    tx.profiles.lock()
    first, second = _found(tx, one), _found(tx, other)
    if first.story_id == second.story_id:
        return Regrouped(alert_id=first.id, story_id=first.story_id, is_changed=False)
    story, gone = first.story_id, second.story_id
    mine, theirs = tx.alerts.of_story(story), tx.alerts.of_story(gone)
    moved = tx.regroup.absorb(story, gone)
    for rule, alert in theirs.items():
        if alert.merged_into is None:
            _merge_alert(tx, mine.get(rule), alert, story, speaker, routing)
            if rule in mine:
                _recount(tx, mine[rule], speaker, routing, corroborated_by)
    _say(tx, story, gone, moved, speaker, is_together=True)
    others = tuple(sorted(alert.id for alert in theirs.values()))
    return Regrouped(alert_id=first.id, story_id=story, is_changed=True, items=moved, others=others)


def pieces(tx: Transaction, alert_id: str) -> tuple[tuple[int, Item], ...]:
    """Give the items that must be analysed before an alert's story is split.

    Raises:
        RegroupError: as `merge`.
    """
    members = tx.members.of(_found(tx, alert_id).story_id, limit=MOST_ITEMS)
    found = ((member.item_id, tx.items.get(member.item_id)) for member in members)
    return tuple((item_id, item) for item_id, item in found if item is not None)


def split(
    tx: Transaction,
    alert_id: str,
    item_ids: Sequence[int],
    known: Sequence[Piece],
    speaker: Speaker,
    routing: Routing,
) -> Regrouped:
    """Take items out of an alert's story into one of their own, which is told; parted once, they stay so.

    Args:
        tx: a transaction that writes.
        alert_id: of the story.
        item_ids: of the items that do not belong to it.
        known: all of `pieces`, analysed.
        speaker: who says it.
        routing: where the new alerts go.

    Raises:
        RegroupError: as `merge`; or an item is not in the story, or none would stay.
    """
    tx.profiles.lock()
    alert = _found(tx, alert_id)
    story, wanted = alert.story_id, tuple(dict.fromkeys(item_ids))
    by_id = {piece.item_id: piece for piece in known}
    places = tx.regroup.places([*wanted, *by_id])
    before = _split_before(tx, story, wanted, places)
    if before is not None:
        return Regrouped(alert_id=alert.id, story_id=before, is_changed=False, items=wanted)
    members = {item_id for item_id in by_id if places.get(item_id) == story}
    _check(alert, wanted, members)
    moved = [by_id[item_id] for item_id in sorted(wanted)]
    kept = [piece for piece in known if piece.item_id in members and piece.item_id not in wanted]
    new = _part(tx, story, moved, kept, speaker)
    others = []
    for one in tx.alerts.of_story(story).values():
        others += _split_alert(tx, one, new, moved, kept, speaker, routing)
    _say(tx, story, new, [piece.item_id for piece in moved], speaker, is_together=False)
    return Regrouped(alert_id=alert.id, story_id=new, is_changed=True, items=wanted, others=tuple(others))


def _found(tx: Transaction, alert_id: str) -> Alert:
    """Give an alert, or the one that it was merged into."""
    seen: set[str] = set()
    name: str | None = alert_id
    while name is not None and name not in seen:
        seen.add(name)
        alert = tx.alerts.get([name]).get(name)
        if alert is None:
            raise RegroupError(f"there is no alert {name}")
        if alert.merged_into is None and not tx.members.count(alert.story_id):
            raise RegroupError(
                f"{name} is not on a story of reports: a rule over time raised it, or they are no longer kept"
            )
        if alert.merged_into is None:
            return alert
        name = alert.merged_into
    raise RegroupError(f"{alert_id} was merged into itself")


def _merge_alert(
    tx: Transaction, mine: Alert | None, theirs: Alert, story: str, speaker: Speaker, routing: Routing
) -> None:
    event = _event(LifeKind.MERGED, speaker, len(theirs.sources))
    if mine is None:
        tx.alerts.move(theirs.id, story)
        return _show(tx, theirs.id, event, routing)
    listed = {source.feed_id for source in mine.sources}
    for source in _told_apart(tx, mine, [one for one in theirs.sources if one.feed_id not in listed]):
        tx.alerts.add_source(mine.id, source)
    tx.alerts.grow(mine.id, places=dict.fromkeys((*mine.places, *theirs.places)), at=speaker.at)
    tx.alerts.mark_merged(theirs.id, into=mine.id, at=speaker.at)
    _show(tx, mine.id, event, routing)
    return _show(tx, theirs.id, event, routing)


def _told_apart(tx: Transaction, alert: Alert, more: Sequence[Source]) -> Sequence[Source]:
    """Say of further sources whose text each repeats, as their places in the alert's list will be."""
    listed = [*alert.sources, *more]
    texts = tx.stories.texts([one.item_id for one in listed if one.item_id is not None])
    found = []
    for place, source in enumerate(more, len(alert.sources)):
        others = {
            before: texts[one.item_id] for before, one in enumerate(listed[:place]) if one.item_id in texts
        }
        text = texts.get(source.item_id) if source.item_id is not None else None
        found.append(replace(source, copy_of=copied(text, others) if text is not None else None))
    return found


def _recount(
    tx: Transaction, before: Alert, speaker: Speaker, routing: Routing, corroborated_by: int
) -> None:
    """Tell, once, that the reports of both alerts corroborate each other."""
    now = tx.alerts.get([before.id])[before.id]
    events = joined_by_hand(now, now.sources, corroborated_by=corroborated_by, now=speaker.at)
    live(tx, before.id, events, routing, now=speaker.at)


def _split_before(
    tx: Transaction, story: str, wanted: Sequence[int], places: Mapping[int, str]
) -> str | None:
    """Give the story that these items were parted into before, None when that was never said."""
    now_in = {places.get(item_id) for item_id in wanted}
    parted = {word.other_story for word in tx.regroup.words(story) if not word.is_together}
    if len(now_in) == 1 and wanted and (only := next(iter(now_in))) in parted and only != story:
        return only
    return None


def _check(alert: Alert, wanted: Sequence[int], members: set[int]) -> None:
    listed = ", ".join(map(str, sorted(members)))
    strangers = [str(item_id) for item_id in wanted if item_id not in members]
    if not wanted:
        raise RegroupError(f"say which items are of another story; {alert.id} has {listed}")
    if strangers:
        raise RegroupError(f"{', '.join(strangers)}: not in the story of {alert.id}, which has {listed}")
    if members <= set(wanted):
        raise RegroupError(f"at least one item must stay in the story of {alert.id}, which has {listed}")


def _part(
    tx: Transaction, story: str, moved: Sequence[Piece], kept: Sequence[Piece], speaker: Speaker
) -> str:
    new = stable_id("st", story, *(str(piece.item_id) for piece in moved), speaker.at.isoformat())
    tx.stories.open(new, title=moved[0].analysed.item.title, at=speaker.at)
    mine = {key for piece in moved for key in exact_keys(piece.analysed.item)}
    theirs = {key for piece in kept for key in exact_keys(piece.analysed.item)}
    ids = [piece.item_id for piece in moved]
    tx.regroup.part(story, new, ids, sorted(mine - theirs), sorted(mine & theirs))
    prints = {piece.item_id: piece.analysed.fingerprint for piece in moved}
    traits = {item_id: one.traits if one is not None else () for item_id, one in prints.items()}
    if tx.regroup.lessen(story, list(traits.values())):
        for place, item_id in enumerate(ids):
            tx.profiles.add(new, item_id, traits[item_id], at=speaker.at, is_new=place == 0)
        tx.profiles.flush()
    return new


def _split_alert(
    tx: Transaction,
    alert: Alert,
    new: str,
    moved: Sequence[Piece],
    kept: Sequence[Piece],
    speaker: Speaker,
    routing: Routing,
) -> list[str]:
    """Part an alert as its story; gives the new alert, where there is one."""
    gone, stays = _told_of(tx, moved, alert.rule), _told_of(tx, kept, alert.rule)
    if not gone:
        return []
    if not stays:
        tx.alerts.move(alert.id, new)
        _show(tx, alert.id, _event(LifeKind.SPLIT, speaker, len(gone)), routing)
        return [alert.id]
    left = alert
    if alert.item_id not in {piece.item_id for piece, _ in stays}:
        piece, match = stays[0]
        left = spoken(alert, match, piece.analysed, item_id=piece.item_id)
    tx.alerts.rewrite(replace(left, sources=_sources(tx, stays), updated_at=speaker.at))
    _show(tx, alert.id, _event(LifeKind.SPLIT, speaker, len(gone)), routing)
    piece, match = gone[0]
    reporter = Reporter(
        feed=piece.feed, own_title=piece.outlet, now=speaker.at, routing=routing, corroborated_by=0
    )
    made = reporter.alert(News(analysed=piece.analysed, item_id=piece.item_id, story_id=new), match)
    begun = opened(killed=piece.analysed.killed, outlet=piece.outlet, at=speaker.at)
    events = (begun, _event(LifeKind.SPLIT, speaker, len(gone)))
    made = replace(made, sources=_sources(tx, gone), events=events)
    tx.alerts.add(made)
    routing.queue(tx, made, DeliveryKind.ALERT, now=speaker.at)
    return [made.id]


def _told_of(tx: Transaction, some: Sequence[Piece], rule: str) -> list[tuple[Piece, Match]]:
    """Give the items whose match with a rule was told and still stands, with what the rule says of them now."""
    found = []
    for piece in some:
        stored = {one.rule: one for one in tx.items.matches_of(piece.item_id)}.get(rule)
        match = next((one for one in piece.analysed.matches if one.rule == rule), None)
        if match is None or stored is None or stored.withdrawn_at is not None:
            continue
        if stored.outcome is MatchOutcome.TOLD:
            found.append((piece, match))
    return found


def _sources(tx: Transaction, reports: Sequence[tuple[Piece, Match]]) -> tuple[Source, ...]:
    """List reports, each feed once, and say which repeat the text of which."""
    texts = tx.stories.texts([piece.item_id for piece, _ in reports])
    listed: list[Source] = []
    for piece, _ in reports:
        if any(one.feed_id == piece.feed.id for one in listed):
            continue
        source = source_of(
            piece.analysed.item, piece.item_id, outlet=piece.outlet, language=piece.analysed.language
        )
        others = {
            place: texts[one.item_id] for place, one in enumerate(listed) if one.item_id in texts
        }  # fmt: skip
        text = texts.get(piece.item_id)
        listed.append(replace(source, copy_of=copied(text, others) if text is not None else None))
    return tuple(listed)


def _event(kind: LifeKind, speaker: Speaker, number: int) -> LifeEvent:
    return LifeEvent(
        kind=kind, reason=LifeReason.PERSON, at=speaker.at, detail=speaker.by[:200], number=number
    )


def _show(tx: Transaction, alert_id: str, event: LifeEvent, routing: Routing) -> None:
    """Keep what happened and have the alert's messages changed: a person did it, nobody need be told."""
    tx.life.add(alert_id, [event])
    alert = tx.alerts.get([alert_id])[alert_id]
    about = ("regrouped", str(len(alert.events)))
    routing.only_edited.queue(tx, alert, DeliveryKind.UPDATE, *about, now=event.at)


def _say(
    tx: Transaction,
    story: str,
    other: str,
    item_ids: Sequence[int],
    speaker: Speaker,
    *,
    is_together: bool,
) -> None:
    tx.regroup.say(
        Word(
            id=stable_id("wo", story, other, str(is_together), speaker.at.isoformat(), speaker.by_id),
            story_id=story,
            other_story=other,
            is_together=is_together,
            item_ids=tuple(item_ids),
            by=speaker.by,
            by_id=speaker.by_id,
            via=speaker.via,
            at=speaker.at,
            comment=speaker.comment,
        )
    )
