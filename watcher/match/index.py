"""The index over rules: from the signs that an item shows to the rules that are worth evaluating on it.

Comes in: rules, once per rule set; then the signs of one item. Goes out: the numbers of the rules all of whose needs
are met. Built by `compile`, asked by `engine` for every item.

A rule is filed once for each way in which it can hold: under the rarest group of signs that this way needs, and there, if
it needs a place too, on a shelf for the place. Signs, groups, shelves and filings are numbers in the flat arrays of
`native.filings`. Places are asked for only where a rule depends on one that the item may name.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple, Protocol

from watcher.match.anchor import (
    ANY_COUNTRY,
    SOMEWHERE,
    Anchor,
    about_sign,
    country_of_sign,
    is_place_sign,
    list_of_sign,
    place_sign,
)
from watcher.match.syntax import Rule, Status
from watcher.match.vocabulary import Vocabulary
from watcher.native.filings import Filings
from watcher.native.signs import Signs
from watcher.types import PlaceMention

Group = frozenset[str]
"""Signs of which one is needed."""


class Names(Protocol):
    """What an item names: a `Document`."""

    @property
    def possible_countries(self) -> Set[str]:
        """The countries that places named in it may lie in; dear."""

    @property
    def places(self) -> Sequence[PlaceMention]:
        """The places named in it; as dear again."""


class Filing(NamedTuple):
    """One way in which a rule can hold: the group that it is filed under, and what it needs besides.

    It needs one of each of the `further` groups, and, if there are any, one of the `openers`: the places that it needs, and
    what will do instead of them.
    """

    rule: int
    under: Group
    openers: tuple[Group, ...] = ()
    further: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Rules by what they need.

    `always` are those that need nothing that can be looked up, `signs` the numbers of signs. `somewhere` is the number of the
    sign that a place may be named, if a rule needs one.
    """

    always: tuple[int, ...]
    signs: Signs
    filings: Filings
    somewhere: array[int]

    def candidates(self, keys: Iterable[str], names: Names) -> list[int]:
        """Give the rules all of whose needs an item meets, in order.

        Args:
            keys: of the terms that occur in the item, repeated or not.
            names: the item; asked for its places only where they decide about a rule.
        """
        signs, filings = self.signs, self.filings
        shown = signs.known(keys)
        if filings.has_more(shown, self.somewhere):
            countries = names.possible_countries
            possible = signs.known(map(about_sign, (*countries, ANY_COUNTRY) if countries else ()))
            if filings.has_more(shown, possible):
                shown += signs.known(_place_signs(names.places))
        return sorted({*self.always, *filings.candidates(shown)})


def _place_signs(places: Sequence[PlaceMention]) -> Set[str]:
    return {
        place_sign(country, kind)
        for in_country, of_kind in {(one.place.country, one.place.kind) for one in places}
        for country in (ANY_COUNTRY, in_country)
        for kind in ("", of_kind)
    }


def build_index(rules: Sequence[Rule], vocabulary: Vocabulary) -> Index:
    """File the rules; those that are off are filed nowhere."""
    always: list[int] = []
    filings: list[Filing] = []
    for number, rule in enumerate(rules):
        if rule.status is Status.OFF:
            continue
        ways = rule.match.ways(vocabulary)
        if all(ways):
            filings.extend(_file(number, way) for way in ways)
        else:
            always.append(number)
    cabinet = _Cabinet(vocabulary)
    filled = cabinet.filled(filings)
    signs = cabinet.signs()
    return Index(always=tuple(always), signs=signs, filings=filled, somewhere=signs.known((SOMEWHERE,)))


def _file(rule: int, way: Sequence[Anchor]) -> Filing:
    needs = sorted(way, key=lambda anchor: anchor.cost)
    parted = [(anchor.signs, frozenset(filter(is_place_sign, anchor.signs))) for anchor in needs]
    terms = [signs for signs, places in parted if not places]
    if not terms:
        return Filing(rule, needs[0].signs)
    first, *others = terms
    further = tuple({signs: None for signs in others if signs != first})
    place = next((places for signs, places in parted if places and places == signs), None)
    if place is not None:
        return Filing(rule, first, (place,), further)
    either = next(((signs, places) for signs, places in parted if places), None)
    if either is None:
        return Filing(rule, first, (), further)
    signs, places = either
    return Filing(rule, first, (places, signs - places), further)


class _Cabinet:
    """Gives signs and groups their numbers while filings are put in order."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._signs: dict[str, int] = {}
        self._groups: dict[Group, int] = {}

    def filled(self, filings: Sequence[Filing]) -> Filings:
        """Put filings on their shelves: one for each group that some are filed under and what opens it there."""
        shelves: dict[int, dict[tuple[int, ...], list[Filing]]] = defaultdict(lambda: defaultdict(list))
        for one in filings:
            openers = tuple(map(self._group, one.openers))
            shelves[self._group(one.under)][openers].append(one)
        further = {one: [self._group(group) for group in one.further] for one in filings if one.further}
        by_group = [shelves.get(group, {}) for group in range(len(self._groups))]
        filed = [several for of_group in by_group for several in of_group.values()]
        in_order = [one for several in filed for one in several]
        implied, groups = self._of_signs()
        return Filings(
            implied=implied,
            groups=groups,
            shelves=list(accumulate(map(len, by_group))),
            openers=[openers for of_group in by_group for openers in of_group],
            filings=list(accumulate(map(len, filed))),
            further=[further.get(one, ()) for one in in_order],
            rules=[one.rule for one in in_order],
        )

    def signs(self) -> Signs:
        """Give the numbers of the signs of all that was filed."""
        return Signs(self._signs)

    def _group(self, signs: Group) -> int:
        return self._groups.setdefault(signs, len(self._groups))

    def _sign(self, name: str) -> int:
        return self._signs.setdefault(name, len(self._signs))

    def _of_signs(self) -> tuple[list[Sequence[int]], list[Sequence[int]]]:
        """Give for each sign those that it implies and the groups that it is in."""
        groups: dict[int, list[int]] = defaultdict(list)
        for signs, group in self._groups.items():
            for name in {*signs, *_possibilities(signs)}:
                groups[self._sign(name)].append(group)
        implied: dict[int, list[int]] = defaultdict(list)
        for name in list(self._signs):
            for key in self._terms_of(name):
                implied[self._sign(key)].append(self._sign(name))
        count = range(len(self._signs))
        return [implied.get(sign, ()) for sign in count], [groups.get(sign, ()) for sign in count]

    def _terms_of(self, sign: str) -> Set[str]:
        """Give the keys of the terms of the list that a sign stands for; none where it stands for no list."""
        name = list_of_sign(sign)
        return frozenset() if name is None else self._vocabulary.lists[name].keys


def _possibilities(signs: Group) -> Iterator[str]:
    """Give the signs that one of the place signs of a group may be shown, once places are decided on."""
    for sign in filter(is_place_sign, signs):
        yield SOMEWHERE
        yield about_sign(country_of_sign(sign))
