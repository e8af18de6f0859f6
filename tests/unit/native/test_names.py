"""Tracing names: no word is dismissed that a look at every name would keep."""

from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.native.names import (
    ACRONYM,
    BEGINNING,
    DULL,
    INSIDE,
    NAME,
    OWN,
    PEOPLE,
    STRIPPED,
    NameIndex,
    NameTracer,
)
from watcher.native.word_marks import WordMarks
from watcher.native.words import SMALL, UNCASED, hash_of
from watcher.text.fold import fold
from watcher.text.names import ARTICLE, PROCLITICS, without_proclitics
from watcher.text.page import page_of

FOREIGN = 2
NAMES = {
    "tunis": 0,
    "ben gardane": 0,
    "end": FOREIGN,
    "of": 0,
    "تونس": 0,
    "الجزائر": 0,
    "US": 0,
    ", TX": 0,
    "Ky.": 0,
}
OTHERS = {f"no {number}": 0 for number in range(500)}
"""So many that a name is looked for among them, not only beside them."""
MARKS = {"sahel": NAME, "of": DULL, "mont": BEGINNING | OWN, "mont chaambi": NAME | OWN, "gardane": INSIDE}
PEOPLES = {"tunisien": PEOPLE}
BEGINNINGS = {"ben"}
WORDS = [
    *NAMES,
    *MARKS,
    *PEOPLES,
    "ben",
    "gardane",
    "chaambi",
    "وتونس",
    "للجزائر",
    "TX",
    "Ky",
    "U",
    "S",
    "so",
    "É",
]
TEXTS = st.lists(
    st.sampled_from([*WORDS, *map(str.title, WORDS)]) | st.text(max_size=3), max_size=12
).flatmap(lambda words: st.sampled_from([" ", ", ", ".", "-"]).map(lambda gap: gap.join(words)))


def index_of(names: dict[str, int], beginnings: set[str]) -> NameIndex:
    ranked = sorted(names, key=hash_of)
    return NameIndex(
        memoryview(array("Q", map(hash_of, ranked))),
        memoryview(array("B", [names[name] for name in ranked])),
        memoryview(array("I", sorted(hash_of(one) >> 32 for one in beginnings))),
        memoryview(array("I", [len(name) for name in ranked])),
        memoryview(array("B", range(100, 200))),
    )


TRACER = NameTracer(
    index_of(NAMES | OTHERS, BEGINNINGS),
    WordMarks(MARKS),
    WordMarks(PEOPLES),
    proclitics=PROCLITICS,
    article=ARTICLE,
)


def trace(key: str) -> int:
    return (
        (NAME if key in NAMES else 0)
        | (BEGINNING if key in BEGINNINGS else 0)
        | MARKS.get(key, 0) & (NAME | BEGINNING)
    )


@settings(derandomize=True, deadline=None, max_examples=150)
@given(TEXTS, st.booleans(), st.booleans())
def test_what_may_begin_a_name_is_not_dismissed(text: str, is_foreign: bool, with_peoples: bool) -> None:
    page = page_of("body", fold(text))
    without = 0 if is_foreign else FOREIGN
    found = dict(TRACER.survey(page.words, without=without, with_peoples=with_peoples, most=1_000))
    words = [page.word(at) for at in range(len(page.starts))]
    for at, word in enumerate(words):
        pair = f"{word} {words[at + 1]}" if at + 1 < len(words) else ""
        kept = found.get(at, 0)
        assert bool(kept & OWN) == (bool(MARKS.get(word, 0) & OWN) and bool(MARKS.get(pair, 0) & OWN))
        assert bool(kept & PEOPLE) == (with_peoples and word in PEOPLES and page.cases[at] == SMALL)
        if page.cases[at] == SMALL:
            continue
        is_name = word in NAMES and not NAMES[word] & without and not MARKS.get(word, 0) & DULL
        assert bool(kept & NAME) == (is_name or bool(MARKS.get(word, 0) & NAME))
        goes_on = pair and (page.cases[at + 1] != SMALL or MARKS.get(words[at + 1], 0) & INSIDE)
        assert kept & BEGINNING or not trace(word) & BEGINNING or not (goes_on and trace(pair))
        if page.cases[at] == UNCASED:
            assert kept & STRIPPED or not any(map(trace, without_proclitics(word)))
        if page.words.acronymic[at]:
            begin, end = page.folded.origin(page.starts[at], page.ends[at])
            written = page.folded.source[begin:end]
            ways = (written, f"{written}.", f", {written}" if page.gap(at) == ", " else "")
            assert kept & ACRONYM or not any(way in NAMES for way in ways)


@pytest.mark.parametrize("count", [1, 2, 5_000])
def test_every_name_is_found_where_it_stands(count: int) -> None:
    names = {f"name {number}": 0 for number in range(count)}
    index = index_of(names, set())
    assert [index.find(name) for name in sorted(names, key=hash_of)] == list(range(count))
    assert index.find("") is index.find("no name") is index_of({}, set()).find("no name") is None


def test_hashes_that_are_not_spread_are_found_as_well() -> None:
    """The search begins where an even spread would have a name, and looks everywhere when it is not there."""
    name = "tunis"
    for keys in (
        [*range(9_000), hash_of(name)],
        [hash_of(name), *range((1 << 64) - 9_000, 1 << 64)],
    ):
        flags, rows = memoryview(array("B", bytes(len(keys)))), memoryview(array("I", [0] * len(keys)))
        index = NameIndex(memoryview(array("Q", keys)), flags, memoryview(array("I")), rows, flags)
        assert index.find(name) == keys.index(hash_of(name))


def test_only_so_many_words_are_read() -> None:
    page = page_of("body", fold("Tunis " * 50))
    found = TRACER.survey(page.words, without=0, with_peoples=False, most=20)
    assert [at for at, _ in found] == list(range(20))


@pytest.mark.parametrize("mark", [0, 256])
def test_a_mark_is_small_and_not_nothing(mark: int) -> None:
    with pytest.raises(ValueError, match="mark"):
        WordMarks({"of": mark})


def test_the_countries_of_a_name_are_given_once_each() -> None:
    keys = sorted([hash_of("tripoli")] * 4 + [hash_of("sfax")])
    rows = [0, 1, 1, 2, 0] if keys[0] == keys[1] else [0, 0, 1, 1, 2]
    flags = [0, 0, 0, FOREIGN, 0] if keys[0] == keys[1] else [0, 0, 0, 0, FOREIGN]
    columns = (array("Q", keys), array("B", flags), array("I"), array("I", rows), array("B", [7, 9, 255]))
    index = NameIndex(*map(memoryview, columns))
    assert index.countries("tripoli", 0) == [7, 9, 255]
    assert index.countries("tripoli", FOREIGN) == [7, 9]
    assert index.countries("nowhere", 0) == []


@pytest.mark.parametrize("rows", [[], [1]])
def test_columns_that_do_not_belong_together_are_refused(rows: list[int]) -> None:
    columns = (array("Q", [1]), array("B", [0]), array("I"), array("I", rows), array("B", [0]))
    with pytest.raises(ValueError, match=r"row|place"):
        NameIndex(*map(memoryview, columns))
