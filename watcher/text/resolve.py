"""Sightings → mentions: which place each one means, and how sure that is.

Comes in: the pages of an item with their sightings. Goes out: for each sighting the likeliest place and a confidence.
Called by `places`. Pure: no I/O, no state between items.

A name means one place throughout an item. Which one is decided by how well known the candidates are, by a country or
region written behind the name, and by the countries and regions that the other names of the item speak for: a
conditional logit, gone through twice because the other names are as uncertain. Whether a sighting is a place at all is
a logistic regression over the signs of `context` and over how clear the choice was. The weights stand in `weights`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from watcher.text.context import observe, sure_words, vocabulary
from watcher.text.cues import HOME_WORDS, STATE_BODIES, STATE_OFFICES
from watcher.text.gazetteer import Candidate
from watcher.text.page import UNCASED, Page
from watcher.text.phrases import KnownWords
from watcher.text.spotting import Sighting
from watcher.text.weights import CHOICE, PLACE

_ROUNDS = 2
LITTLE = 0.1
"""What a country is taken to be spoken for that nothing in the item speaks for; keeps logarithms finite."""
_VOTE_OF_HOME_WORD = 0.4
_VOTE_OF_HOME = 1.0
_LEAST_SHARE = 1e-3
_HOLDER_GAPS = frozenset((", ", " (", "، ", "،", ",", ". ("))
_DOUBTS = frozenset(("after_given_name", "before_body", "given_before_capital", "person_here"))
_HOME_WORDS = KnownWords(HOME_WORDS)
_WEAK_WORDS = frozenset(("common_word", "given_name", "small_elsewhere"))


@dataclass(slots=True, kw_only=True, eq=False)
class Name:
    """One name of an item with all its sightings, on the way to its meaning.

    `signs` are those of each sighting. `inside` holds the codes of the countries and regions written behind it.
    `trust` is how far it may be believed to name a place, in 0..1. `shares` are the probabilities of the candidates.
    """

    candidates: tuple[Candidate, ...]
    sightings: list[Sighting] = field(default_factory=list)
    signs: list[list[str]] = field(default_factory=list)
    inside: set[str] = field(default_factory=set)
    trust: float = 0.0
    shares: list[float] = field(default_factory=list)


# Not frozen, as setting the fields of a frozen one takes three times as long, and items have dozens of them.
@dataclass(slots=True, kw_only=True, eq=False)
class Resolved:
    """A sighting, the place that it most likely means, and how likely it is to mean it, in 0..1.

    `evidence` holds the values of the signs of the name, and `signs` names those of the sighting, all of them keys of
    `PLACE`; `votes` are the item's.
    """

    sighting: Sighting
    name: Name
    candidate: Candidate
    confidence: float
    evidence: Mapping[str, float]
    signs: Sequence[str]
    votes: Votes


class Votes:
    """What the names of an item speak for: weights by country and by first-level region."""

    def __init__(self, names: Sequence[Name], base: Mapping[str, float]) -> None:
        self.countries: defaultdict[str, float] = defaultdict(float, base)
        self.admins: defaultdict[str, float] = defaultdict(float)
        for name in names:
            if name.trust:
                self._count(name)
        self.total = sum(self.countries.values())

    def _count(self, name: Name) -> None:
        for candidate, share in zip(name.candidates, name.shares, strict=True):
            vote = name.trust * share
            self.countries[candidate.country] += vote
            if candidate.admin:
                self.admins[candidate.admin] += vote

    def of_others(self, name: Name) -> list[tuple[float, float]]:
        """Give for each candidate of a name what the other names say for its country and for its region."""
        if len(name.candidates) == 1:
            return [self._of_others_for_one(name)]
        own_countries: dict[str, float] = {}
        own_admins: dict[str, float] = {}
        for one, share in zip(name.candidates, name.shares, strict=True):
            vote = name.trust * share
            own_countries[one.country] = own_countries.get(one.country, 0.0) + vote
            own_admins[one.admin] = own_admins.get(one.admin, 0.0) + vote
        countries, admins = self.countries, self.admins
        return [
            (
                # What is left of a sum of floats may be a little under nothing.
                max(0.0, countries[one.country] - own_countries[one.country]),
                max(0.0, admins[one.admin] - own_admins[one.admin]) if one.admin else 0.0,
            )
            for one in name.candidates
        ]

    def _of_others_for_one(self, name: Name) -> tuple[float, float]:
        (one,) = name.candidates
        for_admin = self.admins[one.admin] - name.trust if one.admin else 0.0
        return max(0.0, self.countries[one.country] - name.trust), max(0.0, for_admin)


def resolve(pages: Sequence[Page], *, language: str = "und", home: str | None = None) -> list[Resolved]:
    """Decide what the sightings of an item mean.

    Args:
        pages: title and body, as `spot` gives them.
        language: of the item, ISO 639-1: whose common words are not to be taken for towns.
        home: country of the feed, ISO 3166-1 alpha-2, None if unknown.

    Returns:
        One for each sighting in the order of the text, also those that are hardly places: the confidence says so.
    """
    names = _names(pages, language)
    base = _base(pages, home)
    for name in names:
        name.shares = _shares(name, None)
    for _ in range(_ROUNDS):
        votes = Votes(names, base)
        for name in names:
            if len(name.candidates) > 1:
                name.shares = _shares(name, votes)
    votes = Votes(names, base)
    resolved = {id(one.sighting): one for name in names for one in _judge(name, votes, home)}
    return [resolved[id(one)] for page in pages for one in page.sightings]


def _names(pages: Sequence[Page], language: str) -> list[Name]:
    """Gather the sightings of each name, with their signs and what is written behind them."""
    known = vocabulary(pages, language)
    names: dict[str, Name] = {}
    for page in pages:
        taken = frozenset(at for one in page.sightings for at in range(one.first, one.last + 1))
        sure = sure_words(page)
        seen = page.sightings
        for before, one, after in zip((None, *seen), seen, (*seen[1:], None), strict=False):
            name = names.get(one.name)
            if name is None:
                name = names[one.name] = Name(candidates=one.candidates)
            name.sightings.append(one)
            name.signs.append(observe(one, known, taken, sure))
            if after is not None and _holds(one, after):
                name.inside |= _codes(one, after)
            if before is not None and _is_arabic_adjective(before) and _is_next(before, one):
                name.inside |= _codes(one, before)
            if len(one.candidates) > 1 and _is_governed(one):
                name.inside |= {other.country for other in one.candidates if other.kind == "region"}
    for name in names.values():
        name.trust = _trust(name)
    return list(names.values())


def _base(pages: Sequence[Page], home: str | None) -> dict[str, float]:
    """Give what speaks for countries before any place is read: words of public life, and where the feed is from."""
    votes: dict[str, float] = defaultdict(float)
    if home:
        votes[home] += _VOTE_OF_HOME
    for word in frozenset().union(*map(_HOME_WORDS.among, pages)):
        votes[HOME_WORDS[word]] += _VOTE_OF_HOME_WORD
    return votes


def _holds(one: Sighting, after: Sighting) -> bool:
    """Tell whether the next sighting is written as the country or region that this one lies in."""
    if after.first != one.last + 1:
        return False
    if one.page.folded.text[one.end : after.start] in _HOLDER_GAPS:
        return True
    return _is_next(one, after) and (after.is_acronym or _is_arabic_adjective(after))


def _is_next(one: Sighting, after: Sighting) -> bool:
    """Tell whether nothing but a space stands between two sightings."""
    return after.first == one.last + 1 and one.page.folded.text[one.end : after.start] == " "


def _is_arabic_adjective(one: Sighting) -> bool:
    """Tell whether a sighting is an Arabic adjective of a country: طرابلس اللبنانية, العاصمة الليبية طرابلس."""
    return one.page.cases[one.first] == UNCASED and any(
        candidate.kind == "people" for candidate in one.candidates
    )


def _is_governed(one: Sighting) -> bool:
    """Tell whether what stands behind a name is of a state of a federation: `Georgia state senate`, `Georgia Gov. …`."""
    page, after = one.page, one.last + 1
    if after >= len(page.starts) or page.gap(after) != " ":
        return False
    if page.word(after) != "state":
        return page.word(after) in STATE_OFFICES
    return after + 1 < len(page.starts) and page.word(after + 1) in STATE_BODIES


def _codes(one: Sighting, holder: Sighting) -> set[str]:
    """Give the codes of a holder in which one of a sighting's candidates lies."""
    codes = {
        outer.admin if outer.kind == "region" else outer.country
        for outer in holder.candidates
        if outer.kind in ("country", "people", "region")
    }
    return codes & {code for candidate in one.candidates for code in _lies_in(candidate)}


def _lies_in(candidate: Candidate) -> tuple[str, ...]:
    kind = candidate.kind
    if kind in ("country", "people"):
        return ()
    if kind == "region" or not candidate.admin:
        return (candidate.country,)
    return (candidate.country, candidate.admin)


def _trust(name: Name) -> float:
    """Give how far a name may be believed to name a place, before any of its meanings is weighed."""
    if any(not _DOUBTS.isdisjoint(signs) for signs in name.signs):
        return 0.0
    trust = min(1.0, 0.5 + 0.25 * math.log2(len(name.sightings) + 1))
    if name.inside or name.candidates[0].is_extra or name.candidates[0].kind != "city":
        return trust
    return trust * (0.7 if _WEAK_WORDS.isdisjoint(name.signs[0]) else 0.2)


def known_evidence(name: Name) -> list[tuple[float, bool]]:
    """Give for each candidate of a name what speaks for it whatever else the item says.

    Returns:
        How well known it is, and whether it lies in a country or region that is written behind the name.
    """
    if not name.inside:
        return [(one.prominence, False) for one in name.candidates]
    return [(one.prominence, not name.inside.isdisjoint(_lies_in(one))) for one in name.candidates]


def _shares(name: Name, votes: Votes | None) -> list[float]:
    """Give the probabilities of a name's candidates, as a conditional logit has them."""
    if len(name.candidates) == 1:
        return [1.0]
    known, inside, country, admin = CHOICE.values()
    scores = [known * prominence + inside * is_inside for prominence, is_inside in known_evidence(name)]
    if votes is not None:
        log = math.log
        scores = [
            score + country * log(by_country + LITTLE) + admin * log(by_admin + LITTLE)
            for score, (by_country, by_admin) in zip(scores, votes.of_others(name), strict=True)
        ]
    best = max(scores)
    odds = [math.exp(score - best) for score in scores]
    total = sum(odds)
    return [one / total for one in odds]


def _judge(name: Name, votes: Votes, home: str | None) -> list[Resolved]:
    """Decide for all sightings of a name whether they name its likeliest place."""
    at = max(range(len(name.candidates)), key=name.shares.__getitem__)
    candidate = name.candidates[at]
    evidence = _evidence_of_name(name, at, votes, home)
    total = sum([PLACE[sign] * value for sign, value in evidence.items()])
    found = []
    for sighting, signs in zip(name.sightings, name.signs, strict=True):
        found.append(
            Resolved(
                sighting=sighting,
                name=name,
                candidate=candidate,
                confidence=_logistic(total + sum([PLACE[sign] for sign in signs])),
                evidence=evidence,
                signs=signs,
                votes=votes,
            )
        )
    return found


def _evidence_of_name(name: Name, at: int, votes: Votes, home: str | None) -> dict[str, float]:
    """Put what speaks for a name being a place, and this one, into numbers, by the signs of `PLACE`."""
    candidate = name.candidates[at]
    country, count = candidate.country, len(name.sightings)
    share = sum(
        part for one, part in zip(name.candidates, name.shares, strict=True) if one.country == country
    )
    for_country, for_admin = votes.of_others(name)[at]
    others = max(0.0, votes.total - name.trust)
    evidence = {
        "bias": 1.0,
        "own" if candidate.is_extra else candidate.kind: 1.0,
        "prominence": candidate.prominence / 4.0,
        "share": math.log(max(share, _LEAST_SHARE)),
        "repeated": math.log2(count) / 3.0,
        "for_country": for_country / (others + 1.0),
        "for_others": max(0.0, others - for_country) / (others + 1.0),
        "for_region": for_admin / (others + 1.0),
        "any_strong_preposition": sum(["strong_preposition" in signs for signs in name.signs]) / count,
        "any_doubt": sum([not _DOUBTS.isdisjoint(signs) for signs in name.signs]) / count,
    }
    if candidate.is_alternate:
        evidence["alternate"] = 1.0
    if name.inside:
        evidence["inside"] = 1.0
    if country == home:
        evidence["home"] = 1.0
    return evidence


def _logistic(total: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))
