"""Texts of five million characters, of every kind that feeds have been seen to hold: bounded time, right offsets."""

from __future__ import annotations

import time
from functools import cache

import pytest

from tests.support.matching import FEED, NOW, read_rule
from tests.support.reading import analyser, item_of
from watcher.match.compile import compile_rules
from watcher.match.engine import Engine

CHARACTERS = 5_000_000
MOST_SECONDS = 100
"""Of processor time: a tenth would do on a machine of its own, and quadratic work would take hours."""

RULE = """
match:
  all:
    - near: [{place: TN}, {any: [marauders, "pillag*"]}]
      within: 5
    - same_sentence: [marauders, crossed]
    - sequence: [marauders, {exact: Tunisia}]
      within: 4
"""
TOLD = ". Marauders crossed into Tunisia."
FILLERS = {
    "one endless word": "a",
    "mixed scripts": "border حدود граница 国境 Tunis تونس ",
    "controls and bidi": "\u202eborder\u202c \x00\u2066post\u2069\x1b[0m ",
    "lone surrogates": "border \ud800 \udfff ",
    "marks upon a letter": "\u0301",
    "stop signs": ".",
}


@cache
def engine() -> Engine:
    return Engine(compile_rules([read_rule(RULE)], {}, analyser().gazetteer))


@pytest.mark.parametrize("name", FILLERS)
def test_a_text_of_five_megabytes_is_read_in_bounded_time_and_told_where_it_says_so(name: str) -> None:
    filler = FILLERS[name]
    body = (filler * (CHARACTERS // len(filler) + 1))[:CHARACTERS] + " " + TOLD
    document = analyser().read(item_of("Border news", f"{TOLD[2:]} {body}", language="en"))
    start = time.process_time()
    (match,) = engine().match(document, FEED, NOW)
    assert time.process_time() - start < MOST_SECONDS
    assert {one.text for one in match.evidence} >= {"Marauders", "crossed", "Tunisia"}
    for one in match.evidence:
        assert document.text(one.span.field)[one.span.start : one.span.end] == one.text
        assert one.text.strip("\u202e\u202c\u2066\u2069").isalpha()
