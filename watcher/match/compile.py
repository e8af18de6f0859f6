"""Rules → a `RuleSet`: the automaton over all their terms, and the index that proposes candidates.

Comes in: parsed rules, lists and the gazetteer. Goes out: an immutable rule set that the engine runs. Building is
linear in the number of terms and conditions and touches nothing of a rule set in use.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from watcher.collector import collector_paused
from watcher.match.check import cross_check
from watcher.match.forms.lists import AnyOfList
from watcher.match.forms.scope import InField
from watcher.match.index import Index, build_index
from watcher.match.lemmas import Lemmas
from watcher.match.scan import Scanner
from watcher.match.syntax import Rule, TermList
from watcher.match.view import TEXT
from watcher.match.vocabulary import Vocabulary
from watcher.text.gazetteer import Gazetteer
from watcher.types import FIELDS, FieldName

__all__ = ["RuleSet", "compile_rules", "cross_check"]

_VERSION_LENGTH = 16


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
    conditions = [condition for rule in rules for condition in rule.conditions]
    index = build_index(rules, vocabulary)
    return RuleSet(
        rules=tuple(rules),
        versions={rule.id: _version(rule, lists) for rule in rules},
        by_id={rule.id: rule for rule in rules},
        vocabulary=vocabulary,
        scanner=Scanner((term for one in conditions for term in one.terms(vocabulary)), lemmas),
        scanned=_scanned(rules),
        index=index,
    )


def _scanned(rules: Iterable[Rule]) -> tuple[FieldName, ...]:
    conditions = (one for rule in rules for one in rule.subtree() if isinstance(one, InField))
    named = {field for one in conditions for field in one.fields}
    return tuple(field for field in FIELDS if field in TEXT or field in named)


def _version(rule: Rule, lists: Mapping[str, TermList]) -> str:
    """Hash what the rule says, together with the lists that it names: what changes its matches changes its version."""
    names = {one.name for one in rule.subtree() if isinstance(one, AnyOfList)}
    content = {name: _content(lists[name]) for name in sorted(names)}
    canonical = json.dumps([rule.source, content], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:_VERSION_LENGTH]


def _content(terms: TermList) -> dict[str, list[str]]:
    groups = {"": terms.everywhere, **terms.by_language}
    return {language: sorted(term.key for term in group) for language, group in groups.items()}
