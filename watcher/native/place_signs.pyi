from collections.abc import Sequence

SIGNS: tuple[str, ...]

class SignWeights:
    def __init__(self, weights: Sequence[float]) -> None: ...
    def confidence(self, odds: float, signs: int) -> float: ...
