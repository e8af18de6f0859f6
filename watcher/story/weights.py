"""The figures by which events are told apart: a table in the package, `data/weights.txt`, that `bench/fit_stories.py` writes.

Out comes `Weights`. Pure; read once, by `event` and `commonness`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

PATH = Path(__file__).with_name("data") / "weights.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Words: `smoothing` reports that a story is taken to have had without a word, `belief` in its own counts (0..1),
    `unseen` occurrences of a word never met, `prior` is how far the shipped counts are believed (0..1). What n reports of
    other stories count against a word is `stream` * n ** `burst`; `discount` is taken off a word's count in a story, `missed` says how far it counts that
    core words of the story are missing. `least_words` nats, `length` more for each word, `text`
    more where it has a text and `place` where it names a place, must speak for a story; `size` nats for each e-fold of its reports choose between several. Signs: `bias` and the weight of
    each, and the `least_signs` nats.
    """

    smoothing: float
    belief: float
    unseen: float
    prior: float
    stream: float
    burst: float
    discount: float
    missed: float
    size: float
    length: float
    text: float
    place: float
    least_words: float
    least_signs: float
    bias: float
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


@lru_cache(maxsize=1)
def shipped_weights() -> Weights:
    """Give the table of the package."""
    return read_weights(PATH.read_text("utf-8"))


def read_weights(text: str) -> Weights:
    """Read lines of `name value`; `#` begins a comment.

    Raises:
        ValueError: a name is missing or unknown.
    """
    lines = (line.partition("#")[0].split() for line in text.splitlines())
    values = {name: float(value) for name, value in filter(None, lines)}
    names = {field.name for field in fields(Weights)}
    if values.keys() != names:
        raise ValueError(f"weights: expected {sorted(names)}, found {sorted(values)}")
    return Weights(**values)


def write_weights(weights: Weights) -> str:
    """Give the table as text."""
    return "".join(f"{field.name} {getattr(weights, field.name):g}\n" for field in fields(weights))
