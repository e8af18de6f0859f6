"""Phrases and words on a page: found by whole words only, whatever stands between them."""

from watcher.text.fold import fold
from watcher.text.page import Page, page_of
from watcher.text.phrases import KnownWords, Phrases


def page(text: str) -> Page:
    return page_of("body", fold(text))


def test_a_phrase_begins_where_its_first_two_words_are_joined_as_in_a_name() -> None:
    phrases = Phrases(["mont chaambi", "ras ajdir border post"])
    assert phrases.beginnings(page("Sur le mont Chaambi, Ras-Ajdir; ras, ajdir; demont chaambi")) == {2, 4}
    assert Phrases([]).beginnings(page("mont chaambi")) == frozenset()


def test_known_words_are_whole_words() -> None:
    known = KnownWords(["fine", "pc", "كاس"])
    assert known.among(page("He was fined; a PC, «كاس»")) == {"pc", "كاس"}
    assert known.among(page("")) == set()


def test_a_small_letter_is_found_in_short_pages_and_in_long_ones() -> None:
    for much in (0, 3_000):
        found = page("Nice towns, a nice one; Reading, spreading " + "and so on " * much)
        assert found.has_small("nice")
        assert not found.has_small("reading")
