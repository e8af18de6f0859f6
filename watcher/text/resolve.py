"""Sightings → mentions: which place each one means, and how sure that is.

Comes in: the pages of an item with their sightings. Goes out: for each sighting the likeliest place and a confidence.
Called by `places`. Pure: no I/O, no state between items.

A name means one place throughout an item. Which one is decided by how well known the candidates are, by a country or
region written behind the name, and by the countries and regions that the other names of the item speak for: a
conditional logit, gone through twice because the other names are as uncertain (`native.votes`). Whether a sighting is a
place at all is a logistic regression over the signs of `context` and over how clear the choice was. The weights stand in
`weights`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from operator import mul

from watcher.native.place_signs import SIGNS, SignWeights
from watcher.native.votes import Votes
from watcher.text.context import bits_of, observe
from watcher.text.cues import HOME_WORDS
from watcher.text.gazetteer import Candidate
from watcher.text.page import UNCASED, Page
from watcher.text.spotting import Sighting
from watcher.text.weights import CHOICE, PLACE

_ROUNDS = 2
LITTLE = 0.1
"""What a country is taken to be spoken for that nothing in the item speaks for; keeps logarithms finite."""
_VOTE_OF_HOME_WORD = 0.4
_VOTE_OF_HOME = 1.0
_LEAST_SHARE = 1e-3
_HOLDER_GAPS = frozenset((", ", " (", "، ", "،", ",", ". ("))
_DOUBTS = bits_of("after_given_name", "before_body", "given_before_capital", "person_here")
_WEAK_WORDS = bits_of("common_word", "given_name", "small_elsewhere")
_STRONG = bits_of("strong_preposition")
_GOVERNED = bits_of("governed")
_UNWEIGHED = ("governed",)
"""Signs that only tell of which country a name is."""

EVIDENCE = (
    "prominence",
    "share",
    "repeated",
    "for_country",
    "for_others",
    "for_region",
    "any_strong_preposition",
    "any_doubt",
    "alternate",
    "inside",
    "home",
)
"""What speaks for a name being a place besides its kind, in the order of `Name.evidence`."""


class Model:
    """The weights in the form in which they are used.

    Args:
        choice, place: as in `weights`.
    """

    def __init__(self, choice: Mapping[str, float], place: Mapping[str, float]) -> None:
        self.prominence, self.inside = choice["prominence"], choice["inside"]
        self.of_country, self.of_admin = choice["country_support"], choice["admin_support"]
        self.place = place
        self.evidence = [place[sign] for sign in EVIDENCE]
        self.signs = SignWeights([0.0 if sign in _UNWEIGHED else place[sign] for sign in SIGNS])


SHIPPED = Model(CHOICE, PLACE)


@dataclass(slots=True, kw_only=True, eq=False)
class Name:
    """One name of an item with all its sightings, on the way to its meaning.

    `signs` are those of its first sighting; `count` is how many sightings it has, `strong` how many of them stand behind a
    preposition of place, and `doubted` how many rather belong to a person or a body. `inside` holds the codes of the
    countries and regions written behind it. `trust` is how far it may be believed to name a place, in 0..1. `candidate` is
    what it most likely means, `evidence` what speaks for that and for a place, and `odds` the logarithm of the odds that
    this comes to.
    """

    number: int
    candidates: Sequence[Candidate]
    candidate: Candidate
    signs: int
    trust: float = 0.0
    count: int = 0
    strong: int = 0
    doubted: int = 0
    inside: Set[str] = frozenset()
    evidence: Sequence[float] = ()
    odds: float = 0.0


# Not frozen, as setting the fields of a frozen one takes three times as long, and items have dozens of them.
@dataclass(slots=True, eq=False)
class Resolved:
    """A sighting, its name, and how likely it is to mean the place that its name means, in 0..1.

    `signs` are those of the sighting, as bits; `votes` are the item's.
    """

    sighting: Sighting
    name: Name
    confidence: float
    signs: int
    votes: Votes

    @property
    def candidate(self) -> Candidate:
        """What the name most likely means."""
        return self.name.candidate


def resolve(
    pages: Sequence[Page],
    *,
    language: str = "und",
    home: str | None = None,
    least: float = 0.0,
    model: Model = SHIPPED,
) -> list[Resolved]:
    """Decide what the sightings of an item mean.

    Args:
        pages: title and body, as `spot` gives them.
        language: of the item, ISO 639-1: whose common words are not to be taken for towns.
        home: country of the feed, ISO 3166-1 alpha-2, None if unknown.
        least: the confidence below which a sighting is left out.
        model: the weights.

    Returns:
        One for each sighting in the order of the text; most are hardly places, and the confidence says so.
    """
    seen = observe(pages, language)
    by_name = _names(pages, seen.signs)
    names = by_name.values()
    for name in names:
        name.trust = _trust(name)
    votes = Votes(
        _base(seen.home_words, home), [(one.candidates, _scores(one, model), one.trust) for one in names]
    )
    votes.settle(_ROUNDS, model.of_country, model.of_admin, LITTLE)
    for name in names:
        _judge(name, votes, home, model)
    confidence = model.signs.confidence
    return [
        Resolved(one, name, sure, bits, votes)
        for page, signs in zip(pages, seen.signs, strict=True)
        for one, bits in zip(page.sightings, signs, strict=True)
        if (sure := confidence((name := by_name[one.name]).odds, bits)) >= least
    ]


def _names(pages: Iterable[Page], signs: Iterable[Sequence[int]]) -> dict[str, Name]:
    """Gather the sightings of each name, with what their signs say of it and what is written behind them."""
    names: dict[str, Name] = {}
    for page, of_page in zip(pages, signs, strict=True):
        before: Sighting | None = None
        for one, bits in zip(page.sightings, of_page, strict=True):
            name = names.get(one.name)
            if name is None:
                name = names[one.name] = Name(
                    number=len(names), candidates=one.candidates, candidate=one.candidates[0], signs=bits
                )
            name.count += 1
            if bits & _STRONG:
                name.strong += 1
            if bits & _DOUBTS:
                name.doubted += 1
            if before is not None and before.last + 1 == one.first:
                if _holds(before, one):
                    names[before.name].inside |= _codes(before, one)
                if _is_arabic_adjective(before) and _is_spaced(before, one):
                    name.inside |= _codes(one, before)
            if bits & _GOVERNED and len(one.candidates) > 1:
                name.inside |= {other.country for other in one.candidates if other.kind == "region"}
            before = one
    return names


def _base(home_words: Set[str], home: str | None) -> dict[str, float]:
    """Give what speaks for countries before any place is read: words of public life, and where the feed is from."""
    votes = {home: _VOTE_OF_HOME} if home else {}
    for word in home_words:
        country = HOME_WORDS[word]
        votes[country] = votes.get(country, 0.0) + _VOTE_OF_HOME_WORD
    return votes


def _holds(one: Sighting, after: Sighting) -> bool:
    """Tell whether the next word's sighting is written as the country or region that this one lies in."""
    if one.page.folded.text[one.end : after.start] in _HOLDER_GAPS:
        return True
    return (after.is_acronym or _is_arabic_adjective(after)) and _is_spaced(one, after)


def _is_spaced(one: Sighting, after: Sighting) -> bool:
    """Tell whether nothing but a space stands between two sightings."""
    return one.page.folded.text[one.end : after.start] == " "


def _is_arabic_adjective(one: Sighting) -> bool:
    """Tell whether a sighting is an Arabic adjective of a country: طرابلس اللبنانية, العاصمة الليبية طرابلس."""
    return one.page.cases[one.first] == UNCASED and any(
        candidate.kind == "people" for candidate in one.candidates
    )


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
    """Give how far a name may be believed to name a place, in 0..1, before any of its meanings is weighed."""
    if name.doubted:
        return 0.0
    trust = min(1.0, 0.5 + 0.25 * math.log2(name.count + 1))
    if name.inside or name.candidates[0].is_extra or name.candidates[0].kind != "city":
        return trust
    return trust * (0.2 if name.signs & _WEAK_WORDS else 0.7)


def known_evidence(name: Name) -> list[tuple[float, bool]]:
    """Give for each candidate of a name what speaks for it whatever else the item says.

    Returns:
        How well known it is, and whether it lies in a country or region that is written behind the name.
    """
    if not name.inside:
        return [(one.prominence, False) for one in name.candidates]
    return [(one.prominence, not name.inside.isdisjoint(_lies_in(one))) for one in name.candidates]


def _scores(name: Name, model: Model) -> list[float]:
    """Weigh that."""
    if len(name.candidates) == 1:
        return [0.0]
    return [
        model.prominence * prominence + model.inside * is_inside
        for prominence, is_inside in known_evidence(name)
    ]


def _judge(name: Name, votes: Votes, home: str | None, model: Model) -> None:
    """Decide which place a name most likely means, and put what speaks for it being that into numbers."""
    at, share, for_country, for_region = votes.likeliest(name.number)
    name.candidate = candidate = name.candidates[at]
    others = max(0.0, votes.total - name.trust)
    name.evidence = (
        candidate.prominence / 4.0,
        math.log(max(share, _LEAST_SHARE)),
        math.log2(name.count) / 3.0,
        for_country / (others + 1.0),
        max(0.0, others - for_country) / (others + 1.0),
        for_region / (others + 1.0),
        name.strong / name.count,
        name.doubted / name.count,
        candidate.is_alternate,
        bool(name.inside),
        candidate.country == home,
    )
    name.odds = sum(
        map(mul, model.evidence, name.evidence), model.place["bias"] + model.place[kind_of(candidate)]
    )


def kind_of(candidate: Candidate) -> str:
    """Give the kind by which a candidate is weighed: those of users are one."""
    return "own" if candidate.is_extra else candidate.kind
