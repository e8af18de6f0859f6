"""Alerts as plain text: for the text part of mails, for logs and pipes, and as the last resort of every channel.

In: a `Card`. Out: lines. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from watcher.alert.card import Card, Report
from watcher.alert.digest import DigestCard, Group
from watcher.alert.inert import cut, isolated
from watcher.alert.marks import Run

_NEWS = 100


def plain(card: Card) -> str:
    """Lay an alert out as lines of plain text; evidence stands between asterisks."""
    lines = [title(card), starred(card.headline)]
    if card.url:
        lines.append(card.url)
    if card.quote:
        lines += ["", f"    {starred(card.quote)}"]
    lines += ["", sources_heading(card)]
    lines += [f"  - {_report_line(report)}" for report in card.reports]
    if card.more_reports:
        lines.append(f"  and {card.more_reports} more")
    lines += ["", *details(card)]
    return "\n".join(lines) + "\n"


def summary(card: Card, *, limit: int = 500) -> str:
    """Give an alert in one line of at most about `limit` characters: for notifications and subjects."""
    room = max(limit - len(title(card)), 20)
    return f"{title(card)}: {isolated(cut(card.headline_text, room))}"


def update_line(card: Card) -> str:
    """Tell in one line that one more outlet reports what an alert was about, or what somebody said to it.

    What people were told of by itself is not told once more, be it on this channel or by a graver alert.
    """
    changes = (*card.answers, *(one for one in card.changes if not one.is_told))
    said = max(changes, key=lambda one: one.at, default=None)
    if said is not None and said.at > card.last_seen_at:
        return f"+ {said.words}: {isolated(card.headline_text)}"
    return f"+ also reported by {isolated(card.latest_outlet)} ({sources_count(card)}): {isolated(card.headline_text)}"


def digest_plain(digest: DigestCard) -> str:
    """Lay a digest out as lines of plain text, grouped by rule."""
    lines = [digest.title, digest.reason]
    for group in digest.groups:
        lines += ["", group_title(group)]
        for card in group.cards:
            told = f"{isolated(card.headline_text)} · {standing(card)} · {moment(card.published_at or card.seen_at)}"
            lines += [f"  - {told}"] + ([f"    {card.url}"] if card.url else [])
        if group.more:
            lines.append(f"  {more_alerts(group.more)}")
    if digest.more:
        lines += ["", more_alerts(digest.more)]
    return "\n".join(lines) + "\n"


def group_title(group: Group) -> str:
    """Give the line above the alerts of one rule: `HIGH · Armed group crossing into Tunisia (3)`."""
    return f"{group.severity.label.upper()} · {group.rule_title} ({len(group.cards) + group.more})"


def more_alerts(count: int) -> str:
    """Say that more were gathered than are listed, and where they are."""
    return f"and {count} more: watcher alerts list"


def title(card: Card) -> str:
    """Give mark, severity and rule: `TLP:AMBER · HIGH · Armed group crossing into Tunisia`."""
    mark = f"TLP:{card.tlp.label.upper()} · " if card.tlp is not None else ""
    if card.is_withdrawn:
        mark += "WITHDRAWN · "
    return f"{mark}{card.severity.label.upper()} · {card.rule_title}{found_in(card)}"


def found_in(card: Card) -> str:
    """Say where the evidence came from, with a space before it, when it was not what the feed first gave."""
    if card.is_full_text:
        return " (in the full text)"
    return " (edited report)" if card.is_edit else ""


def standing(card: Card) -> str:
    """Say in a few words how an alert stands that is told with others: its sources, and the last change of its level."""
    news = [one.words for one in card.changes if one.is_told]
    return f"{sources_count(card)}{found_in(card)}" + (f" · {cut(news[-1], _NEWS)}" if news else "")


def details(card: Card) -> list[str]:
    """Give the lines that stand below an alert: places, times, rule and tags, how to answer it and see why."""
    lines = [f"Places: {isolated(', '.join(card.places))}"] if card.places else []
    times = f"Seen {moment(card.seen_at)}"
    if card.published_at:
        times = f"Published {moment(card.published_at)} · seen {moment(card.seen_at)}"
    tags = f" · {', '.join(card.tags)}" if card.tags else ""
    changes = [f"{change.words} · {moment(change.at)}" for change in card.changes]
    return [*changes, *lines, times, f"Rule {card.rule}{tags}", f"Alert {card.alert_id} · why: {card.why}"]


def news_line(card: Card, news: str, *, limit: int = 500) -> str:
    """Tell news of an alert in one line: what has changed, and of what."""
    return f"{cut(news, limit // 2)} · {summary(card, limit=limit)}"


def lateness(card: Card) -> str:
    """Say how long after its publication an alert's first report was seen: `at once`, `12 min later`, `3 h later`."""
    minutes = int((card.seen_at - (card.published_at or card.seen_at)).total_seconds() // 60)
    if minutes < 1:
        return "at once"
    if minutes < 120:
        return f"{minutes} min later"
    hours = minutes // 60
    return f"{hours} h later" if hours < 48 else f"{hours // 24} days later"


def sources_heading(card: Card) -> str:
    """Give the line above the list of reports: `5 sources, 3 countries, 7 reports`.

    Countries are worth telling once the news has spread.
    """
    parts = [sources_count(card)]
    if card.outlets > 1 and card.countries > 1:
        parts.append(f"{card.countries} countries")
    reports = len(card.reports) + card.more_reports
    if reports != card.outlets:
        parts.append(f"{reports} reports")
    return ", ".join(parts)


def sources_count(card: Card) -> str:
    """Say how many outlets report it."""
    return "1 source" if card.outlets == 1 else f"{card.outlets} sources"


def starred(runs: Iterable[Run]) -> str:
    """Give the runs as text with asterisks around the evidence."""
    return "".join(f"*{run.text}*" if run.is_evidence else run.text for run in runs)


def moment(time: datetime) -> str:
    """Give a time to the minute, in UTC and saying so."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _report_line(report: Report) -> str:
    line = f"{isolated(report.outlet)} · {isolated(report.title)} · {moment(report.time)}"
    return f"{line}\n    {report.url}" if report.url else line
