"""Text → how likely it is in each of a hundred languages.

Comes in: a text. Goes out: shares of 1. Called by `language`, which adds what is known besides the text.

The model is py3langid's (langid.py, Lui & Baldwin 2012, retrained); what is kept of it is read by `native.bayes`, in a sixth
of the memory and a tenth of the time.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from watcher.native.bayes import Bayes
from watcher.native.sequences import Sequences

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

_UNIT = 2.0**-11
"""Weights are whole numbers of it: they are kept as numbers of 16 bits, none of them below 1 or above 16."""

_LEAST_FOR_ROW = 40
"""A sequence of so many languages is quicker to read as a row of all: they are nearly all that are met."""


class LanguageModel:
    """py3langid's model, narrowed to the languages with a two-letter code.

    Those without are mostly close relatives of a large one in the model (Nigerian Pidgin, Egyptian Arabic), and take its
    headlines. `languages` are those that shares are given for; of one that has several, all but the first have none.
    """

    def __init__(self) -> None:
        import numpy as np
        from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier
        from py3langid.modelio import load_model

        weights, prior, labels, steps, rows, features = load_model(MODEL_DIR / MODEL_FILE)
        kept = [at for at, label in enumerate(labels) if len(label) == 2]
        self.languages: list[str] = [labels[at] for at in kept]
        self._repeated = [
            (first, at)
            for at, label in enumerate(self.languages)
            if (first := self.languages.index(label)) < at
        ]
        self._encode = LanguageIdentifier._encode
        above, least = _above_least(np.asarray(weights)[:, kept])
        del weights
        has_row = np.count_nonzero(above, axis=1) >= _LEAST_FOR_ROW
        sequences = Sequences(steps, array("I", rows), array("i", _renumbered(features, has_row).tobytes()))
        del steps
        self._bayes = _bayes(sequences, np.asarray(prior)[kept], least, above, has_row)

    def shares(self, text: str) -> npt.NDArray[np.float64]:
        """Give how likely a text is to be in each language, without any prior; they add up to 1."""
        import numpy as np

        shares = np.frombuffer(self._bayes.shares(self._encode(text)))
        for first, at in self._repeated:
            shares[first] += shares[at]
            shares[at] = 0.0
        return shares


def _above_least(
    weights: npt.NDArray[np.float16],
) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.float64]]:
    """Give for each sequence and language by how many units its weight is above the least of the language, and that.

    Raises:
        ValueError: a weight is no whole number of units.
    """
    import numpy as np

    every = np.nan_to_num(np.arange(1 << 16, dtype=np.uint16).view(np.float16)).astype(np.float64)
    units = -every / _UNIT
    is_kept = (units > 0) & (units < 1 << 16) & (units == np.round(units))
    below = np.where(is_kept, units, 0).astype(np.uint16)[np.ascontiguousarray(weights).view(np.uint16)]
    if not below.all():
        raise ValueError("the model has other weights than can be kept of it")
    least = below.max(axis=0)
    return np.subtract(least, below, out=below), least * -_UNIT


def _renumbered(features: Sequence[int], has_row: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
    """Give numbers of sequences, or -1, anew: the first are now those that have rows."""
    import numpy as np

    numbers = np.full(len(has_row) + 1, -1, dtype=np.int32)
    numbers[np.argsort(~has_row, kind="stable")] = np.arange(len(has_row))
    renumbered: npt.NDArray[np.int32] = numbers[np.asarray(features)]
    return renumbered


def _bayes(
    sequences: Sequences,
    prior: npt.NDArray[np.float32],
    least: npt.NDArray[np.float64],
    above: npt.NDArray[np.uint16],
    has_row: npt.NDArray[np.bool_],
) -> Bayes:
    """Part the weights into rows, and for the other sequences into lists of what is above the least."""
    import numpy as np

    others = above[~has_row]
    return Bayes(
        sequences,
        prior=array("d", prior.tolist()),
        least=array("d", least.tolist()),
        unit=_UNIT,
        rows=array("H", above[has_row].tobytes()),
        ends=array("I", np.count_nonzero(others, axis=1).cumsum().tolist()),
        classes=array("B", (np.flatnonzero(others) % others.shape[1]).astype(np.uint8).tobytes()),
        weights=array("H", others[others > 0].tobytes()),
    )
