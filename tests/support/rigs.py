"""One rig for each kind of channel: a receiver, the channel that writes to it, and what its answers must lead to.

The contract suite runs over all rigs; a new kind of channel is a rig here.
"""

from __future__ import annotations

import io
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import SecretStr
from rich.console import Console

from tests.support.clock import FakeClock
from tests.support.receiver import (
    Behaviour,
    accept,
    accept_then_be_silent,
    accept_then_hang_up,
    answer,
    hang_up,
)
from tests.support.slack import ThreadedSlack, limited, refused
from tests.support.smtp import MailBehaviour, SmtpServer, refuse, take_then_hang_up
from tests.support.webhook import WebhookReceiver
from watcher.config.channels import AppriseSettings, EmailSettings, SlackSettings, WebhookSettings
from watcher.deliver.channels import build
from watcher.deliver.channels.console import ConsoleChannel
from watcher.deliver.channels.slack import SlackChannel
from watcher.deliver.channels.slackaccount import SlackAccounts
from watcher.ports import Channel

PATIENT = timedelta(seconds=20)
SHORT = timedelta(seconds=0.3)
"""For the receiver that never answers; a busy machine would make others late by as much."""


class Outcome(StrEnum):
    """What the sender must take an answer for."""

    DELIVERED = "delivered"
    RETRIED = "retried"
    AMBIGUOUS = "retried, though it may have arrived"
    PARKED = "parked until a person has mended it"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An answer: how the receiver is brought to it, and what must follow."""

    arrange: Callable[[Any], None]
    outcome: Outcome
    retry_after: timedelta | None = None
    timeout: timedelta = PATIENT


class Rig(ABC):
    """A channel with its receiver, entered as a context."""

    kind: ClassVar[str]
    cases: ClassVar[Mapping[str, Case]]
    secrets: ClassVar[tuple[str, ...]] = ()
    layout: ClassVar[str]
    """The function whose failure must end in plain text, as `module:name`."""

    channel: Channel

    def __init__(self, timeout: timedelta = PATIENT) -> None:
        self.timeout = timeout
        self.stack = ExitStack()

    def __enter__(self) -> Rig:
        self.channel = self.opened()
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    @abstractmethod
    def opened(self) -> Channel:
        """Start the receiver and build the channel."""

    @abstractmethod
    def reopened(self) -> Channel:
        """Build the channel once more, as a process does that takes over; the receiver is the same."""

    @abstractmethod
    def taken(self) -> list[str | None]:
        """Give the delivery ids that the receiver took, in order; None where the format carries none."""

    def keys(self) -> list[str | None]:
        """Give what the receiver can tell repeats by, in order; None where the format carries nothing."""
        return self.taken()

    @abstractmethod
    def read(self) -> str:
        """Give what the receiver shows of the last one."""


def http(*behaviours: Behaviour) -> Callable[[Any], None]:
    """Script an HTTP receiver."""
    return lambda rig: rig.receiver.script(behaviours)


def smtp(*behaviours: MailBehaviour) -> Callable[[Any], None]:
    """Script the mail server."""
    return lambda rig: rig.server.script(behaviours)


def nothing(rig: Any) -> None:
    """Leave the receiver as it is."""


class Screen(io.StringIO):
    """A terminal; `printed` counts what was written on it, an alert at a time."""

    printed = 0

    def write(self, text: str) -> int:
        self.printed += 1
        return super().write(text)


class ConsoleRig(Rig):
    kind = "console"
    layout = "watcher.deliver.channels.console:panel"
    cases: ClassVar = {
        "fine": Case(arrange=nothing, outcome=Outcome.DELIVERED),
        "pipe closed by its reader": Case(
            arrange=lambda rig: rig.break_with(BrokenPipeError()), outcome=Outcome.RETRIED
        ),
        "disk full": Case(
            arrange=lambda rig: rig.break_with(OSError(28, "no space")), outcome=Outcome.RETRIED
        ),
        "stream closed": Case(arrange=lambda rig: rig.stream.close(), outcome=Outcome.RETRIED),
    }

    def opened(self) -> Channel:
        self.stream = Screen()
        return self.reopened()

    def reopened(self) -> Channel:
        console = Console(
            file=self.stream, force_terminal=True, color_system=None, width=100, markup=False, emoji=False
        )
        return ConsoleChannel("terminal", console=console)

    def break_with(self, error: OSError) -> None:
        def write(text: str) -> int:
            raise error

        self.stream.write = write  # type: ignore[method-assign]

    def taken(self) -> list[str | None]:
        return [None] * self.stream.printed

    def read(self) -> str:
        return self.stream.getvalue()


class SlackRig(Rig):
    kind = "slack"
    layout = "watcher.deliver.channels.slack:blocks"
    secrets = ("xoxb-test-token", "xapp-test-token", "signing-secret-of-the-app")
    cases: ClassVar = {
        "ok": Case(arrange=nothing, outcome=Outcome.DELIVERED),
        "429": Case(arrange=http(limited(7)), outcome=Outcome.RETRIED, retry_after=timedelta(seconds=7)),
        "500": Case(arrange=http(answer(500)), outcome=Outcome.RETRIED),
        "502 html": Case(arrange=http(answer(502, body="<h1>Bad gateway</h1>")), outcome=Outcome.RETRIED),
        "503": Case(
            arrange=http(answer(503, retry_after="12")),
            outcome=Outcome.RETRIED,
            retry_after=timedelta(seconds=12),
        ),
        "302": Case(arrange=http(answer(302)), outcome=Outcome.PARKED),
        "404": Case(arrange=http(answer(404)), outcome=Outcome.PARKED),
        "ratelimited": Case(
            arrange=http(refused("ratelimited", retry_after="3")),
            outcome=Outcome.RETRIED,
            retry_after=timedelta(seconds=3),
        ),
        "ratelimited without a time": Case(
            arrange=http(refused("rate_limited")), outcome=Outcome.RETRIED, retry_after=timedelta(seconds=30)
        ),
        "internal_error": Case(arrange=http(refused("internal_error")), outcome=Outcome.AMBIGUOUS),
        "fatal_error": Case(arrange=http(refused("fatal_error")), outcome=Outcome.AMBIGUOUS),
        "service_unavailable": Case(arrange=http(refused("service_unavailable")), outcome=Outcome.AMBIGUOUS),
        "request_timeout": Case(arrange=http(refused("request_timeout")), outcome=Outcome.AMBIGUOUS),
        "team_added_to_org": Case(arrange=http(refused("team_added_to_org")), outcome=Outcome.RETRIED),
        **{
            error: Case(arrange=http(refused(error)), outcome=Outcome.PARKED)
            for error in (
                "channel_not_found",
                "not_in_channel",
                "is_archived",
                "invalid_auth",
                "not_authed",
                "account_inactive",
                "token_revoked",
                "token_expired",
                "missing_scope",
                "no_permission",
                "restricted_action",
                "ekm_access_denied",
            )
        },
        **{
            error: Case(arrange=http(refused(error)), outcome=Outcome.DEAD)
            for error in ("no_text", "msg_too_long", "invalid_arguments", "an_error_of_tomorrow")
        },
        "invalid_blocks": Case(arrange=http(refused("invalid_blocks")), outcome=Outcome.DELIVERED),
        "msg_blocks_too_long": Case(arrange=http(refused("msg_blocks_too_long")), outcome=Outcome.DELIVERED),
        "blocks and text refused": Case(
            arrange=http(refused("invalid_blocks"), refused("invalid_blocks")), outcome=Outcome.DEAD
        ),
        "a login page": Case(
            arrange=http(answer(200, body="<html>log in</html>")), outcome=Outcome.AMBIGUOUS
        ),
        "a JSON list": Case(arrange=http(answer(200, body=[1])), outcome=Outcome.AMBIGUOUS),
        "ok false without a reason": Case(
            arrange=http(answer(200, body={"ok": False})), outcome=Outcome.AMBIGUOUS
        ),
        "accept, then hang up": Case(arrange=http(accept_then_hang_up()), outcome=Outcome.AMBIGUOUS),
        "hang up": Case(arrange=http(hang_up()), outcome=Outcome.AMBIGUOUS),
        "accept, then silence": Case(
            arrange=http(accept_then_be_silent()), outcome=Outcome.AMBIGUOUS, timeout=SHORT
        ),
        "down": Case(arrange=lambda rig: rig.receiver.stop(), outcome=Outcome.RETRIED),
    }

    def opened(self) -> Channel:
        self.receiver = self.stack.enter_context(ThreadedSlack())
        return self.reopened()

    def reopened(self) -> Channel:
        settings = SlackSettings(
            token=SecretStr("xoxb-test-token"),
            app_token=SecretStr("xapp-test-token"),
            signing_secret=SecretStr("signing-secret-of-the-app"),
            channel="#security",
            base_url=self.receiver.base_url,
        )
        # On a clock of its own, so that what Slack allows a second costs tests no time.
        accounts = SlackAccounts(FakeClock())
        return SlackChannel("security", settings, accounts=accounts, timeout=self.timeout)

    def taken(self) -> list[str | None]:
        return [message.delivery_id for message in self.receiver.messages]

    def read(self) -> str:
        message = self.receiver.messages[-1]
        return message.text + message.shown


_STATUSES = {
    **dict.fromkeys((200, 201, 202, 204), Outcome.DELIVERED),
    **dict.fromkeys((301, 302, 307, 308), Outcome.PARKED),
    **dict.fromkeys((401, 403, 404, 405, 407, 410), Outcome.PARKED),
    **dict.fromkeys((400, 409, 413, 415, 422, 451), Outcome.DEAD),
    **dict.fromkeys((408, 425, 429), Outcome.RETRIED),
    **dict.fromkeys((500, 501, 502, 503, 504, 507, 599), Outcome.RETRIED),
}


class WebhookRig(Rig):
    kind = "webhook"
    layout = "watcher.deliver.channels.webhook:payload"
    secrets = ("hush-hush", "key-in-the-query", "token-in-a-header")
    cases: ClassVar = {
        **{
            str(status): Case(
                arrange=http(Behaviour(status=status, stores=outcome is Outcome.DELIVERED, body="")),
                outcome=outcome,
            )
            for status, outcome in _STATUSES.items()
        },
        "429 with Retry-After": Case(
            arrange=http(answer(429, retry_after="90")),
            outcome=Outcome.RETRIED,
            retry_after=timedelta(seconds=90),
        ),
        "503 with an unreadable Retry-After": Case(
            arrange=http(answer(503, retry_after="soon")), outcome=Outcome.RETRIED
        ),
        "404 with Retry-After": Case(arrange=http(answer(404, retry_after="9")), outcome=Outcome.PARKED),
        "accept, then hang up": Case(arrange=http(accept_then_hang_up()), outcome=Outcome.AMBIGUOUS),
        "hang up": Case(arrange=http(hang_up()), outcome=Outcome.AMBIGUOUS),
        "accept, then silence": Case(
            arrange=http(accept_then_be_silent()), outcome=Outcome.AMBIGUOUS, timeout=SHORT
        ),
        "down": Case(arrange=lambda rig: rig.receiver.stop(), outcome=Outcome.RETRIED),
    }

    def opened(self) -> Channel:
        self.receiver = self.stack.enter_context(WebhookReceiver())
        return self.reopened()

    def reopened(self) -> Channel:
        settings = WebhookSettings(
            url=f"{self.receiver.url}?key=key-in-the-query",
            secret=SecretStr("hush-hush"),
            headers={"Authorization": "Bearer token-in-a-header"},
            timeout=self.timeout,
        )
        return build("hook", settings)

    def taken(self) -> list[str | None]:
        return [post.headers["Idempotency-Key"] for post in self.receiver.posts]

    def read(self) -> str:
        return json.dumps(self.receiver.posts[-1].json, ensure_ascii=False)


class EmailRig(Rig):
    kind = "email"
    layout = "watcher.deliver.channels.mail:html"
    secrets = ("correct horse", "Y29ycmVjdCBob3JzZQ==")
    cases: ClassVar = {
        "ok": Case(arrange=nothing, outcome=Outcome.DELIVERED),
        "sender refused": Case(arrange=smtp(refuse("MAIL", "553 not yours")), outcome=Outcome.PARKED),
        "sender deferred": Case(arrange=smtp(refuse("MAIL", "451 busy")), outcome=Outcome.RETRIED),
        "all recipients unknown": Case(
            arrange=smtp(refuse("RCPT", "550 no such user")), outcome=Outcome.PARKED
        ),
        "greylisted": Case(arrange=smtp(refuse("RCPT", "450 come back later")), outcome=Outcome.RETRIED),
        "mail refused": Case(arrange=smtp(refuse("DATA", "554 spam")), outcome=Outcome.DEAD),
        "mailbox full": Case(arrange=smtp(refuse("DATA", "452 no space")), outcome=Outcome.RETRIED),
        "one of two unknown": Case(
            arrange=smtp(MailBehaviour(recipients={"desk@example.org": "550 no such user"})),
            outcome=Outcome.DELIVERED,
        ),
        "one of two deferred": Case(
            arrange=smtp(MailBehaviour(recipients={"desk@example.org": "450 later"})), outcome=Outcome.RETRIED
        ),
        "take, then hang up": Case(arrange=smtp(take_then_hang_up()), outcome=Outcome.AMBIGUOUS),
        "password changed": Case(
            arrange=lambda rig: rig.server.change_password("duty", "another"),
            outcome=Outcome.PARKED,
        ),
        "down": Case(arrange=lambda rig: rig.server.stop(), outcome=Outcome.RETRIED),
    }

    def opened(self) -> Channel:
        self.server = self.stack.enter_context(SmtpServer(users={"duty": "correct horse"}))
        return self.reopened()

    def reopened(self) -> Channel:
        settings = EmailSettings(
            host=self.server.host,
            port=self.server.port,
            tls="none",
            username="duty",
            password=SecretStr("correct horse"),
            from_="Watcher <watcher@example.org>",
            to=["duty@example.org", "News desk <desk@example.org>"],
            timeout=self.timeout,
        )
        return build("duty", settings)

    def taken(self) -> list[str | None]:
        return [mail.message["X-Watcher-Delivery"] for mail in self.server.mails]

    def keys(self) -> list[str | None]:
        return [mail.message["Message-ID"] for mail in self.server.mails]

    def read(self) -> str:
        mail = self.server.mails[-1]
        return f"{mail.message['Subject']}\n{mail.part('plain')}".replace("\r\n", "\n")


class AppriseRig(Rig):
    kind = "apprise"
    layout = "watcher.deliver.channels.apprise:summary_line"
    secrets = ("s3cret-in-url",)
    cases: ClassVar = {
        "ok": Case(arrange=http(accept()), outcome=Outcome.DELIVERED),
        "500": Case(arrange=http(answer(500)), outcome=Outcome.AMBIGUOUS),
        "404": Case(arrange=http(answer(404)), outcome=Outcome.AMBIGUOUS),
        "hang up": Case(arrange=http(hang_up()), outcome=Outcome.AMBIGUOUS),
        "down": Case(arrange=lambda rig: rig.receiver.stop(), outcome=Outcome.AMBIGUOUS),
    }

    def opened(self) -> Channel:
        self.receiver = self.stack.enter_context(WebhookReceiver())
        return self.reopened()

    def reopened(self) -> Channel:
        url = f"json://watcher:s3cret-in-url@127.0.0.1:{self.receiver.port}/"
        return build("phone", AppriseSettings(url=SecretStr(url)))

    def taken(self) -> list[str | None]:
        return [None for _ in self.receiver.posts]

    def read(self) -> str:
        post = self.receiver.posts[-1].json
        return str(post["title"] + "\n" + post["message"])


RIGS: tuple[type[Rig], ...] = (ConsoleRig, SlackRig, EmailRig, WebhookRig, AppriseRig)
