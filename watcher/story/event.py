"""Is this item about the event of a story that is already open? Pure; called by `cluster`.

Two questions, either of which joins. Do its words speak for the story: the likelihood of the item's words under the
story's smoothed word counts against all other news, as in streaming clustering by Dirichlet-multinomial mixtures (Yin
et al. 2018, "Model-based clustering of short text streams"). And do the signs that survive translation agree:
concepts, places, countries, numbers, rules, each compared by the cosine of its idf-weighted counts with those of the
whole story (Miranda et al. 2018, "Multilingual clustering of streaming news"; Staykovski et al. 2019), weighted by
logistic regression. `bench/fit_stories.py` fits what is in `data/weights.txt`, `bench/stories.py` measures it.

A story is compared as a whole, with what all its reports say: one stray report does not drag it along.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from watcher.story.commonness import Background, elsewhere_items, idf, known_count, stream_count
from watcher.story.decide import Decision, Reason
from watcher.story.profile import Profile
from watcher.story.weights import Weights, shipped_weights
from watcher.types import Trait, TraitKind

__all__ = [
    "Background",
    "Profile",
    "Signs",
    "idf",
    "narrowed",
    "same_event",
    "sign_score",
    "signs_of",
    "word_score",
]

_SCENE = 0.65  # weight: in the headlines of most reports
_PLACED = 0.5  # a story has a scene when one place is in so many of its reports
_ENOUGH_CONCEPTS = 6.0  # nats
_FEW_CONCEPTS, _MANY_CONCEPTS = 0.5, 0.9  # shares of the above
_MOST_SHOWN = 8
_IN_HEADLINE = 0.7  # words of headline and link weigh more, those of the text less
_CORE = 0.3  # words are a story's core that are in so many of its reports
_MOST_SHARE = 0.95  # no word is in all reports
_MOST_DISCOUNT = 0.9  # of a count
_WEIGHED = (TraitKind.CONCEPT, TraitKind.PLACE, TraitKind.COUNTRY)  # by how telling each of them is
_KNOWS_MUCH = 1_000  # reports in open stories
_FEWEST_SHARED = 1.9  # by weight, summed over the reports of a story
_SHIPPED_LANGUAGES = (f"{TraitKind.LANGUAGE}:en", f"{TraitKind.LANGUAGE}:und")
"""What `data/words.txt` counts the words of: of others only the store knows how common they are."""
_PAST = f"{TraitKind.CONCEPT}:memorial"

_Kinds = dict[TraitKind, list[tuple[str, float]]]


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
    looks_back: float


def same_event(traits: Sequence[Trait], stories: Iterable[Profile], background: Background) -> Decision:
    """Find the story of an item's event.

    Args:
        traits: of the item.
        stories: open stories that share some of them.
        background: counts of at least the item's traits and those of the stories that are concepts, places, countries.
    """
    weights = shipped_weights()
    kinds = _by_kind(traits)
    # Of many words more are shared by chance; and where there is a text or a place, signs see more.
    least_words = weights.least_words + weights.length * math.fsum(
        weight for _, weight in kinds[TraitKind.WORD]
    )
    least_words += weights.text * (not _is_headline(kinds)) + weights.place * bool(kinds[TraitKind.PLACE])
    best, most = Decision(story_id=None, reason=Reason.NEW, similarity=0.0), -math.inf
    for story in stories:
        if _has_other_scene(kinds, story) or _is_next_of_series(kinds, story):
            continue
        scores = _word_scores(kinds, story, background)
        words = math.fsum(scores.values()) - least_words
        words += weights.missed * _missed_core(kinds, story)
        if _is_little(kinds, story, scores, background):
            words = -math.inf
        for reason, surplus in (
            # In the same words, but of another town: another event.
            (Reason.SAME_WORDS, -math.inf if _is_elsewhere(kinds, story) else words),
            (Reason.SAME_EVENT, _sign_surplus(kinds, story, background)),
        ):
            # Of several that it may join, the larger: its next report is the likelier one.
            likelihood = surplus + weights.size * math.log(story.size)
            if surplus >= 0 and likelihood > most:
                told = _told_words if reason is Reason.SAME_WORDS else _told_signs
                most = likelihood
                best = Decision(
                    story_id=story.story_id,
                    reason=reason,
                    similarity=1 / (1 + math.exp(-min(30.0, surplus))),
                    contributions=told(kinds, story, background),
                )
    return best


def narrowed(
    traits: Sequence[Trait], stories: Iterable[Profile], background: Background
) -> tuple[list[Profile], set[str]]:
    """Give the stories that may be of an item's event, and the traits whose counts `same_event` asks for besides its own.

    Args:
        traits: of the item.
        stories: open stories that share some of them.
        background: counts of the item's traits.
    """
    kinds = _by_kind(traits)
    left = [story for story in stories if not _has_other_scene(kinds, story)]
    agreeing = [story for story in left if _may_agree(kinds, story, background)]
    asked = {key for story in agreeing for kind in _WEIGHED for key, _ in story.of(kind)}
    return left, asked - background.counts.keys()


def word_score(traits: Sequence[Trait], story: Profile, background: Background) -> float:
    """Give the log likelihood ratio of an item's words: from this story, or from any other news."""
    return math.fsum(_word_scores(_by_kind(traits), story, background).values())


def _by_kind(traits: Sequence[Trait]) -> _Kinds:
    kinds: _Kinds = {kind: [] for kind in TraitKind}
    for trait in traits:
        kinds[trait.kind].append((trait.key, trait.weight))
    return kinds


def _word_scores(kinds: _Kinds, story: Profile, background: Background) -> dict[str, float]:
    weights = shipped_weights()
    belief, reports = weights.belief, story.size + weights.smoothing
    is_shipped = all(key in _SHIPPED_LANGUAGES for key, _ in kinds[TraitKind.LANGUAGE])
    scale, others = background.scale, elsewhere_items(background, story.size, is_shipped=is_shipped)
    absent = math.log(1 - belief)
    # What one report alone says is hardly the story's: absolute discounting (Ney, Essen & Kneser 1994) keeps it to its core.
    discount = weights.discount * (1 - 1 / story.size)
    looked_for = _looked_for(kinds)
    scores = {}
    for key, weight in kinds[TraitKind.WORD]:
        count = story.traits.get(key)
        if not count:
            scores[key] = weight * absent
            continue
        if key in looked_for:
            share = _share_of_rule(key, kinds, story, background)
        else:
            elsewhere = stream_count(background.counts.get(key, 0.0) * scale - count)
            share = (elsewhere + known_count(key[2:], is_shipped=is_shipped)) / others
        count -= min(_MOST_DISCOUNT * count, discount)
        scores[key] = weight * math.log(1 - belief + belief * count / reports / share)
    return scores


def _looked_for(kinds: _Kinds) -> frozenset[str]:
    """Give the words that made a rule hold."""
    return frozenset(f"{TraitKind.WORD}:{key[2:]}" for key, _ in kinds[TraitKind.TERM])


def _share_of_rule(word: str, kinds: _Kinds, story: Profile, background: Background) -> float:
    """Give in what share of the other reports that its rule holds on a word made it hold; 1 while none are known.

    All reports of a rule say what it looks for: that two of them do so tells nothing, unless it is seldom this word.
    """

    def others(key: str) -> float:
        return max(0.0, background.counts.get(key, 0.0) - story.traits.get(key, 0.0))

    reports = min((others(key) for key, _ in kinds[TraitKind.RULE]), default=0.0)
    return min(1.0, (others(f"{TraitKind.TERM}:{word[2:]}") + 1) / (reports + 1))


def _is_little(kinds: _Kinds, story: Profile, scores: Mapping[str, float], background: Background) -> bool:
    """Say whether the words in common are too few to say anything, however rare: a single one of a single report.

    What a rule looks for does not count. Only a store that knows much knows that a word is rare.
    """
    if background.items >= _KNOWS_MUCH:
        return False
    looked_for = _looked_for(kinds)
    shared = (key for key, score in scores.items() if score > 0 and key not in looked_for)
    return math.fsum(story.traits[key] for key in shared) < _FEWEST_SHARED


def _is_next_of_series(kinds: _Kinds, story: Profile) -> bool:
    """Say whether the story has another report of the series that the item belongs to: each is an event of its own."""
    return any(key in story.traits for key, _ in kinds[TraitKind.SERIES])


def _missed_core(kinds: _Kinds, story: Profile) -> float:
    """Give how unlikely it is, as a log, that a report of the story lacks the core words that this item lacks."""
    mine = {key for key, _ in kinds[TraitKind.WORD]}
    reports = story.size + shipped_weights().smoothing
    shares = ((key, count / reports) for key, count in story.of(TraitKind.WORD) if count > _CORE * reports)
    return math.fsum(math.log(1 - _MOST_SHARE * share) for key, share in shares if key not in mine)


def signs_of(traits: Sequence[Trait], story: Profile, background: Background) -> Signs:
    """Compare what survives translation."""
    return _signs(_by_kind(traits), story, background)


def _is_headline(kinds: _Kinds) -> bool:
    return all(weight > _IN_HEADLINE for _, weight in kinds[TraitKind.WORD])


def _shared_concepts(kinds: _Kinds, story: Profile, background: Background) -> float:
    """Give how much the concepts in common tell, as a share of what is enough."""
    shared = [(key, weight) for key, weight in kinds[TraitKind.CONCEPT] if key in story.traits]
    return min(1.0, sum(idf(key, background) * weight for key, weight in shared) / _ENOUGH_CONCEPTS)


def _may_agree(kinds: _Kinds, story: Profile, background: Background) -> bool:
    return _shared_concepts(kinds, story, background) > _FEW_CONCEPTS


def _sign_surplus(kinds: _Kinds, story: Profile, background: Background) -> float:
    if not _may_agree(kinds, story, background):  # most stories: spares the rest
        return -math.inf
    return sign_score(_signs(kinds, story, background)) - shipped_weights().least_signs


def _signs(kinds: _Kinds, story: Profile, background: Background) -> Signs:
    held = {kind: any(key in story.traits for key, _ in found) for kind, found in kinds.items()}
    places, rules = TraitKind.PLACE, TraitKind.RULE
    return Signs(
        concepts=_cosine(kinds[TraitKind.CONCEPT], story, story.of(TraitKind.CONCEPT), background),
        shared_concepts=_shared_concepts(kinds, story, background),
        places=_cosine(kinds[places], story, story.of(places), background),
        other_places=float(bool(kinds[places]) and bool(story.of(places)) and not held[places]),
        countries=_cosine(kinds[TraitKind.COUNTRY], story, story.of(TraitKind.COUNTRY), background),
        no_country=float(not held[TraitKind.COUNTRY]),
        number=float(held[TraitKind.NUMBER]),
        other_rules=float(bool(kinds[rules]) != bool(story.of(rules))),
        same_language=float(held[TraitKind.LANGUAGE]),
        looks_back=float(any(key == _PAST for key, _ in kinds[TraitKind.CONCEPT]) != (_PAST in story.traits)),
    )


def sign_score(signs: Signs) -> float:
    """Give the log odds that item and story are of one event; -inf where the signs are too few to say."""
    if not is_comparable(signs):
        return -math.inf
    weights = shipped_weights()
    return math.fsum((weights.bias, *(value for _, value in _sign_scores(signs, weights))))


def _sign_scores(signs: Signs, weights: Weights) -> Iterable[tuple[str, float]]:
    for one in fields(Signs):
        yield one.name, getattr(weights, one.name) * getattr(signs, one.name)


def _is_elsewhere(kinds: _Kinds, story: Profile) -> bool:
    mine = kinds[TraitKind.PLACE]
    if not mine or any(key in story.traits for key, _ in mine):
        return False
    return any(weight >= _PLACED * story.size for _, weight in story.of(TraitKind.PLACE))


def _has_other_scene(kinds: _Kinds, story: Profile) -> bool:
    """Say whether headline and story are each set in a place that the other does not name.

    Two ambushes in one governorate share it, their night and most of their words; the mountain is what parts them.
    """
    if all(weight < 1 or key in story.traits for key, weight in kinds[TraitKind.PLACE]):
        return False
    named = {key for key, _ in kinds[TraitKind.PLACE]}
    return any(
        weight >= _SCENE * story.size and key not in named for key, weight in story.of(TraitKind.PLACE)
    )


def is_comparable(signs: Signs) -> bool:
    """Say whether the signs are enough to judge by."""
    # Markets and sports speak of the same few things every day: without a place in common, signs count only between
    # languages, where words cannot, or when there are very many of them.
    if signs.shared_concepts <= _FEW_CONCEPTS or (signs.same_language and signs.other_places):
        return False
    if signs.places > 0:
        return True
    return not signs.no_country and (not signs.same_language or signs.shared_concepts >= _MANY_CONCEPTS)


def _cosine(
    mine: Sequence[tuple[str, float]],
    story: Profile,
    theirs: Sequence[tuple[str, float]],
    background: Background,
) -> float:
    dot = own = 0.0
    for key, weight in mine:
        square = idf(key, background) ** 2
        own += square * weight**2
        dot += square * weight * story.traits.get(key, 0.0)
    if not dot:
        return 0.0
    other = sum((idf(key, background) * weight) ** 2 for key, weight in theirs)
    return dot / math.sqrt(own * other)


def _told_words(kinds: _Kinds, story: Profile, background: Background) -> tuple[tuple[str, float], ...]:
    scores = _word_scores(kinds, story, background).items()
    spoke = sorted(
        ((key[2:], round(score, 2)) for key, score in scores if score > 0), key=lambda one: -one[1]
    )
    return tuple(spoke[:_MOST_SHOWN])


def _told_signs(kinds: _Kinds, story: Profile, background: Background) -> tuple[tuple[str, float], ...]:
    """Name each sign that counted, with what of it item and story share."""
    scores = _sign_scores(_signs(kinds, story, background), shipped_weights())
    told = []
    for name, score in sorted(scores, key=lambda pair: -abs(pair[1])):
        mine = kinds[_KIND_OF[name]] if name in _KIND_OF else ()
        shared = [key[2:] for key, _ in mine if key in story.traits]
        if score:
            told.append((": ".join(filter(None, (name, ", ".join(shared[:_MOST_SHOWN])))), round(score, 2)))
    return tuple(told)


_KIND_OF = {
    "concepts": TraitKind.CONCEPT,
    "places": TraitKind.PLACE,
    "countries": TraitKind.COUNTRY,
    "number": TraitKind.NUMBER,
}
