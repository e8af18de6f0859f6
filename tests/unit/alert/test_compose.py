"""From a match and its item to the words of an alert."""

from __future__ import annotations

from typing import Any

from tests.support.alerts import NOON
from watcher.alert.compose import Composed, compose
from watcher.types import Evidence, FieldName, Item, Match, Place, PlaceMention, Severity, Span

TITLE = "Militants fleeing Sirte may head for Tunisia"
BODY = "The town fell on Monday.\nFighters are moving west, towards Tunisia. Markets stayed open."


def item(title: str = TITLE, body: str = BODY, url: str | None = "https://coast-wire.example/1") -> Item:
    return Item(feed_id="f", key="k", guid=None, url=url, title=title, summary=body, content="", seen_at=NOON)


def span(of: Item, field: FieldName, word: str) -> Span:
    text = of.title if field == "title" else of.body
    start = text.index(word)
    return Span(field=field, start=start, end=start + len(word))


def match(*evidence: Span, sentence: Span | None = None) -> Match:
    return Match(
        rule="r",
        rule_title="R",
        rule_version="1",
        severity=Severity.HIGH,
        tags=(),
        evidence=tuple(Evidence(span=one, text="", path="match") for one in evidence),
        sentence=sentence,
    )


def mention(of: Item, field: FieldName, word: str, name: str, country: str) -> PlaceMention:
    place = Place(id=name, name=name, country=country, kind="city")
    return PlaceMention(span=span(of, field, word), text=word, place=place, confidence=0.9)


def marked(composed: Composed) -> list[str]:
    return [composed.quote[start:end] for start, end in composed.highlights]


def test_the_headline_is_the_title_with_its_evidence_marked() -> None:
    news = item()
    composed = compose(match(span(news, "title", "Tunisia"), span(news, "title", "Militants")), news)
    assert composed.headline == TITLE
    assert [composed.headline[a:b] for a, b in composed.title_highlights] == ["Militants", "Tunisia"]


def test_the_quote_is_the_sentence_with_most_evidence() -> None:
    news = item()
    sentence = span(news, "body", "Fighters are moving west, towards Tunisia.")
    evidence = (span(news, "body", "Fighters"), span(news, "body", "Tunisia"), span(news, "body", "Markets"))
    composed = compose(match(*evidence, sentence=sentence), news)
    assert composed.quote == "Fighters are moving west, towards Tunisia."
    assert marked(composed) == ["Fighters", "Tunisia"]


def test_when_the_title_says_it_all_the_quote_is_what_the_body_adds() -> None:
    news = item()
    whole_title = Span(field="title", start=0, end=len(TITLE))
    composed = compose(match(span(news, "title", "Tunisia"), sentence=whole_title), news)
    assert (
        composed.quote
        == "The town fell on Monday. Fighters are moving west, towards Tunisia. Markets stayed open."
    )
    assert composed.highlights == ()


def test_a_long_body_is_quoted_around_its_evidence() -> None:
    news = item(body="padding " * 500 + "rebels crossed" + " padding" * 500)
    composed = compose(match(span(news, "body", "rebels")), news)
    assert marked(composed) == ["rebels"]
    assert composed.quote.startswith("…")
    assert len(composed.quote) <= 402


def test_an_item_without_a_body_has_an_empty_quote() -> None:
    news = item(body="")
    assert compose(match(span(news, "title", "Tunisia")), news).quote == ""


def test_evidence_in_other_fields_moves_nothing() -> None:
    news = item()
    composed = compose(match(Span(field="url", start=0, end=5), Span(field="author", start=3, end=9)), news)
    assert (composed.title_highlights, composed.highlights) == ((), ())


def test_an_item_without_a_title_is_headed_by_its_text_or_link() -> None:
    assert compose(match(), item(title="  ")).headline.startswith("The town fell")
    assert compose(match(), item(title="", body="")).headline == "https://coast-wire.example/1"
    assert compose(match(), item(title="\u202e", body="", url=None)).headline == "(no title)"


def test_endless_words_are_bounded() -> None:
    news = item(title="t" * 100_000, body="b" * 100_000)
    composed: Any = compose(match(Span(field="body", start=50_000, end=50_010)), news)
    assert len(composed.headline) <= 302
    assert len(composed.quote) <= 402
    assert marked(composed) == ["b" * 10]


def test_places_that_the_rule_rests_on_come_first_and_each_once() -> None:
    news = item(
        body="Paris and Tripoli are far. Fighters are moving towards Tunisia. Paris again, Tunisia again."
    )
    sentence = span(news, "body", "Fighters are moving towards Tunisia.")
    mentions = (
        mention(news, "body", "Paris", "Paris", "FR"),
        mention(news, "body", "Tripoli", "Tripoli", "LY"),
        mention(news, "title", "Sirte", "Sirte", "LY"),
        mention(news, "body", "Tunisia", "Tunisia", "TN"),
        mention(news, "title", "Tunisia", "Tunisia", "TN"),
    )
    composed = compose(match(span(news, "body", "Tunisia"), sentence=sentence), news, mentions)
    assert composed.places == (("Tunisia", "TN"), ("Sirte", "LY"), ("Paris", "FR"), ("Tripoli", "LY"))
