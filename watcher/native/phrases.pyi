from collections.abc import Iterable

from watcher.native.hits import Hits
from watcher.native.sheet import Sheet

class Phrases:
    def __init__(self, phrases: Iterable[tuple[int, str, bool]]) -> None: ...
    def find(self, sheet: Sheet, hits: Hits) -> None: ...
