"""Rules → a `RuleSet`: the automaton over all their terms, and the index that proposes candidates.

Comes in: parsed rules, lists and the gazetteer. Goes out: an immutable rule set that the engine runs. Building is
linear in the number of terms and conditions and touches nothing of a rule set in use.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from watcher.collector import collector_paused
from watcher.match.check import cross_check
from watcher.match.forms.lists import AnyOfList
from watcher.match.forms.scope import InField
from watcher.match.index import Index, build_index
from watcher.match.lemmas import Lemmas
from watcher.match.scan import Scanner
from watcher.match.syntax import Rule, TermList
from watcher.match.term import Term
from watcher.match.view import TEXT
from watcher.match.vocabulary import Vocabulary
from watcher.text.gazetteer import Gazetteer
from watcher.types import FIELDS, FieldName

__all__ = ["RuleSet", "compile_rules", "cross_check"]

_VERSION_LENGTH = 16
_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Everything that the engine needs, made once per set of rules.

    `index` proposes the rules that are worth evaluating. `scanned` are the fields that some condition may look at.
    """

    rules: tuple[Rule, ...]
    versions: Mapping[str, str]
    by_id: Mapping[str, Rule]
    vocabulary: Vocabulary
    scanner: Scanner
    scanned: tuple[FieldName, ...]
    index: Index


@collector_paused()
def compile_rules(
    rules: Sequence[Rule],
    lists: Mapping[str, TermList],
    gazetteer: Gazetteer,
    lemmas: Lemmas | None = None,
) -> RuleSet:
    """Build the rule set.

    Args:
        rules: rules whose references `cross_check` found to be good; those of status `off` are kept for `explain`
            and for their tests, but never proposed.
        lists: the lists by name.
        gazetteer: the places that `near` may name.
        lemmas: what knows inflection; None for the dictionaries.

    Raises:
        KeyError: a rule names a list that does not exist.
    """
    vocabulary = Vocabulary(lists, gazetteer)
    index = build_index(rules, vocabulary)
    versions = _Versions(lists)
    return RuleSet(
        rules=tuple(rules),
        versions={rule.id: versions.of(rule) for rule in rules},
        by_id={rule.id: rule for rule in rules},
        vocabulary=vocabulary,
        scanner=Scanner(_terms(rules, vocabulary), lemmas),
        scanned=_scanned(rules),
        index=index,
    )


def _terms(rules: Iterable[Rule], vocabulary: Vocabulary) -> Iterator[Term]:
    """Give the terms of all rules; those of a list once, though thousands of rules may name it."""
    named: set[str] = set()
    for one in (one for rule in rules for one in rule.subtree() if not one.children):
        if not isinstance(one, AnyOfList):
            yield from one.terms(vocabulary)
        elif one.name not in named:
            named.add(one.name)
            yield from one.terms(vocabulary)


def _scanned(rules: Iterable[Rule]) -> tuple[FieldName, ...]:
    conditions = (one for rule in rules for one in rule.subtree() if isinstance(one, InField))
    named = {field for one in conditions for field in one.fields}
    return tuple(field for field in FIELDS if field in TEXT or field in named)


class _Versions:
    """Hashes what rules say, together with the lists that they name: what changes its matches changes a rule's version."""

    def __init__(self, lists: Mapping[str, TermList]) -> None:
        self._lists = lists
        self._content = cache(self._written)

    def of(self, rule: Rule) -> str:
        """Give the version of a rule: the hash of canonical JSON."""
        names = {one.name for one in rule.subtree() if isinstance(one, AnyOfList)}
        content = ", ".join(map(self._content, sorted(names)))
        # Put together from parts: thousands of rules name the same lists.
        canonical = f"[{_CANONICAL.encode(rule.source)}, {{{content}}}]"
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:_VERSION_LENGTH]

    def _written(self, name: str) -> str:
        groups = {"": self._lists[name].everywhere, **self._lists[name].by_language}
        content = {language: sorted(term.key for term in group) for language, group in groups.items()}
        return f"{_CANONICAL.encode(name)}: {_CANONICAL.encode(content)}"
