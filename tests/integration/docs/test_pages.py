"""What the pages say is there: links lead somewhere, commands and options exist, examples load."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tests.support.docs import PAGES, ROOT, Block, blocks, page, write_configuration
from watcher.cli.table import COMMANDS, app
from watcher.config.load import load
from watcher.deliver.channels import build

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_CODE = re.compile(r"```.*?```", re.DOTALL)
_EXAMPLE = re.compile(r"Example: (watcher .+)")
_INLINE = re.compile(r"`(watcher [^`]+)`")

ENVIRON = dict.fromkeys(
    (
        "SLACK_APP_TOKEN",
        "SLACK_BOT_TOKEN",
        "SMTP_PASSWORD",
        "WEBHOOK_SECRET",
        "APPRISE_URL",
        "MEMBERS_PASSWORD",
        "INTRANET_TOKEN",
        "WATCHER_API_TOKEN",
    ),
    "example",
)


def anchors(path: str) -> set[str]:
    """The anchors of a page's headings, made as the usual viewers make them."""
    headings = _HEADING.findall(_CODE.sub("", page(path)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES)
def test_links_inside_the_project_lead_somewhere(path: str) -> None:
    for target in _LINK.findall(_CODE.sub("", page(path))):
        if target.startswith(("https://", "http://")):
            continue
        file, _, anchor = target.partition("#")
        linked = ((ROOT / path).parent / file).resolve() if file else ROOT / path
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(str(linked.relative_to(ROOT))), target


def commands() -> list[str]:
    """Every call of `watcher` in the pages, in blocks of shell and in running text, and in the commands' own help."""
    lines = [
        line.strip().rpartition("&& ")[2]
        for block in blocks(*PAGES)
        if block.language in ("sh", "")
        for line in block.text.splitlines()
    ]
    shell = [line.removeprefix(".venv/bin/") for line in lines]
    inline = [found for path in PAGES for found in _INLINE.findall(_CODE.sub("", page(path)))]
    sources = (path.read_text("utf-8") for path in (ROOT / "watcher" / "cli").glob("*.py"))
    helped = [found for source in sources for found in _EXAMPLE.findall(source)]
    return sorted(
        {line.partition(" > ")[0] for line in (*shell, *inline, *helped) if line.startswith("watcher ")}
    )


@pytest.mark.parametrize("line", commands())
def test_the_command_exists_with_its_options(line: str) -> None:
    _, *words = shlex.split(line)
    if words[0].startswith("--"):
        assert words[0] in _help([]), line
        return
    assert words[0] in COMMANDS, line
    group = typer.main.get_command(app)
    path = [words[0]]
    help_text = _help(path)
    if re.search(r"COMMAND \[ARGS\]", help_text) and len(words) > 1:
        path.append(words[1])
        help_text = _help(path)
    assert group is not None
    for option in (word for word in words if word.startswith("--")):
        assert option in help_text, f"{' '.join(path)} has no {option}"


def _help(path: list[str]) -> str:
    result = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    assert result.exit_code == 0, (path, result.output)
    return result.output


def test_every_command_is_in_the_guide() -> None:
    guide = page("docs/guide.md")
    assert [name for name in COMMANDS if f"`watcher {name}" not in guide] == []


def test_the_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = {target for path in PAGES for target in re.findall(r"\bmake ([a-z-]+)\b", page(path))}
    shown = {"run", "test", "lint"} & named
    assert shown
    assert [target for target in shown if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


CONFIGURATION = [block for block in blocks(*PAGES, language="yaml") if not block.has_rules]


@pytest.mark.parametrize("block", CONFIGURATION, ids=lambda block: block.name)
def test_the_example_configuration_loads(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The examples name spaCy's pipelines, which the tests do without.
    monkeypatch.setattr("watcher.text.pipelines.is_installed", lambda name: name.endswith("_sm"))
    config = load(write_configuration([block], tmp_path), environ=ENVIRON)
    for name, settings in config.settings.channels.items():
        if settings.type != "apprise":  # it is an extra, and the example's address is none
            assert build(name, settings).name == name


def test_the_numbers_of_feeds_are_right() -> None:
    shipped = len(load(ROOT / "config" / "watcher.yml", environ={}).feeds)
    samples = len(list((ROOT / "seeds" / "feeds").iterdir()))
    assert f"{shipped} feeds" in page("README.md")
    assert f"{shipped} public feeds" in page("CHANGELOG.md")
    assert samples == 10
    assert "ten sample feeds" in page("README.md")


def test_every_dependency_is_accounted_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.split(r"[\[<>=]", line)[0] for line in project["dependencies"]}
    table = page("docs/architecture.md").partition("## Dependencies")[2].partition("Optional:")[0]
    assert set(re.findall(r"^\| ([\w.-]+) \| [A-Z]", table, re.MULTILINE)) == needed


def test_every_metric_is_in_the_operations_page() -> None:
    from watcher.metrics import Metrics

    text = page("docs/operations.md")
    names = {line.split()[2] for line in Metrics().text().decode().splitlines() if line.startswith("# TYPE")}
    assert [name for name in names if not name.endswith("_created") and name not in text] == []


def test_no_page_holds_a_machine_path() -> None:
    assert [path for path in PAGES if re.search(r"/(home|root|Users)/\w", page(path))] == []


def test_the_picture_shows_what_the_demo_shows_first() -> None:
    svg = (ROOT / "docs/images/alert.svg").read_text("utf-8")
    assert "Tunisia" in svg
    assert "@font-face" not in svg
