from array import array
from collections.abc import Iterable, Sequence

class Filings:
    def __init__(
        self,
        *,
        numbers: dict[str, int],
        implied: Sequence[Sequence[int]],
        groups: Sequence[Sequence[int]],
        shelves: Sequence[int],
        openers: Sequence[Sequence[int]],
        filings: Sequence[int],
        further: Sequence[Sequence[int]],
        rules: Sequence[int],
    ) -> None: ...
    def known(self, signs: Iterable[str]) -> array[int]: ...
    def candidates(self, shown: array[int]) -> list[int]: ...
    def has_more(self, shown: array[int], also: array[int]) -> bool: ...
