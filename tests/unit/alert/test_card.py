"""An alert made ready to show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.alerts import NOON, a_source, an_alert
from tests.support.hostile import HOSTILE, hostile_alert, is_harmless
from watcher.alert.card import card, safe_url
from watcher.alert.marks import Run


def test_headline_and_quote_carry_their_evidence() -> None:
    shown = card(an_alert())
    assert [run.text for run in shown.headline if run.is_evidence] == ["Militants", "Tunisia"]
    assert [run.text for run in shown.quote if run.is_evidence] == ["Militants", "fleeing", "Tunisia"]
    assert shown.headline_text == "Militants fleeing Sirte may head for Tunisia"


def test_outlets_are_counted_once_and_only_the_first_reports_listed() -> None:
    sources = tuple(a_source(feed_id=f"feed-{n % 5}", feed_title=f"Outlet {n % 5}") for n in range(12))
    shown = card(an_alert(sources=sources))
    assert (len(shown.reports), shown.more_reports, shown.outlets) == (8, 4, 5)
    assert shown.latest_outlet == "Outlet 1"


def test_a_report_without_a_date_shows_when_it_was_seen() -> None:
    shown = card(an_alert(sources=(a_source(published=None, seen_at=NOON),)))
    assert shown.reports[0].time == NOON
    assert shown.published_at is None


def test_an_alert_without_sources_and_quote_can_be_shown() -> None:
    shown = card(an_alert(sources=(), quote="", highlights=(), headline="\u202e", url=None))
    assert shown.headline == (Run(text="Armed group crossing into Tunisia", is_evidence=False),)
    assert (shown.quote, shown.outlets, shown.seen_at) == ((), 0, NOON)


@pytest.mark.parametrize(
    ("language", "headline", "is_right_to_left"),
    [
        ("ar", "داعش", True),
        ("en", "داعش", False),
        (None, "مسلحون قرب الحدود", True),
        ("und", "plain words", False),
    ],
)
def test_direction_follows_the_language_else_the_letters(
    language: str | None, headline: str, is_right_to_left: bool
) -> None:
    assert card(an_alert(language=language, headline=headline)).is_right_to_left is is_right_to_left


@pytest.mark.parametrize(
    "url",
    [
        "https://coast-wire.example/a?b=c&d=%20#e",
        "http://[2001:db8::1]:8080/",
        "https://exemple.example/é/تونس",
    ],
)
def test_web_addresses_are_kept_as_they_are(url: str) -> None:
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org/",
        "//example.org/",
        "https://",
        "https://[bad/",
        "https://evil.example/|bank",
        "https://evil.example/>",
        'https://evil.example/" onclick="',
        "https://evil.example/a b",
        "https://evil.example/\u202egnp",
        "https://evil.example/\nBcc:",
        "https://evil.example/" + "a" * 2_000,
    ],
)
def test_other_addresses_are_not_linked(url: str | None) -> None:
    assert safe_url(url) is None


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_words_are_inert_and_bounded(name: str) -> None:
    shown = card(hostile_alert(HOSTILE[name]))
    texts = [
        shown.headline_text,
        "".join(run.text for run in shown.quote),
        *(text for report in shown.reports for text in (report.outlet, report.title, report.url or "")),
        *shown.places,
        shown.host or "",
    ]
    assert all(is_harmless(text) and "\n" not in text for text in texts)
    assert all(len(text) <= 520 for text in texts if not text.startswith("https://"))
    assert sum(map(len, texts)) < 20_000


def test_the_host_is_named_without_www() -> None:
    assert card(replace(an_alert(), url="https://www.coast-wire.example/1")).host == "coast-wire.example"
