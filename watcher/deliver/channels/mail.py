"""The mail that tells of an alert: headers, a text part and an HTML part.

In: a delivery, sender and recipients. Out: an `EmailMessage`, the same for the same delivery. Called by the email
channel.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from watcher.alert.card import card
from watcher.alert.digest import digest_card
from watcher.alert.inert import inert
from watcher.alert.notice import headline
from watcher.deliver.channels.html import digest_html, html
from watcher.deliver.channels.rendering import DIGEST_LIMIT, laid_out, plain_text, summary_line
from watcher.types import Delivery, Severity

SUBJECT_LIMIT = 180

_NOT_IN_ID = re.compile(r"[^A-Za-z0-9_-]+")


def mail(
    delivery: Delivery,
    *,
    sender: str,
    recipients: Sequence[str],
    channel: str,
    unsubscribe: str | None = None,
) -> EmailMessage:
    """Write the mail of one delivery.

    Args:
        delivery: What to tell. Its id makes the Message-ID, so that a mail sent twice is the same mail.
        sender: The From address, with or without a name.
        recipients: The To addresses.
        channel: The channel's name, for the log.
        unsubscribe: Where one asks to be left out: an https or mailto address. None says nothing of it.
    """
    alert = delivery.alert
    message = EmailMessage(policy=SMTP)
    origin = address(sender)
    message["From"] = origin
    message["To"] = [address(recipient) for recipient in recipients]
    message["Subject"] = _subject(delivery, channel)
    message["Date"] = format_datetime(delivery.created_at)
    message["Message-ID"] = message_id(delivery, origin.domain)
    # RFC 5322, section 3.6.4: mails on one story name the same root, a mail that was never sent, and so stand together.
    if delivery.digest is None:
        message["References"] = f"<{_label(alert.story_id)}@{_ascii_domain(origin.domain)}>"
    if unsubscribe is not None:  # RFC 2369
        message["List-Unsubscribe"] = f"<{unsubscribe}>"
    # RFC 2919; one list for each rule, so that people can file and mute by it.
    message["List-Id"] = (
        f"<{_label(alert.rule if delivery.digest is None else 'digest')}.watcher.{_ascii_domain(origin.domain)}>"
    )
    # RFC 3834, and what older and Exchange servers read instead: no vacation notices, please.
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "bulk"
    message["X-Auto-Response-Suppress"] = "All"
    message["X-Watcher-Delivery"] = _label(delivery.id)
    if delivery.digest is None:
        message["X-Watcher-Rule"] = _label(alert.rule)
        message["X-Watcher-Story"] = _label(alert.story_id)
    severity = (
        max((one.severity for one in delivery.digest.alerts), default=alert.severity)
        if delivery.digest
        else alert.severity
    )
    message["X-Watcher-Severity"] = severity.label
    if severity >= Severity.HIGH:
        message["Importance"] = "high"
    message.set_content(plain_text(delivery, channel=channel))
    page = laid_out(_page, delivery, channel=channel)
    if page is not None:
        message.add_alternative(page, subtype="html")
    return message


def address(text: str) -> Address:
    """Read an address; an international domain is written in ASCII when that is all it takes to send to it.

    RFC 5891: a domain has an ASCII form; the part before the @ has none and needs SMTPUTF8 (RFC 6531) to be sent.
    """
    name, bare = parseaddr(text)
    local, _, domain = bare.rpartition("@")
    return Address(
        display_name=inert(name).strip(),
        username=local,
        domain=_ascii_domain(domain) if local.isascii() else domain,
    )


def message_id(delivery: Delivery, domain: str) -> str:
    """Give the Message-ID (RFC 5322): the delivery's id at the sender's domain."""
    return f"<{_label(delivery.id)}@{_ascii_domain(domain)}>"


def _subject(delivery: Delivery, channel: str) -> str:
    if delivery.alert.notice is not None:
        return headline(delivery.alert.notice)
    line = laid_out(lambda one: summary_line(one, limit=SUBJECT_LIMIT), delivery, channel=channel)
    return line or f"{delivery.alert.severity.label.upper()} · {_label(delivery.alert.rule)}"


def _page(delivery: Delivery) -> str:
    if delivery.digest is not None:
        return digest_html(digest_card(delivery.digest, limit=DIGEST_LIMIT))
    return html(card(delivery.alert), news=delivery.news)


def _label(text: str) -> str:
    """Give an id as a word that no header can be broken with; ids that lose characters stay distinct."""
    label = _NOT_IN_ID.sub("-", text)[:100].strip("-")
    if label == text:
        return label
    return f"{label}-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:12]}"


def _ascii_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
