"""A real SMTP server on loopback that follows a script.

In: mails. Out: SMTP's answers, `mails` as a mailbox would hold them. It can be stopped and started again on the same
port, as a server that is down for a while.
"""

from __future__ import annotations

import email
import email.policy
import socket
import ssl
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Literal, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Phase = Literal["MAIL", "RCPT", "DATA"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailBehaviour:
    """What to do with one mail.

    `answers`: what to say at a phase instead of 250. `recipients`: what to say to single addresses. `hangs_up`: the
    connection is closed after the mail was taken, without an answer.
    """

    answers: dict[Phase, str] = field(default_factory=dict)
    recipients: dict[str, str] = field(default_factory=dict)
    hangs_up: bool = False


def refuse(phase: Phase, line: str) -> MailBehaviour:
    """Refuse a mail: `refuse("RCPT", "450 try later")`."""
    return MailBehaviour(answers={phase: line})


def take_then_hang_up() -> MailBehaviour:
    """Take a mail, and close the connection without a word."""
    return MailBehaviour(hangs_up=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as taken: the envelope, the bytes and the parsed message."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    message: EmailMessage

    def part(self, subtype: Literal["plain", "html"]) -> str:
        """Give the text of a part."""
        body = self.message.get_body((subtype,))
        assert body is not None, f"the mail has no {subtype} part"
        text: str = body.get_content()
        return text


class SmtpServer:
    """`host` and `port` are for the channel's settings; `mails` is what was taken, in order."""

    host = "127.0.0.1"

    def __init__(
        self,
        *,
        users: dict[str, str] | None = None,
        tls_context: ssl.SSLContext | None = None,
        speaks_utf8: bool = True,
    ) -> None:
        self.port = _free_port()
        self.mails: list[Mail] = []
        self.was_encrypted: list[bool] = []
        self._users = users or {}
        self._tls_context = tls_context
        self._speaks_utf8 = speaks_utf8
        self._script: deque[MailBehaviour] = deque()
        self._now = MailBehaviour()
        self._controller: Controller | None = None

    def script(self, behaviours: Iterable[MailBehaviour]) -> None:
        """Do these things with the next mails; beyond them, take each."""
        self._script = deque(behaviours)

    def start(self) -> None:
        """Listen; the port is the same each time."""
        options: dict[str, Any] = {"enable_SMTPUTF8": self._speaks_utf8}
        if self._users:
            # Required by handle_MAIL below: aiosmtpd's own way warns about a login without TLS.
            options |= {"authenticator": self._authenticate, "auth_require_tls": False}
        if self._tls_context is not None:
            options |= {"tls_context": self._tls_context, "require_starttls": True}
        self._controller = Controller(self, hostname=self.host, port=self.port, **options)
        self._controller.start()

    def stop(self) -> None:
        """Stop listening: the server is down."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def change_password(self, user: str, password: str) -> None:
        """Take another password from now on."""
        self._users[user] = password

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # The names of the hooks below are aiosmtpd's.

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._users and not session.authenticated:
            return "530 log in first"
        self._now = self._script.popleft() if self._script else MailBehaviour()
        if line := self._now.answers.get("MAIL"):
            return line
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        line = self._now.recipients.get(address) or self._now.answers.get("RCPT")
        if line:
            return line
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if line := self._now.answers.get("DATA"):
            return line
        raw = envelope.original_content or b""
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        assert envelope.mail_from is not None
        self.was_encrypted.append(session.ssl is not None)
        self.mails.append(
            Mail(sender=envelope.mail_from, recipients=tuple(envelope.rcpt_tos), raw=raw, message=message)
        )
        if self._now.hangs_up:
            assert server.transport is not None
            server.transport.close()
        return "250 taken"

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        is_known = (
            isinstance(data, LoginPassword) and self._users.get(data.login.decode()) == data.password.decode()
        )
        return AuthResult(success=is_known, handled=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
