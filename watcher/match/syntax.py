"""What a rule is: the condition tree's base, and rules, lists and their parts as frozen values.

Made by `yaml`, indexed by `compile`, evaluated by `engine`. The kinds of condition are in `forms`, one class each;
this module knows none of them.
"""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from watcher.match.rates import Trend
from watcher.match.term import Term
from watcher.types import FieldName, Severity, Tlp

if TYPE_CHECKING:
    from watcher.match.anchor import Anchor
    from watcher.match.view import View
    from watcher.match.vocabulary import Vocabulary


class Hit(NamedTuple):
    """A stretch of a field's original text that a condition rests on, and the condition's path in its rule."""

    field: FieldName
    start: int
    end: int
    path: str


class Occurrence(NamedTuple):
    """One place in the text where a condition holds.

    `start` and `end` enclose all of its `parts`. `low` is where the first part to end ends, `high` where the last
    part to start starts: what lies between them is the distance that `near` counts.
    """

    field: FieldName
    start: int
    end: int
    low: int
    high: int
    parts: tuple[Hit, ...]


class FormType(ABCMeta):
    """No form has virtual subclasses: that one is asked about must not cost what looking for these takes."""

    __instancecheck__ = type.__instancecheck__


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(metaclass=FormType):
    """A node of the condition tree.

    `path` says where in the rule it stands (`match.all[1].list:armed-groups`); it is no part of what it means.
    A condition *holds* or not for an item; most also *occur* somewhere in the text, which is what `near` and its
    kin are about. `unplaced_because` is set on forms that hold without occurring anywhere, `chooses` on
    forms that pick one window among their children's occurrences, `own_effort` on those that need places or words,
    `denies` on those that may cease to hold when more of the text is looked at.
    """

    path: str = field(compare=False)
    unplaced_because: ClassVar[str | None] = None
    chooses: ClassVar[bool] = False
    own_effort: ClassVar[int] = 0
    denies: ClassVar[bool] = False
    optional: ClassVar[tuple[str, ...]] = ()

    @property
    def children(self) -> tuple[Condition, ...]:
        """The conditions inside this one."""
        return ()

    @property
    @abstractmethod
    def label(self) -> str:
        """What it says, short, in the words of the rule language."""

    def holds(self, view: View) -> bool:
        """Tell whether the item fulfils it."""
        return bool(self.occurrences(view))

    def occurrences(self, view: View) -> Sequence[Occurrence]:  # noqa: ARG002 - for the forms that have some
        """Give the places in the text where it holds; empty for forms that have none."""
        return ()

    def evidence(self, view: View) -> Iterable[Hit]:
        """Give the stretches of text that a condition which holds rests on."""
        return (hit for occurrence in self.occurrences(view) for hit in occurrence.parts)

    def parts(self, view: View) -> Iterable[tuple[Condition, View]]:
        """Pair each child with the part of the item that it is asked about."""
        return ((child, view) for child in self.children)

    def effort(self) -> int:
        """Rank how much work it is to evaluate: terms are found already, nearness often fails before it needs words,
        and places must be found.
        """
        return max([self.own_effort, *(child.effort() for child in self.children)])

    def terms(self, vocabulary: Vocabulary) -> Iterable[Term]:
        """Give the terms that must be looked for so that it can be evaluated, those of its children included."""
        return (term for child in self.children for term in child.terms(vocabulary))

    def anchor(self, vocabulary: Vocabulary) -> Anchor | None:  # noqa: ARG002 - for the forms that have one
        """Give signs of which at least one is present wherever it holds; None when there are none such."""
        return None

    def needs(self, vocabulary: Vocabulary) -> tuple[Anchor, ...]:
        """Give anchors all of which are present wherever it holds; none when nothing need be."""
        anchor = self.anchor(vocabulary)
        return () if anchor is None else (anchor,)

    def ways(self, vocabulary: Vocabulary) -> tuple[tuple[Anchor, ...], ...]:
        """Give the ways in which it can hold: wherever it does, all anchors of one of them are present.

        A way without anchors needs nothing.
        """
        return (self.needs(vocabulary),)

    def subtree(self) -> Sequence[Condition]:
        """Give this condition and all conditions inside it, each before those inside it."""
        # A list: generators inside one another are much of the time that checking thousands of rules takes.
        found: list[Condition] = []
        waiting: list[Condition] = [self]
        while waiting:
            one = waiting.pop()
            found.append(one)
            waiting.extend(reversed(one.children))
        return found

    def unplaced(self) -> Condition | None:
        """Give the first condition in this subtree that occurs nowhere, or None: then it may stand in `near`."""
        if self.unplaced_because:
            return self
        return next((bad for child in self.children if (bad := child.unplaced())), None)


class Status(StrEnum):
    """Whether a rule is delivered (`active`), only recorded and shown (`test`), or not run (`off`)."""

    ACTIVE = "active"
    TEST = "test"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class FromFilter:
    """Which items a rule sees. `feeds` are globs over feed ids. Empty parts let everything through."""

    feeds: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertOptions:
    """What a rule changes in how its alerts are grouped and repeated; None leaves it to the route."""

    group: str | None = None
    remind: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTest:
    """An item in a rule's own tests and whether the rule must match it; `language` None is detected."""

    title: str
    body: str = ""
    language: str | None = None
    expects_match: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule as written. `max_age` None means no limit, `latency` None that the feeds' own rhythm will do.

    With `when` it is a rule over time: `match` then says what is counted, and `when` how many are news.
    `source` is canonical JSON of everything that decides what it matches and how it is told; with the content of
    the lists that it names it makes the rule's version.
    """

    id: str
    title: str
    match: Condition
    severity: Severity = Severity.MEDIUM
    status: Status = Status.ACTIVE
    description: str = ""
    false_positives: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    from_: FromFilter = FromFilter()
    unless: Condition | None = None
    max_age: timedelta | None = None
    latency: timedelta | None = None
    alert: AlertOptions = AlertOptions()
    tests: tuple[RuleTest, ...] = ()
    source: str = ""
    when: Trend | None = None
    tlp: Tlp | None = None

    @property
    def reads_items(self) -> bool:
        """Whether it is asked about items itself; a rule over time may count the matches of another rule."""
        return self.when is None or self.when.of is None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What must hold, and what vetoes."""
        return (self.match,) if self.unless is None else (self.match, self.unless)

    def subtree(self) -> Sequence[Condition]:
        """Give every condition of the rule."""
        return [one for condition in self.conditions for one in condition.subtree()]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermList:
    """A named list of terms.

    `everywhere` applies to every item. `by_language` applies to items of that language, and to items whose language
    is unknown or is none of the list's: a language guessed wrong must not lose an item.
    """

    name: str
    everywhere: tuple[Term, ...] = ()
    by_language: Mapping[str, tuple[Term, ...]] = field(default_factory=dict)

    @property
    def terms(self) -> tuple[Term, ...]:
        """All terms, of all languages."""
        return (*self.everywhere, *(term for terms in self.by_language.values() for term in terms))

    def terms_for(self, language: str) -> tuple[Term, ...]:
        """Give the terms that apply to items of a language."""
        if language not in self.by_language:
            return self.terms
        return (*self.everywhere, *self.by_language[language])
