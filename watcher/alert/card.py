"""An alert made ready to show: every text inert and bounded, every link checked, every list cut to what is read.

In: `Alert`, whatever a feed put into it. Out: `Card`. Each format (`render`, `blocks`, `html`, the console) lays out a
card and has only its own escaping left to do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from watcher.alert.inert import cut, inert, is_right_to_left, isolated
from watcher.alert.life import Standing
from watcher.alert.marks import Run, excerpt
from watcher.alert.news import said
from watcher.types import Alert, Answer, LifeKind, Severity, Source, Tlp

SOURCES_LIMIT = 8
PLACES_LIMIT = 6
TAGS_LIMIT = 8
ANSWERS_LIMIT = 5
CHANGES_LIMIT = 4

_HEADLINE = 320
_QUOTE = 500
_RULE_TITLE = 120
_SOURCE_TITLE = 160
_NAME = 60
_URL = 1500

# White space and controls could end the link early, angle brackets, quotes and bars could end the markup around it.
_UNSAFE_IN_URL = re.compile(
    """[\x00-\x20<>"'`|\\\\^{}\x7f-\xa0\u061c\u2000-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ud800-\udfff]"""
)
# The list of reports shows these.
_SHOWN_OTHERWISE = frozenset({LifeKind.REPORTED, LifeKind.JOINED, LifeKind.REMINDED})
_RIGHT_TO_LEFT_LANGUAGES = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report as it is listed. `time` is when it was published, else when it was first seen."""

    outlet: str
    title: str
    url: str | None
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person said to an alert, or what happened to it: `acknowledged by ann`, and when.

    `is_told` says that people were told of it by itself.
    """

    words: str
    at: datetime
    is_told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is shown of an alert, format aside.

    `headline` and `quote` are runs of text and evidence; `quote` is empty when there is nothing to quote. `url` is a
    safe http(s) address or None, `host` the name in it. `reports` are the first ones; `more_reports` counts the rest,
    `outlets` all the distinct feeds. `places` read `Sirte (LY)`; `countries` counts those that the reports name.
    `seen_at` is when the first report was seen here, `last_seen_at` when the last one was.
    `why` is the command that shows why the rule held. `answers` are the last things that people said to it,
    `changes` the last that happened to it beyond further reports. `is_withdrawn` says that nobody stands by it any more.
    """

    severity: Severity
    rule: str
    rule_title: str
    headline: tuple[Run, ...]
    quote: tuple[Run, ...]
    url: str | None
    host: str | None
    reports: tuple[Report, ...]
    more_reports: int
    outlets: int
    latest_outlet: str
    places: tuple[str, ...]
    countries: int
    tags: tuple[str, ...]
    published_at: datetime | None
    seen_at: datetime
    last_seen_at: datetime
    is_right_to_left: bool
    is_edit: bool
    tlp: Tlp | None
    is_full_text: bool
    why: str
    alert_id: str
    answers: tuple[Said, ...]
    changes: tuple[Said, ...] = ()
    is_withdrawn: bool = False

    @property
    def headline_text(self) -> str:
        """The headline without marks."""
        return "".join(run.text for run in self.headline)


def card(alert: Alert) -> Card:
    """Prepare an alert for showing."""
    headline = excerpt(alert.headline, alert.title_highlights, limit=_HEADLINE).runs()
    quote = excerpt(alert.quote, alert.highlights, limit=_QUOTE).runs()
    url = safe_url(alert.url)
    first = alert.sources[0] if alert.sources else None
    return Card(
        severity=alert.severity,
        rule=_line(alert.rule, _NAME),
        rule_title=_line(alert.rule_title, _RULE_TITLE) or _line(alert.rule, _NAME),
        headline=headline or (Run(text=_line(alert.rule_title, _RULE_TITLE), is_evidence=False),),
        quote=quote,
        url=url,
        host=_host(url),
        reports=tuple(_report(source) for source in alert.sources[:SOURCES_LIMIT]),
        more_reports=max(0, len(alert.sources) - SOURCES_LIMIT),
        outlets=len({source.feed_id for source in alert.sources}),
        latest_outlet=_outlet(alert.sources[-1]) if alert.sources else "",
        places=tuple(_place(name, country) for name, country in alert.places[:PLACES_LIMIT]),
        countries=len({country for _, country in alert.places if country}),
        tags=tuple(_line(tag, _NAME) for tag in alert.tags[:TAGS_LIMIT]),
        published_at=first.published if first else None,
        seen_at=first.seen_at if first else alert.created_at,
        last_seen_at=max((source.seen_at for source in alert.sources), default=alert.created_at),
        is_right_to_left=_is_right_to_left(alert),
        is_edit=alert.is_edit,
        tlp=alert.tlp,
        is_full_text=alert.is_full_text,
        why=f"watcher explain {_line(alert.rule, _NAME)} --item {alert.item_id}"
        if alert.item_id
        else f"watcher alerts show {alert.id}",
        alert_id=alert.id,
        answers=tuple(_said(answer) for answer in alert.answers[-ANSWERS_LIMIT:]),
        changes=_changes(alert),
        is_withdrawn=Standing.of(alert.events).is_withdrawn,
    )


def safe_url(url: str | None) -> str | None:
    """Give back an http or https address that no markup can be broken with, else None."""
    if url is None or len(url) > _URL or _UNSAFE_IN_URL.search(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def _report(source: Source) -> Report:
    return Report(
        outlet=_outlet(source),
        title=_line(source.title, _SOURCE_TITLE),
        url=safe_url(source.url),
        time=source.published or source.seen_at,
    )


def _said(answer: Answer) -> Said:
    detail = f" ({_line(answer.detail, _NAME)})" if answer.detail else ""
    return Said(words=f"{answer.word.label}{detail} by {isolated(_line(answer.by, _NAME))}", at=answer.at)


def _changes(alert: Alert) -> tuple[Said, ...]:
    found = [
        Said(words=said(event), at=event.at, is_told=event.is_told)
        for event in alert.events
        if event.kind not in _SHOWN_OTHERWISE
    ]
    return tuple(found[-CHANGES_LIMIT:])


def _outlet(source: Source) -> str:
    return _line(source.feed_title, _NAME) or _line(source.feed_id, _NAME)


def _place(name: str, country: str) -> str:
    shown = _line(name, _NAME)
    return f"{shown} ({_line(country, 8)})" if country else shown


def _line(text: str, limit: int) -> str:
    return cut(inert(text[: 4 * limit]).strip(), limit)


def _host(url: str | None) -> str | None:
    if url is None:
        return None
    host = cut((urlsplit(url).hostname or "").removeprefix("www."), _NAME)
    return host or None


def _is_right_to_left(alert: Alert) -> bool:
    if alert.language in _RIGHT_TO_LEFT_LANGUAGES:
        return True
    # Of an unknown language the headline decides, as a browser's `dir=auto` would.
    return alert.language in (None, "und") and is_right_to_left(alert.headline)
