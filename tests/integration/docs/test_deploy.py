"""The image, the compose file and the unit of systemd hold together, as far as can be told without running them."""

from __future__ import annotations

import ast
import configparser
import importlib
import json
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.docs import ROOT
from watcher.config.load import load

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
IGNORED = (ROOT / ".dockerignore").read_text("utf-8").split()
UNIT = ROOT / "deploy" / "watcher.service"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return data


@pytest.fixture(scope="module")
def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keys of systemd have capitals
    parser.read_string(UNIT.read_text("utf-8"))
    return parser


# --- image ---------------------------------------------------------------------------------------------------


def test_what_the_image_copies_exists_and_is_let_through() -> None:
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert copied
    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert [source for source in copied if f"!{source.removeprefix('./')}" not in IGNORED] == []


def test_the_image_runs_as_nobody_in_particular() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001$", last, re.MULTILINE)
    assert last.index("USER 10001") < last.index("ENTRYPOINT")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-build.lock"])
def test_every_requirement_of_the_image_is_pinned_by_hash(name: str) -> None:
    assert re.search(rf"--require-hashes .*-r {re.escape(name)}", DOCKERFILE)
    lock = (ROOT / name).read_text("utf-8")
    requirements = re.split(r"\n(?=\S)", lock.strip())
    assert [line for line in requirements if "==" not in line or "--hash=sha256:" not in line] == []
    assert "://" not in lock


def test_what_is_compiled_is_compiled_by_what_is_locked() -> None:
    required = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    locked = re.findall(r"^(\S+)==", (ROOT / "requirements-build.lock").read_text("utf-8"), re.MULTILINE)
    assert sorted(locked) == sorted(re.split(r"[^\w-]", one)[0].lower() for one in required)
    assert (
        "--no-build-isolation" in DOCKERFILE
    )  # or the newest of the index would be fetched, whatever is locked


def test_every_compiled_module_has_its_annotations() -> None:
    folder = ROOT / "watcher" / "native"
    compiled = {path.stem for path in folder.glob("*.pyx")}
    assert compiled == {path.stem for path in folder.glob("*.pyi")}
    for name in compiled:
        assert Path(str(importlib.import_module(f"watcher.native.{name}").__file__)).suffix == ".so"


def annotated(path: Path) -> Iterator[tuple[str, ...]]:
    """What a `.pyi` file says that there is: classes, what they hold, and functions; its own names begin with `_`."""
    for one in ast.parse(path.read_text("utf-8")).body:
        if isinstance(one, ast.FunctionDef):
            yield (one.name,)
        elif isinstance(one, ast.ClassDef) and not one.name.startswith("_"):
            for inner in one.body:
                if isinstance(inner, ast.FunctionDef):
                    yield one.name, inner.name
                elif isinstance(inner, ast.Assign):
                    yield one.name, ast.unparse(inner.targets[0]), ast.unparse(inner.value)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "watcher" / "native").glob("*.pyi")), ids=lambda path: path.stem
)
def test_what_is_annotated_is_what_was_compiled(path: Path) -> None:
    module = importlib.import_module(f"watcher.native.{path.stem}")
    said = list(annotated(path))
    assert said
    for name, *rest in said:
        held = getattr(getattr(module, name), rest[0]) if rest else getattr(module, name)
        assert len(rest) < 2 or int(held) == int(rest[1])


def test_the_database_of_the_shipped_configuration_lies_on_the_volume() -> None:
    [volume] = re.findall(r"^VOLUME (\S+)$", DOCKERFILE, re.MULTILINE)
    workdir = re.findall(r"^WORKDIR (\S+)$", DOCKERFILE, re.MULTILINE)[-1]
    database = load(ROOT / "config" / "watcher.yml", environ={}).settings.database.removeprefix("sqlite:///")
    assert (Path(workdir) / database).is_relative_to(volume)


@contextmanager
def answering(status: int) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()


@pytest.mark.parametrize(("status", "is_healthy"), [(200, True), (503, False)])
def test_the_health_check_tells_a_healthy_service_from_another(status: int, is_healthy: bool) -> None:
    command = json.loads(
        re.findall(r"HEALTHCHECK .*?CMD (\[.*?\])$", DOCKERFILE, re.MULTILINE | re.DOTALL)[0]
    )
    with answering(status) as port:
        run = [sys.executable, *(word.replace("8080", str(port)) for word in command[1:])]
        assert (subprocess.run(run, capture_output=True, timeout=30).returncode == 0) is is_healthy


# --- compose -------------------------------------------------------------------------------------------------


def test_the_compose_file_fits_the_image(compose: dict[str, Any]) -> None:
    service = compose["services"]["watcher"]
    data, config = service["volumes"]
    name, _, path = data.partition(":")
    assert name in compose["volumes"]
    assert f"VOLUME {path}" in DOCKERFILE
    assert config == "./config:/srv/watcher/config:ro"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert json.dumps(service["healthcheck"]["test"][1:]) in DOCKERFILE


# --- systemd -------------------------------------------------------------------------------------------------


def test_the_unit_runs_the_service_and_restarts_it_unless_its_configuration_is_wrong(
    unit: configparser.ConfigParser,
) -> None:
    service = unit["Service"]
    assert service["ExecStart"].endswith("/watcher run --config /etc/watcher/watcher.yml")
    assert service["Restart"] == "on-failure"
    assert service["RestartPreventExitStatus"] == "2"
    assert service["StateDirectory"] == Path(service["WorkingDirectory"]).name
    assert int(service["TimeoutStopSec"]) >= 5


@pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze (package: systemd) is missing"
)
def test_systemd_knows_every_key_and_finds_the_unit_well_shut(tmp_path: Path) -> None:
    text = UNIT.read_text("utf-8")
    copy = tmp_path / UNIT.name
    # The program and its pages are where the unit says only on a machine where it is installed.
    copy.write_text(re.sub(r"^(ExecStart=)\S+", r"\1/bin/true", text, flags=re.MULTILINE), "utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True, timeout=60
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    graded = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager", str(copy)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert graded.returncode == 0, graded.stdout
