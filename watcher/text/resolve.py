"""Sightings → mentions: which place each one means, and how sure that is.

Comes in: the pages of an item with their sightings. Goes out: for each sighting the likeliest place and a confidence.
Called by `places`. Pure: no I/O, no state between items.

Two passes: the first takes each sighting by itself, the second weighs it by what the whole item speaks of. The
candidate with the highest score is taken; its confidence is a logistic function of the signs for and against.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watcher.text.context import Context, observe, vocabulary
from watcher.text.gazetteer import Candidate
from watcher.text.spotting import Page, Sighting

_EXTRA_PROMINENCE = 6.5
_CONTAINED = 8.0
_COUNTRY_SUPPORT = 1.6
_ADMIN_SUPPORT = 2.2
_HOME = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A sighting, the place that it most likely means, and how likely it is to mean it, in 0..1."""

    sighting: Sighting
    candidate: Candidate
    confidence: float
    features: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """How much an item speaks of countries and of first-level regions: shares of its sightings, in 0..1."""

    countries: Mapping[str, float]
    admins: Mapping[str, float]


def prominence(candidate: Candidate) -> float:
    """Give how well known a place is, as the decimal logarithm of the people who live there or are meant."""
    place = candidate.place
    if candidate.is_extra:
        return _EXTRA_PROMINENCE
    if place.kind in ("country", "people"):
        known = 8.5 + 0.1 * math.log10(place.population + 10)
    elif place.kind in ("region", "area"):
        known = 7.0
    elif place.kind == "county":
        known = 4.5
    else:
        known = math.log10(place.population + 10)
    return known - (0.8 if candidate.is_alternate else 0.0)


def resolve(pages: Sequence[Page], *, home: str | None = None) -> list[Resolved]:
    """Decide what the sightings of an item mean.

    Args:
        pages: title and body, as `spot` gives them.
        home: country of the feed, ISO 3166-1 alpha-2, None if unknown.

    Returns:
        One for each sighting, in order, also those that are hardly places: the confidence says so.
    """
    sightings = [one for page in pages for one in page.sightings]
    if not sightings:
        return []
    known = vocabulary(pages)
    taken = {id(page): {i for one in page.sightings for i in range(one.first, one.last + 1)} for page in pages}
    contexts = [observe(one, known, taken[id(one.page)]) for one in sightings]
    containers = _containers(sightings)
    none = Support(countries={}, admins={})
    first = [_choose(one, holder, none, home) for one, holder in zip(sightings, containers, strict=True)]
    weights = [_sure(one, context) for one, context in zip(first, contexts, strict=True)]
    support = _support(first, weights)
    counts = Counter(one.name for one in sightings)
    resolved = []
    for one, holder, context in zip(sightings, containers, contexts, strict=True):
        candidate = _choose(one, holder, support, home)
        signs = features(one, candidate, context, support, counts[one.name], holder is not None, home)
        resolved.append(Resolved(sighting=one, candidate=candidate, confidence=_probability(signs), features=signs))
    return resolved


def _containers(sightings: Sequence[Sighting]) -> list[Sighting | None]:
    """Give for each sighting the one behind a comma or bracket that may be the country or region it lies in."""
    found: list[Sighting | None] = []
    for one, after in zip(sightings, [*sightings[1:], None], strict=True):
        holder = None
        if after is not None and after.page is one.page and after.first == one.last + 1:
            gap = one.page.folded.text[one.end : after.start]
            if gap in (", ", " (", "، ", "،") or (gap == " " and after.is_acronym):
                holder = after
        found.append(holder)
    return found


def _is_inside(candidate: Candidate, holder: Sighting) -> bool:
    if candidate.place.kind in ("country", "people"):
        return False
    for outer in holder.candidates:
        if outer.place.kind == "country" and outer.place.country == candidate.place.country:
            return True
        if outer.place.kind == "region" and outer.admin and outer.admin == candidate.admin:
            return True
        if outer.place.kind in ("region", "area") and outer.place.country == candidate.place.country != "US":
            return True
    return False


def _choose(one: Sighting, holder: Sighting | None, support: Support, home: str | None) -> Candidate:
    if len(one.candidates) == 1:
        return one.candidates[0]

    def score(candidate: Candidate) -> float:
        country = candidate.place.country
        total = prominence(candidate)
        if holder is not None and _is_inside(candidate, holder):
            total += _CONTAINED
        total += _COUNTRY_SUPPORT * support.countries.get(country, 0.0)
        total += _ADMIN_SUPPORT * support.admins.get(candidate.admin, 0.0)
        return total + (_HOME if country == home else 0.0)

    return max(one.candidates, key=score)


def _sure(candidate: Candidate, context: Context) -> float:
    """Give how much a sighting counts for its country in the first pass."""
    if context.after_given_name or context.before_body or context.is_person_here:
        return 0.0
    if candidate.place.kind in ("country", "people", "region"):
        return 1.0
    return max(0.0, min(1.0, (prominence(candidate) - 4.0) / 3.0)) * (0.3 if context.is_common_word else 0.7)


def _support(chosen: Sequence[Candidate], weights: Sequence[float]) -> Support:
    countries: Counter[str] = Counter()
    admins: Counter[str] = Counter()
    for candidate, weight in zip(chosen, weights, strict=True):
        countries[candidate.place.country] += weight
        if candidate.admin:
            admins[candidate.admin] += weight
    return Support(
        countries={k: v / (v + 1.0) for k, v in countries.items()}, admins={k: v / (v + 1.0) for k, v in admins.items()}
    )


FEATURES = (
    "bias prominence country people region county extra alternate several_words acronym stripped uncased common given "
    "small_elsewhere after_name after_capital before_body before_place_word before_capital before_verb person "
    "weak_preposition strong_preposition starts headline shouted contained country_support admin_support home repeated "
    "ambiguous common_start given_start"
).split()


def features(
    one: Sighting, candidate: Candidate, context: Context, support: Support, count: int, is_held: bool, home: str | None
) -> tuple[float, ...]:
    """Put what speaks for and against a sighting into numbers, in the order of `FEATURES`."""
    kind = candidate.place.kind
    word = one.page.words[one.first]
    return (
        1.0,
        prominence(candidate) / 4.0,
        kind == "country",
        kind == "people",
        kind in ("region", "area"),
        kind == "county",
        candidate.is_extra,
        candidate.is_alternate,
        one.last > one.first,
        one.is_acronym,
        one.stripped > 0,
        not word.is_cased,
        context.is_common_word,
        context.is_given_name,
        context.is_small_elsewhere,
        context.after_given_name,
        context.after_capital,
        context.before_body,
        context.before_place_word,
        context.before_capital,
        context.before_person_verb,
        context.is_person_here,
        context.after_preposition == 1,
        context.after_preposition == 2,
        context.starts_sentence,
        one.page.is_headline,
        one.page.is_shouted,
        is_held,
        support.countries.get(candidate.place.country, 0.0),
        support.admins.get(candidate.admin, 0.0),
        candidate.place.country == home,
        math.log2(count) / 3.0,
        math.log2(len(one.candidates)) / 4.0,
        context.is_common_word and context.starts_sentence,
        context.is_given_name and context.starts_sentence,
    )


WEIGHTS: tuple[float, ...] = (-4.0, 2.5, 1.0, 2.0, 1.0, 2.0, 2.0, -1.0, 1.0, 1.0, -0.5, -0.5, -2.5, -1.5, -3.0, -4.0, -2.0, -2.5, 1.0, -1.0, -0.5, -3.0, 0.5, 1.5, -0.3, -0.3, -0.5, 3.0, 1.5, 1.0, 0.5, 0.3, -0.3, -1.0, -1.0)


def _probability(signs: Sequence[float]) -> float:
    total = sum(weight * sign for weight, sign in zip(WEIGHTS, signs, strict=True))
    return 1.0 / (1.0 + math.exp(-total))
