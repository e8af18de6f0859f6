"""Vetoes that hold for many rules: `filters:` in a rules file.

Comes in: plain YAML data of one filter, then all rules and filters. Goes out: rules whose `unless` also holds the filters that
apply to them. Called by the configuration's loader; the engine sees only rules.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from watcher.match.forms.logic import AnyOf
from watcher.match.reader import Reader, SyntaxProblem
from watcher.match.rule_reader import read_id, used_definitions
from watcher.match.slips import did_you_mean
from watcher.match.syntax import Condition, Hit, Occurrence, Rule

if TYPE_CHECKING:
    from watcher.match.view import View

KEYS = ("id", "description", "applies_to", "unless")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A veto as written. `applies_to` are rule ids, globs over them, or tags; `source` is canonical JSON of what it says."""

    id: str
    applies_to: tuple[str, ...]
    unless: Condition
    source: str = ""

    def covers(self, rule: Rule) -> bool:
        """Tell whether it holds for a rule. A rule that counts another one's matches has no items to veto."""
        if rule.when is not None and rule.when.of is not None:
            return False
        return any(_names(entry, rule) for entry in self.applies_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterHolds(Condition):
    """A filter's condition inside a rule's `unless`, so that evidence and `explain` name the filter."""

    name: str
    condition: Condition

    @property
    def children(self) -> tuple[Condition, ...]:
        return (self.condition,)

    @property
    def label(self) -> str:
        return f"filter:{self.name}"

    def holds(self, view: View) -> bool:
        return self.condition.holds(view)

    def occurrences(self, view: View) -> Sequence[Occurrence]:
        return self.condition.occurrences(view)

    def evidence(self, view: View) -> Iterable[Hit]:
        return self.condition.evidence(view)


def read_filter(reader: Reader, value: object) -> Filter | None:
    """Read one entry of `filters:`; None when a problem was noted."""
    if not isinstance(value, Mapping):
        reader.fail("a filter is a mapping", suggestion="{id: …, applies_to: [ … ], unless: …}")
        return None
    reader.check_keys(value, KEYS)
    name = read_id(reader, value, "filter")
    if "applies_to" not in value:
        reader.fail("the filter does not say which rules it is for", suggestion='applies_to: ["*"]')
    if "unless" not in value:
        reader.fail("the filter has no 'unless': it says nothing about which items it keeps away")
    applies_to = (
        reader.strings(value.get("applies_to"), "'applies_to'", "applies_to")
        if "applies_to" in value
        else None
    )
    unless = (
        reader.at("unless", path=f"filter:{name}").condition(value["unless"]) if "unless" in value else None
    )
    if "description" in value:
        reader.string(value["description"], "'description'", "description")
    if name is None or applies_to is None or unless is None or reader.has_errors:
        return None
    return Filter(id=name, applies_to=applies_to, unless=unless, source=_source(reader, value))


def with_filters(rules: Sequence[Rule], filters: Sequence[Filter]) -> tuple[Rule, ...]:
    """Give the rules with the vetoes of all filters that cover them."""
    return tuple(_vetoed(rule, [one for one in filters if one.covers(rule)]) for rule in rules)


def check_filter(one: Filter, rules: Sequence[Rule]) -> Iterator[SyntaxProblem]:
    """Find what is wrong with the rules that a filter names."""
    known = sorted({rule.id for rule in rules} | {tag for rule in rules for tag in rule.tags})
    has_error = False
    for at, entry in enumerate(one.applies_to):
        named = [rule for rule in rules if _names(entry, rule)]
        path = ("applies_to", at)
        if not named and not _is_glob(entry):
            has_error = True
            message = f"no rule is called '{entry}', and none has such a tag"
            yield SyntaxProblem(message=message, path=path, suggestion=did_you_mean(entry, known))
        elif not named:
            yield SyntaxProblem(message=f"no rule fits '{entry}'", path=path, is_warning=True)
        elif all(rule.when is not None and rule.when.of is not None for rule in named):
            message = f"'{entry}' counts another rule's matches: there is no item to veto"
            hint = "name the rule that it counts"
            yield SyntaxProblem(message=message, path=path, suggestion=hint, is_warning=True)
    if not has_error and not any(one.covers(rule) for rule in rules):
        message = f"the filter '{one.id}' applies to no rule"
        yield SyntaxProblem(message=message, path=("applies_to",), is_warning=True)


def _vetoed(rule: Rule, filters: Sequence[Filter]) -> Rule:
    if not filters:
        return rule
    vetoes: list[Condition] = [] if rule.unless is None else [rule.unless]
    vetoes += [FilterHolds(path=f"filter:{one.id}", name=one.id, condition=one.unless) for one in filters]
    unless = vetoes[0] if len(vetoes) == 1 else AnyOf(path="unless", conditions=tuple(vetoes), need=1)
    told = {
        **json.loads(rule.source or "{}"),
        "filters": {one.id: json.loads(one.source or "{}") for one in filters},
    }
    return replace(rule, unless=unless, source=json.dumps(told, sort_keys=True, ensure_ascii=False))


def _names(entry: str, rule: Rule) -> bool:
    return fnmatchcase(rule.id, entry) or entry in rule.tags


def _is_glob(entry: str) -> bool:
    return any(sign in entry for sign in "*?[")


def _source(reader: Reader, value: Mapping[object, object]) -> str:
    definitions = reader.definitions
    names = sorted(used_definitions(value["unless"], definitions))
    told = {"unless": value["unless"], "define": {name: definitions[name] for name in names}}
    return json.dumps(told, sort_keys=True, ensure_ascii=False, default=str)
