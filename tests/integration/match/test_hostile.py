"""Texts made to hurt take time in proportion to their length."""

from __future__ import annotations

import time

import pytest

from tests.support.matching import document, engine_of, matches

RULE = """
match:
  any:
    - all: [raid, {near: [raid, border, {any: [aaa*, "*aaa", "aaa*bbb", حدود, مجموعة مسلحة]}], within: 3}]
    - sequence: [aaa*, {exact: AAA}, border]
      within: 4
    - {count: "*aaa", min: 100000}
"""

TEXTS = {
    "one endless word": "aaa" * 70_000,
    "endless word of a wildcard's pieces": "aaab" * 50_000,
    "the same words over and over": "raid raid aaa AAA " * 12_000,
    "words that all terms meet in": "aaa raid AAAbbb raid border " * 3_000,
    "only separators": "-'\" " * 50_000,
    "arabic without spaces": "والحدود" * 30_000,
    "arabic particles": "و ف ب ك ل ال " * 15_000,
    "phrases begun and not ended": "مجموعة " * 28_000,
    "lone surrogates": "raid \ud800 border " * 12_000,
    "marks upon marks": "a" + "\u0301" * 100_000 + " raid",
    "bidi controls": "\u202eraid\u202c \u2066border\u2069 " * 10_000,
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_is_read_in_bounded_time(name: str) -> None:
    engine = engine_of(RULE)
    start = time.process_time()
    found = matches(engine, document(body=TEXTS[name]))
    assert time.process_time() - start < 10
    for match in found:
        assert len(match.evidence) < 200
