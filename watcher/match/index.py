"""The index over rules: from the signs that an item shows to the rules that are worth evaluating on it.

Comes in: rules, once per rule set; then the signs of one item. Goes out: the numbers of the rules all of whose needs
are met. Built by `compile`, asked by `engine` for every item.

A rule is filed once for each way in which it can hold: under the rarest of the signs that this way needs, and there, if
it needs a place too, under the place: an item with a common word and places in two countries then meets the rules on
these two, not those on all countries. Places are asked for only where a way that needs one is met.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from watcher.match.anchor import Anchor, country_of_sign, is_place_sign
from watcher.match.syntax import Rule, Status
from watcher.match.vocabulary import Vocabulary

Numbers = tuple[int, ...]
ShowsPlaces = Callable[[Set[str]], Set[str]]


class Filing(NamedTuple):
    """One way in which a rule can hold, by what it needs besides the signs that it is filed under.

    `further` are groups of signs of each of which it needs one. If there are `places`, it needs one of these place signs,
    which are about `countries`, or one of the signs of `instead`.
    """

    rule: int
    further: tuple[frozenset[str], ...] = ()
    places: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    instead: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Filings by the place signs of which they need one, and the countries that these are about.

    `all_need` are those filings where each of them needs more than the place, else none.
    """

    filings: Mapping[str, Numbers]
    countries: frozenset[str]
    all_need: tuple[Filing, ...]

    def is_worth_a_look(self, signs: Set[str]) -> bool:
        """Tell whether a filing is met if only its place is shown: finding places is dear."""
        return not self.all_need or any(_meets(filing, signs) for filing in self.all_need)


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Rules by what they need.

    `always` are the rules that need nothing that can be looked up. The shelves hold numbers of filings: `plain` by one
    sign, `placed` by a sign and then a place sign, `unaided` by a place sign alone.
    """

    always: Numbers
    filings: Sequence[Filing]
    plain: Mapping[str, Numbers]
    placed: Mapping[str, Shelf]
    unaided: Shelf

    def candidates(self, signs: Set[str], shows_places: ShowsPlaces) -> list[int]:
        """Give the rules all of whose needs an item meets, in order.

        Args:
            signs: of the terms and lists that occur in the item.
            shows_places: gives the place signs that the item shows, or none where it cannot show one about certain
                countries; asked at most once, and only where a rule depends on it.
        """
        found, waiting = self._by_signs(signs)
        placed = self.placed
        shelves = [one for sign in signs & placed.keys() if (one := placed[sign]).is_worth_a_look(signs)]
        if self.unaided.filings:
            shelves.append(self.unaided)
        if shelves or waiting:
            about = [one.countries for one in shelves] + [one.countries for one in waiting]
            places = shows_places(frozenset().union(*about))
            found.update(one.rule for one in waiting if not one.places.isdisjoint(places))
            found.update(self._by_places(shelves, places, signs))
        return sorted(found)

    def _by_signs(self, signs: Set[str]) -> tuple[set[int], list[Filing]]:
        """Give the rules whose needs are met whatever places there are, and the filings that wait for a place."""
        found, waiting = set(self.always), []
        plain, filings = self.plain, self.filings
        for at in {at for sign in signs & plain.keys() for at in plain[sign]}:
            filing = filings[at]
            if not _meets(filing, signs):
                continue
            if filing.places and filing.instead.isdisjoint(signs):
                waiting.append(filing)
            else:
                found.add(filing.rule)
        return found, [one for one in waiting if one.rule not in found]

    def _by_places(self, shelves: Sequence[Shelf], places: Set[str], signs: Set[str]) -> Iterator[int]:
        """Give the rules that are filed under one of some places and whose other needs are met."""
        numbers = [shelf.filings[place] for shelf in shelves for place in places & shelf.filings.keys()]
        for at in {at for several in numbers for at in several}:
            if _meets(self.filings[at], signs):
                yield self.filings[at].rule


def _meets(filing: Filing, signs: Set[str]) -> bool:
    return not any(needed.isdisjoint(signs) for needed in filing.further)


def build_index(rules: Sequence[Rule], vocabulary: Vocabulary) -> Index:
    """File the rules; those that are off are in no shelf."""
    always: list[int] = []
    filings: list[Filing] = []
    plain: dict[str, list[int]] = defaultdict(list)
    unaided: dict[str, list[int]] = defaultdict(list)
    placed: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, rule in enumerate(rules):
        if rule.status is Status.OFF:
            continue
        ways = rule.match.ways(vocabulary)
        if not all(ways):
            always.append(number)
            continue
        for way in ways:
            under, place, filing = _file(number, way)
            at = len(filings)
            filings.append(filing)
            for sign in under:
                if place is None:
                    (unaided if is_place_sign(sign) else plain)[sign].append(at)
                else:
                    for where in place.signs:
                        placed[sign][where].append(at)
    return Index(
        always=tuple(always),
        filings=filings,
        plain=_frozen(plain),
        placed={sign: _shelf(by_place, filings) for sign, by_place in placed.items()},
        unaided=_shelf(unaided, filings),
    )


def _file(rule: int, way: Sequence[Anchor]) -> tuple[frozenset[str], Anchor | None, Filing]:
    """Give the signs that a way is filed under, the place it is filed under there, and what is checked besides."""
    needs = sorted(way, key=lambda anchor: anchor.cost)
    parted = [(anchor, frozenset(filter(is_place_sign, anchor.signs))) for anchor in needs]
    terms = [anchor for anchor, places in parted if not places]
    if not terms:
        return needs[0].signs, None, Filing(rule)
    first, *others = terms
    further = tuple({anchor.signs: None for anchor in others if anchor.signs != first.signs})
    place = next((anchor for anchor, places in parted if places and places == anchor.signs), None)
    either = next(((anchor, places) for anchor, places in parted if places), None)
    if place is not None or either is None:
        return first.signs, place, Filing(rule, further)
    anchor, places = either
    countries = frozenset(map(country_of_sign, places))
    return first.signs, None, Filing(rule, further, places, countries, anchor.signs - places)


def _shelf(by_place: Mapping[str, list[int]], filings: Sequence[Filing]) -> Shelf:
    filed = [filings[at] for at in {at for several in by_place.values() for at in several}]
    return Shelf(
        filings=_frozen(by_place),
        countries=frozenset(map(country_of_sign, by_place)),
        all_need=tuple(filed) if all(one.further for one in filed) else (),
    )


def _frozen(shelf: Mapping[str, list[int]]) -> dict[str, Numbers]:
    return {sign: tuple(found) for sign, found in shelf.items()}
