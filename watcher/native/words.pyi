from array import array
from collections.abc import Callable

BETWEEN: int
INSIDE: int
ALONE: int
SMALL: int
CAPITAL: int
UNCASED: int

class Words:
    text: str
    starts: array[int]
    ends: array[int]
    cases: bytes
    acronymic: bytes
    small: int
    capitals: int
    def __len__(self) -> int: ...

class Cutter:
    def __init__(self, kind_of: Callable[[str], int], case_of: Callable[[str], int]) -> None: ...
    def cut(self, text: str, source: str, origins: array[int] | None = None) -> Words: ...

def hash_of(text: str) -> int: ...
