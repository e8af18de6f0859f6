"""What plain scalars mean, and what stands for ${NAME}."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.config.scalar import SubstitutionError, plain, substitute


@pytest.mark.parametrize("text", ["no", "yes", "on", "off", "NO", "n", "12:30", "2024-05-01", "007", "0x1F", "1_000", ".", "-", "+", "1e999", ".inf", "9" * 30, "e5"])  # fmt: skip
def test_the_surprises_of_yaml_1_1_stay_text(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [("", None), ("~", None), ("null", None), ("true", True), ("False", False), ("5", 5), ("-3", -3), ("1.5", 1.5), ("1e3", 1000.0), (".5", 0.5)],
)  # fmt: skip
def test_nulls_booleans_and_numbers_are_read(text: str, value: object) -> None:
    assert plain(text) == value
    assert type(plain(text)) is type(value)


@settings(derandomize=True, max_examples=60)
@given(st.text(max_size=20))
def test_a_plain_scalar_is_its_text_or_a_simple_value(text: str) -> None:
    value = plain(text)
    assert value == text or value is None or isinstance(value, int | float)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("${A}", "1"),
        ("x-${A}-${B}", "x-1-${NOT_AGAIN}"),
        ("${C:-fallback}", "fallback"),
        ("${A:-fallback}", "1"),
        ("${EMPTY:-fallback}", "fallback"),
        ("${EMPTY}", ""),
        ("${C:-}", ""),
        ("$${A}", "${A}"),
        ("pa$$word $A", "pa$$word $A"),
        ("no variable", "no variable"),
    ],
)
def test_variables_are_put_in(text: str, filled: str) -> None:
    assert substitute(text, {"A": "1", "B": "${NOT_AGAIN}", "EMPTY": ""}) == filled


def test_an_unset_variable_is_named() -> None:
    with pytest.raises(SubstitutionError, match="environment variable TOKEN is not set"):
        substitute("${TOKEN}", {})


@pytest.mark.parametrize("text", ["${}", "${a b}", "${1x}", "${A-b}"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(SubstitutionError, match="names no variable"):
        substitute(text, {"A": "1"})
