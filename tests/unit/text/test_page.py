"""Pages: the words of a field and how they begin."""

from watcher.text.fold import fold
from watcher.text.page import CAPITAL, SMALL, UNCASED, page_of


def test_words_begin_small_with_a_capital_or_with_neither() -> None:
    page = page_of("body", fold("In Éire 3 towns, حدود 国境"))
    assert [page.word(at) for at in range(7)] == ["in", "eire", "3", "towns", "حدود", "国", "境"]
    assert list(page.cases) == [CAPITAL, CAPITAL, UNCASED, SMALL, UNCASED, UNCASED, UNCASED]
    assert [page.gap(at) for at in range(7)] == ["\n", " ", " ", " ", ", ", " ", ""]
