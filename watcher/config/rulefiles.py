"""Files of rules and of lists → the values of `match`, with the place of everything that is wrong in them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from watcher.config.placed import Placed, members
from watcher.config.source import Source, YamlPath
from watcher.errors import Problem
from watcher.types import Feed

if TYPE_CHECKING:
    from watcher.match.filters import Filter
    from watcher.match.syntax import Rule, TermList
    from watcher.match.yaml import SyntaxProblem
    from watcher.text.gazetteer import ExtraPlace


def read_rules(source: Source) -> Iterator[Placed[Rule | Filter] | Problem]:
    """Give the rules and filters of one file and what is wrong with it."""
    from watcher.match.yaml import parse_definitions, parse_filter, parse_rule

    top = source.value if isinstance(source.value, dict) else {}
    definitions: Mapping[str, object] = {}
    if top.get("define") is not None:
        where = Placed(top["define"], source, ("define",))
        definitions, problems = parse_definitions(where.value)
        yield from (placed_problem(where, problem) for problem in problems)
    yield from _entries(members(source, "rules", may_have=("define", "filters")), parse_rule, definitions)
    filters = top.get("filters")
    if isinstance(filters, list):
        placed = (Placed(value, source, ("filters", at)) for at, value in enumerate(filters))
        yield from _entries(placed, parse_filter, definitions)
    elif filters is not None:
        yield source.problem(("filters",), "expected a list under filters:")


def _entries(
    raws: Iterable[Placed[Any] | Problem],
    parse: Callable[..., tuple[Any, tuple[SyntaxProblem, ...]]],
    definitions: Mapping[str, object],
) -> Iterator[Placed[Any] | Problem]:
    for raw in raws:
        if isinstance(raw, Problem):
            yield raw
            continue
        value, problems = parse(raw.value, definitions)
        yield from (placed_problem(raw, problem) for problem in problems)
        if value is not None:
            yield Placed(value, raw.source, raw.path)


def parted(entries: Sequence[Placed[Rule | Filter]]) -> tuple[list[Placed[Rule]], list[Placed[Filter]]]:
    """Part what rules files hold into rules and filters."""
    from watcher.match.filters import Filter

    rules: list[Placed[Rule]] = []
    filters: list[Placed[Filter]] = []
    for each in entries:
        if isinstance(each.value, Filter):
            filters.append(Placed(each.value, each.source, each.path))
        else:
            rules.append(Placed(each.value, each.source, each.path))
    return rules, filters


def vetoed(rules: Sequence[Rule], filters: Sequence[Filter]) -> tuple[Rule, ...]:
    """Give the rules with the filters that apply to them."""
    if not filters:
        return tuple(rules)
    from watcher.match.filters import with_filters

    return with_filters(rules, filters)


def read_lists(source: Source) -> Iterator[Placed[TermList] | Problem]:
    """Give the named lists of one file and what is wrong with it."""
    from watcher.match.yaml import parse_list

    for raw in members(source, "lists"):
        if isinstance(raw, Problem):
            yield raw
            continue
        terms, problems = parse_list(str(raw.path[-1]), raw.value)
        yield from (placed_problem(raw, problem) for problem in problems)
        if terms is not None:
            yield Placed(terms, raw.source, raw.path)


def placed_problem(where: Placed[object], problem: SyntaxProblem) -> Problem:
    """Give a problem of the rule language its place in the file."""
    told = where.problem(
        problem.message, suggestion=problem.suggestion, is_warning=problem.is_warning, at=problem.path
    )
    if problem.offset is None or told.column is None:
        return told
    text = _value_at(where.source.value, (*where.path, *problem.path))
    return replace(told, column=told.column + _columns(told, text, problem.offset))


def _value_at(value: Any, path: YamlPath) -> object:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _columns(told: Problem, text: object, offset: int) -> int:
    """Count the columns from where a text begins in its file to one of its characters; 0 if it is written with escapes."""
    try:
        lines = told.path.read_text("utf-8-sig").split("\n") if told.path else []
        written = lines[(told.line or 1) - 1][(told.column or 1) - 1 :]
    except (OSError, ValueError, IndexError):
        return 0
    opening = 1 if written[:1] in ("'", '"') else 0
    is_plain = isinstance(text, str) and written[opening:].startswith(text[: offset + 1])
    return opening + offset if is_plain else 0


def cross_problems(
    rules: Sequence[Placed[Rule]],
    lists: Sequence[Placed[TermList]],
    places: Sequence[ExtraPlace],
    feeds: Sequence[Feed],
    filters: Sequence[Placed[Filter]] = (),
    models: Collection[str] | None = None,
) -> Iterator[Problem]:
    """Check rules against all that they speak of: lists, places, feeds.

    Args:
        rules: all rules of the configuration.
        lists: all lists.
        places: the users' own places.
        feeds: all feeds.
        filters: all filters.
        models: the languages that a trained pipeline is configured for; None when that cannot be told.
    """
    if not rules and not lists and not filters:
        return
    from watcher.match.compile import cross_check
    from watcher.text.gazetteer import Gazetteer

    named = {terms.value.name: terms for terms in lists}
    owners: dict[str, Placed[Any]] = {**named, **{rule.value.id: rule for rule in rules}}
    owners |= {f"filter:{one.value.id}": one for one in filters}
    found = cross_check(
        [rule.value for rule in rules],
        {name: terms.value for name, terms in named.items()},
        Gazetteer.load(places),
        feeds,
        [one.value for one in filters],
        models,
    )
    for owner, problem in found:
        yield placed_problem(owners[owner], problem)
