"""One event in three languages is one story; two events of one night in one valley are two."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support import samples
from watcher.analysis import Analysis
from watcher.config.load import load
from watcher.storage.store import Store, open_store
from watcher.story.cluster import fold_into_story
from watcher.story.fingerprint import fingerprint

ROOT = Path(__file__).parents[3]
WINDOW = timedelta(hours=72)

Report = tuple[str, str, str]  # language, headline, text

# Both in the governorate of Kasserine, in one night: another mountain, other victims, other numbers.
PATROL: list[Report] = [
    (
        "en",
        "Two soldiers killed in ambush on Mount Semmama",
        "Gunmen opened fire on an army patrol that was combing the mountain in Kasserine; four others were wounded.",
    ),
    (
        "fr",
        "Mont Semmama : deux soldats tués dans une embuscade",
        "Des hommes armés ont ouvert le feu sur une patrouille de l'armée à Kasserine ; quatre militaires sont blessés.",
    ),
    (
        "ar",
        "مقتل جنديين في كمين بجبل سمامة",
        "أطلق مسلحون النار على دورية للجيش كانت تمشط الجبل في القصرين وأصيب أربعة جنود.",
    ),
]
CUSTOMS: list[Report] = [
    (
        "en",
        "Customs officer kidnapped by smugglers at a checkpoint near Foussana",
        "Seven men in a lorry loaded with fuel took him across the Algerian border, his union said in Kasserine.",
    ),
    (
        "fr",
        "Foussana : un douanier enlevé par des contrebandiers",
        "Sept hommes à bord d'un camion de carburant l'ont emmené en Algérie, selon son syndicat à Kasserine.",
    ),
    (
        "ar",
        "مهربون يختطفون عون ديوانة في فوسانة",
        "نقله سبعة رجال على متن شاحنة محملة بالوقود إلى الجزائر حسب نقابته في القصرين.",
    ),
]
SECOND_AMBUSH: list[Report] = [
    (
        "en",
        "Seven police officers wounded in ambush on the Foussana road",
        "A bomb stopped their car in Kasserine before gunmen fired; nobody was killed, the interior ministry said.",
    ),
    (
        "fr",
        "Sept policiers blessés dans une embuscade sur la route de Foussana",
        "Une mine a arrêté leur voiture à Kasserine avant les tirs, selon le ministère de l'Intérieur.",
    ),
]
# Its headlines name the governorate too, which the patrol's reports share.
NEXT_MOUNTAIN: list[Report] = [
    (
        "en",
        "Second ambush in Kasserine: soldiers attacked on Mount Chaambi",
        "Hours later gunmen fired at another army patrol on the mountain; three soldiers were wounded.",
    ),
    (
        "fr",
        "Kasserine : une patrouille de l'armée visée par une embuscade au mont Chaambi",
        "Des hommes armés ont tiré sur une patrouille ; trois soldats sont blessés.",
    ),
]


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    config = load(ROOT / "config" / "watcher.yml", environ={})
    return Analysis(rules=config.rules, lists=config.lists, places=config.places)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{tmp_path}/stories.db")) as opened:
        yield opened


def stories_of(store: Store, analysis: Analysis, reports: list[Report]) -> list[str]:
    """The stories that reports from outlets of their own are put into, in this order."""
    found = []
    for number, (language, title, body) in enumerate(reports):
        item = samples.item(
            feed_id=f"outlet-{number}",
            key=str(number),
            guid=None,
            url=None,
            title=title,
            summary=body,
            language=language,
            text_hash=f"{number} {title}",
        )
        feed = replace(samples.feed(), id=item.feed_id, language=language)
        document = analysis.document(item, feed)
        matches = analysis.engine.match(document, feed, item.seen_at)
        print_ = fingerprint(item, language=document.language, places=document.places, matches=matches)
        with store.write() as tx:
            item_id = tx.items.add([item])[item.key]
            decision = fold_into_story(tx, item_id, item, print_, now=item.seen_at, window=WINDOW)
        found.append(str(decision.story_id))
    return found


@pytest.mark.parametrize("event", [PATROL, CUSTOMS, SECOND_AMBUSH, NEXT_MOUNTAIN])
def test_reports_of_one_event_in_several_languages_are_one_story(
    store: Store, analysis: Analysis, event: list[Report]
) -> None:
    assert len(set(stories_of(store, analysis, event))) == 1


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("other", [CUSTOMS, SECOND_AMBUSH, NEXT_MOUNTAIN])
def test_two_events_in_one_valley_in_one_night_stay_two(
    store: Store, analysis: Analysis, other: list[Report], seed: int
) -> None:
    reports = [*PATROL, *other]
    random.Random(seed).shuffle(reports)
    found = stories_of(store, analysis, reports)
    mine = {story for story, report in zip(found, reports, strict=True) if report in PATROL}
    theirs = {story for story, report in zip(found, reports, strict=True) if report in other}
    assert not mine & theirs
