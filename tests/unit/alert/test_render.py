"""Alerts as plain text."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from textwrap import dedent

import pytest

from tests.support.alerts import a_source, an_alert
from tests.support.hostile import HOSTILE, hostile_alert, is_harmless
from watcher.alert.card import card
from watcher.alert.life import surged
from watcher.alert.render import plain, summary, update_line
from watcher.types import LifeEvent, LifeKind, LifeReason

TWO_SOURCES = (
    a_source(),
    a_source(feed_id="gulf", feed_title="الساحل", title="مسلحون قرب تونس", url=None, language="ar"),
)


def test_a_plain_alert_says_all_that_matters() -> None:
    assert plain(card(an_alert(sources=TWO_SOURCES))) == dedent(
        """\
        HIGH · Armed group crossing into Tunisia
        *Militants* fleeing Sirte may head for *Tunisia*
        https://coast-wire.example/2026/03/sirte

            *Militants* *fleeing* Sirte may try to slip into *Tunisia*, the minister warned.

        2 sources, 2 countries
          - Coast Wire · Militants fleeing Sirte may head for Tunisia · 2026-03-01 11:48 UTC
            https://coast-wire.example/2026/03/sirte
          - \u2068الساحل\u2069 · \u2068مسلحون قرب تونس\u2069 · 2026-03-01 11:48 UTC

        Places: Tunisia (TN), Sirte (LY)
        Published 2026-03-01 11:48 UTC · seen 2026-03-01 11:58 UTC
        Rule tunisia-border-threat · tunisia, border
        Alert alert-1 · why: watcher alerts show alert-1
        """
    )


def test_an_edited_report_is_called_one() -> None:
    assert plain(card(an_alert(is_edit=True))).startswith(
        "HIGH · Armed group crossing into Tunisia (edited report)\n"
    )


def test_an_alert_that_only_the_full_text_raised_says_so() -> None:
    assert plain(card(an_alert(is_full_text=True))).startswith(
        "HIGH · Armed group crossing into Tunisia (in the full text)\n"
    )


def test_several_reports_of_one_outlet_are_no_more_sources() -> None:
    assert "\n1 source, 2 reports\n" in plain(card(an_alert(sources=(a_source(), a_source()))))


def test_reports_beyond_the_list_are_counted() -> None:
    assert "\n  and 3 more\n" in plain(card(an_alert(sources=(a_source(),) * 11)))


def test_an_alert_with_little_to_tell_has_no_empty_lines_for_it() -> None:
    text = plain(card(an_alert(quote="", highlights=(), places=(), tags=(), url=None)))
    assert "\n\n\n" not in text
    assert "Places" not in text
    assert "\nRule tunisia-border-threat\n" in text


def test_an_alert_says_how_to_see_why_it_was_told() -> None:
    text = plain(card(an_alert(item_id=17)))
    assert text.endswith("Alert alert-1 · why: watcher explain tunisia-border-threat --item 17\n")


def test_the_summary_is_one_line() -> None:
    assert summary(card(an_alert())) == (
        "HIGH · Armed group crossing into Tunisia: Militants fleeing Sirte may head for Tunisia"
    )


def test_an_update_names_the_outlet_that_joined_last() -> None:
    assert update_line(card(an_alert(sources=TWO_SOURCES))) == (
        "+ also reported by \u2068الساحل\u2069 (2 sources): Militants fleeing Sirte may head for Tunisia"
    )


def test_an_update_tells_what_has_happened_last_and_not_once_more_what_happened_before() -> None:
    at = an_alert().sources[0].seen_at
    happened = LifeEvent(
        kind=LifeKind.RETRACTED,
        reason=LifeReason.MARKED_WITHDRAWN,
        at=at + timedelta(minutes=1),
        detail="Coast Wire",
    )
    joined = a_source(feed_id="gulf", feed_title="Gulf", seen_at=at + timedelta(minutes=2))
    shown = update_line(card(an_alert(events=(happened,))))
    assert shown.startswith("+ Coast Wire has withdrawn its report")
    shown = update_line(card(an_alert(events=(happened,), sources=(a_source(), joined))))
    assert shown.startswith("+ also reported by Gulf (2 sources)")


def test_an_update_does_not_repeat_what_people_were_told_of_by_itself() -> None:
    """The report came before the escalation in time, as publishers date theirs; the line is about the report."""
    late = TWO_SOURCES[-1].seen_at + timedelta(minutes=1)
    events = (surged(an_alert(), headline="3 stories in 6 h", now=late)[0],)
    grown = an_alert(sources=TWO_SOURCES, events=events)
    assert update_line(card(grown)).startswith("+ also reported by")
    shown = an_alert(sources=TWO_SOURCES, events=(replace(events[0], is_told=False),))
    assert update_line(card(shown)).startswith("+ escalated: ")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_words_cannot_act_in_plain_text(name: str) -> None:
    shown = card(hostile_alert(HOSTILE[name]))
    assert is_harmless(plain(shown))
    assert is_harmless(summary(shown))
    assert "\n" not in summary(shown) + update_line(shown)
    assert len(plain(shown)) < 20_000
