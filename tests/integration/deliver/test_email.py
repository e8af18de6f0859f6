"""Alerts by mail, against a real SMTP server on loopback."""

from __future__ import annotations

import asyncio
import json
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.support.alerts import NOON, a_delivery, an_alert
from tests.support.clock import FakeClock
from tests.support.hostile import HOSTILE, hostile_alert
from tests.support.ledger import MemoryLedger, run_inline
from tests.support.smtp import MailBehaviour, SmtpServer, refuse
from watcher.config.channels import EmailSettings
from watcher.deliver.channels.email import EmailChannel
from watcher.deliver.outbox import Outbox
from watcher.errors import DeliveryError
from watcher.types import DeliveryState, Severity

HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "List-Id", "Auto-Submitted", "Precedence",
    "X-Auto-Response-Suppress", "X-Watcher-Delivery", "X-Watcher-Rule", "X-Watcher-Severity", "X-Watcher-Story",
    "Importance", "References", "MIME-Version", "Content-Type", "X-Peer", "X-MailFrom", "X-RcptTo",
}  # fmt: skip


class Page(LexborHTMLParser):
    """An HTML part, read by a browser's rules."""

    def first(self, selector: str) -> LexborNode:
        node = self.css_first(selector)
        assert node is not None, f"nothing in the page is {selector}"
        return node


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


def channel(server: SmtpServer, *, tls_context: ssl.SSLContext | None = None, **changes: Any) -> EmailChannel:
    values: dict[str, Any] = {
        "host": server.host,
        "port": server.port,
        "tls": "none",
        "from_": "Watcher <watcher@example.org>",
        "to": ["duty@example.org"],
        "timeout": timedelta(seconds=20),
    }
    return EmailChannel("duty", EmailSettings(**(values | changes)), tls_context=tls_context)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a certificate of its own authority for 127.0.0.1; gives its file and its key's."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the test's certificate, is not installed")
    folder = tmp_path_factory.mktemp("tls")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 "
        "-addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem"
    )
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


def served(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


async def test_a_mail_tells_the_alert_as_text_and_as_html(server: SmtpServer) -> None:
    receipt = await channel(server).send(a_delivery(id="de-0a1b"))
    (mail,) = server.mails
    assert (mail.sender, mail.recipients) == ("watcher@example.org", ("duty@example.org",))
    assert receipt.receiver_id == mail.message["Message-ID"] == "<de-0a1b@example.org>"
    assert mail.message["Subject"] == (
        "HIGH · Armed group crossing into Tunisia: Militants fleeing Sirte may head for Tunisia"
    )
    assert mail.message["List-Id"] == "<tunisia-border-threat.watcher.example.org>"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.message["Date"] == "Sun, 01 Mar 2026 12:00:00 +0000"
    assert mail.message["Importance"] == "high"
    assert "*Militants* *fleeing* Sirte" in mail.part("plain")
    page = Page(mail.part("html"))
    assert [mark.text() for mark in page.css("blockquote mark")] == ["Militants", "fleeing", "Tunisia"]
    assert page.first("h1 a").attributes["href"] == "https://coast-wire.example/2026/03/sirte"


async def test_the_same_delivery_is_the_same_mail_each_time(server: SmtpServer) -> None:
    for _ in range(2):
        await channel(server).send(a_delivery())
    first, second = (mail.message for mail in server.mails)
    assert first.items()[:15] == second.items()[:15]
    assert first["Message-ID"] == second["Message-ID"]


async def test_mails_on_one_story_stand_in_one_thread(server: SmtpServer) -> None:
    duty = channel(server)
    for story, rule in (("st-1", "a"), ("st-1", "b"), ("st-2", "a")):
        await duty.send(a_delivery(an_alert(story_id=story, rule=rule), id=f"de-{story}-{rule}"))
    first, second, other = (mail.message["References"] for mail in server.mails)
    assert first == second == "<st-1@example.org>"
    assert other == "<st-2@example.org>"


async def test_a_mail_says_where_to_unsubscribe_when_that_is_configured(server: SmtpServer) -> None:
    await channel(server, unsubscribe="mailto:desk@example.org?subject=leave").send(a_delivery())
    assert server.mails[0].message["List-Unsubscribe"] == "<mailto:desk@example.org?subject=leave>"


async def test_a_lesser_alert_is_not_marked_as_important(server: SmtpServer) -> None:
    await channel(server).send(a_delivery(an_alert(severity=Severity.LOW)))
    assert server.mails[0].message["Importance"] is None


async def test_arabic_is_read_from_right_to_left(server: SmtpServer) -> None:
    alert = an_alert(
        language="ar", headline="مسلحون قرب الحدود", title_highlights=((0, 6),), quote="", highlights=()
    )
    await channel(server).send(a_delivery(alert))
    page = Page(server.mails[0].part("html"))
    assert page.first("h1").attributes["dir"] == "rtl"
    assert page.first("h1 mark").text() == "مسلحون"


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_words_add_neither_headers_nor_markup(server: SmtpServer, name: str) -> None:
    await channel(server).send(a_delivery(hostile_alert(HOSTILE[name])))
    (mail,) = server.mails
    assert set(mail.message.keys()) <= HEADERS
    assert len(mail.message["Subject"]) <= 200
    page = Page(mail.part("html"))
    assert not page.css("script, img, iframe, form, style, link, object, base")
    allowed = {"style", "dir", "href", "charset", "name", "content"}
    for node in page.css("*"):
        assert set(node.attributes) <= allowed
        assert (node.attributes.get("href") or "https://").startswith("https://")
    assert len(mail.raw) < 200_000
    assert max(map(len, mail.raw.split(b"\r\n"))) <= 998  # RFC 5322, 2.1.1


async def test_starttls_is_used_before_anything_is_told(certificate: tuple[Path, Path]) -> None:
    with SmtpServer(tls_context=served(certificate)) as server:
        trust = ssl.create_default_context(cafile=str(certificate[0]))
        await channel(server, tls="starttls", tls_context=trust).send(a_delivery())
    assert server.was_encrypted == [True]


async def test_a_certificate_that_is_not_trusted_holds_the_mail_back(certificate: tuple[Path, Path]) -> None:
    with SmtpServer(tls_context=served(certificate)) as server, pytest.raises(DeliveryError) as raised:
        await channel(server, tls="starttls").send(a_delivery())
    assert server.mails == []
    assert raised.value.needs_person
    assert "is not trusted: self-signed certificate" in raised.value.detail


async def test_a_server_without_starttls_is_told_nothing(server: SmtpServer) -> None:
    with pytest.raises(DeliveryError, match="STARTTLS") as raised:
        await channel(server, tls="starttls").send(a_delivery())
    assert raised.value.needs_person
    assert server.mails == []


async def test_those_already_served_are_not_mailed_again(server: SmtpServer) -> None:
    to = ["a@example.org", "b@example.org", "c@example.org"]
    server.script(
        [
            MailBehaviour(recipients={"b@example.org": "450 later", "c@example.org": "550 unknown"}),
            MailBehaviour(),
        ]
    )
    with pytest.raises(DeliveryError, match="1 of 3 recipients refused for now") as raised:
        await channel(server, to=to).send(a_delivery())
    # Who has it is in the ledger: a restart in between makes no difference.
    duty = channel(server, to=to)
    receipt = await duty.send(a_delivery(notes=json.loads(json.dumps(raised.value.notes))))
    assert [mail.recipients for mail in server.mails] == [("a@example.org",), ("b@example.org",)]
    assert receipt.detail["served"] == ["a@example.org", "b@example.org"]
    assert list(receipt.detail["refused"]) == ["c@example.org"]
    # Another alert goes to everyone again.
    await duty.send(a_delivery(id="delivery-2"))
    assert server.mails[-1].recipients == ("a@example.org", "b@example.org", "c@example.org")


async def test_a_mail_that_serves_nobody_in_the_end_waits_until_somebody_mends_it(server: SmtpServer) -> None:
    duty = channel(server, to=["a@example.org", "b@example.org"])
    server.script(
        [
            MailBehaviour(recipients={"a@example.org": "450 later", "b@example.org": "550 unknown"}),
            refuse("RCPT", "550 unknown"),
        ]
    )
    with pytest.raises(DeliveryError) as first:
        await duty.send(a_delivery())
    with pytest.raises(DeliveryError) as second:
        await duty.send(a_delivery(notes=first.value.notes))
    assert (first.value.needs_person, second.value.needs_person) == (False, True)
    assert server.mails == []
    await duty.send(a_delivery(notes=second.value.notes))
    assert server.mails[0].recipients == ("a@example.org", "b@example.org")


async def test_an_international_address_is_used_where_the_server_can(server: SmtpServer) -> None:
    await channel(server, to=["أمن@example.org", "duty@exämple.org"]).send(a_delivery())
    assert server.mails[0].recipients == ("أمن@example.org", "duty@xn--exmple-cua.org")


async def test_an_international_address_at_a_server_that_cannot_is_dead() -> None:
    with SmtpServer(speaks_utf8=False) as server, pytest.raises(DeliveryError, match="addresses") as raised:
        await channel(server, to=["أمن@example.org"]).send(a_delivery())
    assert not raised.value.retryable


async def test_an_international_domain_alone_needs_no_extension() -> None:
    with SmtpServer(speaks_utf8=False) as server:
        await channel(server, from_="watcher@exämple.org", to=["duty@exämple.org"]).send(a_delivery())
    assert server.mails[0].recipients == ("duty@xn--exmple-cua.org",)


async def test_a_server_that_never_answers_is_left_in_time() -> None:
    was_left = asyncio.Event()

    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        was_left.set()

    listener = await asyncio.start_server(silence, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    settings = EmailSettings(
        host="127.0.0.1",
        port=port,
        tls="none",
        from_="w@example.org",
        to=["d@example.org"],
        timeout=timedelta(seconds=0.2),
    )
    async with asyncio.timeout(30):
        with pytest.raises(DeliveryError) as raised:
            await EmailChannel("duty", settings).send(a_delivery())
    assert raised.value.retryable
    assert not raised.value.is_ambiguous
    await was_left.wait()
    listener.close()
    await listener.wait_closed()


async def test_a_server_that_is_down_for_a_while_gets_every_mail_once() -> None:
    server, clock, ledger = SmtpServer(), FakeClock(), MemoryLedger()
    rows = [ledger.add(channel="duty") for _ in range(3)]
    outbox = Outbox(ledger, run_inline, {"duty": channel(server)}, clock, "worker")
    for _ in range(3):
        await outbox.drain(clock.now() + timedelta(minutes=5))
        clock.advance(600)
    with server:
        await outbox.drain(clock.now() + timedelta(minutes=5))
    assert sorted(mail.message["X-Watcher-Delivery"] for mail in server.mails) == rows
    assert ledger.states() == [DeliveryState.DELIVERED] * 3
    assert ledger.row(rows[0]).attempts == 4
    assert clock.now() > NOON
