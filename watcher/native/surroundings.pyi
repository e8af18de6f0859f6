from collections.abc import Sequence, Set

from watcher.native.word_classes import WordClasses
from watcher.native.words import Words

SIGNS: tuple[str, ...]

class Surroundings:
    def __init__(
        self,
        classes: WordClasses,
        words: Words,
        language: str,
        is_headline: bool,
        is_shouted: bool,
    ) -> None: ...
    def home_words(self) -> set[str]: ...
    def take(self, first: int, last: int, is_sure: bool) -> None: ...
    def surnames(self) -> set[str]: ...
    def signs(
        self,
        first: int,
        last: int,
        end: int,
        proclitics: str,
        is_acronym: bool,
        persons: Set[str],
        small: Set[str],
    ) -> int: ...

class SignWeights:
    def __init__(self, weights: Sequence[float]) -> None: ...
    def confidence(self, odds: float, signs: int) -> float: ...
