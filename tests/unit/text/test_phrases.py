"""Words of a kind on a page: found by whole words only."""

from watcher.text.fold import fold
from watcher.text.page import Page, page_of
from watcher.text.phrases import KnownWords


def page(text: str) -> Page:
    return page_of("body", fold(text))


def test_known_words_are_whole_words() -> None:
    known = KnownWords(["fine", "pc", "كاس"])
    assert known.among(page("He was fined; a PC, «كاس»")) == {"pc", "كاس"}
    assert known.among(page("")) == set()
