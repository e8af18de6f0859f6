"""How a rule over time stands, from the database: the present count, what it takes, the usual rate, the last times."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from watcher.cli.options import find_named
from watcher.cli.output import console, plain, print_json
from watcher.cli.stored import clock_time, moment, opened

if TYPE_CHECKING:
    from watcher.episodes import State, Watch
    from watcher.match.rates import Episode, Reading

_WORDS = {
    "reached": "it holds",
    "new": "it holds",
    "too_few": "too few",
    "not_watched_long_enough": "not watched for long enough yet",
    "nothing_before": "nothing was counted in the baseline: there is no usual rate",
    "usual": "not enough above the usual rate",
    "may_be_chance": "the usual rate reaches this by chance too often",
    "seen_before": "seen before",
}


def explain_trend(rule_id: str, config: Path, *, json: bool) -> None:
    """Print how a rule over time stands now.

    Raises:
        typer.BadParameter: the rule is not one over time, or is off.
    """
    from watcher.episodes import state_of
    from watcher.trends import Trends

    with opened(config) as (loaded, store):
        find_named("rule", rule_id, {one.id: one for one in loaded.rules})
        watch = Trends.of(loaded.rules, loaded.lists).watch_of(rule_id)
        if watch is None:
            raise typer.BadParameter("give --title and --body, or --file, or --item")
        with store.read() as tx:
            state = state_of(tx, watch, datetime.now(UTC))
    if json:
        print_json(_to_json(watch, state))
    else:
        _print(watch, state)


def _to_json(watch: Watch, state: State) -> dict[str, Any]:
    reading = state.reading
    return {
        "rule": watch.rule.id,
        "status": watch.rule.status.value,
        "counts": watch.rule.match.label,
        "when": watch.when.label,
        "watched_since": moment(state.since),
        "watched_seconds": int(state.watched.total_seconds()),
        "now": None if reading is None else _reading(reading),
        "episodes": [_episode(one) for one in state.episodes],
    }


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "holds": reading.holds,
        "reason": reading.reason.value,
        "count": reading.count,
        "needed": reading.needed,
        "usual": reading.usual,
        "chance": reading.chance,
    }


def _episode(episode: Episode) -> dict[str, Any]:
    return {
        "started_at": moment(episode.started_at),
        "until": moment(episode.until),
        "count": episode.count,
        "headline": episode.headline,
        "alert": episode.alert_id,
    }


def _print(watch: Watch, state: State) -> None:
    from watcher.match.rates import spoken

    screen = console()
    screen.print(f"{watch.rule.id}: {plain(watch.rule.title)}", style="bold")
    screen.print(f"waits for {watch.when.label} of {plain(watch.rule.match.label)}")
    screen.print(f"watched since {clock_time(state.since)}, feeds polled for {spoken(state.watched)} of it")
    if state.reading is not None:
        _print_reading(state.reading)
    for episode in state.episodes:
        told = "told" if episode.alert_id else "recorded"
        screen.print(f"{told} {clock_time(episode.started_at)}: {plain(episode.headline)}")
    if not state.episodes:
        screen.print("it has not held yet", style="dim")


def _print_reading(reading: Reading) -> None:
    numbers = [f"{reading.count} now, {reading.needed} needed"]
    if reading.usual is not None:
        numbers.append(f"usually {reading.usual:.3g}")
    if reading.chance is not None:
        numbers.append(f"by chance {reading.chance:.2g}")
    console().print(f"{', '.join(numbers)}: {_WORDS[reading.reason]}", style="green" if reading.holds else "")
