"""Tells people what keeps them from hearing, once, and when it is over.

In: the troubles in the store, and the configuration's feeds, rules and routes. Out: notices and their outbox rows, in one
transaction with the note that they were told. Run by the scheduler of `app`; nothing is sent from here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from watcher.alert import notice as words
from watcher.alert.compose import expected
from watcher.alert.route import Route, dues
from watcher.announce import stable_id
from watcher.match.readership import Readership
from watcher.match.syntax import Rule
from watcher.metrics import Metrics
from watcher.storage.deliveries import NewDelivery
from watcher.storage.store import Transaction
from watcher.types import DeliveryKind, Feed, Notice, Tlp, Trouble, TroubleKind

log = structlog.get_logger(__name__)

SPACING = timedelta(minutes=10)
"""Least time between two notices of one kind: what comes in between is folded into the next."""
STUCK_ATTEMPTS = 5
"""So many attempts in vain at one message, about a minute of them, are a failure of its channel."""
_STUCK_WITHIN = timedelta(days=1)
_EMPTIED_PATIENCE = timedelta(minutes=30)
_NETWORK_PATIENCE = timedelta(minutes=2)
_PASSING_WITHIN = timedelta(hours=1)

_OF_SERVICE = frozenset({TroubleKind.NETWORK, TroubleKind.CHANNEL, TroubleKind.CONFIGURATION})
_LOSSES = frozenset(
    {TroubleKind.FAILING, TroubleKind.BLOCKED, TroubleKind.RETIRED, TroubleKind.SILENT, TroubleKind.EMPTIED}
)
"""With one of these nothing comes from a feed."""
_PASSING = frozenset(kind for kind in TroubleKind if not words.has_end(kind))
_QUIET_AFTER = {kind: timedelta(days=7 if kind in _PASSING else 1) for kind in TroubleKind}
"""A trouble that comes and goes is told once in that time; all of it is in the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """Who is told of what.

    Attributes:
        feeds: the configured ones, by id.
        readerships: the active rules by the feeds that they read: those have people behind them.
        routes: of alerts, in order.
        channels: all that there are.
        to: channels that hear of everything; empty leaves trouble of the service to those of the routes.
        failing_after: how long a feed may fail before anybody hears of it.
        ceilings: by channel the strictest mark of a rule that it may hear of.
        metrics: counts what is told.
    """

    feeds: Mapping[str, Feed]
    readerships: Sequence[Readership]
    routes: Sequence[Route]
    channels: Sequence[str]
    metrics: Metrics
    to: Sequence[str] = ()
    failing_after: timedelta = timedelta(hours=2)
    ceilings: Mapping[str, Tlp] = field(default_factory=dict)

    def tell(self, tx: Transaction, now: datetime) -> tuple[str, ...]:
        """Write the notices that are due, and give the names of the channels that have something to send."""
        stranded = tx.deliveries.stranded(since=now - _STUCK_WITHIN)
        self._note_channels(tx, stranded, now)
        self._drop_unconfigured(tx, stranded, now)
        lasting = tx.troubles.lasting()
        lost = (one.subject for one in lasting if one.kind in _LOSSES and self._is_ripe(one, now))
        round_ = _Round(tx=tx, now=now, last_told=tx.notices.last_told(), lost=frozenset(lost))
        untold = tx.troubles.untold(passing=_PASSING, since=now - _PASSING_WITHIN)
        told_before = tx.troubles.last_told(since=now - max(_QUIET_AFTER.values()))
        is_offline = any(one.kind is TroubleKind.NETWORK for one in lasting)
        due = [one for one in untold if self._is_due(one, told_before, now, is_offline=is_offline)]
        channels = self._tell_each(round_, due, is_recovery=False)
        if not is_offline:
            channels |= self._tell_each(round_, tx.troubles.recovered(passing=_PASSING), is_recovery=True)
        return tuple(sorted(channels))

    def _note_channels(self, tx: Transaction, stranded: Mapping[str, int], now: datetime) -> None:
        """Find the channels that fail, or are gone, in what the ledger says of their deliveries."""
        for name, number in stranded.items():
            waiting = "1 delivery waits" if number == 1 else f"{number} deliveries wait"
            why = f"{waiting} for it, and no channel of this name is configured any more"
            tx.troubles.begin(TroubleKind.CHANNEL, name, at=now, reason=why)
        failing = tx.deliveries.failing_channels(since=now - _STUCK_WITHIN, attempts=STUCK_ATTEMPTS)
        for name in self.channels:
            if name in failing:
                tx.troubles.begin(TroubleKind.CHANNEL, name, at=now, reason=failing[name])
            else:
                tx.troubles.end(TroubleKind.CHANNEL, name, at=now)

    def _drop_unconfigured(self, tx: Transaction, stranded: Collection[str], now: datetime) -> None:
        for one in tx.troubles.lasting():
            known = {*self.channels, *stranded} if one.kind is TroubleKind.CHANNEL else self.feeds
            if one.subject and one.subject not in known:
                tx.troubles.end(one.kind, one.subject, at=now)
                tx.troubles.told([one], at=now, is_recovery=True)  # nobody need hear of it

    def _is_due(
        self,
        one: Trouble,
        told_before: Mapping[tuple[TroubleKind, str], datetime],
        now: datetime,
        *,
        is_offline: bool,
    ) -> bool:
        before = told_before.get((one.kind, one.subject))
        if before is not None and now - before < _QUIET_AFTER[one.kind]:
            return False
        is_ours = is_offline and one.kind not in _OF_SERVICE  # the network's trouble, not the feed's
        return not is_ours and self._is_ripe(one, now)

    def _is_ripe(self, one: Trouble, now: datetime) -> bool:
        """Tell whether it has lasted so long that it will not pass by itself."""
        match one.kind:
            case TroubleKind.FAILING | TroubleKind.BLOCKED:
                patience = self.failing_after
            case TroubleKind.EMPTIED:
                patience = min(_EMPTIED_PATIENCE, self.failing_after)
            case TroubleKind.NETWORK:
                patience = _NETWORK_PATIENCE
            case _:
                patience = timedelta()
        return now - one.started_at >= patience

    def _tell_each(self, round_: _Round, troubles: Iterable[Trouble], *, is_recovery: bool) -> set[str]:
        """Tell each kind's troubles in one notice for each channel, if the last one was long enough ago."""
        by_kind: dict[TroubleKind, list[Trouble]] = defaultdict(list)
        for one in troubles:
            by_kind[one.kind].append(one)
        told: set[str] = set()
        for kind, some in by_kind.items():
            last = round_.last_told.get((kind, is_recovery))
            if last is not None and round_.now - last < SPACING:
                continue
            told |= self._tell_kind(round_, kind, some, is_recovery=is_recovery)
            round_.tx.troubles.told(some, at=round_.now, is_recovery=is_recovery)
        return told

    def _tell_kind(
        self,
        round_: _Round,
        kind: TroubleKind,
        troubles: Sequence[Trouble],
        *,
        is_recovery: bool,
    ) -> set[str]:
        audience = self._audience(troubles, round_)
        if not audience:
            log.error("notice_unrouted", kind=str(kind), subjects=[one.subject for one in troubles][:20])
        names = {one.subject: self._name(one) for one in troubles}
        for channel, heard in audience.items():
            some = list(heard.troubles.values())
            losses = heard.losses(round_.lost) if kind in _LOSSES else []
            notice = Notice(
                id=_notice_id(kind, channel, some, is_recovery=is_recovery),
                kind=kind,
                is_recovery=is_recovery,
                title=words.title(kind, [names[one.subject] for one in some], is_recovery=is_recovery),
                lines=words.lines(some, names, losses),
                created_at=round_.now,
            )
            round_.tx.notices.add(notice)
            row = NewDelivery(
                id=stable_id("de", notice.id),
                notice_id=notice.id,
                channel=channel,
                kind=DeliveryKind.NOTICE,
                at=round_.now,
                due_at=heard.due_at,
            )
            round_.tx.deliveries.add([row])
            self.metrics.notices.labels(kind, "end" if is_recovery else "begin").inc()
        return set(audience)

    def _name(self, one: Trouble) -> str:
        if one.kind is TroubleKind.CHANNEL or one.kind in _OF_SERVICE:
            return one.subject
        feed = self.feeds.get(one.subject)
        return f"{feed.title} ({feed.id})" if feed is not None and feed.title else one.subject

    def _audience(self, troubles: Sequence[Trouble], round_: _Round) -> dict[str, _Heard]:
        """Say who hears of which troubles: the people behind the rules that read a feed, and the operators."""
        heard: dict[str, _Heard] = {}
        for one in troubles:
            for listener in self._listeners(one, round_):
                entry = heard.setdefault(listener.channel, _Heard(due_at=listener.due_at))
                entry.troubles.setdefault((one.subject, one.started_at), one)
                entry.rules.update((rule.id, (rule.title, of)) for rule, of in listener.rules)
                entry.due_at = min(entry.due_at, listener.due_at)
        return heard

    def _listeners(self, one: Trouble, round_: _Round) -> Iterator[_Listener]:
        now = round_.now
        routed = dict.fromkeys(name for route in self.routes for name in route.to)
        if one.kind in _OF_SERVICE:
            wanted = list(self.to or routed or self.channels)
            # A channel that fails must not be the only one to say so.
            others = [name for name in wanted if name != one.subject]
            others = others or [name for name in self.channels if name != one.subject]
            yield from (_Listener(channel=name, due_at=now) for name in others or wanted)
            return
        yield from (_Listener(channel=name, due_at=now) for name in self.to)
        concerned = [group for group in self._groups(round_) if one.subject in group.feeds]
        for group in concerned:
            yield from group.listeners
        if not concerned and not self.to:
            yield from (_Listener(channel=name, due_at=now) for name in routed)

    def _groups(self, round_: _Round) -> list[_Group]:
        """Find, once a round, the channels behind each readership."""
        if not round_.groups:
            round_.groups.extend(self._group(one, round_.now) for one in self.readerships)
        return round_.groups

    def _group(self, readers: Readership, now: datetime) -> _Group:
        listeners: dict[str, _Listener] = {}
        for rule in readers.rules:
            for due in dues(expected(rule, at=now), self.routes, now):
                ceiling = self.ceilings.get(due.channel)
                if ceiling is not None and rule.tlp is not None and rule.tlp > ceiling:
                    continue  # a notice names the rules whose sources are lost
                due_at = now if due.is_digest else due.at  # a loss does not wait for the news of the week
                known = listeners.setdefault(due.channel, _Listener(channel=due.channel, due_at=due_at))
                known.rules.append((rule, readers.feeds))
                known.due_at = min(known.due_at, due_at)
        return _Group(feeds=readers.feeds, listeners=tuple(listeners.values()))


@dataclass(slots=True, kw_only=True)
class _Listener:
    """A channel that hears of a trouble from a moment on, with the rules for which it does and what they read."""

    channel: str
    due_at: datetime
    rules: list[tuple[Rule, frozenset[str]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """The channels behind the rules that read the same feeds."""

    feeds: frozenset[str]
    listeners: tuple[_Listener, ...]


@dataclass(slots=True, kw_only=True)
class _Heard:
    """What one channel hears, from when, and which rules send there: title and feeds, by id."""

    due_at: datetime
    troubles: dict[tuple[str, datetime], Trouble] = field(default_factory=dict)
    rules: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)

    def losses(self, lost: frozenset[str]) -> list[tuple[str, int, int]]:
        """Give the rules with how many of their sources are lost, of how many; worst first."""
        counted = [(title, len(feeds & lost), len(feeds)) for title, feeds in self.rules.values()]
        return sorted(counted, key=lambda one: (-one[1] / max(1, one[2]), one[0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """One look at what is to be told; `lost` are the feeds from which nothing comes."""

    tx: Transaction
    now: datetime
    last_told: Mapping[tuple[TroubleKind, bool], datetime]
    lost: frozenset[str]
    groups: list[_Group] = field(default_factory=list)


def _notice_id(kind: TroubleKind, channel: str, troubles: Iterable[Trouble], *, is_recovery: bool) -> str:
    marks = sorted(f"{one.subject} {one.started_at.isoformat()}" for one in troubles)
    return stable_id("no", kind, str(is_recovery), channel, *marks)
