"""What is wrong with rules and lists that can only be seen when they are taken together.

Comes in: parsed rules and lists, the gazetteer, the configured feeds. Goes out: problems, each with the rule that it
is about. Called by the configuration's loader, after every file has been read.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache

from watcher.match.counting import check_counted
from watcher.match.filters import Filter, check_filter
from watcher.match.forms.entities import EntityIs
from watcher.match.forms.facts import Fact, FeedIs, FeedTagIs, LanguageIs
from watcher.match.forms.inflected import Lemma
from watcher.match.forms.lists import AnyOfList
from watcher.match.forms.logic import AllOf, AnyOf, AtLeast, NoneOf
from watcher.match.forms.numbers import Score
from watcher.match.forms.scope import InField
from watcher.match.forms.words import Phrase
from watcher.match.reader import SyntaxProblem
from watcher.match.references import unknown_names, yaml_steps
from watcher.match.script import letters_of
from watcher.match.syntax import Condition, FromFilter, Rule, Status, TermList
from watcher.match.term import Check, Term
from watcher.match.vocabulary import Vocabulary
from watcher.text.gazetteer import Gazetteer
from watcher.text.lemmas import LANGUAGES as GRAMMARS
from watcher.types import Feed

BROAD_BELOW_LETTERS = 4
_SCRIPTS = {"ar": "ARABIC", "fa": "ARABIC", "ur": "ARABIC", "he": "HEBREW", "el": "GREEK"}
_SCRIPTS |= dict.fromkeys(("ru", "uk", "bg", "sr", "be", "mk"), "CYRILLIC")

Problems = Iterator[tuple[str, SyntaxProblem]]


def cross_check(
    rules: Sequence[Rule],
    lists: Mapping[str, TermList],
    gazetteer: Gazetteer,
    feeds: Sequence[Feed],
    filters: Sequence[Filter] = (),
    models: Collection[str] | None = None,
) -> tuple[tuple[str, SyntaxProblem], ...]:
    """Find errors and warnings across rules, filters, lists, places and feeds.

    Args:
        rules: all rules, without what filters add to them.
        lists: all lists, by name.
        gazetteer: the places that rules may name.
        feeds: the feeds that rules see.
        filters: all filters.
        models: the languages that a trained pipeline is configured for; None when that is not known.

    Returns:
        Pairs of a subject (a rule's id, an unused list's name, or `filter:` and a filter's id) and a problem; the problem's
        path is relative to the entry of that rule, list or filter. A rule set with an error among them must not be compiled.
    """
    checker = _Checker(rules, lists, gazetteer, feeds, filters, models)
    return tuple(checker.problems())


class _Checker:
    """Runs the checks over one configuration."""

    def __init__(
        self,
        rules: Sequence[Rule],
        lists: Mapping[str, TermList],
        gazetteer: Gazetteer,
        feeds: Sequence[Feed],
        filters: Sequence[Filter],
        models: Collection[str] | None,
    ) -> None:
        self._models = models
        self._rules = rules
        self._filters = filters
        self._lists = lists
        self._gazetteer = gazetteer
        self._feeds = feeds
        # Thousands of rules have the same few `from`, and there may be thousands of feeds.
        self._seen_by = cache(self._feeds_of)
        self._languages_of = cache(self._languages_seen)

    def problems(self) -> Problems:
        vocabulary = Vocabulary(self._lists, self._gazetteer)
        for rule in self._rules:
            errors = [problem for one in rule.conditions for problem in self._unknown(one)]
            yield from ((rule.id, problem) for problem in errors)
            checks: list[Callable[[Rule], Iterator[SyntaxProblem]]] = [
                self._no_tests,
                self._sees_no_feed,
                self._broad_wildcards,
                self._impossible,
                self._without_grammar,
                self._without_pipeline,
            ]
            for check in checks:
                yield from ((rule.id, problem) for problem in check(rule))
            if not errors:
                yield from ((rule.id, problem) for problem in self._unindexed(rule, vocabulary))
                yield from ((rule.id, problem) for problem in self._silent_languages(rule))
        for one in self._filters:
            found = (*check_filter(one, self._rules), *self._unknown(one.unless))
            yield from ((f"filter:{one.id}", problem) for problem in found)
        yield from check_counted(self._rules)
        yield from self._unused_lists()

    def _unknown(self, condition: Condition) -> Iterator[SyntaxProblem]:
        return unknown_names(condition, self._lists, self._gazetteer)

    # --- warnings ----------------------------------------------------------------------------------------------

    def _no_tests(self, rule: Rule) -> Iterator[SyntaxProblem]:
        # A rule that counts another one's matches has no texts of its own to be tested on.
        if not rule.tests and rule.reads_items:
            yield SyntaxProblem(
                message=f"the rule '{rule.id}' has no tests",
                suggestion="tests: [{title: …, expect: match}]",
                is_warning=True,
            )

    def _sees_no_feed(self, rule: Rule) -> Iterator[SyntaxProblem]:
        if self._feeds and not self._seen(rule):
            message = f"the rule '{rule.id}' sees none of the {len(self._feeds)} feeds"
            yield SyntaxProblem(message=message, path=("from",), is_warning=True)

    def _broad_wildcards(self, rule: Rule) -> Iterator[SyntaxProblem]:
        for one in rule.subtree():
            if isinstance(one, Phrase) and _is_broad(one.term):
                message = f"'{one.written}' touches a great many words and slows every item"
                yield _warning(one, message, "write more letters, or the words themselves")

    def _unindexed(self, rule: Rule, vocabulary: Vocabulary) -> Iterator[SyntaxProblem]:
        if rule.status is not Status.OFF and rule.match.anchor(vocabulary) is None:
            message = f"no term of '{rule.id}' must occur for it to hold: it is evaluated on every item"
            yield _warning(rule.match, message, "add a term or a list that every match has")

    def _silent_languages(self, rule: Rule) -> Iterator[SyntaxProblem]:
        for language in sorted(self._languages(rule) & _SCRIPTS.keys()):
            if not _can_hold(rule.match, language, self._lists):
                message = f"'{rule.id}' sees items in '{language}' but has no terms that could hold on them"
                hint = f"add terms in that language, or from: {{languages: […]}} without '{language}'"
                yield _warning(rule.match, message, hint)

    def _without_grammar(self, rule: Rule) -> Iterator[SyntaxProblem]:
        """Warn of lemmas in rules that are for a language of which no inflection is known."""
        missing = ", ".join(f"'{code}'" for code in sorted(self._languages(rule) - set(GRAMMARS)))
        for one in rule.subtree() if missing else ():
            if isinstance(one, Lemma):
                message = (
                    f"no inflection is known of {missing}: there, '{one.label}' finds the words as written"
                )
                yield _warning(
                    one, message, f"lemma knows {', '.join(GRAMMARS)}; write the forms out, or word*"
                )

    def _without_pipeline(self, rule: Rule) -> Iterator[SyntaxProblem]:
        """Warn of entities in rules that are for a language without a trained pipeline: nothing is found there."""
        if self._models is None:
            return
        missing = ", ".join(f"'{code}'" for code in sorted(self._languages(rule) - set(self._models)))
        for one in rule.subtree() if missing or not self._models else ():
            if isinstance(one, EntityIs):
                which = f"for {missing}" if missing else "at all"
                message = f"no spaCy pipeline is configured {which}: there, '{one.label}' never holds"
                yield _warning(
                    one, message, "name one in the main file, text: {models: {en: en_core_web_sm}}"
                )

    def _impossible(self, rule: Rule) -> Iterator[SyntaxProblem]:
        seen = self._seen(rule)
        vetoed = _parts(rule.unless, AnyOf) if rule.unless is not None else ()
        for both in (one for one in _parts(rule.match, AllOf) if one in vetoed):
            yield _warning(both, f"'{both.label}' is demanded here and vetoed by 'unless'", "take one away")
        for outer, inner in _field_pairs(rule.match):
            if not _reach(outer) & _reach(inner):
                message = f"'{inner.label}' stands inside '{outer.label}': it can never hold"
                yield _warning(inner, message, "a condition looks where all fields around it look")
        for one in rule.subtree():
            if isinstance(one, Fact) and self._feeds and self._never(one, rule, seen):
                yield _warning(one, f"'{one.label}' can never hold for what this rule sees", None)
            if isinstance(one, AllOf):
                languages = [part for part in one.conditions if isinstance(part, LanguageIs)]
                if languages and not frozenset.intersection(
                    *(frozenset(part.accepted) for part in languages)
                ):
                    message = "an item is in one language: these can never hold together"
                    yield _warning(languages[-1], message, "language: [fr, en] takes either")
                forbidden = [
                    bad for part in one.conditions if isinstance(part, NoneOf) for bad in part.conditions
                ]
                for both in (part for part in one.conditions if part in forbidden):
                    yield _warning(
                        both, f"'{both.label}' is demanded and forbidden: this can never hold", None
                    )

    def _never(self, one: Fact, rule: Rule, seen: Sequence[Feed]) -> bool:
        if isinstance(one, FeedIs):
            return not any(fnmatchcase(feed.id, glob) for feed in seen for glob in one.accepted)
        if isinstance(one, FeedTagIs):
            return not any(feed.tags & set(one.accepted) for feed in seen)
        wanted = rule.from_.languages
        return isinstance(one, LanguageIs) and bool(wanted) and wanted.isdisjoint(one.accepted)

    def _unused_lists(self) -> Problems:
        conditions = [one for rule in self._rules for one in rule.conditions]
        conditions += [one.unless for one in self._filters]
        used = {one.name for top in conditions for one in top.subtree() if isinstance(one, AnyOfList)}
        for name in self._lists:
            if name not in used:
                problem = SyntaxProblem(message=f"no rule uses the list '{name}'", is_warning=True)
                yield name, problem

    # --- what a rule sees --------------------------------------------------------------------------------------

    def _seen(self, rule: Rule) -> Sequence[Feed]:
        return self._seen_by(rule.from_)

    def _feeds_of(self, wanted: FromFilter) -> Sequence[Feed]:
        return [
            feed
            for feed in self._feeds
            if (not wanted.feeds or any(fnmatchcase(feed.id, glob) for glob in wanted.feeds))
            and (not wanted.tags or wanted.tags & feed.tags)
        ]

    def _languages(self, rule: Rule) -> frozenset[str]:
        return self._languages_of(rule.from_)

    def _languages_seen(self, wanted: FromFilter) -> frozenset[str]:
        if wanted.languages:
            return wanted.languages
        return frozenset(feed.language.lower()[:2] for feed in self._seen_by(wanted) if feed.language)


def _parts(condition: Condition, form: type[AtLeast]) -> tuple[Condition, ...]:
    """Give a condition and, if it is of the form, what it consists of."""
    return (condition, *(condition.children if isinstance(condition, form) else ()))


def _field_pairs(condition: Condition, outer: InField | None = None) -> Iterator[tuple[InField, InField]]:
    """Give each `field` with the one that it stands in."""
    if isinstance(condition, InField):
        if outer is not None:
            yield outer, condition
        outer = condition
    for child in condition.children:
        yield from _field_pairs(child, outer)


def _reach(scope: InField) -> frozenset[str]:
    lead = ("title", "body") if "lead" in scope.fields else ()
    return frozenset((*scope.fields, *lead)) - {"lead"}


def _warning(one: Condition, message: str, suggestion: str | None) -> SyntaxProblem:
    return SyntaxProblem(message=message, path=yaml_steps(one.path), suggestion=suggestion, is_warning=True)


def _is_broad(term: Term) -> bool:
    return (
        "*" in term.key and term.check is not Check.EXACT and letters_of(term.literal) < BROAD_BELOW_LETTERS
    )


def _can_hold(condition: Condition, language: str, lists: Mapping[str, TermList]) -> bool:
    """Tell whether a condition could hold on a text in the script of a language; when unsure, that it could."""
    if isinstance(condition, Phrase):
        return _is_in_script(condition.term, language)
    if isinstance(condition, Lemma):
        return any(_is_in_script(term, language) for term in condition.lemmas)
    if isinstance(condition, AnyOfList):
        return any(_is_in_script(term, language) for term in lists[condition.name].terms_for(language))
    if isinstance(condition, LanguageIs):
        return language in condition.accepted
    children = [_can_hold(child, language, lists) for child in condition.children]
    if isinstance(condition, AtLeast):
        return sum(children) >= condition.need
    if isinstance(condition, Score):
        return any(children)
    return isinstance(condition, NoneOf) or all(children)


def _is_in_script(term: Term, language: str) -> bool:
    letter = next((char for char in term.literal if char.isalpha()), None)
    return letter is None or unicodedata.name(letter, "").startswith(_SCRIPTS[language])
