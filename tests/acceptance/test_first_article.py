"""The article that the project began with, and the labelled items of its kind, through `watcher scan`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.service import WATCHER

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
RULE = "tunisia-border-threat"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the labelled texts are not at {DATA}")


def scan(*items: dict[str, Any]) -> list[dict[str, Any]]:
    """Scan items with the shipped configuration."""
    lines = "\n".join(json.dumps(item, ensure_ascii=False) for item in items)
    done = subprocess.run(
        [*WATCHER, "scan", "-"],
        input=lines,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        timeout=120,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_first_article_raises_the_rule_with_evidence() -> None:
    (path,) = DATA.glob("000_*.txt")
    title, _, body = path.read_text(encoding="utf-8").partition("\n")
    (result,) = scan({"id": "first", "title": title, "body": body.strip()})
    (found,) = [match for match in result["matches"] if match["rule"] == RULE]
    assert found["severity"] == "high"
    fields = {"title": title, "body": body.strip()}
    for evidence in found["evidence"]:
        assert fields[evidence["field"]][evidence["start"] : evidence["end"]] == evidence["text"]
    assert {place["country"] for place in result["places"]} >= {"TN", "LY"}


def test_the_shipped_rule_tells_threats_to_tunisia_from_the_rest() -> None:
    items = [json.loads(line) for line in (DATA / "tunisia.jsonl").read_text(encoding="utf-8").splitlines()]
    results = scan(*({key: item[key] for key in ("id", "title", "summary", "lang")} for item in items))
    fired = {r["id"] for r in results if any(m["rule"] == RULE for m in r["matches"])}
    wanted = {item["id"] for item in items if item["label"]}
    hits = len(fired & wanted)
    precision, recall = hits / len(fired), hits / len(wanted)
    assert 2 * precision * recall / (precision + recall) >= 0.75, (precision, recall)
