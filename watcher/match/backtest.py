"""What a changed rule set would have told of past items, beside what the present one would have.

Comes in: item by item, the matches of both. Goes out: for each rule what it matches, gains and loses, samples of both,
and how many alerts that means. Pure; called by `watcher backtest`, which reads the items from the store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from watcher.types import Evidence, Match

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A past item. `story_id` is None where no rule holds; `is_archive`: it came with the first poll of its feed, of which
    nobody is told.
    """

    item_id: int
    feed_id: str
    title: str
    url: str | None
    seen_at: datetime
    story_id: str | None = None
    is_archive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An item that a rule gains (`is_added`) or loses, with the evidence of the match that is new or gone."""

    subject: Subject
    is_added: bool
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOutcome:
    """One rule: on how many items it holds now and would hold then, and how many alerts that opens."""

    rule: str
    matches_now: int
    matches_then: int
    added: int
    dropped: int
    alerts_now: int
    alerts_then: int
    samples: tuple[Sample, ...]

    @property
    def is_changed(self) -> bool:
        """Whether some item is matched by one of the two only."""
        return bool(self.added or self.dropped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole comparison."""

    rules: tuple[RuleOutcome, ...]
    items: int
    days: float

    @property
    def alerts_per_day(self) -> tuple[float, float]:
        """Alerts a day by the present rules, and by the changed ones."""
        now, then = sum(one.alerts_now for one in self.rules), sum(one.alerts_then for one in self.rules)
        return now / self.days, then / self.days


class Backtest:
    """Gathers the comparison, item by item.

    Args:
        rules: the ids of all rules to be reported, of both sets.
        samples: so many added and so many dropped items are kept of each rule, those that come first.
    """

    def __init__(self, rules: Iterable[str], *, samples: int) -> None:
        self._tallies = {rule: _Tally() for rule in sorted(set(rules))}
        self._most_samples = samples
        self._items = 0
        self._first: datetime | None = None

    def add(self, subject: Subject, now: Sequence[Match], then: Sequence[Match]) -> None:
        """Take in one item and what both rule sets say of it; rules that are not reported are passed over."""
        self._items += 1
        self._first = min(self._first or subject.seen_at, subject.seen_at)
        before = {match.rule: match for match in now}
        after = {match.rule: match for match in then}
        for rule in (before.keys() | after.keys()) & self._tallies.keys():
            self._tallies[rule].add(subject, before.get(rule), after.get(rule), self._most_samples)

    def report(self, *, until: datetime) -> Report:
        """Give the comparison.

        Args:
            until: the end of the period. It begins with the first item, and lasts at least a day: a rate of alerts
                from less would be a guess.
        """
        lasted = until - (self._first or until)
        rules = tuple(tally.outcome(rule) for rule, tally in self._tallies.items())
        return Report(rules=rules, items=self._items, days=max(lasted, _DAY) / _DAY)


@dataclass(slots=True)
class _Tally:
    """The counts of one rule. An alert is known by its story."""

    now: int = 0
    then: int = 0
    added: int = 0
    dropped: int = 0
    alerts_now: set[str | None] = field(default_factory=set)
    alerts_then: set[str | None] = field(default_factory=set)
    samples: defaultdict[bool, list[Sample]] = field(default_factory=lambda: defaultdict(list))

    def add(self, subject: Subject, before: Match | None, after: Match | None, most_samples: int) -> None:
        self.now += before is not None
        self.then += after is not None
        if _is_told(before, subject):
            self.alerts_now.add(subject.story_id)
        if _is_told(after, subject):
            self.alerts_then.add(subject.story_id)
        if (before is None) == (after is None):
            return
        self.added += before is None
        self.dropped += after is None
        match = after or before
        kept = self.samples[before is None]
        if match is not None and len(kept) < most_samples:
            kept.append(Sample(subject=subject, is_added=before is None, evidence=match.evidence))

    def outcome(self, rule: str) -> RuleOutcome:
        return RuleOutcome(
            rule=rule,
            matches_now=self.now,
            matches_then=self.then,
            added=self.added,
            dropped=self.dropped,
            alerts_now=len(self.alerts_now),
            alerts_then=len(self.alerts_then),
            samples=(*self.samples[True], *self.samples[False]),
        )


def _is_told(match: Match | None, subject: Subject) -> bool:
    """Tell whether a match would be told to people: not those of tests, late ones, counted ones and archives."""
    if match is None or subject.is_archive:
        return False
    return not (match.is_test or match.is_late or match.is_counted)


def to_json(report: Report) -> dict[str, Any]:
    """Give a report as plain data."""
    now, then = report.alerts_per_day
    return {
        "items": report.items,
        "days": round(report.days, 2),
        "alerts_per_day": {"now": round(now, 2), "then": round(then, 2)},
        "rules": [_rule_to_json(one) for one in report.rules],
    }


def _rule_to_json(one: RuleOutcome) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "matches": {"now": one.matches_now, "then": one.matches_then},
        "added": one.added,
        "dropped": one.dropped,
        "alerts": {"now": one.alerts_now, "then": one.alerts_then},
        "samples": [
            {
                "change": "added" if sample.is_added else "dropped",
                "item": sample.subject.item_id,
                "feed": sample.subject.feed_id,
                "seen_at": sample.subject.seen_at.isoformat(),
                "title": sample.subject.title,
                "url": sample.subject.url,
                "story": sample.subject.story_id,
                "evidence": [
                    {
                        "field": found.span.field,
                        "start": found.span.start,
                        "end": found.span.end,
                        "text": found.text,
                        "path": found.path,
                    }
                    for found in sample.evidence
                ],
            }
            for sample in one.samples
        ],
    }
