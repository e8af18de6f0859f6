"""Pictures of web pages by a Chromium without a window, driven by its DevTools protocol.

In: HTML and a width. Out: a PNG of the whole page. Used by `screens`. https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import asyncio
import base64
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome")
_PATIENCE = 60.0


def find_browser() -> str | None:
    """Give the path of a Chromium on this machine; None when there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """A page of a running browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = count(1)

    async def picture(self, html: str, *, width: int, is_phone: bool = False) -> bytes:
        """Give a PNG of a whole page.

        Args:
            html: the page; it loads nothing.
            width: of the window, in CSS pixels, each of which is one of the picture.
            is_phone: whether the page's `viewport` is obeyed, as phones do.
        """
        metrics = {"width": width, "height": 100, "deviceScaleFactor": 1, "mobile": is_phone}
        await self._call("Emulation.setDeviceMetricsOverride", **metrics)
        frame = (await self._call("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        await self._call("Page.setDocumentContent", frameId=frame, html=html)
        size = (await self._call("Page.getLayoutMetrics"))["cssContentSize"]
        if size["width"] > width:
            raise ValueError(f"the page is {size['width']} px wide, and does not fit into {width}")
        clip = {"x": 0, "y": 0, "width": width, "height": size["height"], "scale": 1}
        shot = await self._call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    async def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        async with asyncio.timeout(_PATIENCE):
            while True:
                told = await self._socket.receive_json()
                if told.get("id") == number:
                    if "error" in told:
                        raise RuntimeError(f"{method}: {told['error']['message']}")
                    result: dict[str, Any] = told["result"]
                    return result


@asynccontextmanager
async def opened(path: str) -> AsyncIterator[Browser]:
    """Start a browser and end it again."""
    with TemporaryDirectory(prefix="watcher-browser-") as folder:
        process = await asyncio.create_subprocess_exec(
            path,
            "--headless=new",
            "--no-sandbox",  # it shows pages of our own, and may run as root in a container
            "--hide-scrollbars",
            "--disable-lcd-text",  # coloured fringes make a picture twice as large
            "--remote-debugging-port=0",
            f"--user-data-dir={folder}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            port = await asyncio.to_thread(_port, Path(folder) / "DevToolsActivePort")
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                    (page,) = [one for one in await answer.json() if one["type"] == "page"]
                async with session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                    yield Browser(socket)
        finally:
            process.terminate()
            await process.wait()


def _port(path: Path) -> int:
    """Wait for the file in which the browser says where it listens."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if path.exists() and (lines := path.read_text("utf-8").splitlines()):
            return int(lines[0])
        time.sleep(0.05)
    raise TimeoutError("the browser did not start")
