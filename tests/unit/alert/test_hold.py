"""What keeps an alert from a channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.alerts import NOON, an_alert
from watcher.alert.hold import House, Inhibition, Silence, hold
from watcher.alert.matchers import Matchers
from watcher.types import Severity, Tlp

HOUR = timedelta(hours=1)
CALM = Silence(
    id="si-1",
    when=Matchers(rule=("tunisia-*",)),
    starts_at=NOON,
    ends_at=NOON + HOUR,
    author="desk",
    comment="exercise",
    created_at=NOON - HOUR,
)


def held(**changes: object) -> str | None:
    given: dict[str, object] = {"silences": (), "siblings": (), "now": NOON, "house": House(), **changes}
    house = given.pop("house")
    found = hold(an_alert(), "security", house, **given)  # type: ignore[arg-type]
    return None if found is None else str(found)


@pytest.mark.parametrize(
    ("minutes", "is_held"), [(-1, False), (0, True), (59, True), (60, False), (90, False)]
)
def test_a_silence_holds_from_its_start_until_its_end(minutes: int, is_held: bool) -> None:
    assert (held(silences=(CALM,), now=NOON + timedelta(minutes=minutes)) is not None) is is_held


def test_a_silence_says_whose_it_is_until_when_and_why() -> None:
    assert held(silences=(CALM,)) == "silence: si-1 by desk until 2026-03-01 13:00 UTC (exercise)"


def test_a_silence_that_was_ended_early_or_means_others_holds_nothing() -> None:
    assert held(silences=(replace(CALM, expired_at=NOON),)) is None
    assert held(silences=(replace(CALM, when=Matchers(rule=("libya-*",))),)) is None


@pytest.mark.parametrize(
    ("severity", "inhibitions", "is_held"),
    [
        (Severity.CRITICAL, None, True),
        (Severity.HIGH, None, False),
        (Severity.CRITICAL, (), False),
        (
            Severity.CRITICAL,
            (Inhibition(by=Matchers(severity=frozenset({Severity.CRITICAL})), mutes=Matchers(rule=("x",))),),
            False,
        ),
        # Never by one that is no graver, whatever the matchers say.
        (Severity.HIGH, (Inhibition(by=Matchers(rule=("*",))),), False),
    ],
)
def test_only_a_graver_alert_on_the_story_mutes(
    severity: Severity, inhibitions: tuple[Inhibition, ...] | None, is_held: bool
) -> None:
    house = House() if inhibitions is None else House(inhibitions=inhibitions)
    sibling = an_alert(id="al-2", rule="other", severity=severity)
    assert (held(siblings=(sibling,), house=house) is not None) is is_held


@pytest.mark.parametrize(
    ("mark", "ceiling", "is_held"),
    [
        (Tlp.AMBER, Tlp.GREEN, True),
        (Tlp.AMBER_STRICT, Tlp.AMBER, True),
        (Tlp.AMBER, Tlp.AMBER, False),
        (Tlp.CLEAR, Tlp.RED, False),
        (None, Tlp.CLEAR, False),
    ],
)
def test_a_mark_is_kept_from_channels_with_a_lower_ceiling(
    mark: Tlp | None, ceiling: Tlp, is_held: bool
) -> None:
    house = House(ceilings={"security": ceiling})
    found = hold(an_alert(tlp=mark), "security", house, silences=(), siblings=(), now=NOON)
    assert (found is not None) is is_held
    assert hold(an_alert(tlp=mark), "other", house, silences=(), siblings=(), now=NOON) is None


@pytest.mark.parametrize(
    ("matchers", "failing"),
    [
        (Matchers(), ()),
        (Matchers(place=frozenset({"LY"})), ()),
        (Matchers(place=frozenset({"sirte"})), ()),
        (Matchers(place=frozenset({"DZ", "Tripoli"})), ("place",)),
        (Matchers(language=frozenset({"fr", "en"})), ()),
        (Matchers(language=frozenset({"ar"}), tags=frozenset({"chad"})), ("tags", "language")),
        (Matchers(feed_tag=frozenset({"wires"})), ()),
        (Matchers(feed_tag=frozenset({"blogs"})), ("feed_tag",)),
        (Matchers(tlp=frozenset({Tlp.GREEN})), ()),
        (Matchers(tlp=frozenset({Tlp.RED})), ("tlp",)),
        (Matchers(story=frozenset({"story-1"})), ()),
        (Matchers(story=frozenset({"alert-1"})), ()),
        (Matchers(story=frozenset({"alert-2"})), ("story",)),
        (Matchers(severity=frozenset({Severity.LOW}), rule=("x",)), ("severity", "rule")),
    ],
)
def test_matchers_name_what_does_not_fit(matchers: Matchers, failing: tuple[str, ...]) -> None:
    alert = an_alert(tlp=Tlp.GREEN, feed_tags=("wires",))
    assert matchers.failing(alert) == failing
    assert matchers.takes(alert) is (failing == ())
    assert bool(matchers) is (matchers != Matchers())
