"""Names that speak for each other: the compiled arithmetic is that of the formulas."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.native.votes import Votes

DETERMINISTIC = settings(derandomize=True, max_examples=80, deadline=None)
OF_COUNTRY, OF_ADMIN, LITTLE = 1.1, 1.3, 0.1


@dataclass(frozen=True, slots=True)
class Place:
    country: str
    admin: str


PLACES = st.builds(
    lambda country, region: Place(country, f"{country}.{region}" if region else ""),
    st.sampled_from(["TN", "LY", "LB", "US"]),
    st.integers(0, 2),
)
CHOICES = st.lists(st.tuples(PLACES, st.floats(-20, 20)), min_size=1, max_size=4)
NAMES = st.lists(st.tuples(CHOICES, st.floats(0, 1)), max_size=6)
BASE = st.dictionaries(st.sampled_from(["TN", "FR", "US"]), st.floats(0, 3), max_size=3)

Sums = tuple[dict[str, float], dict[str, float]]
Chosen = tuple[list[tuple[Place, float]], float]


def tally(base: dict[str, float], names: list[Chosen], shares: list[list[float]]) -> Sums:
    countries, admins = defaultdict(float, base), defaultdict(float)
    for (choices, trust), parts in zip(names, shares, strict=True):
        for (place, _), part in zip(choices, parts, strict=True):
            countries[place.country] += trust * part
            if place.admin:
                admins[place.admin] += trust * part
    return countries, admins


def of_others(name: Chosen, parts: list[float], sums: Sums) -> list[tuple[float, float]]:
    own = tally({}, [name], [parts])
    return [
        (
            max(0.0, sums[0][place.country] - own[0][place.country]),
            max(0.0, sums[1][place.admin] - own[1][place.admin]) if place.admin else 0.0,
        )
        for place, _ in name[0]
    ]


def normalised(scores: list[float]) -> list[float]:
    odds = [math.exp(score - max(scores)) for score in scores]
    return [one / sum(odds) for one in odds]


def settled(base: dict[str, float], names: list[Chosen], rounds: int) -> list[list[float]]:
    shares = [normalised([score for _, score in choices]) for choices, _ in names]
    for _ in range(rounds):
        sums = tally(base, names, shares)
        shares = [
            normalised(
                [
                    score + OF_COUNTRY * math.log(country + LITTLE) + OF_ADMIN * math.log(admin + LITTLE)
                    for (_, score), (country, admin) in zip(
                        name[0], of_others(name, parts, sums), strict=True
                    )
                ]
            )
            for name, parts in zip(names, shares, strict=True)
        ]
    return shares


@DETERMINISTIC
@given(BASE, NAMES, st.integers(0, 3))
def test_probabilities_follow_from_scores_and_from_what_other_names_say(
    base: dict[str, float], names: list[Chosen], rounds: int
) -> None:
    votes = Votes(
        base,
        [
            ([place for place, _ in choices], [score for _, score in choices], trust)
            for choices, trust in names
        ],
    )
    votes.settle(rounds, OF_COUNTRY, OF_ADMIN, LITTLE)
    shares = settled(base, names, rounds)
    sums = tally(base, names, shares)
    assert votes.total == pytest.approx(sum(sums[0].values()))
    for number, (name, parts) in enumerate(zip(names, shares, strict=True)):
        assert votes.shares(number) == pytest.approx(parts)
        for found, wanted in zip(votes.of_others(number), of_others(name, parts, sums), strict=True):
            assert found == pytest.approx(wanted, abs=1e-9)
        at, share, *others = votes.likeliest(number)
        assert parts[at] == pytest.approx(max(parts))
        country = name[0][at][0].country
        of_country = sum(
            part for (place, _), part in zip(name[0], parts, strict=True) if place.country == country
        )
        assert share == pytest.approx(of_country)
        assert others == pytest.approx(of_others(name, parts, sums)[at], abs=1e-9)


def test_what_is_no_name_is_refused() -> None:
    place = Place("TN", "")
    votes = Votes({}, [([place], [0.0], 1.0)])
    for number in (-1, 1):
        with pytest.raises(IndexError):
            votes.likeliest(number)
    for candidates, scores in (([], []), ([place], [0.0, 1.0])):
        with pytest.raises(ValueError, match="candidates"):
            Votes({}, [(candidates, scores, 1.0)])


def test_the_first_of_equal_candidates_is_likeliest() -> None:
    votes = Votes({}, [([Place("TN", ""), Place("LY", "")], [1.0, 1.0], 1.0)])
    votes.settle(2, OF_COUNTRY, OF_ADMIN, LITTLE)
    assert votes.likeliest(0)[0] == 0
