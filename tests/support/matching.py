"""Rules and items for tests of the matcher, without files: plain words and sentences, places where a test puts them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import cast

import yaml

from watcher.match.compile import compile_rules
from watcher.match.engine import Engine
from watcher.match.syntax import Rule, TermList
from watcher.match.yaml import SyntaxProblem, parse_definitions, parse_list, parse_rule
from watcher.text.document import Document, EntityFinder
from watcher.text.gazetteer import Gazetteer
from watcher.text.tokens import Words
from watcher.types import Feed, Item, Match, Place, PlaceMention, Span

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FEED = Feed(id="wire", url="https://feeds.example/wire", tags=frozenset({"world"}), language="en")

TOWNS = {
    "Ben Gardane": Place(id="1", name="Ben Gardane", country="TN", kind="city", lat=33.14, lon=11.22),
    "Zarzis": Place(id="2", name="Zarzis", country="TN", kind="city", lat=33.5, lon=11.11),
    "Kasserine": Place(id="3", name="Kasserine", country="TN", kind="city", lat=35.17, lon=8.84),
    "Tripoli": Place(id="4", name="Tripoli", country="LY", kind="city", lat=32.88, lon=13.19),
    "Tunisia": Place(id="TN", name="Tunisia", country="TN", kind="country", lat=34.0, lon=9.0),
    "Libya": Place(id="LY", name="Libya", country="LY", kind="country", lat=27.0, lon=17.0),
    "Nowhere": Place(id="5", name="Nowhere", country="LY", kind="area"),
}


class PlainSplitter:
    """Words are runs of letters and digits; sentences end at a full stop, question or exclamation mark."""

    def __init__(self) -> None:
        self.calls = 0

    def passages(self, text: str, language: str) -> None:
        return None

    def words(self, text: str, language: str) -> Words:
        self.calls += 1
        found = [match.span() for match in re.finditer(r"\w+", text)]
        cuts = [0, *(match.end() for match in re.finditer(r"[.!?؟]+\s*", text)), len(text)]
        sentences = tuple((a, b) for a, b in pairwise(cuts) if a < b)
        return Words(starts=tuple(a for a, _ in found), ends=tuple(b for _, b in found), sentences=sentences)


class TownGazetteer:
    """Knows `TOWNS` and a few countries."""

    countries: Mapping[str, Place] = {
        code: Place(id=code, name=code, country=code, kind="country")
        for code in ("TN", "LY", "NO", "FR", "ML")
    }

    kinds = frozenset({"city", "country", "area", "people"})

    def named(self, name: str) -> tuple[Place, ...]:
        return (TOWNS[name],) if name in TOWNS else ()


GAZETTEER = cast("Gazetteer", TownGazetteer())


def item(title: str = "", body: str = "", **changes: object) -> Item:
    """Make an item."""
    values: dict[str, object] = {
        "feed_id": "wire",
        "key": "k",
        "guid": None,
        "url": None,
        "title": title,
        "summary": body,
        "content": "",
        "seen_at": NOW,
    }
    return Item(**{**values, **changes})  # type: ignore[arg-type]  # the keys are those of Item


class SureOf(tuple[PlaceMention, ...]):
    """Places that are what they seem."""

    @property
    def countries(self) -> set[str]:
        return {mention.place.country for mention in self}

    def mentions(self) -> tuple[PlaceMention, ...]:
        return self


def document(
    title: str = "",
    body: str = "",
    *,
    language: str = "en",
    confidence: float = 0.9,
    splitter: PlainSplitter | None = None,
    recogniser: EntityFinder | None = None,
    **changes: object,
) -> Document:
    """Make a document in which every name of `TOWNS` is found as a place."""

    def find(read: Document) -> SureOf:
        return SureOf(
            PlaceMention(
                span=Span(field=field, start=hit.start(), end=hit.end()),
                text=hit.group(),
                place=place,
                confidence=confidence,
            )
            for field in ("title", "body")
            for name, place in TOWNS.items()
            for hit in re.finditer(name, read.text(field))
        )

    return Document(
        item=item(title, body, **changes),
        language=language,
        tokenizer=splitter or PlainSplitter(),
        find_places=find,
        recogniser=recogniser,
    )


def read_rule(text: str, definitions: str = "{}") -> Rule:
    """Read one rule of YAML that must be without errors; `id` may be left out."""
    value = {"id": "rule", **yaml.safe_load(text)}
    defined, _ = parse_definitions(yaml.safe_load(definitions))
    rule, problems = parse_rule(value, defined)
    assert rule is not None, problems
    return rule


def problems_of(text: str, definitions: str = "{}") -> tuple[SyntaxProblem, ...]:
    """Give what is wrong with a rule of YAML; `id` may be left out."""
    value = yaml.safe_load(text)
    if isinstance(value, dict):
        value = {"id": "rule", **value}
    return parse_rule(value, parse_definitions(yaml.safe_load(definitions))[0])[1]


def read_lists(text: str) -> dict[str, TermList]:
    """Read lists of YAML that must be without errors."""
    lists = {}
    for name, value in yaml.safe_load(text).items():
        terms, problems = parse_list(name, value)
        assert terms is not None, problems
        lists[name] = terms
    return lists


def engine_of(*rules: str | Rule, lists: str = "{}", definitions: str = "{}") -> Engine:
    """Build an engine of rules in YAML."""
    read = [rule if isinstance(rule, Rule) else read_rule(rule, definitions) for rule in rules]
    return Engine(compile_rules(read, read_lists(lists), GAZETTEER))


def matches(engine: Engine, read: Document, feed: Feed = FEED, now: datetime = NOW) -> tuple[Match, ...]:
    """Run the engine on a document."""
    return engine.match(read, feed, now)


def evidence(found: Sequence[Match]) -> list[tuple[str, str]]:
    """Give text and path of all evidence."""
    return [(one.text, one.path) for match in found for one in match.evidence]


def holds(condition: str, title: str = "", body: str = "", *, lists: str = "{}", **changes: object) -> bool:
    """Tell whether a condition in YAML holds on an item."""
    language = str(changes.pop("language", "en"))
    engine = engine_of(f"match: {condition}", lists=lists)
    return bool(matches(engine, document(title, body, language=language, **changes)))
