"""The sample feeds raise exactly the alerts that stand beside them, with the rules that ship."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.seeds import FOLDER, items_at, load_config
from watcher.analysis import Analysis
from watcher.config.load import Config
from watcher.demo.timeline import Seeds, read_seeds
from watcher.storage.store import open_store
from watcher.story.cluster import fold_into_story
from watcher.types import Analysed, Feed

Entry = tuple[str, str]

WINDOW = timedelta(hours=72)


@pytest.fixture(scope="module")
def config() -> Config:
    return load_config()


@pytest.fixture(scope="module")
def seeds() -> Seeds:
    return read_seeds(FOLDER)


@pytest.fixture(scope="module")
def analysis(config: Config) -> Analysis:
    return Analysis(rules=config.rules, lists=config.lists, places=config.places)


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((FOLDER / "expected.yml").read_text("utf-8"))
    return data


@pytest.fixture(scope="module")
def analysed(config: Config, seeds: Seeds, analysis: Analysis) -> dict[Entry, Analysed]:
    """Every entry that ever appears, in its last form."""
    now = seeds.timeline.written_at + seeds.timeline.end
    return {
        (feed.id, entry): analysis.analyse(item, feed, now)
        for feed in config.feeds
        for entry, item in items_at(seeds, feed).items()
    }


def reports(alert: dict[str, Any]) -> list[Entry]:
    return [(report["feed"], report["entry"]) for report in alert["reports"]]


def news(seeds: Seeds) -> list[Entry]:
    """The entries that are not archive, in the order in which they appear."""
    steps = sorted(seeds.timeline.appear, key=lambda step: step.at)
    return [(step.feed, step.entry) for step in steps]


def test_the_news_that_matches_is_what_is_expected_and_nothing_else(
    seeds: Seeds, analysed: dict[Entry, Analysed], expected: dict[str, Any]
) -> None:
    told = {
        (entry, match.rule)
        for entry in news(seeds)
        for match in analysed[entry].matches
        if not (match.is_late or match.is_test or match.is_counted)
    }
    assert told == {(entry, alert["rule"]) for alert in expected["alerts"] for entry in reports(alert)}


def test_what_is_published_long_before_it_appears_is_late(
    seeds: Seeds, analysed: dict[Entry, Analysed], expected: dict[str, Any]
) -> None:
    late = {entry for entry in news(seeds) if any(match.is_late for match in analysed[entry].matches)}
    assert late == {(one["feed"], one["entry"]) for one in expected["late"]}


def test_the_archive_would_match_but_is_no_news(seeds: Seeds, analysed: dict[Entry, Analysed]) -> None:
    assert any(one.matches for entry, one in analysed.items() if entry not in news(seeds))


def test_the_first_report_gives_the_headline(
    analysed: dict[Entry, Analysed], expected: dict[str, Any]
) -> None:
    for alert in expected["alerts"]:
        assert analysed[reports(alert)[0]].item.title == alert["headline"]


def test_the_first_report_is_there_so_early_that_it_is_polled_first(
    config: Config, seeds: Seeds, expected: dict[str, Any]
) -> None:
    appears = {(step.feed, step.entry): step.at for step in seeds.timeline.appear}
    for alert in expected["alerts"]:
        first, *others = [appears[entry] for entry in reports(alert)]
        assert all(other - first > config.settings.polling.interval.max for other in others), alert["event"]


def test_an_outlet_counts_as_one_source_however_often_it_reports(expected: dict[str, Any]) -> None:
    for alert in expected["alerts"]:
        assert alert["sources"] == len({feed for feed, _ in reports(alert)})


def test_the_reports_of_one_event_fold_into_one_story_whatever_their_language(
    seeds: Seeds, analysed: dict[Entry, Analysed], expected: dict[str, Any], tmp_path: Path
) -> None:
    event_of = {entry: alert["event"] for alert in expected["alerts"] for entry in reports(alert)}
    events: dict[str, set[str]] = {}
    with closing(open_store(f"sqlite:///{tmp_path}/stories.db")) as store, store.write() as tx:
        for entry in news(seeds):
            one = analysed[entry]
            if entry not in event_of or one.fingerprint is None:
                continue
            item_id = tx.items.add([one.item])[one.item.key]
            now = one.item.seen_at
            decision = fold_into_story(tx, item_id, one.item, one.fingerprint, now=now, window=WINDOW)
            events.setdefault(str(decision.story_id), set()).add(event_of[entry])
    assert sorted(map(sorted, events.values())) == sorted([event] for event in set(event_of.values()))


def test_the_edited_report_matches_only_once_it_is_edited(
    config: Config, seeds: Seeds, analysis: Analysis, expected: dict[str, Any]
) -> None:
    [alert] = [alert for alert in expected["alerts"] if alert["event"] == "dehiba"]
    [(feed_id, entry)] = reports(alert)
    feed: Feed = next(feed for feed in config.feeds if feed.id == feed_id)
    [edit] = [edit for edit in seeds.timeline.edit if edit.entry == entry]
    now = seeds.timeline.written_at

    def is_match(elapsed: timedelta) -> bool:
        return bool(analysis.analyse(items_at(seeds, feed, elapsed=elapsed)[entry], feed, now).matches)

    assert not is_match(edit.at - timedelta(seconds=1))
    assert is_match(edit.at)


def test_every_language_and_an_update_of_an_agency_are_among_the_expected(
    analysed: dict[Entry, Analysed], expected: dict[str, Any]
) -> None:
    entries = [entry for alert in expected["alerts"] for entry in reports(alert)]
    assert {analysed[entry].language for entry in entries} == {"en", "fr", "ar"}
    assert any(analysed[entry].item.title.startswith("UPDATE 1-") for entry in entries)
