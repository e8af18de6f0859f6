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
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNKNOWN = "und"

_CHARS_READ = 400
_FEWEST_LETTERS = 3
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

_NOISE = re.compile(r"https?://\S+|\S+@\S+|[@#]\w+|\d+")
_LETTERS = re.compile(r"[^\W\d_]")

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
    sample = _NOISE.sub(" ", text[:_CHARS_READ])
    letters = len(_LETTERS.findall(sample))
    if letters < _FEWEST_LETTERS:
        return declared or UNKNOWN
    for script, language in _SCRIPTS:
        if len(script.findall(sample)) > letters * _SHARE_OF_SCRIPT:
            return language
    return _by_words(sample, declared)


def _by_words(sample: str, declared: str | None) -> str:
    ranked = _identifier().rank(sample)
    if declared is None:
        return str(max(ranked, key=lambda one: one[1] * _press().get(one[0], _SMALL_PRESS))[0])
    best, share = ranked[0]
    if best == declared or share > _SURE:
        return str(best)
    shares = dict(ranked)
    return declared if shares.get(declared, 0.0) * _HINT_ODDS >= share else str(best)


@cache
def _press() -> dict[str, float]:
    """Give how much is published, by language; what is not there has a small press."""
    return {language: weight for weight, languages in _PRESSES for language in languages.split()}


@cache
def _identifier() -> LanguageIdentifier:
    """Load the model: half a second and 90 MB, paid by the first text.

    Languages without a two-letter code are left out: in the model they are mostly close relatives of a large one
    (Nigerian Pidgin, Egyptian Arabic), and take its headlines.
    """
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([label for label in identifier.labels if len(label) == 2])
    # The table of all languages is kept for a return to them that never comes: 28 MB.
    identifier._full_model = identifier.nb_ptc, identifier.nb_pc, identifier.nb_classes
    return identifier
