"""Document → the rules that hold on it, with evidence.

One pass per field finds the terms of all rules; the index proposes candidates; only those are evaluated, and words,
sentences and places are computed only when one of them asks. Called by the pipeline for every item.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from fnmatch import fnmatchcase

from watcher.match.compile import RuleSet
from watcher.match.counting import counted_terms
from watcher.match.scan import FieldHits
from watcher.match.syntax import FromFilter, Hit, Rule, Status
from watcher.match.view import View
from watcher.native.records import restored
from watcher.text.document import Document
from watcher.types import FIELDS, Evidence, Feed, FieldName, Match, Span

MOST_EVIDENCE = 10
"""So many stretches of text are kept for one condition: a term may occur a thousand times."""

_NOTHING = FieldHits.none()
_TOLD = ("body", "title")


class Engine:
    """Runs one rule set. Holds no state of its own, so it may be swapped between two items."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.ruleset = ruleset

    def match(self, document: Document, feed: Feed, now: datetime) -> tuple[Match, ...]:
        """Scan an item and give the rules that hold on it.

        Args:
            document: the item.
            feed: where it came from, for `from` and facts.
            now: the present, for `max_age`.

        Returns:
            Matches in the order of the rules; those of status `test` and late ones are marked, not left out.
        """
        return self.match_view(self.view(document, feed), now)

    def match_view(self, view: View, now: datetime) -> tuple[Match, ...]:
        """Give the rules that hold on an item whose terms have been found."""
        held = (rule for rule in self._candidates(view) if sees(rule.from_, view) and self._holds(rule, view))
        return tuple(self._match_of(rule, view, now) for rule in held)

    def view(self, document: Document, feed: Feed) -> View:
        """Scan an item for the terms of all rules."""
        hits: dict[FieldName, FieldHits] = dict.fromkeys(FIELDS, _NOTHING)
        fields = [field for field in self.ruleset.scanned if document.text(field)]
        if fields:
            folded = [document.folded(field) for field in fields]
            hits.update(zip(fields, self.ruleset.scanner.scan(folded, document.language), strict=True))
        return View(document, feed, hits, self.ruleset.vocabulary)

    def match_rule(self, rule_id: str, document: Document, feed: Feed, now: datetime) -> Match | None:
        """Evaluate one rule on an item, whatever its status and the feeds it sees.

        Raises:
            KeyError: there is no such rule.
        """
        rule = self.ruleset.by_id[rule_id]
        view = self.view(document, feed)
        return self._match_of(rule, view, now) if self._holds(rule, view) else None

    def _candidates(self, view: View) -> list[Rule]:
        rules = self.ruleset.rules
        return [rules[at] for at in self.ruleset.index.candidates(view.found(), view.document)]

    @staticmethod
    def _holds(rule: Rule, view: View) -> bool:
        return rule.match.holds(view) and not (rule.unless is not None and rule.unless.holds(view))

    def _match_of(self, rule: Rule, view: View, now: datetime) -> Match:
        hits = _bounded(rule.match.evidence(view))
        return Match(
            rule=rule.id,
            rule_title=rule.title,
            rule_version=self.ruleset.versions[rule.id],
            severity=rule.severity,
            tags=rule.tags,
            evidence=tuple(evidence_of(hit, view.document) for hit in hits),
            sentence=_sentence(hits, view.document),
            is_test=rule.status is Status.TEST,
            is_late=is_late(rule, view.document, now),
            is_counted=rule.when is not None,
            tlp=rule.tlp,
            remind=rule.alert.remind,
            terms=counted_terms(rule, view) if rule.when is not None else (),
        )


def sees(wanted: FromFilter, view: View) -> bool:
    """Tell whether a rule's `from` lets an item through."""
    return (
        (not wanted.feeds or any(fnmatchcase(view.feed.id, glob) for glob in wanted.feeds))
        and (not wanted.tags or not wanted.tags.isdisjoint(view.feed.tags))
        and (not wanted.languages or view.document.language in wanted.languages)
    )


def is_late(rule: Rule, document: Document, now: datetime) -> bool:
    """Tell whether an item was published longer ago than its rule still tells people about."""
    published = document.item.dated
    return rule.max_age is not None and published is not None and now - published > rule.max_age


def evidence_of(hit: Hit, document: Document) -> Evidence:
    """Put the text to a hit."""
    field, start, end, path = hit
    # In the order of their slots: an item that matches has fifteen, and some a hundred.
    return restored(Evidence, restored(Span, field, start, end), document.text(field)[start:end], path)


def _bounded(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Leave out repetitions, and all but the first of very many for one condition."""
    kept = tuple(dict.fromkeys(hits))
    if len(kept) <= MOST_EVIDENCE:
        return kept
    per_path: dict[str, int] = defaultdict(int)
    first: list[Hit] = []
    for hit in kept:
        per_path[hit.path] += 1
        if per_path[hit.path] <= MOST_EVIDENCE:
            first.append(hit)
    return tuple(first)


def _sentence(hits: Iterable[Hit], document: Document) -> Span | None:
    """Find the sentence on which most conditions rest; of equals the first, and the body's before the title's.

    The title is told anyway: a sentence of the body that says as much adds something.
    """
    told = [hit for hit in hits if hit.field in _TOLD]
    if not told:
        return None
    if len({hit.path for hit in told}) == 1:
        # All sentences are equals: there is no need to find them.
        told = [min(told, key=lambda hit: (hit.field != "body", hit.start))]
    paths: dict[tuple[FieldName, int, int], set[str]] = {}
    for field, at, _, path in told:
        start, end = document.sentence_at(field, at)
        paths.setdefault((field, start, end), set()).add(path)
    field, start, end = min(paths, key=lambda one: (-len(paths[one]), one[0] != "body", one[1]))
    return trimmed(field, start, end, document)


def trimmed(field: FieldName, start: int, end: int, document: Document) -> Span:
    """Give a stretch of a field without the white space at its ends."""
    text = document.text(field)[start:end]
    start += len(text) - len(text.lstrip())
    return Span(field=field, start=start, end=start + len(text.strip()))
