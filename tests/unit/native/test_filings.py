"""Filings: those are candidates whose group, shelf and further groups are met; numbers of nothing are refused."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.native.filings import Filings

SIGNS, GROUPS = 6, 5

some_groups = st.lists(st.integers(0, GROUPS - 1), max_size=2)
some_signs = st.lists(st.integers(0, SIGNS - 1), max_size=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    under: int
    openers: list[int]
    further: list[int]
    rule: int


filed = st.builds(
    Filed, under=st.integers(0, GROUPS - 1), openers=some_groups, further=some_groups, rule=st.integers(0, 3)
)


def cabinet(implied: list[list[int]], groups: list[list[int]], filings: list[Filed]) -> Filings:
    """Put each filing on a shelf of its own."""
    in_order = sorted(filings, key=lambda one: one.under)
    return Filings(
        implied=implied,
        groups=groups,
        shelves=list(accumulate(sum(one.under == group for one in filings) for group in range(GROUPS))),
        openers=[one.openers for one in in_order],
        filings=[at + 1 for at in range(len(filings))],
        further=[one.further for one in in_order],
        rules=[one.rule for one in in_order],
    )


def naive(
    implied: list[list[int]], groups: list[list[int]], filings: list[Filed], shown: list[int]
) -> set[int]:
    signs = {*shown, *(other for sign in shown for other in implied[sign])}
    met = {group for sign in signs for group in groups[sign]}
    return {
        one.rule
        for one in filings
        if one.under in met
        and (not one.openers or not met.isdisjoint(one.openers))
        and met.issuperset(one.further)
    }


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    st.lists(some_signs, min_size=SIGNS, max_size=SIGNS),
    st.lists(some_groups, min_size=SIGNS, max_size=SIGNS),
    st.lists(filed, max_size=6),
    st.lists(st.tuples(some_signs, some_signs), max_size=4),
)
def test_the_candidates_are_those_of_a_naive_search(
    implied: list[list[int]],
    groups: list[list[int]],
    filings: list[Filed],
    items: list[tuple[list[int], list[int]]],
) -> None:
    filled = cabinet(implied, groups, filings)
    for shown, also in items:
        found = filled.candidates(array("i", shown))
        assert len(found) == len(set(found))
        expected = naive(implied, groups, filings, shown)
        assert set(found) == expected
        more = naive(implied, groups, filings, shown + also) > expected
        assert filled.has_more(array("i", shown), array("i", also)) is more


GOOD: dict[str, Any] = {
    "implied": [[0]],
    "groups": [[0]],
    "shelves": [1],
    "openers": [[0]],
    "filings": [1],
    "further": [[0]],
    "rules": [7],
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"implied": [[1]]},
        {"implied": []},
        {"groups": [[-1]]},
        {"groups": [[1]]},
        {"shelves": [2]},
        {"shelves": [0]},
        {"shelves": [2, 1]},
        {"openers": [[1]]},
        {"openers": [[0, 0, 0]]},
        {"openers": []},
        {"filings": [2]},
        {"filings": [0]},
        {"filings": [0, 1]},
        {"further": [[3]]},
        {"further": []},
        {"rules": [-1]},
        {"rules": [1, 2]},
    ],
)
def test_numbers_of_nothing_are_refused(wrong: dict[str, Any]) -> None:
    assert Filings(**GOOD).candidates(array("i", [0])) == [7]
    with pytest.raises(ValueError, match=r"."):
        Filings(**{**GOOD, **wrong})


def test_signs_that_there_are_not_are_refused() -> None:
    for numbers in ([1], [-1], [2**31 - 1]):
        with pytest.raises(ValueError, match="no sign"):
            Filings(**GOOD).candidates(array("i", numbers))
    for other in (array("d", [0.0]), array("b", [0]), array("L", [0])):
        with pytest.raises(TypeError):
            Filings(**GOOD).candidates(other)  # type: ignore[arg-type]  # an array, but of others
