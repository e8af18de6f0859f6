"""The command as a process: exit codes, streams, and what it costs to start."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import watcher

ROOT = Path(__file__).parents[3]
HEAVY = ("aiohttp", "alembic", "feedparser", "numpy", "pydantic", "rich", "slack_sdk", "spacy", "sqlalchemy", "structlog", "yaml")  # fmt: skip


def test_help_names_every_command_and_ends_with_0(tmp_path: Path) -> None:
    done = watcher("--help", cwd=tmp_path)
    assert done.returncode == 0
    for name in ("run", "demo", "check", "scan", "feeds", "schema"):
        assert f"  {name} " in done.stdout


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom watcher.cli.table import app\n"
        "try: app(['--help'])\nexcept SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    "arguments",
    [
        ("chek",),
        ("check", "--no-such-option"),
        ("scan",),
        ("feeds", "preview"),
        ("rules", "show", "bordr"),
        ("schema", "x"),
    ],
)
def test_wrong_use_ends_with_2_and_says_why(folder: Path, arguments: tuple[str, ...]) -> None:
    done = watcher(*arguments, cwd=folder, environ={"WATCHER_CONFIG": "watcher.yml"})
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_a_wrong_configuration_ends_every_command_with_2_and_one_line_for_each_problem(folder: Path) -> None:
    (folder / "feeds" / "a.yml").write_text("feeds: [{id: tap, url: x}, {id: b}]")
    (folder / "lists" / "a.yml").write_text("lists: [")
    told = [
        "feeds/a.yml:1:24: the address must begin with http:// or https://",
        'feeds/a.yml:1:28: the key "url" is missing',
        "lists/a.yml:2:1: not valid YAML: did not find expected node content, while parsing a flow node",
    ]
    for arguments in (["check"], ["test"], ["feeds", "list"], ["scan", "-"], ["run", "--once"]):
        done = watcher(*arguments, "--config", "watcher.yml", cwd=folder)
        assert done.returncode == 2, arguments
        assert [line for line in done.stderr.splitlines() if "warning" not in line] == told, arguments


def test_a_missing_configuration_ends_with_2(tmp_path: Path) -> None:
    done = watcher("check", cwd=tmp_path)
    assert done.returncode == 2
    hint = "name yours with --config PATH, or by the variable WATCHER_CONFIG"
    assert done.stderr == f"config/watcher.yml: there is no such file ({hint})\n"


def test_output_whose_reader_has_gone_is_no_traceback(folder: Path) -> None:
    lines = b"".join(
        json.dumps({"title": f"Militants cross the border {n}"}).encode() + b"\n" for n in range(2000)
    )
    (folder / "items.jsonl").write_bytes(lines)
    process = subprocess.Popen(
        [sys.executable, "-m", "watcher", "scan", "items.jsonl", "--config", "watcher.yml"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith(b'{"id"')
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=60) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [("feeds", "list"), ("scan", "items.jsonl")])
def test_output_that_cannot_be_written_is_said_in_one_line(folder: Path, arguments: tuple[str, ...]) -> None:
    (folder / "items.jsonl").write_text('{"title": "Militants cross the border"}\n')
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "watcher", *arguments, "--config", "watcher.yml"],
            cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        1,
        "watcher: the output cannot be written: No space left on device\n",
    )


def test_a_file_that_is_no_database_is_said_with_what_to_do(folder: Path) -> None:
    (folder / "watcher.db").write_text("Dear diary")
    done = watcher("status", "--config", "watcher.yml", cwd=folder)
    assert done.returncode == 2
    assert "file is not a database; it is another kind of file, or damaged" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_interrupt_ends_quietly(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "watcher", "scan", "-", "--config", "watcher.yml"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b'{"title": "Militants"}\n')
        process.stdin.flush()
        assert process.stdout.readline().startswith(b'{"id"')
        assert _interrupted(process) == 130
        assert process.stderr.read() == b""


def _interrupted(process: subprocess.Popen[bytes]) -> int:
    """Press Ctrl-C until the process ends: Python hears none that falls just before a read begins to wait."""
    for _ in range(4):
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=15)
    return process.wait(timeout=0)


def test_the_shipped_configuration_is_right() -> None:
    done = watcher("check", cwd=ROOT)
    assert done.returncode == 0, done.stderr
