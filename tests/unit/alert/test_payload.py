"""Alerts as JSON for programs."""

from __future__ import annotations

import json

import pytest

from tests.support.alerts import a_delivery, a_source, an_alert
from tests.support.hostile import HOSTILE, hostile_alert, is_harmless
from watcher.alert.payload import payload


def test_the_payload_tells_all_that_a_program_may_want() -> None:
    assert payload(a_delivery()) == {
        "version": 1,
        "delivery": {"id": "delivery-1", "kind": "alert", "created": "2026-03-01T12:00:00Z"},
        "alert": {
            "id": "alert-1",
            "story": "story-1",
            "rule": "tunisia-border-threat",
            "rule_title": "Armed group crossing into Tunisia",
            "severity": "high",
            "tags": ["tunisia", "border"],
            "tlp": None,
            "headline": {
                "text": "Militants fleeing Sirte may head for Tunisia",
                "highlights": [[0, 9], [37, 44]],
            },
            "quote": {
                "text": "Militants fleeing Sirte may try to slip into Tunisia, the minister warned.",
                "highlights": [[0, 9], [10, 17], [45, 52]],
            },
            "url": "https://coast-wire.example/2026/03/sirte",
            "language": "en",
            "places": [{"name": "Tunisia", "country": "TN"}, {"name": "Sirte", "country": "LY"}],
            "sources": [
                {
                    "feed": "coast-wire",
                    "outlet": "Coast Wire",
                    "title": "Militants fleeing Sirte may head for Tunisia",
                    "url": "https://coast-wire.example/2026/03/sirte",
                    "published": "2026-03-01T11:48:00Z",
                    "seen": "2026-03-01T11:58:00Z",
                    "language": "en",
                    "publisher": None,
                    "agency": None,
                    "withdrawn": None,
                }
            ],
            "source_count": 1,
            "is_edit": False,
            "is_full_text": False,
            "is_withdrawn": False,
            "events": [],
            "merged_into": None,
            "created": "2026-03-01T12:00:00Z",
            "updated": "2026-03-01T12:00:00Z",
        },
    }


def test_highlights_point_at_the_evidence() -> None:
    quote = payload(a_delivery())["alert"]["quote"]
    assert [quote["text"][start:end] for start, end in quote["highlights"]] == [
        "Militants",
        "fleeing",
        "Tunisia",
    ]


def test_sources_are_bounded_and_all_counted() -> None:
    alert = payload(a_delivery(an_alert(sources=(a_source(published=None),) * 70)))["alert"]
    assert (len(alert["sources"]), alert["source_count"]) == (50, 70)
    assert alert["sources"][0]["published"] is None


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_words_are_inert_and_bounded(name: str) -> None:
    text = json.dumps(payload(a_delivery(hostile_alert(HOSTILE[name]))), ensure_ascii=False)
    assert is_harmless(text)
    assert len(text.encode()) < 1_000_000
