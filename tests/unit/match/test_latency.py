"""Which latency the rules ask for, feed by feed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from watcher.match.latency import strictest_latencies
from watcher.match.syntax import FromFilter, Rule, Status
from watcher.match.yaml import parse_rule
from watcher.types import Feed

M = timedelta(minutes=1)
FEEDS = (
    Feed(id="tap-en", url="https://tap.example/en", tags=frozenset({"tunisia"}), language="en"),
    Feed(id="tap-fr", url="https://tap.example/fr", tags=frozenset({"tunisia"}), language="fr"),
    Feed(id="sport", url="https://sport.example/"),
)


def rule(name: str, **keys: object) -> Rule:
    found, problems = parse_rule({"id": name, "match": "border", **keys})
    assert found is not None, problems
    return found


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([rule("a")], {}),
        ([rule("a", latency="5m")], {"tap-en": 5, "tap-fr": 5, "sport": 5}),
        ([rule("a", latency="5m", **{"from": {"feeds": ["tap-*"]}})], {"tap-en": 5, "tap-fr": 5}),
        ([rule("a", latency="5m", **{"from": {"tags": ["tunisia"]}})], {"tap-en": 5, "tap-fr": 5}),
        # A feed whose language is not known could bring French.
        ([rule("a", latency="5m", **{"from": {"languages": ["fr"]}})], {"tap-fr": 5, "sport": 5}),
        (
            [rule("a", latency="30m"), rule("b", latency="10m", **{"from": {"feeds": ["sport"]}})],
            {"tap-en": 30, "tap-fr": 30, "sport": 10},
        ),
        ([rule("a", latency="5m", status="off"), rule("b", latency="5m", status="test")], {}),
    ],
)
def test_the_strictest_rule_that_reads_a_feed_decides(rules: list[Rule], expected: dict[str, int]) -> None:
    assert strictest_latencies(rules, FEEDS) == {feed: minutes * M for feed, minutes in expected.items()}


def test_a_rule_that_counts_another_reads_the_feeds_of_that_one() -> None:
    counted = rule("a", **{"from": {"feeds": ["sport"]}})
    surge, _ = parse_rule(
        {
            "id": "surge",
            "latency": "5m",
            "when": {"rule": "a", "count": "items", "at_least": 3, "within": "6h"},
        }
    )
    assert surge is not None
    assert strictest_latencies([counted, surge], FEEDS) == {"sport": 5 * M}


def test_a_latency_is_no_part_of_what_a_rule_matches() -> None:
    assert rule("a", latency="5m").source == rule("a").source
    assert replace(rule("a"), from_=FromFilter(), status=Status.ACTIVE).latency is None


@pytest.mark.parametrize("wrong", ["soon", 5, "0s"])
def test_a_latency_that_is_no_time_is_an_error(wrong: object) -> None:
    found, problems = parse_rule({"id": "a", "match": "border", "latency": wrong})
    assert found is None
    assert problems[0].path == ("latency",)
