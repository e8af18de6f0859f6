"""Answers people: takes clicks, does what slash commands ask, and says what came of it to the one who asked.

In: payloads of Slack. Out: what to answer, seen by that person alone. Called by `socket` and `endpoint`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import structlog

from watcher.alert.blocks import NEWS_LIMIT, escaped, news_blocks
from watcher.alert.inert import cut
from watcher.announce import Routing
from watcher.answering import take_answer
from watcher.chat.commands import HELP, silence_rule, silences, status, tried
from watcher.chat.read import Click, Command, read_click, read_command
from watcher.chat.stories import merge_stories, reports, split_story
from watcher.chat.why import why
from watcher.errors import FetchError
from watcher.metrics import Metrics
from watcher.ports import Clock, Runner
from watcher.storage.store import Store
from watcher.types import Analysed, Answer, AnswerWord, Feed, Item

log = structlog.get_logger(__name__)

_PATIENCE = 2.4  # seconds: Slack waits for three
_NO_FEED = Feed(id="-", url="none:")

Whisper = Callable[[str, str, str], Awaitable[None]]
"""Says a text to one person: channel, user, text."""


class Thinking(Protocol):
    """What is asked of the workers."""

    async def analyse(self, items: Sequence[Item], feed: Feed, now: datetime) -> tuple[Analysed, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What people in chat can ask of the service.

    `rules` are the ids that may be silenced; `feeds` by id and `routing` are for stories that people split or merge; `edited` the channels whose messages change when somebody answers; `wake`
    tells the outbox.
    """

    store: Store
    run: Runner
    clock: Clock
    workers: Thinking
    metrics: Metrics
    rules: frozenset[str]
    edited: frozenset[str]
    wake: Callable[[], None]
    routing: Routing
    feeds: Mapping[str, Feed]
    corroborated_by: int = 3

    async def click(self, payload: Mapping[str, Any], whisper: Whisper) -> None:
        """Take a click; what it asks for is committed when this returns.

        Raises:
            StoreError and the like: it could not be kept now; Slack reports the click again, or the person clicks again.
        """
        click = read_click(payload)
        if click is None:
            self.metrics.answers.labels("unknown").inc()
            return
        self.metrics.answers.labels(click.word or "why").inc()
        text = await self._take(click) if click.word is not None else await self._why(click)
        if text is not None:
            await whisper(click.person.channel, click.person.id, text)

    async def command(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Do what a slash command asks; gives the answer as Slack shows it."""
        command = read_command(payload)
        self.metrics.answers.labels("command").inc()
        if command is None:
            return spoken("Slack did not say who asked.")
        try:
            async with asyncio.timeout(_PATIENCE):
                text = await self._do(command)
        except TimeoutError:
            text = "That took too long; please try again."
        return spoken(text)

    async def _take(self, click: Click) -> str | None:
        assert click.word is not None
        answer = Answer(
            id=f"an-{click.key}",
            alert_id=click.alert_id,
            word=click.word,
            by=click.person.name,
            by_id=click.person.id,
            via="slack",
            at=min(click.at, self.clock.now()),
            detail=_detail(click),
        )

        def keep() -> bool | None:
            with self.store.write(durable=True) as tx:
                if click.alert_id not in tx.alerts.get([click.alert_id]):
                    return None
                return take_answer(
                    tx, answer, edited=self.edited, snooze=click.snooze, is_of_rule=click.is_of_rule
                )

        is_new = await self.run(keep)
        if is_new is None:
            return "This alert is no longer kept."
        if is_new:
            log.info("answered", alert=click.alert_id, word=click.word.value, by=click.person.id)
            self.wake()
        if is_new and click.word is AnswerWord.WRONG_STORY:
            return await self.run(lambda: reports(self.store, click.alert_id))
        return None

    async def _why(self, click: Click) -> str:
        def look_up() -> list[str]:
            with self.store.read() as tx:
                alert = tx.alerts.get([click.alert_id]).get(click.alert_id)
                return why(alert) if alert is not None else ["This alert is no longer kept."]

        return "\n".join(await self.run(look_up))

    async def _do(self, command: Command) -> str:
        if command.word == "status":
            return await self.run(lambda: status(self.store, self.clock.now()))
        if command.word == "silences":
            return await self.run(lambda: silences(self.store, self.clock.now()))
        if command.word == "silence":
            return await self.run(
                lambda: silence_rule(
                    self.store, command.rest, rules=self.rules, by=command.person.name, now=self.clock.now()
                )
            )
        if command.word in ("merge", "split"):
            return await self._regroup(command)
        if command.word == "try" and command.rest:
            return await self._try(command.rest)
        return HELP

    async def _regroup(self, command: Command) -> str:
        now = self.clock.now()
        if command.word == "merge":
            text = await merge_stories(
                command.rest,
                command.person,
                store=self.store,
                run=self.run,
                routing=self.routing,
                corroborated_by=self.corroborated_by,
                now=now,
            )
        else:
            text = await split_story(
                command.rest,
                command.person,
                store=self.store,
                run=self.run,
                workers=self.workers,
                feeds=self.feeds,
                routing=self.routing,
                now=now,
            )
        self.wake()
        return text

    async def _try(self, text: str) -> str:
        now = self.clock.now()
        item = Item(
            feed_id="-", key="-", guid=None, url=None, title=text, summary=text, content="", seen_at=now
        )
        try:
            (analysed,) = await self.workers.analyse((item,), _NO_FEED, now)
        except FetchError:
            return "The text could not be analysed."
        return tried(analysed)


def spoken(text: str) -> dict[str, Any]:
    """Give a text as an answer that one person sees: inert, whatever stands in it."""
    lines = [cut(line, NEWS_LIMIT) for line in text.splitlines()][:60]
    whole = "\n".join(lines)[:NEWS_LIMIT]
    return {
        "response_type": "ephemeral",
        "text": escaped(whole),
        "blocks": news_blocks(whole),
    }


def _detail(click: Click) -> str:
    if click.snooze is None:
        return ""
    hours = int(click.snooze.total_seconds() // 3600)
    return f"the {'rule' if click.is_of_rule else 'story'} for {hours} h"
