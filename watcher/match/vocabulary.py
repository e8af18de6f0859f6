"""The lists and places that conditions refer to by name, prepared for evaluation.

Comes in: parsed lists and the gazetteer. Goes out: the keys of a list's terms by language, and where a named place
lies. Made once per rule set by `compile`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property

from watcher.match.anchor import Anchor, list_sign, term_cost
from watcher.match.syntax import TermList
from watcher.text.gazetteer import Gazetteer


class ListTerms:
    """A list as conditions see it."""

    def __init__(self, terms: TermList) -> None:
        self.definition = terms
        self._keys: dict[str, frozenset[str]] = {
            language: frozenset(term.key for term in terms.terms_for(language))
            for language in terms.by_language
        }
        self.keys = frozenset(term.key for term in terms.terms)

    def keys_for(self, language: str) -> frozenset[str]:
        """Give the keys of the terms that apply to items of a language."""
        return self._keys.get(language, self.keys)

    @cached_property
    def anchor(self) -> Anchor:
        """That any of its terms occurs."""
        cost = sum(term_cost(term) for term in self.definition.terms)
        return Anchor(signs=frozenset({list_sign(self.definition.name)}), cost=cost)


class Vocabulary:
    """Lists by name, and places by name."""

    def __init__(self, lists: Mapping[str, TermList], gazetteer: Gazetteer) -> None:
        self.lists: Mapping[str, ListTerms] = {name: ListTerms(terms) for name, terms in lists.items()}
        self.gazetteer = gazetteer
        self.located = cache(self._located)

    def _located(self, name: str) -> tuple[float, float] | None:
        """Give latitude and longitude of the most prominent place of a name that has them."""
        for place in self.gazetteer.named(name):
            if place.lat is not None and place.lon is not None:
                return place.lat, place.lon
        return None
