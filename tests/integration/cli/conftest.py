"""A small configuration of its own for each test, and commands run on it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from typer.testing import CliRunner, Result

from tests.support.commands import Command
from watcher.cli.table import app

FILES = {
    "watcher.yml": """\
        database: sqlite:///watcher.db
        include: {feeds: [feeds/*.yml], rules: [rules/*.yml], lists: [lists/*.yml]}
        polling: {allow_private_addresses: true, per_host: {min_delay: 0s}, timeout: 5s}
        """,
    "feeds/a.yml": """\
        feeds:
          # the agency
          - id: tap
            url: https://tap.example/rss
            title: TAP
            tags: [tunisia]
            language: en
        """,
    "rules/a.yml": """\
        rules:
          - id: border
            title: Crossing the border
            severity: high
            tags: [tunisia]
            match:
              all:
                - list: armed
                - border
            tests:
              - {title: Militants cross the border, expect: match}
              - {title: Tourists cross the border, expect: no match}
        """,
    "lists/a.yml": "lists: {armed: [militant*, gunmen]}\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a configuration in which nothing is wrong."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(dedent(text))
    return tmp_path


@pytest.fixture
def command(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Give a way to run a command on that configuration, inside of this process."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("WATCHER_CONFIG", "watcher.yml")
    # Wide enough that no word of a table is broken.
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str | Path, stdin: str | bytes = b"") -> Result:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)
        # Whatever a command does not expect is an error of the test, not an exit code.
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run
