"""What happens to an alert and who is told: the whole table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support import samples
from tests.support.samples import NOW
from watcher.alert.independence import copied, independent, voices
from watcher.alert.life import (
    MOST_EVENTS,
    MOST_TOLD,
    Reported,
    opened,
    outdone,
    quietened,
    stage,
    taken_back,
    taken_up,
)
from watcher.alert.news import news_of, said
from watcher.alert.retraction import Mark
from watcher.types import Alert, LifeEvent, LifeKind, LifeReason, Severity, Shingles, Source

K, R = LifeKind, LifeReason


def event(kind: LifeKind, reason: LifeReason, **changes: object) -> LifeEvent:
    return replace(LifeEvent(kind=kind, reason=reason, at=NOW), **changes)


def voice(name: str, **changes: object) -> Source:
    return samples.source(feed_id=name, publisher=f"{name}.example", **changes)


BEGUN = opened(killed=4, outlet="Wire", at=NOW)
WITHDRAWN = event(K.WITHDRAWN, R.NO_LONGER_MATCHES, is_told=True)
ALERT = samples.alert(sources=(voice("wire"),), events=(BEGUN,))
TWO = replace(ALERT, sources=(voice("wire"), voice("local")))
GONE = replace(ALERT, events=(BEGUN, WITHDRAWN))
CLOSED = replace(ALERT, closed_at=NOW)


@pytest.mark.parametrize(
    ("alert", "report", "happens"),
    [
        (ALERT, Reported(outlet="B", source=voice("b")), [(K.JOINED, False)]),
        (ALERT, Reported(outlet="Wire"), []),
        (TWO, Reported(outlet="B", source=voice("b")), [(K.CORROBORATED, True)]),
        (TWO, Reported(outlet="B", source=voice("b", copy_of=1)), [(K.JOINED, False)]),
        (
            TWO,
            Reported(outlet="B", source=voice("b"), killed=6),
            [(K.CORROBORATED, True), (K.ESCALATED, True)],
        ),
        (ALERT, Reported(outlet="Wire", killed=5), []),
        (ALERT, Reported(outlet="Wire", killed=6), [(K.ESCALATED, True)]),
        (ALERT, Reported(outlet="Wire", killed=2), []),
        (ALERT, Reported(outlet="Wire", mark=Mark.CORRECTED, is_edit=True), [(K.CORRECTED, True)]),
        (GONE, Reported(outlet="Wire", is_edit=True), [(K.RESTORED, True)]),
        (GONE, Reported(outlet="B", source=voice("b")), [(K.RESTORED, True)]),
        (CLOSED, Reported(outlet="B", source=voice("b")), [(K.REOPENED, True)]),
        (CLOSED, Reported(outlet="B", source=voice("b", copy_of=0)), [(K.JOINED, False)]),
        (CLOSED, Reported(outlet="Wire"), []),
    ],
)
def test_what_a_report_means(alert: Alert, report: Reported, happens: list[tuple[LifeKind, bool]]) -> None:
    found = taken_up(alert, report, corroborated_by=3, remind=None, now=NOW)
    assert [(one.kind, one.is_told) for one in found] == happens


@pytest.mark.parametrize(
    ("hours", "remind", "is_edit", "kinds"),
    [(7, 6, False, [K.REMINDED]), (5, 6, False, []), (7, None, False, []), (7, 6, True, [])],
)
def test_people_are_reminded_where_a_rule_asks(
    hours: int, remind: int | None, is_edit: bool, kinds: list[LifeKind]
) -> None:
    after = None if remind is None else timedelta(hours=remind)
    report = Reported(outlet="Wire", is_edit=is_edit)
    found = taken_up(ALERT, report, corroborated_by=3, remind=after, now=NOW + timedelta(hours=hours))
    assert [one.kind for one in found] == kinds


@pytest.mark.parametrize(
    ("alert", "left", "kinds"),
    [
        (TWO, [NOW, None], [(K.RETRACTED, False)]),
        (TWO, [NOW, NOW], [(K.WITHDRAWN, True)]),
        (GONE, [NOW, NOW], []),
    ],
)
def test_what_a_report_that_is_taken_back_means(
    alert: Alert, left: Iterable[object], kinds: list[tuple[LifeKind, bool]]
) -> None:
    sources = [voice(str(place), withdrawn_at=at) for place, at in enumerate(left)]
    found = taken_back(alert, sources, outlet="Wire", reason=R.MARKED_WITHDRAWN, now=NOW)
    assert [(one.kind, one.is_told) for one in found] == kinds


@pytest.mark.parametrize(
    ("known", "severity", "is_told"),
    [
        (None, Severity.CRITICAL, True),
        (None, Severity.HIGH, False),
        (None, Severity.LOW, False),
        (Severity.CRITICAL, Severity.CRITICAL, False),
    ],
)
def test_only_a_graver_rule_escalates(known: Severity | None, severity: Severity, is_told: bool) -> None:
    before = [event(K.ESCALATED, R.MORE_SEVERE_RULE, number=int(known))] if known is not None else []
    found = outdone(replace(ALERT, events=(BEGUN, *before)), severity, rule_title="Grave", now=NOW)
    assert [one.is_told for one in found] == ([True] if is_told else [])


def test_a_feed_that_goes_to_and_fro_does_not_ring_for_ever() -> None:
    alert, rung = ALERT, 0
    for step in range(2 * MOST_EVENTS):
        report = Reported(outlet="Wire", is_edit=True)
        found = (
            taken_up(alert, report, corroborated_by=3, remind=None, now=NOW)
            if step % 2
            else taken_back(alert, [], outlet="Wire", reason=R.NO_LONGER_MATCHES, now=NOW)
        )
        rung += sum(one.is_told for one in found)
        alert = replace(alert, events=(*alert.events, *found))
    assert rung == MOST_TOLD
    assert len(alert.events) == MOST_EVENTS


def test_what_is_closed_stays_closed() -> None:
    (found,) = quietened(ALERT, now=NOW)
    assert (found.kind, found.is_told) == (K.CLOSED, False)
    assert quietened(CLOSED, now=NOW) == ()


def test_one_outlet_one_agency_and_one_text_are_one_voice() -> None:
    sources = (
        voice("a"),
        voice("b", agency="AFP"),
        voice("c", copy_of=0),
        voice("d", agency="AFP", copy_of=2),
        voice("e"),
        samples.source(feed_id="e-sports", publisher="e.example"),
    )
    assert [len(one) for one in voices(sources)] == [4, 2]
    gone = tuple(replace(one, withdrawn_at=NOW) for one in sources[4:])
    assert independent((*sources[:4], *gone)) == 1


def test_the_likest_text_is_what_a_copy_is_of() -> None:
    words = frozenset(range(20))
    texts = {0: Shingles(full=frozenset(range(100, 120))), 3: Shingles(full=words | {99})}
    assert copied(Shingles(full=words), texts) == 3
    assert copied(Shingles(full=frozenset(range(200, 220))), texts) is None


def test_every_change_has_words_and_a_feeds_words_stay_on_their_line() -> None:
    hostile = "\u202eA feed\r\n<!channel>" + "x" * 500
    for kind in K:
        for reason in R:
            line = said(event(kind, reason, detail=hostile, number=7))
            assert len(line) < 300
            assert line.isprintable() or "\n" not in line
    told = [
        event(K.CORRECTED, R.MARKED_CORRECTED, detail="Wire", is_told=True),
        event(K.JOINED, R.ANOTHER_SOURCE),
    ]
    assert news_of(told) == "Corrected by Wire"


@pytest.mark.parametrize(
    ("alert", "word"),
    [
        (ALERT, "reported"),
        (GONE, "withdrawn"),
        (CLOSED, "closed"),
        (replace(ALERT, merged_into="al-2"), "merged"),
        (replace(ALERT, events=(BEGUN, event(K.CORROBORATED, R.INDEPENDENT_PUBLISHERS))), "corroborated"),
    ],
)
def test_how_an_alert_stands_in_a_word(alert: Alert, word: str) -> None:
    assert stage(alert) == word
