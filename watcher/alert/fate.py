"""Where one alert goes and why, told route by route: the answer that `routes test` prints.

Pure. In go an alert and everything that decides; out come the routes, each with whether it was taken and why, and the
channels, each with when it is told or what keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from watcher.alert.hold import Hold, House, Silence, hold
from watcher.alert.route import Due, Route, dues
from watcher.types import Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One route: its place in the configuration, counted from 1, and what it does with the alert."""

    number: int
    to: tuple[str, ...]
    is_taken: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One channel: when it is told, unless `hold` says what keeps the alert from it."""

    due: Due
    hold: Hold | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of an alert."""

    ways: tuple[Way, ...]
    destinations: tuple[Destination, ...]


def fate(
    alert: Alert,
    routes: Sequence[Route],
    house: House,
    *,
    silences: Sequence[Silence],
    siblings: Sequence[Alert],
    now: datetime,
) -> Fate:
    """Work out where an alert goes; parameters as for `hold.hold` and `route.dues`."""
    destinations = tuple(
        Destination(
            due=due, hold=hold(alert, due.channel, house, silences=silences, siblings=siblings, now=now)
        )
        for due in dues(alert, routes, now)
    )
    return Fate(ways=tuple(_ways(alert, routes)), destinations=destinations)


def _ways(alert: Alert, routes: Sequence[Route]) -> Iterator[Way]:
    ended_by = 0
    for number, route in enumerate(routes, 1):
        failing = route.when.failing(alert)
        is_taken = not ended_by and not failing
        if ended_by:
            why = f"route {ended_by} took it and does not continue"
        elif failing:
            why = f"{' and '.join(failing)} {'does' if len(failing) == 1 else 'do'} not fit"
        else:
            why = "everything fits" if route.when else "takes every alert"
        yield Way(number=number, to=route.to, is_taken=is_taken, why=why)
        if is_taken and not route.is_continuing:
            ended_by = number
