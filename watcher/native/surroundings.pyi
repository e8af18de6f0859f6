from collections.abc import Set

from watcher.native.word_classes import WordClasses
from watcher.native.words import Words

class Surroundings:
    capitals: set[int]
    def __init__(
        self,
        classes: WordClasses,
        words: Words,
        language: str,
        is_headline: bool,
        is_shouted: bool,
    ) -> None: ...
    def home_words(self) -> set[str]: ...
    def small_among(self, hashes: Set[int]) -> set[int]: ...
    def take(self, first: int, last: int, is_sure: bool, is_acronym: bool) -> None: ...
    def surnames(self) -> set[str]: ...
    def signs(
        self,
        first: int,
        last: int,
        end: int,
        proclitics: str,
        is_acronym: bool,
        persons: Set[str],
        small: Set[int],
    ) -> int: ...
