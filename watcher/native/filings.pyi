from array import array
from collections.abc import Sequence

class Filings:
    def __init__(
        self,
        *,
        implied: Sequence[Sequence[int]],
        groups: Sequence[Sequence[int]],
        shelves: Sequence[int],
        openers: Sequence[Sequence[int]],
        filings: Sequence[int],
        further: Sequence[Sequence[int]],
        rules: Sequence[int],
    ) -> None: ...
    def candidates(self, shown: array[int]) -> list[int]: ...
    def has_more(self, shown: array[int], also: array[int]) -> bool: ...
