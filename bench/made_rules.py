"""Ten thousand rules of the shapes that analysts write, made from words and names of real texts: for `bench.scale`.

Nobody writes a rule from the text that it will meet: the rules are made of other texts of the same feeds than those that
are then matched. A word or name that stands in one of a thousand texts so meets one of a thousand others, as it does in
life, and does not have its one text among the measured by construction.

Words stand in at least one text of the corpus. So does one name in five; the others, of whom nothing is in the news,
are put together from the parts of such names, so that their parts are met. What stands in many texts is left out:
common words, and the names that a blog puts under every post. All else is drawn alike, so that most is rare: people
watch for what seldom happens. Drawn from a seeded generator: the same texts give the same rules.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from watcher.match.syntax import TermList
from watcher.types import Item

SHAPES = (
    "made of words and names of other texts of the same feeds than those measured, four names in five of people who are "
    "in none; 25 % any of three names; 20 % a name and one of four words; 15 % a list near a name within 10 to 25 words; "
    "15 % a place in one of 60 countries and a list, half of them near one another; 10 % such a place and one of three "
    "words; 5 % two words in sequence; 5 % a list and a name in one sentence; 5 % a name in title or lead; every "
    "fifth with an unless on the title, which names a shipped list; a list is one of 60 of 12 words and 12 names"
)

_NAME = re.compile(r"\b[A-Z][a-z]{2,}(?: [A-Z][a-z]{2,}){1,2}\b")
_WORD = re.compile(r"\b[a-z]{6,14}\b")
_MOST_COMMON_WORD = 0.02
"""Words that stand in more than so many of the texts are nothing that anybody watches for."""

_MOST_COMMON_NAME = 0.005
"""… and names in more than so many are a feed's own, or say nothing by themselves."""

_UNMET_FOR_ONE_MET = 4
_TOPIC = "topic-"
_MADE_LISTS = 60
_LIST_WORDS, _LIST_NAMES = 12, 12
_COUNTRIES = [
    "US",
    "CN",
    "IN",
    "GB",
    "FR",
    "DE",
    "RU",
    "UA",
    "IL",
    "PS",
    "IR",
    "IQ",
    "SY",
    "LB",
    "EG",
    "LY",
    "TN",
    "DZ",
    "MA",
    "ML",
    "NE",
    "NG",
    "TD",
    "SD",
    "ET",
    "SO",
    "KE",
    "UG",
    "CD",
    "RW",
    "ZA",
    "ZW",
    "MZ",
    "AO",
    "CM",
    "GH",
    "SN",
    "TR",
    "GR",
    "IT",
    "ES",
    "PT",
    "PL",
    "RO",
    "HU",
    "AU",
    "CA",
    "MX",
    "BR",
    "AR",
    "CL",
    "CO",
    "VE",
    "PE",
    "JP",
    "KR",
    "KP",
    "PK",
    "AF",
    "ID",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """What rules are made of: names of people and organisations, words, lists of topics, and lists to exclude."""

    names: Sequence[str]
    words: Sequence[str]
    topics: Sequence[str]
    vetoes: Sequence[str]


def made_lists(items: Sequence[Item]) -> dict[str, list[str]]:
    """Give lists of words and names as their YAML has them; a list's words are drawn from all texts alike."""
    draw = random.Random(1)
    names, words = _names(items), _words(items)
    return {
        f"{_TOPIC}{at}": draw.sample(words, _LIST_WORDS) + draw.sample(names, _LIST_NAMES)
        for at in range(_MADE_LISTS)
    }


def corpus_of(items: Sequence[Item], lists: Mapping[str, TermList]) -> Corpus:
    """Find names and words in the texts."""
    topics = sorted(name for name in lists if name.startswith(_TOPIC))
    vetoes = sorted(lists.keys() - topics)
    return Corpus(names=_names(items), words=_words(items), topics=topics, vetoes=vetoes)


def made_rules(count: int, corpus: Corpus) -> list[dict[str, object]]:
    """Give rules as their YAML has them."""
    draw = random.Random(2)
    shapes = [shape for shape, share in _SHAPES for _ in range(share)]
    rules = []
    for at in range(count):
        # The mix is the same in any number of rules from 20 on, and nearly so in 10.
        rule: dict[str, object] = {
            "id": f"made-{at}",
            "match": shapes[at * 7 % len(shapes)](draw, corpus),
            "tests": [{"title": "A quiet day in the village", "expect": "no match"}],
        }
        if at % 5 == 0:
            veto = [{"list": draw.choice(corpus.vetoes)}, *draw.sample(corpus.words, 3)]
            rule["unless"] = {"field": "title", "match": {"any": veto}}
        rules.append(rule)
    return rules


Shape = Callable[[random.Random, Corpus], dict[str, object]]


def _somebody(draw: random.Random, corpus: Corpus) -> dict[str, object]:
    return {"any": draw.sample(corpus.names, 3)}


def _somebody_doing(draw: random.Random, corpus: Corpus) -> dict[str, object]:
    return {"all": [draw.choice(corpus.names), {"any": draw.sample(corpus.words, 4)}]}


def _near(draw: random.Random, corpus: Corpus) -> dict[str, object]:
    both = [_list(draw, corpus), draw.choice(corpus.names)]
    return {"near": both, "within": draw.randint(10, 25)}


def _topic_somewhere(draw: random.Random, corpus: Corpus) -> dict[str, object]:
    return {"all": [_place(draw), _list(draw, corpus)]}


def _topic_near_somewhere(draw: random.Random, corpus: Corpus) -> dict[str, object]:
    place, topic = _place(draw), _list(draw, corpus)
    return {"all": [place, topic, {"near": [topic, place], "within": 25}]}


def _word_somewhere(draw: random.Random, corpus: Corpus) -> dict[str, object]:
    return {"all": [_place(draw), {"any": draw.sample(corpus.words, 3)}]}


def _sequence(draw: random.Random, corpus: Corpus) -> dict[str, object]:
    return {"sequence": draw.sample(corpus.words, 2), "within": 6}


def _in_one_sentence(draw: random.Random, corpus: Corpus) -> dict[str, object]:
    return {"same_sentence": [_list(draw, corpus), draw.choice(corpus.names)]}


def _on_top(draw: random.Random, corpus: Corpus) -> dict[str, object]:
    return {"field": draw.choice(["title", "lead"]), "match": draw.choice(corpus.names)}


def _place(draw: random.Random) -> dict[str, object]:
    return {"place": draw.choice(_COUNTRIES)}


def _list(draw: random.Random, corpus: Corpus) -> dict[str, object]:
    return {"list": draw.choice(corpus.topics)}


_SHAPES: tuple[tuple[Shape, int], ...] = (  # shares in twentieths, as SHAPES says them
    (_somebody, 10),
    (_somebody_doing, 8),
    (_near, 6),
    (_topic_somewhere, 3),
    (_topic_near_somewhere, 3),
    (_word_somewhere, 4),
    (_sequence, 2),
    (_in_one_sentence, 2),
    (_on_top, 2),
)


def _names(items: Sequence[Item]) -> list[str]:
    texts = Counter(name for item in items for name in set(_NAME.findall(item.body)))
    met = sorted(name for name, count in texts.items() if count <= _MOST_COMMON_NAME * len(items))
    draw = random.Random(3)
    ends = [name.split(" ", 1)[1] for name in met]
    others = [f"{name.split()[0]} {draw.choice(ends)}" for name in met for _ in range(_UNMET_FOR_ONE_MET)]
    return sorted({*met, *others})


def _words(items: Sequence[Item]) -> list[str]:
    texts = Counter(word for item in items for word in set(_WORD.findall(item.body)))
    return sorted(word for word, count in texts.items() if count <= _MOST_COMMON_WORD * len(items))
