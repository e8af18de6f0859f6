"""Numbers of names: each name's own, and none for names that have none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.native.signs import Signs

names = st.text(st.characters(), max_size=3) | st.sampled_from(["\ud800", "\x00", "a" * 1000])


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.dictionaries(names, st.integers(0, 2**31 - 2), max_size=40), st.lists(names, max_size=10))
def test_names_have_their_numbers_in_the_order_asked(numbers: dict[str, int], others: list[str]) -> None:
    signs = Signs(numbers)
    asked = [*others, *numbers, *others]
    assert list(signs.known(asked)) == [numbers[one] for one in asked if one in numbers]


def test_many_names_are_told_apart() -> None:
    signs = Signs({f"name {number}": number for number in range(20_000)})
    assert list(signs.known(f"name {number}" for number in range(19_000, 21_000))) == list(
        range(19_000, 20_000)
    )


class Hashed:
    """A name with a hash of choice."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __hash__(self) -> int:
        return self.value


@pytest.mark.parametrize("bit", [8, 31, 32, 60])
def test_names_whose_hashes_differ_in_one_bit_are_told_apart(bit: int) -> None:
    first, second = Hashed(1 << 40), Hashed((1 << 40) ^ (1 << bit))
    signs = Signs({first: 1, second: 2})  # type: ignore[dict-item]
    assert list(signs.known([first, second])) == [1, 2]  # type: ignore[list-item]


@pytest.mark.parametrize("number", [-1, 2**31 - 1])
def test_a_number_that_is_none_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        Signs({"name": number})
