"""Files of rules and of lists → the values of `match`, with the place of everything that is wrong in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from watcher.config.placed import Placed, members
from watcher.config.source import Source
from watcher.errors import Problem
from watcher.types import Feed

if TYPE_CHECKING:
    from watcher.match.syntax import Rule, TermList
    from watcher.match.yaml import SyntaxProblem
    from watcher.text.gazetteer import ExtraPlace


def read_rules(source: Source) -> Iterator[Placed[Rule] | Problem]:
    """Give the rules of one file and what is wrong with it."""
    from watcher.match.yaml import parse_definitions, parse_rule

    top = source.value if isinstance(source.value, dict) else {}
    if top.get("filters") is not None:
        # Part of the rule language, but not of this version: to pass over a veto would be to alert in spite of it.
        message = '"filters:" is not available yet'
        yield source.problem(("filters",), message, suggestion="use unless: in each rule", key=True)
    definitions: Mapping[str, object] = {}
    if top.get("define") is not None:
        where = Placed(top["define"], source, ("define",))
        definitions, problems = parse_definitions(where.value)
        yield from (placed_problem(where, problem) for problem in problems)
    for raw in members(source, "rules", may_have=("define", "filters")):
        if isinstance(raw, Problem):
            yield raw
            continue
        rule, problems = parse_rule(raw.value, definitions)
        yield from (placed_problem(raw, problem) for problem in problems)
        if rule is not None:
            yield Placed(rule, raw.source, raw.path)


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
    return where.problem(
        problem.message, suggestion=problem.suggestion, is_warning=problem.is_warning, at=problem.path
    )


def cross_problems(
    rules: Sequence[Placed[Rule]],
    lists: Sequence[Placed[TermList]],
    places: Sequence[ExtraPlace],
    feeds: Sequence[Feed],
) -> Iterator[Problem]:
    """Check rules against all that they speak of: lists, places, feeds.

    Args:
        rules: all rules of the configuration.
        lists: all lists.
        places: the users' own places.
        feeds: all feeds.
    """
    if not rules and not lists:
        return
    from watcher.match.compile import cross_check
    from watcher.text.gazetteer import Gazetteer

    named = {terms.value.name: terms for terms in lists}
    owners: dict[str, Placed[Any]] = {**named, **{rule.value.id: rule for rule in rules}}
    found = cross_check(
        [rule.value for rule in rules],
        {name: terms.value for name, terms in named.items()},
        Gazetteer.load(places),
        feeds,
    )
    for owner, problem in found:
        yield placed_problem(owners[owner], problem)
