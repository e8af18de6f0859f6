"""Clicks and commands are read from payloads that anybody can shape."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.hostile import HOSTILE, is_harmless
from watcher.chat.endpoint import is_signed
from watcher.chat.read import read_click, read_command
from watcher.types import AnswerWord

KEYS = st.sampled_from(
    ["type", "user", "channel", "id", "name", "actions", "action_id", "action_ts", "value"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def payload(action_id: str, **changes: Any) -> dict[str, Any]:
    action = {"action_id": action_id, "value": "al-1", "action_ts": "1770000000.000100", **changes}
    return {
        "type": "block_actions",
        "user": {"id": "U1", "username": "ann"},
        "channel": {"id": "C1"},
        "actions": [action],
    }


@pytest.mark.parametrize("word", ["acknowledged", "not_relevant", "wrong_story"])
def test_a_click_says_who_what_and_when(word: str) -> None:
    click = read_click(payload(word))
    assert click is not None
    assert (click.alert_id, click.word, click.person.name) == ("al-1", AnswerWord(word), "@ann")
    assert click.at == datetime.fromtimestamp(1770000000.0001, tz=UTC)
    assert click == read_click(payload(word)), "reported again, it is the same click"


def test_why_is_a_question_and_no_answer() -> None:
    click = read_click(payload("why"))
    assert click is not None
    assert click.word is None


@pytest.mark.parametrize(
    ("value", "snooze", "is_of_rule"),
    [("story 1 al-1", timedelta(hours=1), False), ("rule 24 al-1", timedelta(hours=24), True)],
)
def test_a_snooze_says_what_and_for_how_long(value: str, snooze: timedelta, is_of_rule: bool) -> None:
    click = read_click(payload("snooze", selected_option={"value": value}))
    assert click is not None
    assert (click.word, click.snooze, click.is_of_rule) == (AnswerWord.SNOOZED, snooze, is_of_rule)


@pytest.mark.parametrize(
    "wrong",
    [
        payload("explode"),
        payload("why", value="../../etc"),
        payload("why", value=None),
        payload("why", action_ts="soon"),
        payload("snooze", selected_option={"value": "rule 9999 al-1"}),
        payload("snooze", selected_option={"value": "all 8 al-1"}),
        payload("snooze"),
        payload("why") | {"type": "view_submission"},
        payload("why") | {"user": {}},
        payload("why") | {"actions": []},
        {},
    ],
)
def test_what_is_no_click_of_ours_is_nothing(wrong: dict[str, Any]) -> None:
    assert read_click(wrong) is None


@given(JSON.filter(lambda value: isinstance(value, dict)))
@settings(derandomize=True, deadline=None, max_examples=30)
def test_no_payload_breaks_the_reader(value: dict[str, Any]) -> None:
    read_click(value)
    read_command(value)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_bounded_and_inert(name: str) -> None:
    click = read_click(payload("why") | {"user": {"id": "U1", "username": HOSTILE[name]}})
    assert click is not None
    assert len(click.person.name) < 70
    assert is_harmless(click.person.name)


def test_a_command_is_a_word_and_the_rest() -> None:
    given = {"user_id": "U1", "user_name": "ann", "channel_id": "C1", "text": " Silence border 8h  drill "}
    command = read_command(given)
    assert command is not None
    assert (command.word, command.rest) == ("silence", "border 8h  drill")
    assert read_command({"text": "status"}) is None


# Example of https://docs.slack.dev/authentication/verifying-requests-from-slack
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
STAMP = "1531420618"


@pytest.mark.parametrize(
    ("changes", "is_good"),
    [
        ({}, True),
        ({"body": BODY + b"x"}, False),
        ({"signature": "v0=" + "0" * 64}, False),
        ({"signature": "v0=é"}, False),
        ({"signature": ""}, False),
        ({"timestamp": "1531420619"}, False),
        ({"timestamp": "now"}, False),
        ({"timestamp": ""}, False),
        ({"secret": "another"}, False),
        ({"now": datetime.fromtimestamp(1531420618 + 299, tz=UTC)}, True),
        ({"now": datetime.fromtimestamp(1531420618 + 301, tz=UTC)}, False),
        ({"now": datetime.fromtimestamp(1531420618 - 301, tz=UTC)}, False),
    ],
)
def test_only_what_slack_signed_lately_is_heard(changes: dict[str, Any], is_good: bool) -> None:
    request: dict[str, Any] = {
        "body": BODY,
        "timestamp": STAMP,
        "signature": SIGNATURE,
        "secret": SECRET,
        "now": datetime.fromtimestamp(1531420618, tz=UTC),
    } | changes
    body, timestamp, signature = (request.pop(name) for name in ("body", "timestamp", "signature"))
    assert is_signed(body, timestamp, signature, **request) is is_good
