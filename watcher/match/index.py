"""The index over rules: from the signs that an item shows to the rules that are worth evaluating on it.

Comes in: rules, once per rule set; then the signs of one item. Goes out: the numbers of the rules all of whose needs
are met. Built by `compile`, asked by `engine` for every item.

A rule is filed under the rarest of the signs that it needs, and there, if it needs a place too, under the place: an item
with a common word and places in two countries then meets the rules on these two, not those on all countries. Places
are asked for only where a rule that is filed so is met.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

from watcher.match.anchor import Anchor, country_of_sign, is_place_sign
from watcher.match.syntax import Rule, Status
from watcher.match.vocabulary import Vocabulary

Numbers = tuple[int, ...]
ShowsPlaces = Callable[[Set[str]], Set[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Rules by the place signs of which they need one, and the countries that these are about."""

    rules: Mapping[str, Numbers]
    countries: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Rules by what they need.

    `always` need nothing that can be looked up. `plain` are filed under one sign, `placed` under a sign and then a
    place sign, `unaided` under a place sign alone. `further` gives, by rule, the other groups of signs of each of which
    it needs one.
    """

    always: Numbers
    plain: Mapping[str, Numbers]
    placed: Mapping[str, Shelf]
    unaided: Shelf
    further: Sequence[tuple[frozenset[str], ...]]

    def candidates(self, signs: Set[str], shows_places: ShowsPlaces) -> list[int]:
        """Give the rules all of whose needs an item meets, in order.

        Args:
            signs: of the terms and lists that occur in the item.
            shows_places: gives the place signs that the item shows, or none where it cannot show one about certain
                countries; asked at most once, and only where a rule depends on it.
        """
        found = set(self.always)
        plain, placed = self.plain, self.placed
        for sign in signs & plain.keys():
            found.update(plain[sign])
        shelves = [placed[sign] for sign in signs & placed.keys()]
        if self.unaided.rules:
            shelves.append(self.unaided)
        if shelves:
            places = shows_places(frozenset().union(*[shelf.countries for shelf in shelves]))
            for shelf in shelves if places else ():
                for place in places & shelf.rules.keys():
                    found.update(shelf.rules[place])
        further = self.further
        return sorted(at for at in found if not any(needed.isdisjoint(signs) for needed in further[at]))


def build_index(rules: Sequence[Rule], vocabulary: Vocabulary) -> Index:
    """File the rules; those that are off are in no shelf."""
    always: list[int] = []
    plain: dict[str, list[int]] = defaultdict(list)
    unaided: dict[str, list[int]] = defaultdict(list)
    placed: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    further: list[tuple[frozenset[str], ...]] = []
    for at, rule in enumerate(rules):
        filed = _file(rule, vocabulary) if rule.status is not Status.OFF else _Filed()
        further.append(filed.further)
        if filed.first is None:
            if rule.status is not Status.OFF:
                always.append(at)
        elif filed.place is None:
            for sign in filed.first.signs:
                (unaided if is_place_sign(sign) else plain)[sign].append(at)
        else:
            for sign in filed.first.signs:
                for place in filed.place.signs:
                    placed[sign][place].append(at)
    return Index(
        always=tuple(always),
        plain=_frozen(plain),
        placed={sign: _shelf(rules_by_place) for sign, rules_by_place in placed.items()},
        unaided=_shelf(unaided),
        further=further,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filed:
    """Under what a rule is filed: the rarest of its needs, a place, and what is checked besides."""

    first: Anchor | None = None
    place: Anchor | None = None
    further: tuple[frozenset[str], ...] = ()


def _file(rule: Rule, vocabulary: Vocabulary) -> _Filed:
    needs = sorted(rule.match.needs(vocabulary), key=lambda anchor: anchor.cost)
    terms = [anchor for anchor in needs if not any(map(is_place_sign, anchor.signs))]
    places = [anchor for anchor in needs if all(map(is_place_sign, anchor.signs)) and anchor not in terms]
    if not terms:
        return _Filed(first=needs[0] if needs else None)
    first, *others = terms
    further = tuple({anchor.signs: None for anchor in others if anchor.signs != first.signs})
    return _Filed(first=first, place=places[0] if places else None, further=further)


def _shelf(rules: Mapping[str, list[int]]) -> Shelf:
    return Shelf(rules=_frozen(rules), countries=frozenset(map(country_of_sign, rules)))


def _frozen(shelf: Mapping[str, list[int]]) -> dict[str, Numbers]:
    return {sign: tuple(found) for sign, found in shelf.items()}
