"""Naive Bayes over sequences of bytes: the shares are those of a naive search and sum; models that cannot be are refused."""

from __future__ import annotations

from array import array
from collections import Counter
from math import exp, log1p, sqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.native.bayes import Bayes
from watcher.native.sequences import Sequences

CLASSES = 3
UNIT = 0.25

texts = st.lists(st.sampled_from(list(b"ab\x00\xff")), max_size=40).map(bytes)
sequences = st.lists(
    st.lists(st.sampled_from(list(b"ab\xff")), min_size=1, max_size=4).map(bytes), unique=True, max_size=8
)
weights = st.lists(st.integers(0, 60_000), min_size=CLASSES, max_size=CLASSES)


def table_of(known: list[bytes]) -> tuple[list[list[int]], list[int]]:
    """Give the steps of each state after each byte, and the sequence that each state ends with: the longest."""
    states = sorted({one[:end] for one in known for end in range(len(one) + 1)} | {b""})
    numbers = {state: at for at, state in enumerate(states)}
    steps = [
        [
            next(
                numbers[end]
                for cut in range(len(state) + 2)
                if (end := (state + bytes([byte]))[cut:]) in numbers
            )
            for byte in range(256)
        ]
        for state in states
    ]
    ends = [max((one for one in known if state.endswith(one)), key=len, default=None) for state in states]
    return steps, [-1 if one is None else known.index(one) for one in ends]


def searched(known: list[bytes]) -> Sequences:
    steps, features = table_of(known)
    # Equal rows are kept once.
    rows = sorted(map(tuple, steps))
    flat = array("I", [state for row in rows for state in row])
    return Sequences(flat, array("I", [rows.index(tuple(row)) for row in steps]), array("i", features))


def counted(known: list[bytes], text: bytes) -> Counter[int]:
    ends = (text[:end] for end in range(1, len(text) + 1))
    met = (max((one for one in known if end.endswith(one)), key=len, default=None) for end in ends)
    return Counter(known.index(one) for one in met if one is not None)


@settings(derandomize=True, deadline=None, max_examples=25)
@given(sequences, st.lists(weights, min_size=8, max_size=8), st.integers(0, 8), st.lists(texts, max_size=3))
def test_the_shares_are_those_of_a_naive_search(
    known: list[bytes], above: list[list[int]], row_count: int, read: list[bytes]
) -> None:
    above = [[one if one % 2 else 0 for one in row] for row in above[: len(known)]]
    prior, least = [-1.0, -2.0, -1.5], [-9.0, -8.0, -10.0]
    others = above[row_count:]
    listed = [[(at, one) for at, one in enumerate(row) if one] for row in others]
    bayes = Bayes(
        searched(known),
        prior=array("d", prior),
        least=array("d", least),
        unit=UNIT / 10_000,
        rows=array("H", [one for row in above[:row_count] for one in row]),
        ends=array("I", [sum(map(len, listed[: at + 1])) for at in range(len(listed))]),
        classes=array("B", [at for row in listed for at, _ in row]),
        weights=array("H", [one for row in listed for _, one in row]),
    )
    for text in read:
        counts = counted(known, text)
        scores = [
            prior[at]
            + sum(
                log1p(count) * (least[at] + above[one][at] * UNIT / 10_000) for one, count in counts.items()
            )
            if counts
            else 0.0
            for at in range(CLASSES)
        ]
        powers = [exp((one - max(scores)) / sqrt(len(text) or 1)) for one in scores]
        assert list(bayes.shares(text)) == pytest.approx([one / sum(powers) for one in powers], rel=1e-4)


def test_a_text_of_megabytes_is_read_once() -> None:
    bayes = Bayes(**model())
    assert sum(bayes.shares(b"ab" * 1_000_000)) == pytest.approx(1)


def model() -> dict[str, Any]:
    return {
        "sequences": searched([b"a", b"ab"]),
        "prior": array("d", [0.0, 0.0]),
        "least": array("d", [0.0, 0.0]),
        "unit": 1.0,
        "rows": array("H", [1, 2]),
        "ends": array("I", [1]),
        "classes": array("B", [1]),
        "weights": array("H", [3]),
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"prior": array("d")},
        {"prior": array("f", [0.0, 0.0])},
        {"least": array("d", [0.0])},
        {"rows": array("H", [1])},
        {"rows": array("H")},
        {"rows": array("I", [1, 2])},
        {"ends": array("I", [2])},
        {"ends": array("I", [0])},
        {"ends": array("I", [2, 1])},
        {"ends": array("I")},
        {"classes": array("B", [2])},
        {"classes": array("B", [1, 1])},
        {"weights": array("H")},
    ],
)
def test_a_model_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Bayes(**{**model(), **wrong})


@pytest.mark.parametrize(
    ("steps", "rows", "features"),
    [
        ([], [], []),
        ([0] * 256, [0], []),
        ([0] * 255, [0], [-1]),
        ([0] * 256, [1], [-1]),
        ([1] * 256, [0], [-1]),
        ([0] * 512, [0, 1], [-1, -1]),  # the second state is never reached
        ([1] + [0] * 511 + [2] * 256, [0, 1, 2], [-1, -1, -1]),  # neither is the third
        ([1] + [0] * 255 + [0] * 256, [0, 1], [-1, -1]),  # after the same byte twice it must stay
        ([1] * 256 + [2] * 256 + [0] * 256, [0, 1, 2], [-1] * 3),
    ],
)
def test_a_table_of_another_automaton_is_refused(
    steps: list[int], rows: list[int], features: list[int]
) -> None:
    with pytest.raises(ValueError, match=r"."):
        Sequences(array("I", steps), array("I", rows), array("i", features))
