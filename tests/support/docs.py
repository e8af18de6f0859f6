"""The project's pages as tests read them: their code blocks, and configurations made from those."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "CHANGELOG.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))

_BLOCK = re.compile(r"^([ ]*)```(\w*)[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_INCLUDED = ("feeds", "rules", "lists", "places", "define", "filters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A code block of a page."""

    path: str
    line: int
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.path}:{self.line}"

    @property
    def data(self) -> dict[str, Any]:
        data = yaml.safe_load(self.text)
        return data if isinstance(data, dict) else {}

    @property
    def is_fragment(self) -> bool:
        """Only `match`, `unless` and `tests`: a rule without its name."""
        return self.language == "yaml" and "match" in self.data

    @property
    def rule_id(self) -> str:
        """The id that a fragment is given."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower())

    @property
    def has_rules(self) -> bool:
        return self.language == "yaml" and (self.is_fragment or "rules" in self.data)


def page(path: str) -> str:
    """Give the text of a page."""
    return (ROOT / path).read_text("utf-8")


def blocks(*paths: str, language: str | None = None) -> list[Block]:
    """Give the code blocks of pages."""
    return [
        Block(
            path=path, line=text.count("\n", 0, found.start()) + 1, language=found[2], text=dedent(found[3])
        )
        for path in paths
        for text in [page(path)]
        for found in _BLOCK.finditer(text)
        if language in (None, found[2])
    ]


def write_configuration(examples: Sequence[Block], folder: Path) -> Path:
    """Make examples a configuration, beside the lists and places that ship; gives its main file.

    Several examples can be fragments only. Of one, what belongs into included files goes there, and the rest is the
    main file.
    """
    for kind in ("lists", "places"):
        shutil.copytree(ROOT / "config" / kind, folder / kind)
    fragments = [{"id": block.rule_id, **block.data} for block in examples if block.is_fragment]
    data = {"rules": fragments} if fragments else dict(examples[0].data)
    main = {key: value for key, value in data.items() if key not in _INCLUDED}
    for kind in ("feeds", "lists", "places"):
        if kind in data:
            _write(folder / kind / "example.yml", {kind: data[kind]})
    if "rules" in data:
        _write(
            folder / "rules" / "example.yml",
            {key: data[key] for key in ("define", "rules", "filters") if key in data},
        )
    kinds = [kind for kind in ("feeds", "rules", "lists", "places") if (folder / kind).is_dir()]
    main.setdefault("include", {kind: [f"{kind}/*.yml"] for kind in kinds})
    _write(folder / "watcher.yml", main)
    return folder / "watcher.yml"


def _write(path: Path, data: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")
