"""A secret inside a feed's address: hidden from eyes, and exact in what a user takes away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import Command

SECRET = "s3cr3tw0rd"
# Nothing listens on port 9 of loopback: a poll of them fails at once.
ADDRESSES = {
    "keyed": f"http://127.0.0.1:9/rss?apikey={SECRET}",
    "token": f"http://127.0.0.1:9/rss?token={SECRET}&lang=fr",
}


@pytest.fixture
def secretive(folder: Path) -> Path:
    """A configuration of feeds whose addresses hold a key and a token."""
    entries = "".join(f"  - {{id: {name}, url: '{url}'}}\n" for name, url in ADDRESSES.items())
    (folder / "feeds" / "a.yml").write_text("feeds:\n" + entries)
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        ("feeds", "list"),
        ("feeds", "list", "--json"),
        ("feeds", "check", "token"),
        ("feeds", "check", "keyed", "--json"),
        ("feeds", "preview", "token"),
        ("feeds", "add", ADDRESSES["token"]),
        ("feeds", "add", f"http://reader:{SECRET}@127.0.0.1:9/rss"),
        ("run", "--once"),
        ("status",),
        ("status", "--json"),
        ("check",),
    ],
    ids=" ".join,
)
def test_no_output_shows_it(secretive: Path, command: Command, arguments: tuple[str, ...]) -> None:
    done = command(*arguments)
    assert done.stdout or done.stderr
    assert "watcher.yml" not in done.stderr, "the configuration is right"
    assert SECRET not in done.stdout + done.stderr


def test_the_rest_of_the_address_is_shown(secretive: Path, command: Command) -> None:
    shown = {feed["id"]: feed["url"] for feed in json.loads(command("feeds", "list", "--json").stdout)}
    assert shown["keyed"] == "http://127.0.0.1:9/rss?apikey=***"
    assert shown["token"] == "http://127.0.0.1:9/rss?token=***&lang=fr"


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["opml", "json"])
def test_an_export_has_it(secretive: Path, command: Command, form: tuple[str, ...]) -> None:
    target = secretive / "exported"
    assert command("feeds", "export", *form, "--output", str(target)).exit_code == 0
    text = target.read_text()
    assert f"apikey={SECRET}" in text
    assert f"token={SECRET}" in text
