from collections.abc import Iterable, Mapping

CLASSES: tuple[str, ...]

class WordClasses:
    def __init__(self, classes: Mapping[str, Iterable[str]], common: Mapping[str, Iterable[str]]) -> None: ...
    def of(self, word: str) -> set[str]: ...
