"""Text → language code.

Comes in: a title and body, and what the feed says of itself. Goes out: an ISO 639-1 code, or `und`. Called once per
item by `Document`.

The statistical part is py3langid's model (langid.py, Lui & Baldwin 2012, retrained). It holds its 97 languages for
equally likely, and a headline of six words is often closer to a neighbouring language than to its own. So there is a
prior: what the feed declares; without that, how much news is written in each language.
"""

from __future__ import annotations

import re
from array import array
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

UNKNOWN = "und"

_CHARS_READ = 400
_SURE = 0.999
_HINT_ODDS = 10.0
"""How much more likely than any other language the declared one is, before a word is read."""

_PRESSES = (
    (30.0, "en"),
    (5.0, "ar cs de el es fa fr he hi hu id it ja ko nl pl pt ro ru sv tr uk vi zh"),
    (1.0, "am az bg bn bs ca da et fi hr hy is ka kk lt lv mk ms nb no sk sl sq sr sw ta th ur"),
)
_SMALL_PRESS = 0.1
"""How much more or less is published in a language than in one with a press of middling size: by orders of magnitude
alone, as the languages of the web's pages are counted by Common Crawl. Measured on titles of feeds, English ones
above all, and on headlines in eighteen languages; not fitted any closer."""

_NOISE = re.compile(r"https?://\S+|#\w+|\d+")
_NOISE_WITH_ADDRESSES = re.compile(r"https?://\S+|\S+@\S+|[@#]\w+|\d+")
"""Dearer by far, as every word may be the beginning of an address: only where there is an @."""

_LETTERS = re.compile(r"[^\W\d_]")
_ENOUGH_LETTERS = re.compile(r"(?:[^\W\d_][\W\d_]*){3}")

# Scripts in which nearly everything that is published as news is in one language.
_SCRIPTS = (
    (re.compile(r"[\u3040-\u30ff]"), "ja"),
    (re.compile(r"[\uac00-\ud7af]"), "ko"),
    (re.compile(r"[\u0e00-\u0e7f]"), "th"),
    (re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]"), "el"),
    (re.compile(r"[\u0530-\u058f]"), "hy"),
    (re.compile(r"[\u10a0-\u10ff]"), "ka"),
    (re.compile(r"[\u4e00-\u9fff]"), "zh"),
)
_ANY_SCRIPT = re.compile("|".join(script.pattern for script, _ in _SCRIPTS))
_SHARE_OF_SCRIPT = 0.3


def normalise(code: str | None) -> str | None:
    """Give the primary subtag of a language tag in lower case (`fr-FR` → `fr`, RFC 5646); None where there is none."""
    if not code:
        return None
    primary = re.split(r"[-_.]", code.strip().lower(), maxsplit=1)[0]
    return primary if primary.isascii() and primary.isalpha() and 2 <= len(primary) <= 3 else None


def detect(text: str, *, hint: str | None = None) -> str:
    """Tell the language of a text.

    Args:
        text: a title, or a title and body; the first 400 characters are read.
        hint: the language that the feed or item declares, as any language tag; weighs as a prior, so that a long text
            in another language is still recognised.

    Returns:
        ISO 639-1, or `und` when there is nothing to tell by.
    """
    declared = normalise(hint)
    read = text[:_CHARS_READ]
    sample = (_NOISE_WITH_ADDRESSES if "@" in read else _NOISE).sub(" ", read)
    if _ENOUGH_LETTERS.search(sample) is None:
        return declared or UNKNOWN
    return _by_script(sample) or _by_words(sample, declared)


def _by_script(sample: str) -> str | None:
    if sample.isascii() or _ANY_SCRIPT.search(sample) is None:
        return None
    least = len(_LETTERS.findall(sample)) * _SHARE_OF_SCRIPT
    return next((language for script, language in _SCRIPTS if len(script.findall(sample)) > least), None)


def _by_words(sample: str, declared: str | None) -> str:
    model = _model()
    shares = model.shares(sample)
    if declared is None:
        return model.languages[int((shares * model.press).argmax())]
    at = int(shares.argmax())
    best, share = model.languages[at], float(shares[at])
    if best == declared or share > _SURE or declared not in model.languages:
        return best
    return declared if float(shares[model.languages.index(declared)]) * _HINT_ODDS >= share else best


class _Model:
    """py3langid's model, narrowed to the languages with a two-letter code.

    Those without are mostly close relatives of a large one in the model (Nigerian Pidgin, Egyptian Arabic), and take its
    headlines. Loading takes half a second and 90 MB, paid by the first text.
    """

    def __init__(self) -> None:
        import numpy as np
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        columns = bytes(256)

        class ByColumn(LanguageIdentifier):  # type: ignore[misc]  # the library has no types
            @staticmethod
            def _encode(text: str) -> bytes:
                return bytes(LanguageIdentifier._encode(text).translate(columns))

        self._identifier = ByColumn.from_model_file(MODEL_FILE, norm_probs=True)
        every = np.asarray(self._identifier.tk_nextmove).reshape(-1, 256)
        steps, columns = _without_idle_columns(every)
        self._identifier.tk_nextmove = array("I", steps.tobytes())
        # A list's numbers are objects: each worker that counts references to them has a copy of their pages.
        self._identifier._rowbase = array("I", [row * steps.shape[1] for row in self._identifier.tk_row])
        self._identifier.tk_output = array("i", self._identifier.tk_output)
        self._identifier.set_languages([label for label in self._identifier.labels if len(label) == 2])
        # As it was narrowed it lies in memory by columns, but is read by rows: that is the dearest part of telling a language.
        self._identifier.nb_ptc = np.ascontiguousarray(self._identifier.nb_ptc)
        # The table of all languages is kept for a return to them that never comes: 28 MB.
        kept = self._identifier.nb_ptc, self._identifier.nb_pc, self._identifier.nb_classes
        self._identifier._full_model = kept
        self.languages: list[str] = self._identifier.nb_classes
        """By column; of a language that has several, all but the first are always 0."""
        press = {language: weight for weight, languages in _PRESSES for language in languages.split()}
        self.press = np.array([press.get(language, _SMALL_PRESS) for language in self.languages])
        """How much is published in each; what is not among the presses has a small one."""

    def shares(self, sample: str) -> npt.NDArray[np.float32]:
        """Give how likely a text is to be in each language, without any prior; they add up to 1."""
        # `rank` gives the same, as a sorted list of pairs: that takes as long as finding them.
        shares: npt.NDArray[np.float32] = self._identifier._decide(sample)
        return shares


def _without_idle_columns(steps: npt.NDArray[np.uint32]) -> tuple[npt.NDArray[np.uint32], bytes]:
    """Make one column of all that lead nowhere: those of bytes that are in no text, a fifth of 42 MB.

    Args:
        steps: the state after each state and each of the 256 bytes.

    Returns:
        The smaller table, and the column of each byte in it.
    """
    import numpy as np

    leads = np.flatnonzero(steps.any(axis=0))
    idle = np.setdiff1d(np.arange(256), leads)[:1]
    kept = np.concatenate([leads, idle])
    columns = np.full(256, len(leads))
    columns[leads] = np.arange(len(leads))
    return steps[:, kept], bytes(columns.tolist())


@cache
def _model() -> _Model:
    return _Model()
