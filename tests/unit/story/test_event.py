"""What makes two reports of one event: in the same words, or by the signs that survive translation."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import samples
from watcher.story.commonness import Background
from watcher.story.concepts import read_concepts, shipped_concepts
from watcher.story.decide import Reason
from watcher.story.event import Profile, same_event, word_score
from watcher.story.fingerprint import fingerprint
from watcher.types import Evidence, Place, PlaceMention, Span, Trait

REMADA = Place(id="TN:remada", name="Remada", country="TN", kind="city")
DEHIBA = Place(id="TN:dehiba", name="Dehiba", country="TN", kind="city")


def traits(title: str, body: str = "", *, language: str = "en", place: Place = REMADA) -> tuple[Trait, ...]:
    """The traits of a report that names one place."""
    mention = PlaceMention(
        span=Span(field="title", start=0, end=1), text=place.name, place=place, confidence=1.0
    )
    item = samples.item(title=title, summary=body, url=None)
    return fingerprint(item, language=language, places=[mention], matches=[samples.match()]).traits


def profile(story_id: str, *reports: tuple[Trait, ...]) -> Profile:
    weights: dict[str, float] = {}
    for report in reports:
        for trait in report:
            weights[trait.key] = weights.get(trait.key, 0.0) + trait.weight
    return Profile(story_id=story_id, size=len(reports), traits=weights)


def background(*reports: tuple[Trait, ...], items: int = 500) -> Background:
    counts: dict[str, int] = {}
    for report in reports:
        for trait in report:
            counts[trait.key] = counts.get(trait.key, 0) + 1
    return Background(items=items, counts=counts)


ENGLISH = traits(
    "Army stops two armed vehicles that crossed from Libya near Remada", "Soldiers seized weapons."
)
FRENCH = traits(
    "Rémada : l'armée immobilise deux véhicules entrés de Libye",
    "Les militaires ont saisi des armes de guerre.",
    language="fr",
)
ARABIC = traits("الجيش يوقف سيارتين مسلحتين قرب رمادة", "حجز الجنود سلاحا حربيا في السيارات", language="ar")
FOOTBALL = traits("Striker's late goal wins the derby for Remada", "The coach praised his team.")


@pytest.mark.parametrize("report", [FRENCH, ARABIC])
def test_a_report_in_another_language_joins_by_place_and_concepts(report: tuple[Trait, ...]) -> None:
    decision = same_event(report, [profile("st-1", ENGLISH)], background(ENGLISH))
    assert (decision.story_id, decision.reason) == ("st-1", Reason.SAME_EVENT)
    assert any(name.startswith("places: TN:remada") for name, _ in decision.contributions)


def test_another_event_in_the_same_town_stays_apart() -> None:
    decision = same_event(FOOTBALL, [profile("st-1", ENGLISH)], background(ENGLISH))
    assert (decision.story_id, decision.reason, decision.contributions) == (None, Reason.NEW, ())


def test_the_same_words_of_another_town_are_another_event() -> None:
    title = "Three gunmen intercepted with rifles beside the salt flats by a patrol"
    here, there = traits(f"{title} near Remada"), traits(f"{title} near Dehiba", place=DEHIBA)
    known = background(here)
    assert same_event(here, [profile("st-1", here)], known).story_id == "st-1"
    assert same_event(there, [profile("st-1", here)], known).story_id is None


def test_the_story_that_fits_best_is_joined_whatever_the_order() -> None:
    known = background(ENGLISH, FOOTBALL)
    stories = [profile("st-1", ENGLISH), profile("st-2", FOOTBALL)]
    one = same_event(FRENCH, stories, known)
    other = same_event(FRENCH, stories[::-1], known)
    assert one == other
    assert one.story_id == "st-1"


def test_a_story_is_compared_as_a_whole_and_not_by_its_last_report() -> None:
    """One stray report does not make its own subject the story's."""
    core = [ENGLISH] * 20
    drifted = profile("st-1", *core, FOOTBALL)
    decision = same_event(FOOTBALL, [drifted], background(*core, FOOTBALL))
    alone = same_event(FOOTBALL, [profile("st-2", FOOTBALL)], background(*core, FOOTBALL))
    assert alone.story_id == "st-2"
    assert decision.similarity < alone.similarity


def found_by(term: str, title: str, *, feed_id: str = "tap", language: str = "en") -> tuple[Trait, ...]:
    """The traits of a headline that a rule found by one word, and that names no place."""
    evidence = Evidence(span=Span(field="title", start=0, end=1), text=term, path="match")
    item = samples.item(feed_id=feed_id, title=title, summary="", url=None)
    return fingerprint(item, language=language, matches=[samples.match(evidence=(evidence,))]).traits


def in_empty_store(first: tuple[Trait, ...], second: tuple[Trait, ...]) -> str | None:
    """The story that the second report of a store joins, None for one of its own."""
    return same_event(second, [profile("st-1", first)], background(first, items=1)).story_id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Gunmen seen in the hills", "Gunmen near the border post"),
        ("Gunmen", "Gunmen again"),
        ("Gunmen at the old mill", "Gunmen robbed a mill"),
    ],
)
def test_what_the_rule_looks_for_and_one_word_more_make_no_event_in_an_empty_store(
    one: str, other: str
) -> None:
    assert in_empty_store(found_by("Gunmen", one), found_by("Gunmen", other)) is None


def test_headlines_that_share_more_than_what_the_rule_looks_for_are_one_event_in_an_empty_store() -> None:
    one = found_by("Gunmen", "Gunmen rob the ferry of Ajim at gunpoint")
    other = found_by("Gunmen", "Ajim ferry robbed by gunmen")
    assert in_empty_store(one, other) == "st-1"


def test_a_term_that_its_rule_seldom_finds_tells_more_than_one_that_it_always_finds() -> None:
    story, item = found_by("Semmama", "Shots on Semmama at dawn"), found_by("Semmama", "Semmama sealed off")
    counts = {"w:semmama": 1.0, "t:semmama": 1.0, "r:border": 300.0}
    seldom = Background(items=300, counts=counts)
    always = Background(items=300, counts=counts | {"t:semmama": 299.0})
    known = profile("st-1", story)
    assert word_score(item, known, seldom) > word_score(item, known, always)
    assert word_score(item, known, always) < 0


@pytest.mark.parametrize(
    ("one", "other", "feeds", "is_joined"),
    [
        ("Flood alert 12 for the Medjerda valley", "Flood alert 13 for the Medjerda valley", ("a", "a"), False),
        ("Flood alert 12 for the Medjerda valley", "Flood alert 13 for the Medjerda valley", ("a", "b"), True),
        ("Medjerda flood sweeps 12 dead into Testour", "Medjerda flood sweeps 13 dead into Testour", ("a", "a"), True),
    ],
)  # fmt: skip
def test_an_outlets_numbered_series_is_of_many_events_and_a_rising_toll_is_of_one(
    one: str, other: str, feeds: tuple[str, str], is_joined: bool
) -> None:
    first, second = (
        found_by("flood", title, feed_id=feed) for title, feed in zip((one, other), feeds, strict=True)
    )
    assert (in_empty_store(first, second) is not None) is is_joined


def test_words_of_a_language_that_the_shipped_counts_lack_are_not_taken_for_rare() -> None:
    """A store that has seen no French does not know that "selon" tells nothing; nor that "Semmama" tells much."""
    title = "Selon la ministre une attaque contre la garde"
    french = found_by("attaque", title, language="fr")
    english = found_by("attaque", title, language="en")
    scores = [
        word_score(report, profile("st-1", report), background(report, items=1))
        for report in (french, english)
    ]
    assert scores[0] < scores[1]


@pytest.mark.parametrize(
    ("words", "concept"),
    [
        (["gunmen"], "militant"),
        (["embuscade"], "ambush"),
        (["بالكمين"], "ambush"),
        (["air", "strikes"], "airstrike"),
    ],
)
def test_words_of_each_language_stand_for_one_concept(words: list[str], concept: str) -> None:
    assert concept in shipped_concepts().of(words)


def test_a_lexicon_tells_beginnings_whole_words_and_phrases_apart() -> None:
    lexicon = read_concepts(["# comment", "mine 0.1: mine. mines. land_mine* | mine."])
    assert lexicon.of(["mine"]) == {"mine"}
    assert lexicon.of(["mined"]) == frozenset()
    assert lexicon.of(["land", "mine"]) == {"mine"}
    assert lexicon.shares == {"mine": 0.1}


@settings(max_examples=50, derandomize=True)
@given(title=st.text(max_size=120), body=st.text(max_size=300), other=st.text(max_size=120))
def test_any_text_has_bounded_traits_and_a_decision(title: str, body: str, other: str) -> None:
    mine, theirs = traits(title, body), traits(other, language="fr")
    assert len(mine) <= 7 * 80
    decision = same_event(mine, [profile("st-1", theirs)], background(theirs))
    assert 0.0 <= decision.similarity <= 1.0
