"""The kinds of condition: one class each, which reads itself, says what must be looked for, and evaluates itself.

A new kind is a new class that fits `reader.Form` and derives from `syntax.Condition`, and its name here.
"""

from __future__ import annotations

from collections.abc import Mapping

from watcher.match.forms.distance import Near, SameParagraph, SameSentence, Sequence
from watcher.match.forms.entities import EntityIs
from watcher.match.forms.facts import FeedIs, FeedTagIs, LanguageIs
from watcher.match.forms.inflected import Lemma
from watcher.match.forms.lists import AnyOfList
from watcher.match.forms.logic import AllOf, AnyOf, AtLeast, NoneOf
from watcher.match.forms.names import Use
from watcher.match.forms.numbers import Count, Score
from watcher.match.forms.patterns import Regex
from watcher.match.forms.places import PlaceIs
from watcher.match.forms.queries import Query
from watcher.match.forms.scope import InField
from watcher.match.forms.words import Exact, Phrase
from watcher.match.reader import Form

FORMS: Mapping[str, type[Form]] = {
    form.key: form
    for form in (
        Exact,
        Lemma,
        AnyOf,
        AllOf,
        NoneOf,
        AtLeast,
        Near,
        Sequence,
        SameSentence,
        SameParagraph,
        InField,
        Count,
        AnyOfList,
        PlaceIs,
        EntityIs,
        Score,
        Regex,
        LanguageIs,
        FeedIs,
        FeedTagIs,
        Use,
        Query,
    )
}
"""Every kind of condition that is a mapping, by the key that names it."""

__all__ = ["FORMS", "Phrase"]
