"""Takes the pictures in docs/screens/: alerts and a digest of the demo, as mail and as messages in Slack.

`make screens`, again when the look of any changes; another folder may be named. It needs a Chromium of the system; without one it says which package
has it, and fails. Look at what it made.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from blockkit_page import message_page
from browser import NAMES, Browser, find_browser, opened
from demo_alerts import ROOT, DemoAlerts

from watcher.alert.blocks import blocks
from watcher.alert.card import card
from watcher.alert.digest import digest_card
from watcher.alert.digest_blocks import digest_blocks
from watcher.deliver.channels.html import digest_html, html
from watcher.types import Alert, Answer, AnswerWord, Digest

FOLDER = ROOT / "docs" / "screens"
PHONE, DESKTOP, CHAT = 360, 1024, 760
LARGEST_BYTES = 150_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A picture to be taken: its file's name, and the page."""

    name: str
    html: str
    width: int

    async def take(self, browser: Browser) -> bytes:
        """Take it."""
        return await browser.picture(self.html, width=self.width, is_phone=self.width == PHONE)


def screens() -> list[Screen]:
    """Give all pictures that the documentation shows."""
    demo = DemoAlerts()
    alert, arabic = (demo.event("sirte-warning", first_language=code) for code in (None, "ar"))
    names = ("sirte-warning", "ras-jedir", "kasserine", "menaka")
    told = tuple(demo.event(name) for name in names)
    told = (replace(arabic, rule_title=told[0].rule_title), *told[1:])
    digest = digest_card(Digest(alerts=told, total=len(told), reason="digest every 2h"), limit=100)
    at = alert.created_at
    pages = {"alert": html(card(alert)), "arabic": html(card(arabic)), "digest": digest_html(digest)}
    mails = [
        Screen(name=f"mail-{name}-{size}", html=page, width=width)
        for name, page in pages.items()
        for size, width in (("phone", PHONE), ("desktop", DESKTOP))
    ]
    messages = {
        "alert": blocks(card(_answered(alert)), has_buttons=True),
        "arabic": blocks(card(arabic), has_buttons=True),
        "digest": digest_blocks(digest),
    }
    chat = [
        Screen(name=f"slack-{name}", html=message_page(made, at=at), width=CHAT)
        for name, made in messages.items()
    ]
    return [*mails, *chat]


def _answered(alert: Alert) -> Alert:
    """Give an alert that somebody has acknowledged."""
    answer = Answer(
        id="an-1",
        alert_id=alert.id,
        word=AnswerWord.ACKNOWLEDGED,
        by="amira",
        by_id="U1",
        via="slack",
        at=alert.created_at + timedelta(minutes=3),
    )
    return replace(alert, answers=(answer,))


async def take_all(path: str, folder: Path) -> None:
    """Take all pictures with the browser at a path, into a folder."""
    async with opened(path) as browser:
        for screen in screens():
            png = await screen.take(browser)
            if len(png) > LARGEST_BYTES:
                raise SystemExit(f"{screen.name}: {len(png)} bytes are too many for a page of documentation")
            (folder / f"{screen.name}.png").write_bytes(png)
            print(f"{screen.name}.png {screen.width} px wide, {len(png) / 1000:.0f} kB")


def main() -> None:
    path = find_browser()
    if path is None:
        sys.exit(f"screens: none of {', '.join(NAMES)} is installed; on Debian: apt-get install chromium")
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(take_all(path, folder))


if __name__ == "__main__":
    main()
