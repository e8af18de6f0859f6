"""Text → language code.

Comes in: a title and body, and what the feed says of itself. Goes out: an ISO 639-1 code, or `und`. Called once per
item by `Document`.

The statistical part is py3langid's model (langid.py, Lui & Baldwin 2012, retrained). It holds its 97 languages for
equally likely, and a headline of six words is often closer to a neighbouring language than to its own. So there is a
prior: what the feed declares; without that, how much news is written in each language.
"""

from __future__ import annotations

import re
from functools import cache

from watcher.text.language_model import LanguageModel

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
    judge = _judge()
    model = judge.model
    shares = model.shares(sample)
    if declared is None:
        return model.languages[int((shares * judge.press).argmax())]
    at = int(shares.argmax())
    best, share = model.languages[at], float(shares[at])
    if best == declared or share > _SURE or declared not in model.languages:
        return best
    return declared if float(shares[model.languages.index(declared)]) * _HINT_ODDS >= share else best


class _Judge:
    """The model of languages, with how much is published in each of them; what is not among the presses has a small one.

    Loading takes half a second, paid by the first text.
    """

    def __init__(self) -> None:
        import numpy as np

        self.model = LanguageModel()
        weights = {language: weight for weight, languages in _PRESSES for language in languages.split()}
        self.press = np.array([weights.get(language, _SMALL_PRESS) for language in self.model.languages])


@cache
def _judge() -> _Judge:
    return _Judge()
