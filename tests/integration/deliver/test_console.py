"""Alerts on the terminal and in pipes."""

from __future__ import annotations

import io
import re
import subprocess
import sys

import pytest
from rich.console import Console

from tests.support.alerts import a_delivery, a_source, an_alert
from tests.support.hostile import HOSTILE, hostile_alert, is_harmless
from watcher.deliver.channels.console import ConsoleChannel
from watcher.types import Alert, DeliveryKind

OURS = re.compile(r"\x1b\[[0-9;]*m")


async def printed(alert: Alert, *, kind: DeliveryKind = DeliveryKind.ALERT, is_terminal: bool = True) -> str:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=is_terminal, color_system="standard", width=100)
    await ConsoleChannel("terminal", console=console).send(a_delivery(alert, kind=kind))
    return stream.getvalue()


async def test_a_terminal_shows_a_panel_with_the_evidence_highlighted() -> None:
    text = await printed(an_alert())
    assert "╭" in text
    evidence = re.findall(r"\x1b\[1;30;43m([^\x1b]+)\x1b\[0m", text)
    assert evidence == ["Militants", "Tunisia", "Militants", "fleeing", "Tunisia"]
    plain = OURS.sub("", text)
    for words in (
        "HIGH · Armed group crossing into Tunisia",
        "Coast Wire · Militants fleeing Sirte may head for Tunisia · 2026-03-01 11:48 UTC",
        "Published 2026-03-01 11:48 UTC · seen 2026-03-01 11:58 UTC",
        "https://coast-wire.example/2026/03/sirte",
    ):
        assert words in plain


async def test_a_pipe_gets_plain_lines() -> None:
    text = await printed(an_alert(), is_terminal=False)
    assert "\x1b" not in text
    assert "╭" not in text
    assert text.startswith("HIGH · Armed group crossing into Tunisia\n*Militants* fleeing Sirte")
    assert text.endswith("\n\n")


@pytest.mark.parametrize("is_terminal", [True, False])
async def test_an_update_is_one_line(is_terminal: bool) -> None:
    sources = (a_source(), a_source(feed_id="b", feed_title="Desert Post"))
    text = await printed(an_alert(sources=sources), kind=DeliveryKind.UPDATE, is_terminal=is_terminal)
    expected = "+ also reported by Desert Post (2 sources): Militants fleeing Sirte may head for Tunisia\n"
    assert OURS.sub("", text) == expected


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_words_move_no_cursor_and_set_no_colour(name: str) -> None:
    text = await printed(hostile_alert(HOSTILE[name]))
    assert is_harmless(OURS.sub("", text))
    for line in OURS.sub("", text).splitlines():
        assert len(line) < 3_000


async def test_markup_in_a_headline_stays_words() -> None:
    headline = "[bold red]red[/] :smile: [link=https://evil.example]here[/link]"
    assert headline in OURS.sub("", await printed(an_alert(headline=headline, title_highlights=())))


async def test_a_stream_that_cannot_write_arabic_gets_escapes() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    console = Console(file=stream, force_terminal=False)
    await ConsoleChannel("terminal", console=console).send(
        a_delivery(an_alert(headline="داعش", title_highlights=()))
    )
    assert b"\\u062f" in raw.getvalue()


def test_a_reader_that_stops_reading_keeps_nobody_from_ending() -> None:
    """A full pipe blocks the writer's thread; the loop goes on, and the process can still end."""
    program = (
        "import asyncio, contextlib\n"
        "from tests.support.alerts import a_delivery\n"
        "from watcher.deliver.channels.console import ConsoleChannel\n"
        "async def main():\n"
        "    channel = ConsoleChannel('pipe')\n"
        "    with contextlib.suppress(TimeoutError):\n"
        "        async with asyncio.timeout(1):\n"
        "            while True:\n"
        "                await channel.send(a_delivery())\n"
        "asyncio.run(main())\n"
        "import os; os.write(2, b'ended')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.wait(20) == 0
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stderr.read() == "ended"
    process.stdout.close()
    process.stderr.close()
