"""Alerts as Slack messages."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.alerts import a_source, an_alert
from tests.support.blockkit import elements, message_error
from tests.support.hostile import HOSTILE, hostile_alert, is_harmless
from watcher.alert.blocks import blocks, escaped, message_text
from watcher.alert.card import card
from watcher.types import Alert, Severity


def bold(alert: Alert) -> list[str]:
    return [
        element["text"] for element in elements(blocks(card(alert))) if element.get("style") == {"bold": True}
    ]


def shown(alert: Alert) -> str:
    return "".join(
        str(element.get("text", "")) for element in elements(blocks(card(alert))) if "text" in element
    )


def test_the_header_says_severity_and_rule() -> None:
    header = blocks(card(an_alert(severity=Severity.CRITICAL)))[0]
    assert header == {
        "type": "header",
        "text": {
            "type": "plain_text",
            "text": "🔴 CRITICAL · Armed group crossing into Tunisia",
            "emoji": False,
        },
    }


def test_evidence_is_bold_in_the_headline_and_in_the_quote() -> None:
    assert bold(an_alert())[:5] == ["Militants", "Tunisia", "Militants", "fleeing", "Tunisia"]


def test_the_headline_links_to_the_report_and_names_its_host() -> None:
    section = blocks(card(an_alert()))[1]["elements"][0]["elements"]
    assert {element.get("url") for element in section[:-1]} == {"https://coast-wire.example/2026/03/sirte"}
    assert "".join(element["text"] for element in section) == (
        "Militants fleeing Sirte may head for Tunisia  (coast-wire.example)"
    )


def test_sources_are_listed_with_times_in_the_readers_zone() -> None:
    (listed,) = (e for e in elements(blocks(card(an_alert()))) if e.get("type") == "rich_text_list")
    outlet, title, _, time = listed["elements"][0]["elements"]
    assert outlet["text"] == "Coast Wire · "
    assert title["url"] == "https://coast-wire.example/2026/03/sirte"
    assert time["timestamp"] == int(datetime(2026, 3, 1, 11, 48, tzinfo=UTC).timestamp())


def test_rule_severity_places_and_tags_stand_below() -> None:
    context = blocks(card(an_alert()))[2]
    assert [element["text"] for element in context["elements"]] == [
        "Rule: tunisia-border-threat",
        "Severity: high",
        "Places: Tunisia (TN), Sirte (LY)",
        "Tags: tunisia, border",
        "Why: watcher alerts show alert-1",
    ]


def test_the_text_beside_the_blocks_tells_the_same_to_screen_readers() -> None:
    assert message_text(card(an_alert())) == (
        "HIGH · Armed group crossing into Tunisia: Militants fleeing Sirte may head for Tunisia\n"
        "Militants fleeing Sirte may try to slip into Tunisia, the minister warned."
    )


def test_a_date_that_slack_does_not_know_is_written_out() -> None:
    old = a_source(published=datetime(1930, 1, 1, tzinfo=UTC))
    message = {"blocks": blocks(card(an_alert(sources=(old,))))}
    assert message_error(message) is None
    assert "1930-01-01 00:00 UTC" in shown(an_alert(sources=(old,)))


def test_a_message_with_little_to_tell_is_valid() -> None:
    alert = an_alert(quote="", highlights=(), sources=(), places=(), tags=(), url=None)
    assert message_error({"blocks": blocks(card(alert))}) is None


def test_reports_that_do_not_fit_are_counted_instead() -> None:
    long = a_source(title="t" * 500, url="https://coast-wire.example/" + "é" * 1_400)
    alert = an_alert(sources=(long,) * 20)
    assert message_error({"blocks": blocks(card(alert))}) is None
    reports = sum(element.get("type") == "date" for element in elements(blocks(card(alert)))) - 2
    assert 0 < reports < 8
    assert f"and {20 - reports} more" in shown(alert)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_words_only_ever_stand_where_slack_shows_them_as_they_are(name: str) -> None:
    alert = hostile_alert(HOSTILE[name])
    content: dict[str, Any] = {"text": message_text(card(alert)), "blocks": blocks(card(alert))}
    assert message_error(content) is None
    kinds = {element["type"] for element in elements(content["blocks"]) if "type" in element}
    assert kinds <= {
        "header", "plain_text", "rich_text", "rich_text_section", "rich_text_quote", "rich_text_list",
        "text", "link", "date", "context",
    }  # fmt: skip
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", content["text"])
    assert is_harmless(content["text"])
    assert all(is_harmless(str(element.get("text", ""))) for element in elements(content["blocks"]))
    links = {element["url"] for element in elements(content["blocks"]) if "url" in element}
    assert all(re.fullmatch(r"https://evil\.example/[^\s<>|]*", link) for link in links)


@settings(derandomize=True, max_examples=75, deadline=None)
@given(st.text(st.sampled_from("a&<>;lt✓🔴 "), max_size=80), st.integers(8, 40))
def test_escaped_text_fits_and_is_never_cut_inside_an_entity(text: str, limit: int) -> None:
    result = escaped(text, limit)
    assert len(result) <= limit
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", result)
    whole = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert result == whole or whole.startswith(result.removesuffix("…"))


def test_blocks_are_plain_json_data() -> None:
    alert = replace(an_alert(), severity=Severity.INFO)
    assert json.loads(json.dumps(blocks(card(alert)))) == blocks(card(alert))
