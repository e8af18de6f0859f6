"""From an item to what tells its event from others: words, concepts, places, countries, numbers, rules, series.

Pure. Called by `fingerprint`, in the worker processes, for every item that a rule matched. Words compare reports in
one language; concepts, places and numbers also those in different ones: they survive translation.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from watcher.native.records import restored
from watcher.native.word_marks import WordMarks
from watcher.story.concepts import shipped_concepts
from watcher.text.fold import Folded, fold
from watcher.types import Item, Match, PlaceMention, Trait, TraitKind

_LEAD_WORDS = 60
_MOST_OF_A_KIND = 40
"""Bounds what one item writes to the store, however its text is made."""
_IN_BODY = 0.6
_IN_LINK = 0.8
"""What a sign counts that is not in the headline: publishers put the event there."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_LATIN = re.compile(r"[a-z]+")
_DIGITS = re.compile(r"[^\W_]*\d[^\W_]*")
_COUNTED = frozenset({"kill", "wound", "body", "missing"})
_FEWEST_WORDS_IN_LINK = 4
_LONGEST_NUMBER = 4
_SUFFIXES = {
    "g": ("ing",),
    "s": ("ers", "ies", "es", "s"),
    "d": ("ed",),
    "r": ("er",),
    "y": ("ly",),
    "e": ("e",),
}
"""By their last letter, the longest first."""
_SHORTEST_STEM = 4
_NOISE = "html story articleshow news rss track article idus idusbrea index amp video"
_LINK_NOISE = frozenset(_NOISE.split())
_COMMON = (
    "a an the of in on at to for from by with and or but as is are was were be been being has have had do does did "
    "will would could should may might can not no it its he she his her they their them this that these those who "
    "what when where why how after before over under up down out off about into than then so if us we you your our "
    "i my me more most new says said say s t vs via amid just now get gets all also here there first "
    "les des une dans pour par sur avec est sont qui que aux ses leur leurs plus apres avant selon ont ete etre elle "
    "ils cette son entre contre sans sous vers du de la le un et en au il ce se ne pas d l "
    "في من على علي عن الى الي ان أن التي الذي هذا هذه بعد قبل مع بين كان قال كما ما لا لم لن هو هي ثم او حتى حتي"
)
_STOP = frozenset(_COMMON.split())
COMMON_WORDS = WordMarks(dict.fromkeys(_STOP, 1))
"""Folded words that say nothing of their text: "the" and "dans"."""

_NUMBERS = {
    word: value
    for value, words in {
        "2": "two deux اثنان اثنين",
        "3": "three trois ثلاثه ثلاثة ثلاث",
        "4": "four quatre اربعة اربع",
        "5": "five cinq خمسة خمس",
        "6": "six ستة",
        "7": "seven sept سبعة سبع",
        "8": "eight huit ثمانية ثماني",
        "9": "nine neuf تسعة تسع",
        "10": "ten dix عشرة عشر",
        "12": "twelve dozen douze douzaine",
        "15": "fifteen quinze",
        "20": "twenty vingt عشرون عشرين",
        "tens": "dozens dizaines عشرات",
        "hundreds": "hundreds centaines مئات",
        "thousands": "thousands milliers الاف",
    }.items()
    for word in words.split()
}


def traits_of(
    item: Item,
    title: str,
    body: Folded,
    *,
    language: str,
    places: Sequence[PlaceMention],
    matches: Iterable[Match],
) -> tuple[Trait, ...]:
    """Give an item's traits, each once, with what it counts (0..1).

    Args:
        item: the item.
        title: its headline, folded and without agencies' marks.
        body: its text, folded.
        language: of its text.
        places: the places that it names.
        matches: the rules that hold on it; what they found is of every item that they hold on.
    """
    head = _WORD.findall(title)
    lead = _lead(body)
    found: dict[str, Trait] = {}
    for words, weight in ((head, 1.0), (lead, _IN_BODY)):
        _note_words(found, TraitKind.WORD, words, weight)
        _note(found, TraitKind.CONCEPT, sorted(shipped_concepts().of(words)), weight)
        _note(found, TraitKind.NUMBER, _numbers(words), weight)
    _note_words(found, TraitKind.WORD, _link_words(item.url or ""), _IN_LINK)
    _note_places(found, places)
    _note(found, TraitKind.LANGUAGE, [language], 1.0)
    held = tuple(matches)
    _note(found, TraitKind.RULE, (match.rule for match in held), 1.0)
    _note_words(found, TraitKind.TERM, _looked_for(held), 1.0)
    _note(found, TraitKind.SERIES, _series(item, title), 1.0)
    return tuple(found.values())


def _lead(body: Folded) -> list[str]:
    # Most texts have enough words in two thirds of what may be looked at; the one more shows that the last is whole.
    words = _WORD.findall(body.beginning(_LEAD_WORDS * 8))
    if len(words) <= _LEAD_WORDS:
        words = _WORD.findall(body.beginning(_LEAD_WORDS * 12))
    return words[:_LEAD_WORDS]


def lead_stems(title: str, body: str) -> Iterable[str]:
    """Give the stems of the telling words of a headline and of the beginning of its text."""
    words = _WORD.findall(fold(title).text) + _WORD.findall(fold(body[: _LEAD_WORDS * 12]).text)[:_LEAD_WORDS]
    return map(stem, _telling(words))


def stem(word: str) -> str:
    """Cut what inflects an English or French word: enough to compare headlines, no more.

    >>> stem("tapering"), stem("seizes")
    ('taper', 'seiz')
    """
    word = word.removesuffix("'s")
    for suffix in _SUFFIXES.get(word[-1:], ()):
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM:
            return word[: -len(suffix)]
    return word


def _note(found: dict[str, Trait], kind: TraitKind, names: Iterable[str], weight: float) -> None:
    room, prefix = _MOST_OF_A_KIND, kind + ":"
    for name in names:
        if room == 0:
            return
        key = prefix + name
        if key not in found:
            # As `Trait` would be made, in half the time: an item that matches has some forty.
            found[key] = restored(Trait, kind, name, weight, key)
            room -= 1


def _note_words(found: dict[str, Trait], kind: TraitKind, words: Iterable[str], weight: float) -> None:
    _note(found, kind, [stem(word) for word in words if word not in _STOP], weight)


def _note_places(found: dict[str, Trait], places: Sequence[PlaceMention]) -> None:
    for is_title in (True, False):
        named = [one.place for one in places if (one.span.field == "title") is is_title]
        weight = 1.0 if is_title else _IN_BODY
        exact = (place.id for place in named if place.kind not in ("country", "people"))
        _note(found, TraitKind.PLACE, exact, weight)
        _note(found, TraitKind.COUNTRY, (place.country for place in named), weight)


def _telling(words: Iterable[str]) -> Iterable[str]:
    return (word for word in words if word not in _STOP)


def _looked_for(matches: Iterable[Match]) -> Sequence[str]:
    texts = dict.fromkeys([one.text for match in matches for one in match.evidence])
    return _WORD.findall(fold("\n".join(texts)).text)


def _series(item: Item, title: str) -> Iterable[str]:
    """Name the series that a numbered headline belongs to: those of its outlet that differ from it in numbers alone.

    "Alert 12 for Douz" is followed by alert 13, another event. Numbers of victims rise while the event is the same.
    """
    masked, numbers = _DIGITS.subn("#", title)
    if numbers and not shipped_concepts().of(_WORD.findall(title)) & _COUNTED:
        yield hashlib.blake2b(
            f"{item.feed_id}\0{masked}".encode("utf-8", "surrogatepass"), digest_size=8
        ).hexdigest()


def _numbers(words: Iterable[str]) -> Sequence[str]:
    said = [word for word in words if word in _NUMBERS or word.isdecimal()]
    return [_NUMBERS.get(word, word) for word in said if word in _NUMBERS or len(word) <= _LONGEST_NUMBER]


def _link_words(url: str) -> Sequence[str]:
    """Give the words of a link that spells the headline out: often an earlier, plainer one."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ()
    slug = max(path.split("/"), key=lambda part: part.count("-") + part.count("_"), default="")
    words = [word for word in _LATIN.findall(slug.lower()) if len(word) > 2 and word not in _LINK_NOISE]
    return words if len(words) >= _FEWEST_WORDS_IN_LINK else ()
