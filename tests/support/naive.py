"""A second, slow reading of the rule language: tries every choice of occurrences, knows no index and no folding.

A text is a list of sentences of `Word`s, of which the generator already knows which term each stands for, so nothing
of the matcher's own reading of text is used. Conditions are the plain data that YAML gives.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise, product
from typing import Any


@dataclass(frozen=True, slots=True)
class Word:
    """A written word and the term that it is a form of, None for no term."""

    written: str
    term: str | None
    glue: str = " "


@dataclass(frozen=True, slots=True)
class Text:
    """The sentences of one field."""

    sentences: tuple[tuple[Word, ...], ...]

    def __str__(self) -> str:
        return " ".join(
            "".join(w.glue + w.written for w in one).strip() + "." for one in self.sentences if one
        )

    def words(self) -> list[tuple[str | None, int]]:
        """Give each word's term and the number of its sentence."""
        return [(word.term, n) for n, one in enumerate(s for s in self.sentences if s) for word in one]

    def written(self) -> list[tuple[str, int]]:
        """Give each word as written and the number of its sentence."""
        return [(word.written, n) for n, one in enumerate(s for s in self.sentences if s) for word in one]


@dataclass(frozen=True, slots=True)
class Part:
    """A term found: its field, the numbers of its first and last word, its sentence."""

    field: str
    first: int
    last: int
    sentence: int


Found = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """An item to be judged; `scope` are the fields looked at and the number of sentences of each."""

    texts: dict[str, Text]
    scope: dict[str, int]
    language: str
    lists: dict[str, list[str]]
    towns: dict[str, str]
    forms: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def single(self, fits: Callable[[str], bool]) -> list[Found]:
        """Give each word whose spelling fits."""
        return [
            (Part(name, at, at, sentence),)
            for name, sentences in self.scope.items()
            for at, (written, sentence) in enumerate(self.texts[name].written())
            if sentence < sentences and fits(written)
        ]

    def parts(self, terms: tuple[str, ...]) -> list[Part]:
        found = []
        for name, sentences in self.scope.items():
            words = self.texts[name].words()
            for at in range(len(words) - len(terms) + 1):
                run = words[at : at + len(terms)]
                if (
                    tuple(term for term, _ in run) == terms
                    and len({n for _, n in run}) == 1
                    and run[0][1] < sentences
                ):
                    found.append(Part(name, at, at + len(terms) - 1, run[0][1]))
        return found


def holds(condition: Any, item: Reading) -> bool:
    """Tell whether a condition holds."""
    if isinstance(condition, str):
        return bool(occurrences(condition, item))
    simple: dict[str, Callable[[], bool]] = {
        "any": lambda: any(holds(one, item) for one in condition["any"]),
        "all": lambda: all(holds(one, item) for one in condition["all"]),
        "none": lambda: not any(holds(one, item) for one in condition["none"]),
        "at_least": lambda: sum(holds(one, item) for one in condition["of"]) >= condition["at_least"],
        "count": lambda: len(set(occurrences(condition["count"], item))) >= condition["min"],
        "score": lambda: (
            sum(one["weight"] for one in condition["score"] if holds(one["term"], item))
            >= condition["threshold"]
        ),
        "language": lambda: item.language == condition["language"],
        "field": lambda: holds(condition["match"], inside(item, condition["field"])),
    }
    for key, judge in simple.items():
        if key in condition:
            return judge()
    return bool(occurrences(condition, item))


def inside(item: Reading, name: str) -> Reading:
    """Look only at one field, or at the lead."""
    wanted = {"title": 99, "body": 2} if name == "lead" else {name: 99}
    scope = {one: min(n, item.scope[one]) for one, n in wanted.items() if one in item.scope}
    return replace(item, scope=scope)


def occurrences(condition: Any, item: Reading) -> list[Found]:
    """Give every choice of terms that makes a condition hold."""
    if isinstance(condition, str):
        return [(part,) for part in item.parts(tuple(condition.split()))]
    if "lemma" in condition:
        forms = {form for lemma in condition["lemma"] for form in item.forms[lemma]}
        return item.single(forms.__contains__)
    if "regex" in condition:
        return item.single(lambda written: re.search(condition["regex"], written) is not None)
    if "list" in condition:
        return [one for term in item.lists[condition["list"]] for one in occurrences(term, item)]
    if "place" in condition:
        names = [name for name, country in item.towns.items() if country == condition["place"]]
        return [one for name in names for one in occurrences(name, item)]
    if "field" in condition:
        return occurrences(condition["match"], inside(item, condition["field"]))
    if "any" in condition:
        return [one for child in condition["any"] for one in occurrences(child, item)]
    return list(_together(condition, item))


def _together(condition: Any, item: Reading) -> Iterator[Found]:
    if "at_least" in condition:
        for children in combinations(condition["of"], condition["at_least"]):
            yield from _choices(children, item)
        return
    key = next(k for k in ("all", "near", "sequence", "same_sentence") if k in condition)
    for choice in product(*(occurrences(child, item) for child in condition[key])):
        parts = tuple(part for found in choice for part in found)
        if len({part.field for part in parts}) > 1:
            continue
        if key == "same_sentence" and len({part.sentence for part in parts}) > 1:
            continue
        if key in ("near", "sequence") and _spread(parts) > condition["within"]:
            continue
        if key == "sequence" and not _ordered(choice):
            continue
        yield parts


def _choices(children: tuple[Any, ...], item: Reading) -> Iterator[Found]:
    for choice in product(*(occurrences(child, item) for child in children)):
        parts = tuple(part for found in choice for part in found)
        if len({part.field for part in parts}) == 1:
            yield parts


def _spread(parts: Found) -> int:
    return max(part.first for part in parts) - min(part.last for part in parts)


def _ordered(choice: tuple[Found, ...]) -> bool:
    return all(
        max(part.last for part in one) < min(part.first for part in other) for one, other in pairwise(choice)
    )
