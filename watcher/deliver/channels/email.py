"""Alerts by mail: one message for each, handed to an SMTP server.

In: a delivery. Out: a mail that the server took; its Message-ID is the receipt. Built by the registry for channels of
type `email`.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import structlog
from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from watcher.alert.inert import cut, inert
from watcher.deliver.channels.mail import address, mail
from watcher.deliver.channels.network import distrust
from watcher.errors import DeliveryError, system_words
from watcher.types import Delivery, Receipt

if TYPE_CHECKING:
    from watcher.config.channels import EmailSettings

_log = structlog.get_logger(__name__)

_QUIT_TIMEOUT = 1.0

Refusals = Mapping[str, tuple[int, str]]
"""What the server said, by recipient that it did not take: code and text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Progress:
    """How far one mail has come: who has it, who never will, and who was turned away for now."""

    served: frozenset[str] = frozenset()
    refused: Refusals = field(default_factory=dict)
    for_now: Refusals = field(default_factory=dict)

    @property
    def settled(self) -> frozenset[str]:
        """Those who need not be tried again."""
        return self.served | frozenset(self.refused)

    def after(self, tried: Iterable[str], refusals: Refusals) -> _Progress:
        """Give the progress after one more attempt."""
        return _Progress(
            served=self.served | (frozenset(tried) - frozenset(refusals)),
            refused={**self.refused, **{who: said for who, said in refusals.items() if said[0] >= 500}},
            for_now={who: said for who, said in refusals.items() if said[0] < 500},
        )

    def notes(self) -> dict[str, Any]:
        """Give it as the ledger keeps it between attempts, and shows it afterwards."""
        return {
            "served": sorted(self.served),
            "refused": {who: list(said) for who, said in self.refused.items()},
            "for_now": {who: list(said) for who, said in self.for_now.items()},
        }

    @classmethod
    def of(cls, notes: Mapping[str, Any]) -> _Progress:
        """Read what `notes` gave."""
        refused = notes.get("refused", {})
        return cls(
            served=frozenset(notes.get("served", ())),
            refused={who: (int(code), str(text)) for who, (code, text) in refused.items()},
        )

    def reasons(self) -> str:
        """Quote the refusals in one bounded line."""
        everyone = {**self.refused, **self.for_now}
        return cut(inert("; ".join(f"{who}: {code} {text}" for who, (code, text) in everyone.items())), 400)


class EmailChannel:
    """Sends through one server to a fixed set of recipients."""

    kind = "email"
    spacing = timedelta(milliseconds=200)
    has_updates = False

    def __init__(
        self, name: str, settings: EmailSettings, *, tls_context: ssl.SSLContext | None = None
    ) -> None:
        """Prepare the channel.

        Args:
            name: The channel's name.
            settings: Server, sender and recipients.
            tls_context: What to trust; None means the system's authorities.
        """
        self.name = name
        self._settings = settings
        self._tls_context = tls_context
        self._recipients = tuple(dict.fromkeys(address(recipient).addr_spec for recipient in settings.to))

    async def send(self, delivery: Delivery) -> Receipt:
        """Mail the alert to all who do not have it yet."""
        settings = self._settings
        message = mail(
            delivery,
            sender=settings.from_,
            recipients=settings.to,
            channel=self.name,
            unsubscribe=settings.unsubscribe,
        )
        progress = _Progress.of(delivery.notes)
        waiting = [who for who in self._recipients if who not in progress.settled]
        client: SMTP | None = None
        try:
            async with asyncio.timeout(settings.timeout.total_seconds()):
                client = await self._connected()
                refusals = await _hand_over(client, message, address(settings.from_).addr_spec, waiting)
            await _say_goodbye(client)
        except (SMTPException, OSError, ValueError) as error:  # OSError: TimeoutError too
            raise self._unreachable(error) if client is None else self._refused(error) from error
        finally:
            if client is not None:
                client.close()
        return self._settle(delivery, str(message["Message-ID"]), progress.after(waiting, refusals))

    async def close(self) -> None:
        """Hold nothing open: each mail has a connection of its own."""

    async def _connected(self) -> SMTP:
        settings = self._settings
        client = SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.username,
            password=settings.password.get_secret_value() if settings.password else None,
            # By default the client asks the resolver for its own name, which may block for seconds.
            local_hostname=socket.gethostname() or "localhost",
            timeout=settings.timeout.total_seconds(),
            use_tls=settings.tls == "tls",
            start_tls=settings.tls == "starttls",
            tls_context=self._tls_context,
        )
        await client.connect()
        return client

    def _unreachable(self, error: Exception) -> DeliveryError:
        """Make the error of a conversation that never came to the mail: always worth another try."""
        if isinstance(error, SMTPAuthenticationError):
            # Not quoted: some servers answer with a piece of what they were sent.
            detail = f"login failed at {self._settings.host}: {error.code}: check the channel's username and password"
            return self._error(detail, needs_person=True)
        cause = error if isinstance(error, ssl.SSLError) else error.__cause__
        if isinstance(cause, ssl.SSLCertVerificationError):
            return self._error(f"{self._settings.host} is not trusted: {distrust(cause)}", needs_person=True)
        detail = f"{self._settings.host}: {_said(error)}"
        if isinstance(cause, ssl.SSLError):
            hint = "check the channel's port and tls (starttls for 587, tls for 465)"
            return self._error(f"no TLS with {detail}: {hint}", needs_person=True)
        if type(error) is SMTPException:  # STARTTLS or AUTH asked for, and the server offers none
            return self._error(f"cannot use {detail}: check the channel's port and tls", needs_person=True)
        return self._error(f"cannot reach {detail}")

    def _refused(self, error: Exception) -> DeliveryError:
        """Make the error of a mail that was not taken."""
        said = _said(error)
        if isinstance(error, SMTPNotSupported | ValueError):
            return self._error(f"the server cannot take these addresses: {said}", retryable=False)
        if isinstance(error, SMTPSenderRefused) and error.code >= 500:
            return self._error(
                f"sender refused: {said}: check the channel's from, username and password", needs_person=True
            )
        if isinstance(error, SMTPResponseException):
            return self._error(f"mail refused: {said}", retryable=error.code < 500)
        is_ambiguous = isinstance(error, SMTPServerDisconnected | SMTPTimeoutError | OSError | TimeoutError)
        return self._error(f"connection lost while sending: {said}", is_ambiguous=is_ambiguous)

    def _settle(self, delivery: Delivery, message_id: str, progress: _Progress) -> Receipt:
        """Say what came of a mail: retried for those turned away for now, dead when it served nobody."""
        reasons = progress.reasons()
        if progress.for_now:
            count = f"{len(progress.for_now)} of {len(self._recipients)}"
            raise self._error(f"{count} recipients refused for now: {reasons}", notes=progress.notes())
        if not progress.served:
            # Once somebody has mended that, all of them are tried again.
            detail = f"all recipients refused: {reasons}: check the channel's to"
            raise self._error(detail, needs_person=True, notes={})
        if progress.refused:
            _log.warning("recipients_refused", channel=self.name, delivery=delivery.id, refused=reasons)
        return Receipt(receiver_id=message_id, detail=progress.notes())

    def _error(
        self,
        detail: str,
        *,
        retryable: bool = True,
        needs_person: bool = False,
        is_ambiguous: bool = False,
        notes: Mapping[str, Any] | None = None,
    ) -> DeliveryError:
        return DeliveryError(
            detail,
            channel=self.name,
            retryable=retryable,
            needs_person=needs_person,
            is_ambiguous=is_ambiguous,
            notes=notes,
        )


def _said(error: Exception) -> str:
    """Quote a server, bounded; a server's answer never holds our password, but may hold anything else."""
    if isinstance(error, SMTPResponseException):
        return cut(inert(f"{error.code} {error.message}").strip(), 200)
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error.__cause__, OSError):
        return system_words(error.__cause__)
    text = inert(str(error)).strip() if isinstance(error, SMTPException | ValueError) else ""
    return cut(text, 200) or type(error).__name__


async def _hand_over(client: SMTP, message: EmailMessage, sender: str, recipients: Sequence[str]) -> Refusals:
    try:
        refusals, _ = await client.send_message(message, sender=sender, recipients=recipients)
    except SMTPRecipientsRefused as error:
        return {refused.recipient: (refused.code, refused.message) for refused in error.recipients}
    return {who: (answer.code, answer.message) for who, answer in refusals.items()}


async def _say_goodbye(client: SMTP) -> None:
    """End the conversation; whatever the server makes of that, it has taken the mail."""
    with contextlib.suppress(SMTPException, OSError):
        async with asyncio.timeout(_QUIT_TIMEOUT):
            await client.quit()
