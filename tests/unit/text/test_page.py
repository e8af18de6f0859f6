"""Pages: the words of a field and how they begin."""

from watcher.text.fold import fold
from watcher.text.page import CAPITAL, SMALL, UNCASED, page_of


def test_words_begin_small_with_a_capital_or_with_neither() -> None:
    page = page_of("body", fold("In Éire 3 towns, حدود 国境"))
    assert [page.word(at) for at in range(7)] == ["in", "eire", "3", "towns", "حدود", "国", "境"]
    assert list(page.cases) == [CAPITAL, CAPITAL, UNCASED, SMALL, UNCASED, UNCASED, UNCASED]
    assert [page.gap(at) for at in range(7)] == ["\n", " ", " ", " ", ", ", " ", ""]
    assert list(page.marked) == [0, 1, 2, 4, 5, 6]


def test_a_small_letter_is_found_in_short_pages_and_in_long_ones() -> None:
    for much in (0, 5_000):
        page = page_of("body", fold("Nice towns, a nice one; Reading, spreading " + "and so on " * much))
        assert page.has_small("nice")
        assert not page.has_small("reading")
