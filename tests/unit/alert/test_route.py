"""Which channels hear of an alert."""

from __future__ import annotations

import pytest

from tests.support.alerts import an_alert
from watcher.alert.matchers import Matchers
from watcher.alert.route import Route, channels_for
from watcher.types import Severity

SECURITY = Route(
    to=("security", "duty"),
    when=Matchers(severity=frozenset({Severity.CRITICAL, Severity.HIGH}), tags=frozenset({"tunisia"})),
)
BORDER = Route(to=("border",), when=Matchers(rule=("*-border-*",)), is_continuing=True)
ALL = Route(to=("console",))


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ([], ()),
        ([ALL], ("console",)),
        ([SECURITY, ALL], ("security", "duty")),
        ([BORDER, SECURITY, ALL], ("border", "security", "duty")),
        ([BORDER], ("border",)),
        ([Route(to=("a", "b"), is_continuing=True), Route(to=("b", "c", "b"))], ("a", "b", "c")),
        ([Route(to=(), is_continuing=False), ALL], ()),
    ],
)
def test_the_first_route_that_takes_the_alert_wins_unless_it_continues(
    routes: list[Route], expected: tuple[str, ...]
) -> None:
    assert channels_for(an_alert(), routes) == expected


@pytest.mark.parametrize(
    ("route", "is_taken"),
    [
        (Route(to=("x",)), True),
        (Route(to=("x",), when=Matchers(severity=frozenset({Severity.HIGH}))), True),
        (Route(to=("x",), when=Matchers(severity=frozenset({Severity.CRITICAL}))), False),
        (Route(to=("x",), when=Matchers(tags=frozenset({"libya", "border"}))), True),
        (Route(to=("x",), when=Matchers(tags=frozenset({"libya"}))), False),
        (Route(to=("x",), when=Matchers(rule=("tunisia-border-threat",))), True),
        (Route(to=("x",), when=Matchers(rule=("libya-*", "tunisia-*"))), True),
        (Route(to=("x",), when=Matchers(rule=("tunisia",))), False),
        (Route(to=("x",), when=Matchers(rule=("Tunisia-*",))), False),
        (
            Route(to=("x",), when=Matchers(severity=frozenset({Severity.HIGH}), tags=frozenset({"libya"}))),
            False,
        ),
    ],
)
def test_all_matchers_must_hold(route: Route, is_taken: bool) -> None:
    assert route.takes(an_alert()) is is_taken
