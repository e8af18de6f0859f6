"""The demo's own part: finding the sample feeds, a port, and the words around the service."""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from tests.support.seeds import FOLDER
from watcher.demo.run import find_seeds, free_address, run_demo
from watcher.demo.timeline import SeedError


def test_the_sample_feeds_are_found_beside_the_current_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER.parent)
    assert find_seeds().resolve() == FOLDER


def test_where_there_are_no_sample_feeds_the_error_says_how_to_name_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SeedError, match="--seeds"):
        find_seeds()
    with pytest.raises(SeedError, match="nowhere"):
        find_seeds(tmp_path / "nowhere")


def test_another_port_is_taken_when_the_wanted_one_is_in_use() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        host, port = other.getsockname()
        found = free_address((host, port))
    assert found[0] == host
    assert found[1] not in (0, port)


async def test_the_demo_says_what_it_does_and_ends_when_it_is_told_to() -> None:
    stop = asyncio.Event()
    words = Words(on_line="Ctrl-C ends it", then=stop.set)
    async with asyncio.timeout(120):
        await run_demo(FOLDER, stop=stop, console=Console(file=words, width=120))
    text = words.getvalue()
    assert "10 sample feeds in English, French and Arabic" in text
    assert "/healthz" in text
    assert text.rstrip().endswith("nothing was kept.")


class Words(io.StringIO):
    """A stream that calls back when a phrase has been written."""

    def __init__(self, *, on_line: str, then: Callable[[], None]) -> None:
        super().__init__()
        self._phrase = on_line
        self._then = then

    def write(self, text: str) -> int:
        written = super().write(text)
        if self._phrase in self.getvalue():
            self._then()
        return written
