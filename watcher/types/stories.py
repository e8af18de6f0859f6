"""What makes two items comparable, and the story that they are in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from watcher.types.items import Item
from watcher.types.matches import Match
from watcher.types.text import PlaceMention


@dataclass(frozen=True, slots=True, kw_only=True)
class Shingles:
    """Hashed folded word pairs of an item's title, of its lead (title and first words) and of its whole text.

    Each is 64-bit; empty where there are too few words to compare.
    """

    title: frozenset[int] = frozenset()
    lead: frozenset[int] = frozenset()
    full: frozenset[int] = frozenset()


class TraitKind(StrEnum):
    """What a trait is; short, because every stored trait begins with it."""

    WORD = "w"
    CONCEPT = "c"
    PLACE = "p"
    COUNTRY = "k"
    NUMBER = "n"
    LANGUAGE = "l"
    RULE = "r"
    TERM = "t"
    SERIES = "s"


@dataclass(frozen=True, slots=True, kw_only=True, init=False)
class Trait:
    """One thing that an item speaks of; `weight` (0..1) says how prominently."""

    kind: TraitKind
    name: str
    weight: float
    key: str = field(init=False, compare=False, repr=False)
    """The name under which stories are found by it."""

    def __init__(self, *, kind: TraitKind, name: str, weight: float) -> None:
        # Some forty of them are made for every item that matches: twice as quick as what `dataclass` would write.
        _SET_KIND(self, kind)
        _SET_NAME(self, name)
        _SET_WEIGHT(self, weight)
        # Asked for at each step of folding; an f-string of an enum takes four times as long.
        _SET_KEY(self, kind + ":" + name)


_SET_KIND, _SET_NAME, _SET_WEIGHT, _SET_KEY = (
    getattr(Trait, name).__set__ for name in ("kind", "name", "weight", "key")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What makes two items comparable.

    `exact` are keys that alone prove the same report (publisher's id, cleaned link, text hash). `sketch` are
    sampled hashes of word pairs (signed 64-bit): two items that share one are worth comparing. `shingles` are what is
    compared to find copies of one text, `traits` what is compared to find reports of one event.
    """

    exact: tuple[str, ...]
    sketch: tuple[int, ...]
    shingles: Shingles
    traits: tuple[Trait, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """An item with everything that the processor-bound part of the way found out about it.

    `places` and `fingerprint` are worked out for matched items alone: only what may be told is shown and compared.
    `killed` is how many people it says were killed, None where it says nothing of it.
    `problem` says why nothing could be found out about it.
    """

    item: Item
    language: str
    matches: tuple[Match, ...] = ()
    places: tuple[PlaceMention, ...] = ()
    fingerprint: Fingerprint | None = None
    killed: int | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Reports of one event. `sources` counts distinct publishers; wire copies of one text count once each."""

    id: str
    first_seen_at: datetime
    last_seen_at: datetime
    title: str
    items: int
    sources: int
