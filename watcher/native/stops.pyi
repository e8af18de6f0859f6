from collections.abc import Callable, Iterator
from enum import IntEnum

class Kind(IntEnum):
    UNSEEN = 0
    OTHER = 1
    PLAIN = 2
    SPACE = 3
    LINE_END = 4
    STOP = 5
    CLOSER = 6
    LOWER = 7
    UPPER = 8
    UNCASED = 9
    DIGIT = 10

_Breaks = tuple[tuple[int, int | None], ...]

class Stops:
    def __init__(
        self,
        *,
        kind_of: Callable[[str], int],
        is_silent_stop: Callable[[Kind, str, str, Kind], bool],
        breaks_of_tail: Callable[[Kind, Kind, bool, str], _Breaks | None],
        breaks_of_chunk: Callable[[str, int], _Breaks],
        behind_gap: Callable[[str, int], int],
        by_heart: frozenset[str],
        letters_alone: bool,
    ) -> None: ...
    def edges(self, text: str, begin: int = 0) -> Iterator[int]: ...
    def sentence_at(self, text: str, offset: int) -> tuple[int, int]: ...
