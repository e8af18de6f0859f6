"""Digests as Slack messages in Block Kit: a list of headlines for each rule.

In: a `DigestCard`. Out: blocks within Slack's limits. Pure; called by the Slack channel. What `blocks` says of the text
of feeds holds here too.
"""

from __future__ import annotations

import json
from dataclasses import replace

from watcher.alert.blocks import BLOCKS_CHARS_LIMIT, Block, context, date, header, linked, section, text
from watcher.alert.card import Card
from watcher.alert.digest import DigestCard, Group
from watcher.alert.inert import isolated
from watcher.alert.render import group_title, more_alerts, standing

_GROUPS_LIMIT = 20


def digest_blocks(card: DigestCard) -> list[Block]:
    """Lay a digest out as blocks, with as many of its alerts as fit."""
    shown = replace(
        card,
        groups=card.groups[:_GROUPS_LIMIT],
        more=card.more + sum(len(g.cards) + g.more for g in card.groups[_GROUPS_LIMIT:]),
    )
    while True:
        result = _blocks(shown)
        if len(json.dumps(result, ensure_ascii=True)) <= BLOCKS_CHARS_LIMIT:
            return result
        shown = _shortened(shown)


def _shortened(card: DigestCard) -> DigestCard:
    """Leave out one alert of the longest group; a digest without any fits."""
    longest = max(range(len(card.groups)), key=lambda at: len(card.groups[at].cards))
    group = card.groups[longest]
    left = replace(group, cards=group.cards[:-1], more=group.more + 1)
    return replace(card, groups=(*card.groups[:longest], left, *card.groups[longest + 1 :]))


def _blocks(card: DigestCard) -> list[Block]:
    body = [element for group in card.groups for element in _group(group)]
    if card.more:
        body.append(section([text(more_alerts(card.more))]))
    return [
        header(card.severity, card.title),
        {"type": "rich_text", "elements": body},
        context([card.reason]),
    ]


def _group(group: Group) -> list[Block]:
    elements: list[Block] = [section([text(group_title(group), is_bold=True)])]
    if group.cards:
        items = [section(_line(card)) for card in group.cards]
        elements.append({"type": "rich_text_list", "style": "bullet", "elements": items})
    if group.more:
        elements.append(section([text(more_alerts(group.more))]))
    return elements


def _line(card: Card) -> list[Block]:
    headline = linked(isolated(card.headline_text), card.url)
    host = [text(f" ({card.host})")] if card.host else []
    return [
        headline,
        *host,
        text(f" · {standing(card)} · "),
        date(card.published_at or card.seen_at),
    ]
