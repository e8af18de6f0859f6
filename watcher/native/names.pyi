from watcher.native.word_marks import WordMarks
from watcher.native.words import Words

NAME: int
BEGINNING: int
STRIPPED: int
ACRONYM: int
OWN: int
PEOPLE: int
DULL: int
INSIDE: int

class NameIndex:
    def __init__(
        self,
        keys: memoryview[int],
        flags: memoryview[int],
        beginnings: memoryview[int],
        rows: memoryview[int],
        country_of: memoryview[int],
    ) -> None: ...
    def find(self, name: str) -> int | None: ...
    def countries(self, name: str, without: int) -> list[int]: ...

class NameTracer:
    def __init__(
        self, index: NameIndex, marks: WordMarks, peoples: WordMarks, *, proclitics: str, article: str
    ) -> None: ...
    def trace(self, key: str) -> int: ...
    def survey(
        self, words: Words, *, without: int, with_peoples: bool, most: int
    ) -> list[tuple[int, int]]: ...
