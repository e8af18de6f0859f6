from array import array

from watcher.native.sequences import Sequences

class Bayes:
    def __init__(
        self,
        sequences: Sequences,
        *,
        prior: array[float],
        least: array[float],
        unit: float,
        rows: array[int],
        ends: array[int],
        classes: array[int],
        weights: array[int],
    ) -> None: ...
    def shares(self, text: bytes) -> array[float]: ...
