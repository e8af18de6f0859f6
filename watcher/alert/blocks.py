"""Alerts as Slack messages in Block Kit.

In: a `Card`. Out: the `text` and `blocks` of chat.postMessage. Text of feeds only ever stands in `rich_text` elements
and `plain_text` objects, which Slack shows as they are: there it can mention nobody, disguise no link and end no bold.
Pure; called by the Slack channel.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from watcher.alert.card import Card, Report
from watcher.alert.inert import cut, isolated
from watcher.alert.marks import Run
from watcher.alert.render import lateness, moment, sources_heading, summary, title
from watcher.types import Severity

Block = dict[str, Any]
Element = dict[str, Any]

# https://docs.slack.dev/reference/block-kit/blocks (header, context), and bolt-js#2509 for the sum of all blocks, of
# which it is not documented what counts: the serialised form is the safe reading.
HEADER_LIMIT = 150
CONTEXT_ITEM_LIMIT = 300
BLOCKS_CHARS_LIMIT = 12_000
NEWS_LIMIT = 1_500

# Their `action_id`, and what is written on them; the words of answers are ids of `AnswerWord`.
BUTTONS = (
    ("acknowledged", "Acknowledge"),
    ("not_relevant", "Not relevant"),
    ("wrong_story", "Wrong story"),
    ("why", "Why?"),
)
SNOOZED = (("story", "This story"), ("rule", "This rule"))
SNOOZE_HOURS = (1, 8, 24)
# Slack cuts longer text itself: https://docs.slack.dev/reference/methods/chat.postMessage
TEXT_LIMIT = 3_900

_SIGNS = {
    Severity.INFO: "⚪",
    Severity.LOW: "🔵",
    Severity.MEDIUM: "🟡",
    Severity.HIGH: "🟠",
    Severity.CRITICAL: "🔴",
}
_BOLD = {"bold": True}
# Shown in the reader's own time zone; the fallback is for clients that cannot.
_DATE = "{date_short_pretty} {time}"
_CONTROL_SEQUENCE = re.compile(r"<(?=[!@#a-zA-Z])")
_UNFINISHED_ENTITY = re.compile(r"&[a-z]{0,3}$")


def blocks(card: Card, *, has_buttons: bool = False) -> list[Block]:
    """Lay an alert out as blocks, with as many of its reports as fit; with buttons where clicks are heard."""
    below = [buttons(card)] if has_buttons else []
    for shown in range(len(card.reports), 0, -1):
        result = [*_blocks(_with_reports(card, shown)), *below]
        if len(json.dumps(result, ensure_ascii=True)) <= BLOCKS_CHARS_LIMIT:
            return result
    return [*_blocks(_with_reports(card, 0)), *below]


def buttons(card: Card) -> Block:
    """Give the row of buttons below an alert; each carries the alert's id."""
    snoozes = [
        {"text": _plain(words), "value": f"{scope} {hours} {card.alert_id}"}
        for scope, hours, words in (
            (scope, hours, f"{said} for {hours} h") for scope, said in SNOOZED for hours in SNOOZE_HOURS
        )
    ]
    snooze = {
        "type": "static_select",
        "action_id": "snooze",
        "placeholder": _plain("Snooze …"),
        "options": snoozes,
    }
    made = {
        action: {"type": "button", "action_id": action, "text": _plain(words), "value": card.alert_id}
        for action, words in BUTTONS
    }
    return {
        "type": "actions",
        "elements": [made["acknowledged"], snooze, *(made[a] for a, _ in BUTTONS if a != "acknowledged")],
    }


def news_blocks(news: str) -> list[Block]:
    """Lay out what is told in an alert's thread."""
    return [{"type": "rich_text", "elements": [section([text(cut(news, NEWS_LIMIT) or "…")])]}]


def message_text(card: Card) -> str:
    """Give the text beside the blocks: what notifications show and screen readers read."""
    quote = "".join(run.text for run in card.quote)
    return escaped(f"{summary(card)}\n{quote}".rstrip())


def escaped(text: str, limit: int = TEXT_LIMIT) -> str:
    """Escape Slack's control characters, then cut, never inside an entity.

    https://docs.slack.dev/messaging/formatting-message-text: only `&`, `<` and `>` are escaped, nothing else.
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if len(text) <= limit:
        return text
    return _UNFINISHED_ENTITY.sub("", text[: limit - 1]) + "…"


def _blocks(card: Card) -> list[Block]:
    body: list[Element] = [section(_headline(card))]
    if card.quote:
        body.append({"type": "rich_text_quote", "elements": _texts(card.quote)})
    body.append(section([text(sources_heading(card), is_bold=True)]))
    if card.reports:
        items = [section(_report(report)) for report in card.reports]
        body.append({"type": "rich_text_list", "style": "bullet", "elements": items})
    if card.more_reports:
        body.append(section([text(f"and {card.more_reports} more")]))
    body.append(section(_times(card)))
    if card.changes or card.answers:
        said = [section([text(f"{one.words} · "), date(one.at)]) for one in (*card.changes, *card.answers)]
        body.append({"type": "rich_text_list", "style": "bullet", "elements": said})
    return [
        header(card.severity, title(card)),
        {"type": "rich_text", "elements": body},
        context(_context(card)),
    ]


def header(severity: Severity, words: str) -> Block:
    """Give the block at the top: a sign for how grave it is, and a line of text, cut to the limit."""
    shown = _disarmed(cut(f"{_SIGNS[severity]} {words}", HEADER_LIMIT))
    return {"type": "header", "text": {"type": "plain_text", "text": shown, "emoji": False}}


def context(lines: Iterable[str]) -> Block:
    """Give the block of small print."""
    return {"type": "context", "elements": [_plain(line) for line in lines]}


def _with_reports(card: Card, shown: int) -> Card:
    hidden = len(card.reports) - shown
    return replace(card, reports=card.reports[:shown], more_reports=card.more_reports + hidden)


def _headline(card: Card) -> list[Element]:
    if card.url is None:
        return _texts(card.headline)
    links = [text(run.text, is_bold=run.is_evidence) | _link(card.url) for run in card.headline]
    # The host is shown because a headline can read like the address of somewhere else.
    return [*links, text(f"  ({card.host})")]


def _report(report: Report) -> list[Element]:
    title = linked(isolated(report.title or report.outlet), report.url)
    return [text(f"{isolated(report.outlet)} · ", is_bold=True), title, text(" · "), date(report.time)]


def _times(card: Card) -> list[Element]:
    if card.published_at is None:
        return [text("Seen "), date(card.seen_at)]
    return [
        text("Published "),
        date(card.published_at),
        text(" · seen "),
        date(card.seen_at),
        text(f" ({lateness(card)})"),
    ]


def _context(card: Card) -> list[str]:
    places = [f"Places: {', '.join(card.places)}"] if card.places else []
    tags = [f"Tags: {', '.join(card.tags)}"] if card.tags else []
    why = [f"Why: {card.why}"]
    return [f"Rule: {card.rule}", f"Severity: {card.severity.label}", *places, *tags, *why]


def section(elements: list[Element]) -> Element:
    """Give one paragraph of rich text."""
    return {"type": "rich_text_section", "elements": elements}


def _texts(runs: Iterable[Run]) -> list[Element]:
    return [text(run.text, is_bold=run.is_evidence) for run in runs]


def text(words: str, *, is_bold: bool = False) -> Element:
    """Give a piece of rich text: shown as it is."""
    return {"type": "text", "text": _disarmed(words)} | ({"style": _BOLD} if is_bold else {})


def linked(words: str, url: str | None) -> Element:
    """Give a text that leads to an address, or leads nowhere."""
    return text(words) if url is None else text(words) | _link(url)


def _link(url: str) -> Element:
    return {"type": "link", "url": url}


def date(time: datetime) -> Element:
    """Give a time that each reader sees in their own zone."""
    timestamp = int(time.timestamp())
    if timestamp <= 0:  # feeds know such dates, Slack does not
        return text(moment(time))
    return {"type": "date", "timestamp": timestamp, "format": _DATE, "fallback": moment(time)}


def _plain(text: str) -> Element:
    return {"type": "plain_text", "text": _disarmed(cut(text, CONTEXT_ITEM_LIMIT)), "emoji": False}


def _disarmed(text: str) -> str:
    """Part what would be a mention or a link in mrkdwn with an invisible word joiner.

    Slack does not read these texts so; a bridge or an app that posts them on as mrkdwn would.
    """
    return _CONTROL_SEQUENCE.sub("<\u2060", text)
