"""Reads what Slack reports of a click or of a slash command.

In: a payload, which anybody in the workspace can shape. Out: a `Click` or a `Command` with bounded, inert texts, or None
for what is not ours. Pure; called by `desk`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from watcher.alert.blocks import SNOOZE_HOURS, SNOOZED
from watcher.alert.inert import cut, inert
from watcher.types import AnswerWord

_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_MOMENT = re.compile(r"(\d{9,11})(?:\.\d{1,6})?")
_NAME_LIMIT = 60
TEXT_LIMIT = 3_000

_WORDS = {
    word.value: word for word in (AnswerWord.ACKNOWLEDGED, AnswerWord.NOT_RELEVANT, AnswerWord.WRONG_STORY)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who it was: an id of Slack's and a name to show; `channel` is where they were."""

    id: str
    name: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A click on a button below an alert.

    `word` None asks why. `key` is the same whenever Slack reports the click again; `at` is when it was made. `snooze` and
    `is_of_rule` say for how long, and whether the whole rule is meant.
    """

    alert_id: str
    word: AnswerWord | None
    person: Person
    key: str
    at: datetime
    snooze: timedelta | None = None
    is_of_rule: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A slash command: its first word, and the rest."""

    word: str
    rest: str
    person: Person


def read_click(payload: Mapping[str, Any]) -> Click | None:
    """Read the first action of an interaction; None for what is no click on one of our buttons."""
    actions = payload.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    person = _person(_mapping(payload.get("user")), _mapping(payload.get("channel")))
    if payload.get("type") != "block_actions" or not isinstance(action, dict) or person is None:
        return None
    name, moment = action.get("action_id"), action.get("action_ts")
    stamp = _MOMENT.fullmatch(moment) if isinstance(moment, str) else None
    if stamp is None:
        return None
    at = datetime.fromtimestamp(float(stamp.group()), tz=UTC)
    if name == "snooze":
        return _snooze(action, person, at)
    alert_id = _id(action.get("value"))
    if alert_id is None or not isinstance(name, str) or name not in (*_WORDS, "why"):
        return None
    key = f"slack-{person.id}-{name}-{stamp.group()}"
    return Click(alert_id=alert_id, word=_WORDS.get(name), person=person, key=key, at=at)


def _snooze(action: Mapping[str, Any], person: Person, at: datetime) -> Click | None:
    value = _mapping(action.get("selected_option")).get("value")
    scope, _, rest = value.partition(" ") if isinstance(value, str) else ("", "", "")
    hours, _, alert = rest.partition(" ")
    alert_id = _id(alert)
    if alert_id is None or scope not in dict(SNOOZED) or hours not in map(str, SNOOZE_HOURS):
        return None
    return Click(
        alert_id=alert_id,
        word=AnswerWord.SNOOZED,
        person=person,
        key=f"slack-{person.id}-snooze-{action['action_ts']}",
        at=at,
        snooze=timedelta(hours=int(hours)),
        is_of_rule=scope == "rule",
    )


def read_command(payload: Mapping[str, Any]) -> Command | None:
    """Read a slash command; None when it does not say who gave it."""
    user = {"id": payload.get("user_id"), "name": payload.get("user_name")}
    person = _person(user, {"id": payload.get("channel_id")})
    text = payload.get("text")
    if person is None:
        return None
    word, _, rest = (text[:TEXT_LIMIT] if isinstance(text, str) else "").strip().partition(" ")
    return Command(word=word.casefold(), rest=rest.strip(), person=person)


def _person(user: Mapping[str, Any], channel: Mapping[str, Any]) -> Person | None:
    user_id, channel_id = _id(user.get("id")), _id(channel.get("id"))
    if user_id is None or channel_id is None:
        return None
    name = user.get("name") or user.get("username")
    shown = cut(inert(name[:500]).strip(), _NAME_LIMIT) if isinstance(name, str) else ""
    return Person(id=user_id, name=f"@{shown or user_id}", channel=channel_id)


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
