"""The configuration made ready to be applied to single texts: for `scan`, `test` and `explain`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import typer

from watcher.analysis import Analysis
from watcher.cli.table import WRONG_USE
from watcher.config.load import Config, load
from watcher.match.syntax import Rule
from watcher.types import Feed

NO_FEED = Feed(id="-", url="none:")
"""Where a text comes from that came from no feed."""


def analysis_of(config: Config, *, of_any_feed: bool) -> Analysis:
    """Build the analysis of a configuration.

    Args:
        config: as loaded.
        of_any_feed: let rules see texts that come from no feed: the feeds and feed tags in `from` do not count then,
            its languages do.
    """
    return Analysis(
        rules=[_seeing_any_feed(rule) for rule in config.rules] if of_any_feed else config.rules,
        lists=config.lists,
        places=config.places,
        models=config.settings.text.models,
    )


def load_with_rules(config: Path, rules: Sequence[Path]) -> Config:
    """Load a configuration, with the rules of other files or folders in place of its own if any are given."""
    return load(config, rules=_rule_files(rules) if rules else None)


def _rule_files(paths: Sequence[Path]) -> list[Path]:
    files = []
    for path in paths:
        inside = sorted([*path.glob("*.yml"), *path.glob("*.yaml")]) if path.is_dir() else [path]
        if not inside:
            typer.echo(f"{path}: there are no rule files (*.yml) in this folder", err=True)
            raise typer.Exit(WRONG_USE)
        files.extend(inside)
    return files


def _seeing_any_feed(rule: Rule) -> Rule:
    return replace(rule, from_=replace(rule.from_, feeds=(), tags=frozenset()))
