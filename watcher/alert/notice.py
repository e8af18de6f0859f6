"""What the service tells of itself, in words.

In: troubles of one kind, with the names of what they are of. Out: a title and lines; a notice as text, and as an alert
that carries it through the outbox. Pure; called by `notices`, the channels and the store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watcher.alert.inert import cut, inert
from watcher.alert.render import moment
from watcher.types import Alert, Notice, Severity, Trouble, TroubleKind

RULE = "watcher-notices"
"""Stands where a rule's id would: in mail's List-Id, in the ledger."""

_MOST_LINES = 12
_LONGEST_LINE = 400
_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """How a kind of trouble is told: of one, and of many. `ends` None: it only happened, and has no end to speak of."""

    begins: tuple[str, str]
    ends: tuple[str, str] | None = None


_WORDS: dict[TroubleKind, _Words] = {
    TroubleKind.FAILING: _Words(
        begins=("{} cannot be read", "{} sources cannot be read"),
        ends=("{} can be read again", "{} sources can be read again"),
    ),
    TroubleKind.BLOCKED: _Words(
        begins=("{} refuses us", "{} sources refuse us"),
        ends=("{} lets us in again", "{} sources let us in again"),
    ),
    TroubleKind.RETIRED: _Words(
        begins=("{} is gone for good", "{} sources are gone for good"),
        ends=("{} is there again", "{} sources are there again"),
    ),
    TroubleKind.SILENT: _Words(
        begins=("{} has fallen silent", "{} sources have fallen silent"),
        ends=("{} speaks again", "{} sources speak again"),
    ),
    TroubleKind.OVERFLOW: _Words(begins=("{} may have lost reports", "{} sources may have lost reports")),
    TroubleKind.EMPTIED: _Words(
        begins=("{} has no entries any more", "{} sources have no entries any more"),
        ends=("{} has entries again", "{} sources have entries again"),
    ),
    TroubleKind.STORM: _Words(
        begins=("{} published known reports again", "{} sources published known reports again")
    ),
    TroubleKind.SKEWED: _Words(
        begins=("{} dates its reports in the future", "{} sources date their reports in the future")
    ),
    TroubleKind.NETWORK: _Words(
        begins=("This machine cannot reach the network",) * 2,
        ends=("This machine reaches the network again",) * 2,
    ),
    TroubleKind.CHANNEL: _Words(
        begins=("Channel {} takes nothing", "{} channels take nothing"),
        ends=("Channel {} takes messages again", "{} channels take messages again"),
    ),
    TroubleKind.CONFIGURATION: _Words(
        begins=("The changed configuration was refused",) * 2,
        ends=("The configuration is accepted again",) * 2,
    ),
}
_MINOR = frozenset({TroubleKind.STORM, TroubleKind.SKEWED})


def has_end(kind: TroubleKind) -> bool:
    """Tell whether people are told when such a trouble is over; what only happened has no end to speak of."""
    return _WORDS[kind].ends is not None


def title(kind: TroubleKind, names: Sequence[str], *, is_recovery: bool) -> str:
    """Say what happened in one line: to the one that is named, or to how many."""
    said = _WORDS[kind].ends if is_recovery else _WORDS[kind].begins
    assert said is not None, "it has no end to speak of"
    one, many = said
    return one.format(names[0]) if len(names) == 1 else many.format(len(names))


def lines(
    troubles: Sequence[Trouble], names: Mapping[str, str], losses: Sequence[tuple[str, int, int]]
) -> tuple[str, ...]:
    """Say what it is about.

    Args:
        troubles: of one kind.
        names: of what they are of, by subject.
        losses: rules with how many of their sources are lost, of how many.
    """
    said = [_line(one, names.get(one.subject, one.subject)) for one in troubles[:_MOST_LINES]]
    if len(troubles) > _MOST_LINES:
        said.append(f"and {len(troubles) - _MOST_LINES} more")
    lost = [
        f"Rule {rule} has lost {count} of its {of} sources"
        if count
        else f"Rule {rule} has all its {of} sources"
        for rule, count, of in losses[:_MOST_LINES]
    ]
    if len(losses) > _MOST_LINES:
        lost.append(f"and {len(losses) - _MOST_LINES} more rules")
    return (*said, *lost)


def _line(trouble: Trouble, name: str) -> str:
    until = f" until {moment(trouble.ended_at)}" if trouble.ended_at is not None else ""
    of = f"{name}: " if name else ""
    return cut(f"{of}{trouble.reason} (since {moment(trouble.started_at)}{until})", _LONGEST_LINE)


def text(notice: Notice) -> str:
    """Lay a notice out as lines of plain text, in which nothing can act."""
    said = [f"  - {cut(inert(line).strip(), _LONGEST_LINE)}" for line in notice.lines]
    return "\n".join([headline(notice), *said]) + "\n"


def headline(notice: Notice) -> str:
    """Give a notice in one line."""
    return f"watcher · {cut(inert(notice.title).strip(), _LONGEST_TITLE)}"


def as_alert(notice: Notice) -> Alert:
    """Give the alert that carries a notice through the outbox; it is of no rule and in no story."""
    is_minor = notice.is_recovery or notice.kind in _MINOR
    return Alert(
        id=notice.id,
        story_id=notice.id,
        rule=RULE,
        rule_title="watcher",
        severity=Severity.INFO if is_minor else Severity.MEDIUM,
        tags=(),
        headline=notice.title,
        url=None,
        quote="",
        highlights=(),
        title_highlights=(),
        language="en",
        sources=(),
        places=(),
        created_at=notice.created_at,
        updated_at=notice.created_at,
        notice=notice,
    )
