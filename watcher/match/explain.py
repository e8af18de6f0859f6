"""Why a rule holds on an item, or why not: the whole tree, with what each condition found.

Comes in: a rule's id and a document. Goes out: an `Explanation`, for people as text and for machines as plain data.
Called by `watcher explain` and wherever a match must be justified.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from watcher.match.engine import MOST_EVIDENCE, Engine, evidence_of, is_late, sees
from watcher.match.syntax import Condition, Rule, Status
from watcher.match.view import View
from watcher.text.document import Document
from watcher.types import Evidence, Feed

_USED = re.compile(r"(?:^|\.)use:([^.\[:]+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One condition and what became of it.

    `evidence` is the text that it rests on, by itself; a condition that combines others leaves it to them, but for
    forms like `near`, which choose one window.
    """

    path: str
    label: str
    held: bool
    evidence: tuple[Evidence, ...] = ()
    children: tuple[Step, ...] = ()

    @property
    def definition(self) -> str | None:
        """The name under `define:` of which this is the condition; None for what stands in the rule itself."""
        found = _USED.search(self.path)
        return found.group(1) if found else None

    @property
    def outcome(self) -> tuple[Any, ...]:
        """What became of it, wherever in the rule it stands: equal for two uses of one definition with the same result."""
        found = tuple(one.span for one in self.evidence)
        return self.held, found, tuple(child.outcome for child in self.children)

    def decisive(self) -> Step:
        """Leave out the parts that did not decide: those that failed where it held, those that held where it failed."""
        decides = self.held != (self.label == "none")
        children = tuple(child.decisive() for child in self.children if child.held == decides)
        return replace(self, children=children)

    def to_json(self) -> dict[str, Any]:
        """Give plain data."""
        return {
            "path": self.path,
            "condition": self.label,
            "held": self.held,
            "evidence": [_evidence_json(one) for one in self.evidence],
            "children": [child.to_json() for child in self.children],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What a rule made of an item.

    `reason` says in one line why the rule is told or not. `hidden_by_from` names the part of `from` that keeps the
    item from the rule. `unless` is None for a rule without a veto.
    """

    rule: str
    matched: bool
    reason: str
    hidden_by_from: str | None
    match: Step
    unless: Step | None
    language: str
    is_late: bool
    status: Status

    def to_json(self) -> dict[str, Any]:
        """Give plain data."""
        return {
            "rule": self.rule,
            "matched": self.matched,
            "reason": self.reason,
            "hidden_by_from": self.hidden_by_from,
            "language": self.language,
            "late": self.is_late,
            "status": self.status.value,
            "match": self.match.to_json(),
            "unless": None if self.unless is None else self.unless.to_json(),
        }

    def to_text(self) -> str:
        """Draw the tree in plain text: `+` held, `-` did not."""
        lines = [f"{self.rule}: {self.reason}", *_drawn(self.match, 1)]
        if self.unless is not None:
            lines += [
                f"  unless ({'vetoes' if self.unless.held else 'does not veto'})",
                *_drawn(self.unless, 2),
            ]
        return "\n".join(lines)


def explain(rule_id: str, engine: Engine, document: Document, feed: Feed, now: datetime) -> Explanation:
    """Explain what a rule makes of an item.

    Raises:
        KeyError: there is no such rule.
    """
    rule = engine.ruleset.by_id[rule_id]
    # A rule over time that counts the matches of another one sees an item with that one's eyes.
    read = engine.ruleset.by_id[rule.when.of] if rule.when is not None and rule.when.of else rule
    view = engine.view(document, feed)
    match = _step(read.match, view)
    unless = None if read.unless is None else _step(read.unless, view)
    hidden = _hidden(read, view)
    late = is_late(read, document, now)
    matched = match.held and not (unless is not None and unless.held) and hidden is None
    is_run = rule.status is not Status.OFF and read.status is not Status.OFF
    reason = _reason(read, match, unless, hidden, late)
    if rule.when is not None:
        reason = _over_time(rule, rule.when.label, reason, is_counted=matched and is_run)
    return Explanation(
        rule=rule.id,
        matched=matched and is_run,
        reason=reason,
        hidden_by_from=hidden,
        match=match,
        unless=unless,
        language=document.language,
        is_late=late,
        status=rule.status,
    )


def _step(condition: Condition, view: View) -> Step:
    held = condition.holds(view)
    children = tuple(_step(child, part) for child, part in condition.parts(view))
    own = held and (not children or condition.chooses)
    hits = islice(condition.evidence(view), MOST_EVIDENCE) if own else ()
    return Step(
        path=condition.path,
        label=condition.label,
        held=held,
        evidence=tuple(evidence_of(hit, view.document) for hit in hits),
        children=children,
    )


def _hidden(rule: Rule, view: View) -> str | None:
    wanted = rule.from_
    if sees(wanted, view):
        return None
    if wanted.languages and view.document.language not in wanted.languages:
        return (
            f"the rule sees {', '.join(sorted(wanted.languages))}; the item is in '{view.document.language}'"
        )
    if wanted.tags and wanted.tags.isdisjoint(view.feed.tags):
        return f"the feed '{view.feed.id}' has none of the tags {', '.join(sorted(wanted.tags))}"
    return f"the feed '{view.feed.id}' is none of {', '.join(wanted.feeds)}"


def _reason(rule: Rule, match: Step, unless: Step | None, hidden: str | None, late: bool) -> str:
    if rule.status is Status.OFF:
        return "no match: the rule is off"
    if hidden is not None:
        return f"no match: not seen by the rule ({hidden})"
    if not match.held:
        return f"no match: {_failed(match)} did not hold"
    if unless is not None and unless.held:
        return f"no match: vetoed by {_deepest_held(unless)}"
    if late:
        return f"match, but late: published more than {rule.max_age} ago, recorded and not delivered"
    return "match (test: recorded and shown, not delivered)" if rule.status is Status.TEST else "match"


def _over_time(rule: Rule, label: str, reason: str, *, is_counted: bool) -> str:
    if rule.status is Status.OFF:
        return "not counted: the rule is off"
    return f"counted: it waits for {label}" if is_counted else reason.replace("no match", "not counted", 1)


def _failed(step: Step) -> str:
    """Name the condition to look at first: the only one that failed, as far down as there is only one."""
    failed = [child for child in step.children if not child.held]
    return _failed(failed[0]) if len(failed) == 1 and not step.held else _named(step)


def _deepest_held(step: Step) -> str:
    held = [child for child in step.children if child.held]
    return _deepest_held(held[0]) if held else _named(step)


def _named(step: Step) -> str:
    return f"{step.label} at {step.path}"


def _drawn(step: Step, depth: int) -> Iterator[str]:
    found = ", ".join(
        f"{one.span.field} {one.span.start}-{one.span.end} “{one.text}”" for one in step.evidence
    )
    yield f"{'  ' * depth}{'+' if step.held else '-'} {step.label}{': ' + found if found else ''}"
    for child in step.children:
        yield from _drawn(child, depth + 1)


def _evidence_json(one: Evidence) -> dict[str, Any]:
    span = one.span
    return {"field": span.field, "start": span.start, "end": span.end, "text": one.text, "path": one.path}
