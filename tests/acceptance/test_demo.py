"""The demo, as a person starts it: the sample feeds raise the alerts that stand beside them, and Ctrl-C ends it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import yaml

from tests.support.service import WATCHER, eventually

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
HEADING = re.compile("(HIGH|MEDIUM|LOW) · ")


def test_the_demo_tells_the_expected_alerts_and_ends_cleanly_within_two_seconds(tmp_path: Path) -> None:
    wanted = yaml.safe_load((SEEDS / "expected.yml").read_text())
    expected = [alert["headline"] for alert in wanted["alerts"]]
    shown = tmp_path / "shown.txt"
    with shown.open("wb") as out:
        process = subprocess.Popen(
            [*WATCHER, "demo"],
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"},
            start_new_session=True,
        )

    def text() -> str:
        return shown.read_text(encoding="utf-8")

    try:
        eventually(lambda: "That was everything" in text(), within=150)
        eventually(lambda: len(alerts(text())) >= len(expected), within=20)
        began = time.monotonic()
        # As the terminal does: to the whole group, the workers included.
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=20) == 0
        assert time.monotonic() - began < 2
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    told = [plain(lines[1]) for lines in alerts(text())]
    assert sorted(told) == sorted(plain(headline) for headline in expected)
    assert all(one["headline"] in text() for one in wanted["over_time"])
    assert text().count("\nCRITICAL · ") == 1
    assert "Traceback" not in text()
    assert "also reported by" in text()


def alerts(text: str) -> list[list[str]]:
    """Give the lines of each alert on the terminal, those of rules over time left out: they are CRITICAL."""
    return [part.splitlines() for part in re.split(r"\n(?=[A-Z]+ · )", text) if HEADING.match(part)]


def plain(line: str) -> str:
    """Give a headline without the stars that mark its evidence where there are no colours."""
    return line.replace("*", "").strip()
