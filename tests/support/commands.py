"""The `watcher` command in a process of its own, for tests of what it prints and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from typer.testing import Result

TIMEOUT_SECONDS = 120

Command = Callable[..., Result]
"""Runs a command inside of the test's own process."""


def watcher(
    *arguments: str | Path, cwd: Path, stdin: str | bytes = b"", environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end.

    Args:
        arguments: what stands after `watcher`.
        cwd: where it runs.
        stdin: what it can read.
        environ: more environment variables.
    """
    done = subprocess.run(
        [sys.executable, "-m", "watcher", *map(str, arguments)],
        cwd=cwd,
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        timeout=TIMEOUT_SECONDS,
        env={key: value for key, value in os.environ.items() if key != "WATCHER_CONFIG"}
        | dict(environ or {}),
        check=False,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")
    )
