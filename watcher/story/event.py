"""Is this item about the event of a story that is already open? Pure; called by `cluster`.

Two questions, either of which joins. Do its words speak for the story: the likelihood of the item's words under the
story's smoothed word counts against all other news, as in streaming clustering by Dirichlet-multinomial mixtures (Yin
et al. 2018, "Model-based clustering of short text streams"). And do the signs that survive translation agree:
concepts, places, countries, numbers, rules, each compared by the cosine of its idf-weighted counts with those of the
whole story (Miranda et al. 2018, "Multilingual clustering of streaming news"; Staykovski et al. 2019), weighted by
logistic regression. `bench/stories.py` fits the weights and measures them.

A story is compared as a whole, with what all its reports say: one stray report does not drag it along.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from watcher.story.concepts import shipped_concepts
from watcher.story.decide import Decision, Reason
from watcher.types import Trait, TraitKind

# The word model; found by search over a stream of headlines.
SMOOTHING = 5.0  # reports that a story is taken to have had without the word
BELIEF = 0.05  # how far a story's own counts are believed against the news at large
LEAST_WORDS = 3.78  # nats for the story against the rest of the news
_PLACED = 0.5  # a story has a scene when one place is in so many of its reports
_UNSEEN = 0.45
_PRIOR_ITEMS = 100.0
_MOST_ITEMS = 3_000
"""Counts over more items are scaled down to so many: the threshold was found there, and one rare word that two
reports share must not weigh more the longer the service runs."""

# The signs' logistic regression.
LEAST_SIGNS = -0.65
_CONCEPT_ITEMS = 100.0
_SIGN_ITEMS = 50.0
_SIGN_UNSEEN = {TraitKind.PLACE: 0.5, TraitKind.COUNTRY: 4.0}
_ENOUGH_CONCEPTS = 6.0  # nats
_FEW_CONCEPTS, _MANY_CONCEPTS = 0.5, 0.9  # shares of the above


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A story as it is compared: how many reports it has, and the sum of their traits' weights by key."""

    story_id: str
    size: int
    traits: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """How often traits occur: `items` in the window, and for each key how many of them have it."""

    items: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """How an item agrees with a story; each 0..1."""

    concepts: float
    shared_concepts: float
    places: float
    other_places: float
    countries: float
    no_country: float
    number: float
    other_rules: float
    same_language: float


WEIGHTS = Signs(
    concepts=6.21,
    shared_concepts=3.66,
    places=2.46,
    other_places=-1.08,
    countries=2.65,
    no_country=-0.45,
    number=1.0,
    other_rules=-1.39,
    same_language=-0.43,
)
BIAS = -9.58


def same_event(
    traits: Sequence[Trait], stories: Iterable[Profile], background: Background
) -> tuple[Decision, tuple[str, ...]]:
    """Find the story of an item's event.

    Args:
        traits: of the item.
        stories: open stories that share some of them.
        background: counts of at least the item's traits and those of the stories that are concepts, places, countries.

    Returns:
        The decision, and the keys of the traits that speak for it, the weightiest first.
    """
    best = Decision(story_id=None, reason=Reason.NEW, similarity=0.0)
    chosen: Profile | None = None
    for story in stories:
        signs = signs_of(traits, story, background)
        words = word_score(traits, story, background)
        for reason, surplus in (
            # In the same words, but of another town: another event.
            (Reason.SAME_WORDS, -math.inf if _is_elsewhere(signs, story) else words - LEAST_WORDS),
            (Reason.SAME_EVENT, sign_score(signs) - LEAST_SIGNS),
        ):
            likeness = 1 / (1 + math.exp(-max(-30.0, min(30.0, surplus))))
            if surplus >= 0 and likeness > best.similarity:
                best = Decision(story_id=story.story_id, reason=reason, similarity=likeness)
                chosen = story
    return best, _shared(traits, chosen, background) if chosen else ()


def word_score(traits: Sequence[Trait], story: Profile, background: Background) -> float:
    """Give the log likelihood ratio of an item's words: from this story, or from any other news."""
    scale = min(1.0, _MOST_ITEMS / max(1, background.items))
    others = max(0.0, background.items * scale - story.size) + _PRIOR_ITEMS
    score = 0.0
    for trait in traits:
        if trait.kind is not TraitKind.WORD:
            continue
        count = story.traits.get(trait.key, 0.0)
        elsewhere = max(0.0, background.counts.get(trait.key, 0) * scale - count) + _UNSEEN
        ratio = count / (story.size + SMOOTHING) / (elsewhere / others)
        score += trait.weight * math.log(1 - BELIEF + BELIEF * ratio)
    return score


def signs_of(traits: Sequence[Trait], story: Profile, background: Background) -> Signs:
    """Compare what survives translation."""
    kinds = {kind: [trait for trait in traits if trait.kind is kind] for kind in TraitKind}
    held = {kind: any(trait.key in story.traits for trait in kinds[kind]) for kind in TraitKind}
    has = {key[0] for key in story.traits}
    shared = sum(
        idf(trait.key, background) * trait.weight
        for trait in kinds[TraitKind.CONCEPT]
        if trait.key in story.traits
    )
    places, rules = TraitKind.PLACE, TraitKind.RULE
    return Signs(
        concepts=_cosine(kinds[TraitKind.CONCEPT], story, background, TraitKind.CONCEPT),
        shared_concepts=min(shared, _ENOUGH_CONCEPTS) / _ENOUGH_CONCEPTS,
        places=_cosine(kinds[places], story, background, places),
        other_places=float(bool(kinds[places]) and places in has and not held[places]),
        countries=_cosine(kinds[TraitKind.COUNTRY], story, background, TraitKind.COUNTRY),
        no_country=float(not held[TraitKind.COUNTRY]),
        number=float(held[TraitKind.NUMBER]),
        other_rules=float(bool(kinds[rules]) != (rules in has)),
        same_language=float(held[TraitKind.LANGUAGE]),
    )


def sign_score(signs: Signs) -> float:
    """Give the log odds that item and story are of one event; -inf where the signs are too few to say."""
    if not _is_comparable(signs):
        return -math.inf
    score: float = BIAS
    for one in fields(Signs):
        score += getattr(WEIGHTS, one.name) * getattr(signs, one.name)
    return score


def _is_elsewhere(signs: Signs, story: Profile) -> bool:
    if not signs.other_places:
        return False
    scene = max(weight for key, weight in story.traits.items() if key.startswith(f"{TraitKind.PLACE}:"))
    return scene >= _PLACED * story.size


def _is_comparable(signs: Signs) -> bool:
    # Markets and sports speak of the same few things every day: without a place in common, signs count only between
    # languages, where words cannot, or when there are very many of them.
    if signs.shared_concepts <= _FEW_CONCEPTS or (signs.same_language and signs.other_places):
        return False
    if signs.places > 0:
        return True
    return not signs.no_country and (not signs.same_language or signs.shared_concepts >= _MANY_CONCEPTS)


def idf(key: str, background: Background) -> float:
    """Give how telling a concept, place or country is: the log of how rare it is, smoothed by what is known before."""
    kind, _, name = key.partition(":")
    count = background.counts.get(key, 0)
    if kind == TraitKind.CONCEPT:
        share = shipped_concepts().shares.get(name, 0.0)
        known = max(_UNSEEN, share * _CONCEPT_ITEMS)
        return math.log((background.items + _CONCEPT_ITEMS) / (count + known))
    unseen = _SIGN_UNSEEN.get(TraitKind(kind), _UNSEEN)
    return math.log((background.items + _SIGN_ITEMS) / (count + unseen))


def _cosine(traits: Sequence[Trait], story: Profile, background: Background, kind: TraitKind) -> float:
    dot = own = 0.0
    for trait in traits:
        square = idf(trait.key, background) ** 2
        own += square * trait.weight**2
        dot += square * trait.weight * story.traits.get(trait.key, 0.0)
    if not dot:
        return 0.0
    prefix = f"{kind}:"
    other = sum(
        idf(key, background) ** 2 * weight**2
        for key, weight in story.traits.items()
        if key.startswith(prefix)
    )
    return dot / math.sqrt(own * other)


def _shared(traits: Sequence[Trait], story: Profile, background: Background) -> tuple[str, ...]:
    common = [trait.key for trait in traits if trait.key in story.traits]
    return tuple(sorted(common, key=lambda key: background.counts.get(key, 0)))
