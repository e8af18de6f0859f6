"""What a rule over time tells apart in an item, and what can be wrong with such rules taken together.

Called by the engine for the matches that such a rule counts, and by `cross_check`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from watcher.match.forms.lists import AnyOfList
from watcher.match.forms.places import PlaceIs
from watcher.match.rates import New
from watcher.match.reader import SyntaxProblem
from watcher.match.slips import did_you_mean
from watcher.match.syntax import Rule, Status, TermList

if TYPE_CHECKING:
    from watcher.match.view import View

MOST_TERMS = 50
"""So many terms of one item are looked at: nobody names more groups in a report that is about one."""

_LONGEST_KEY = 120
_SHOWN = 80
_DEFINING = ("match", "unless", "from", "define", "filters")


def counted_terms(rule: Rule, view: View) -> tuple[tuple[str, str], ...]:
    """Give what `new_in` asks about one by one: (key, text as found) of each term or place that the item names.

    Everything else is counted as one, under the empty key.
    """
    if not isinstance(rule.when, New):
        return (("", ""),)
    found: dict[str, str] = {}
    if isinstance(rule.match, AnyOfList):
        for key in view.present(view.vocabulary.lists[rule.match.name].keys_for(view.document.language)):
            first = min(view.spans(key), default=None)
            if first is not None:
                field, start, end = first
                found[term_key(key)] = view.document.text(field)[start:end][:_SHOWN]
    elif isinstance(rule.match, PlaceIs):
        spans = {(one.field, one.start, one.end) for one in rule.match.occurrences(view)}
        for mention in view.places():
            if (mention.span.field, mention.span.start, mention.span.end) not in spans:
                continue
            found.setdefault(term_key(mention.place.id), mention.place.name[:_SHOWN])
    else:
        found[""] = ""
    return tuple(sorted(found.items()))[:MOST_TERMS]


def term_key(key: str) -> str:
    """Give a term's key, or its hash where it is long: it becomes part of a database key."""
    if len(key) <= _LONGEST_KEY:
        return key
    return "#" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def watched_terms(rule: Rule, lists: Mapping[str, TermList]) -> tuple[str, ...]:
    """Give the keys of the terms that a rule looks out for by name: each is watched from when it is listed."""
    if isinstance(rule.when, New) and isinstance(rule.match, AnyOfList):
        return tuple(sorted({term_key(term.key) for term in lists[rule.match.name].terms}))
    return ()


def counting_version(rule: Rule, lists: Mapping[str, TermList]) -> str:
    """Hash what decides which items a rule matches: with another hash, its past counts say nothing of the present.

    Severity, tags and the like are left out: they change nothing of the history.
    """
    told = json.loads(rule.source) if rule.source else {}
    kept = {key: told[key] for key in _DEFINING if key in told}
    kept["when"] = {
        key: told["when"][key] for key in ("match", "list", "place") if key in told.get("when", {})
    }
    names = sorted({one.name for one in rule.subtree() if isinstance(one, AnyOfList)})
    content = {name: sorted(term.key for term in lists[name].terms) for name in names}
    canonical = json.dumps([kept, content], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def check_counted(rules: Sequence[Rule]) -> Iterator[tuple[str, SyntaxProblem]]:
    """Find rules over time that count what cannot be counted, with the id of the rule that each problem is about."""
    known = {rule.id: rule for rule in rules}
    for rule in rules:
        if rule.when is not None and rule.when.of is not None:
            yield from ((rule.id, problem) for problem in _check_rule(rule, rule.when.of, known))


def _check_rule(rule: Rule, of: str, known: Mapping[str, Rule]) -> Iterator[SyntaxProblem]:
    path = ("when", "rule")
    if of not in known:
        hint = did_you_mean(of, known)
        yield SyntaxProblem(message=f"there is no rule '{of}'", path=path, suggestion=hint)
    elif of == rule.id:
        yield SyntaxProblem(
            message=f"the rule '{of}' counts itself", path=path, suggestion="when: {match: …}"
        )
    elif known[of].when is not None:
        message = f"'{of}' is itself a rule over time: its matches cannot be counted"
        hint = "name the rule that it counts, or write match: with its condition"
        yield SyntaxProblem(message=message, path=path, suggestion=hint)
    elif known[of].status is Status.OFF and rule.status is not Status.OFF:
        message = f"'{of}' is off: '{rule.id}' never has anything to count"
        yield SyntaxProblem(message=message, path=path, is_warning=True)
