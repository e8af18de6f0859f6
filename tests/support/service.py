"""The real `watcher` process, driven from outside: configured in a folder, started, asked, killed, restarted."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import yaml

T = TypeVar("T")

WATCHER = [str(Path(sys.executable).with_name("watcher"))]
_START_SECONDS = 60.0


def eventually(condition: Callable[[], T], *, within: float = 30.0, what: str = "condition") -> T:
    """Wait until a condition holds and give its value; fail after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {within} s: {value!r}")
        time.sleep(0.05)


def free_port() -> int:
    """Give a port of the loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Service:
    """One installation in a folder: its configuration, its database, and the process while it runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "watcher.yml"
        self.log_path = folder / "log.txt"
        self.port = free_port()
        self.environment: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def configure(
        self,
        *,
        feeds: Sequence[dict[str, Any]],
        rules: Sequence[dict[str, Any]],
        lists: dict[str, Any] | None = None,
        channels: dict[str, Any] | None = None,
        routes: Sequence[dict[str, Any]] | None = None,
        polling: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        """Write the configuration; polling is quick and loopback allowed unless said otherwise."""
        fast = {
            "interval": {"default": "1s", "min": "1s", "max": "3s"},
            "per_host": {"concurrency": 8, "min_delay": "0s"},
            "allow_private_addresses": True,
            "timeout": "3s",
        }
        main: dict[str, Any] = {
            "database": f"sqlite:///{self.folder}/watcher.db",
            "include": {"feeds": ["feeds.yml"], "rules": ["rules.yml"], "lists": ["lists.yml"]},
            "polling": {**fast, **(polling or {})},
            "web": {"listen": f"127.0.0.1:{self.port}"},
            **more,
        }
        if channels is not None:
            main["channels"] = channels
        if routes is not None:
            main["routes"] = list(routes)
        self._write("watcher.yml", main)
        self._write("feeds.yml", {"feeds": list(feeds)})
        self._write("rules.yml", {"rules": list(rules)})
        self._write("lists.yml", {"lists": lists or {"unused": ["placeholder"]}})

    def _write(self, name: str, data: object) -> None:
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
        (self.folder / name).write_text(text, encoding="utf-8")

    def command(
        self, *words: str, ok: Sequence[int] = (0,), stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run another command of `watcher` on this configuration."""
        done = subprocess.run(
            [*WATCHER, *words, "--config", str(self.config)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            cwd=self.folder,
            env=self._environment(),
            input=stdin,
            check=False,
        )
        assert done.returncode in ok, f"{words} exited with {done.returncode}: {done.stdout}\n{done.stderr}"
        return done

    def json(self, *words: str) -> Any:
        """Run a command with --json and give what it prints."""
        return json.loads(self.command(*words, "--json").stdout)

    def once(self) -> dict[str, int]:
        """Run one round; gives its report."""
        report: dict[str, int] = self.json("run", "--once")
        return report

    def start(self) -> None:
        """Start the service, without waiting for it."""
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [*WATCHER, "run", "--config", str(self.config)],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self._environment(),
            )

    def wait_ready(self) -> None:
        """Wait until the service says that it does its work."""

        def is_ready() -> bool:
            assert self._process is not None
            assert self._process.poll() is None, f"the service ended:\n{self.log}"
            return self.get("/readyz")[0] == 200

        eventually(is_ready, within=_START_SECONDS, what="readiness")

    def get(self, path: str) -> tuple[int, str]:
        """Ask the web port; status 0 where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    @property
    def pid(self) -> int:
        """The process's number."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """Kill the process with SIGKILL."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask the service to stop and give its exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        code = self._process.wait(timeout=30)
        self._process = None
        return code

    @property
    def log(self) -> str:
        """Everything that the service has printed."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1", **self.environment}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self.kill()
        if error is not None:
            sys.stdout.write(self.log[-8000:] if self.log_path.exists() else "no log\n")
