"""Documents: each view of an item is computed once, when it is first asked for."""

from dataclasses import replace

import pytest

from tests.support.matching import SureOf
from tests.support.reading import analyser, item_of, read
from watcher.text.analyse import country_of_link
from watcher.text.document import Document
from watcher.text.tokens import Words
from watcher.types import Span


class CountingTokenizer:
    """Takes the whole text for one word, and counts."""

    def __init__(self) -> None:
        self.calls = 0

    def passages(self, text: str, language: str) -> None:
        return None

    def words(self, text: str, language: str) -> Words:
        self.calls += 1
        return Words(starts=(0,), ends=(len(text),), sentences=((0, len(text)),))


def test_fields_are_plain_text_and_empty_where_the_item_has_none() -> None:
    document = read("Title", "Body", language="en")
    assert [document.text(field) for field in ("title", "body", "author", "categories", "url")] == [
        "Title",
        "Body",
        "",
        "",
        "",
    ]


def test_categories_are_joined_by_commas() -> None:
    item = replace(item_of("T"), categories=("World news", "Africa"))
    assert analyser().read(item).text("categories") == "World news, Africa"


def test_the_lead_is_the_title_and_two_sentences() -> None:
    document = read("Head line", "One. Two! Three? Four.", language="en")
    assert document.lead() == (Span(field="title", start=0, end=9), Span(field="body", start=0, end=10))


def test_the_lead_of_an_empty_item_is_empty() -> None:
    assert read("", "", language="en").lead() == ()


def test_views_are_computed_once_and_only_when_asked_for() -> None:
    tokenizer = CountingTokenizer()
    searched: list[Document] = []

    def find_places(document: Document) -> SureOf:
        searched.append(document)
        return SureOf()

    document = Document(item=item_of("T", "B"), language="en", tokenizer=tokenizer, find_places=find_places)
    assert (tokenizer.calls, searched) == (0, [])
    assert document.words("body") is document.words("body")
    assert document.folded("body") is document.folded("body")
    assert document.places == document.places == ()
    assert (tokenizer.calls, searched) == (1, [document])


@pytest.mark.parametrize(
    ("declared", "feed", "language"), [(None, "fr-FR", "fr"), ("en", "fr", "en"), (None, None, "und")]
)
def test_what_the_item_declares_goes_before_what_the_feed_declares(
    declared: str | None, feed: str | None, language: str
) -> None:
    item = replace(item_of("4-2"), language=declared)
    assert analyser().read(item, feed_language=feed).language == language


@pytest.mark.parametrize(
    ("url", "country"),
    [
        ("https://www.lorient.com.lb/a", "LB"),
        ("https://example.co.uk/a", "GB"),
        ("https://example.com/fr", None),
        ("https://example.tv/a", None),
        ("https://[bad", None),
        ("https://192.0.2.1/", None),
        (None, None),
    ],
)
def test_a_link_tells_the_country_of_its_domain(url: str | None, country: str | None) -> None:
    assert country_of_link(url, analyser().gazetteer.countries) == country


def test_a_feed_speaks_for_the_places_of_its_country() -> None:
    at_home = analyser().read(
        item_of("Fire in Tripoli market", language="en", url="https://example.com.lb/1")
    )
    declared = analyser().read(item_of("Fire in Tripoli market", language="en"), feed_country="LB")
    assert (
        [one.place.country for one in at_home.places]
        == [one.place.country for one in declared.places]
        == ["LB"]
    )
