"""From a match and its item to the words of an alert.

In: `Match`, `Item`, the places found in it. Out: `Composed`, the parts of an `Alert` that come from the text:
headline, quoted sentence, marked evidence, places. Called by the pipeline when a match opens an alert.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from watcher.alert.inert import cut, inert
from watcher.alert.marks import Mark, Marked, excerpt
from watcher.match.syntax import Rule
from watcher.types import Alert, Analysed, FieldName, Item, Match, PlaceMention, Span

HEADLINE_LIMIT = 300
QUOTE_LIMIT = 400
PLACES_LIMIT = 6
UNTITLED = "(no title)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What an alert says; the attributes are those of `Alert`."""

    headline: str
    quote: str
    highlights: tuple[Mark, ...]
    title_highlights: tuple[Mark, ...]
    places: tuple[tuple[str, str], ...]


def compose(match: Match, item: Item, places: Sequence[PlaceMention] = ()) -> Composed:
    """Choose what to tell of an item that a rule held on.

    The headline is the item's title. The quote is the sentence with most evidence; when that is the title itself,
    which the headline already shows, it is what the body has to add: the stretch around its evidence, else how it
    begins.

    Args:
        match: The rule that held, with evidence whose offsets lie in the item's fields.
        item: The item it held on.
        places: All mentions of places in the item, in any order.

    Returns:
        Inert, bounded text. `quote` is empty when the item has no body.
    """
    headline = _headline(item, match)
    quote = _quote(item, match)
    return Composed(
        headline=headline.text,
        quote=quote.text,
        highlights=quote.marks,
        title_highlights=headline.marks,
        places=_places(match, places),
    )


def expected(rule: Rule, *, at: datetime) -> Alert:
    """Give an alert of a rule as far as it is known before anything fired: it finds the rule's routes."""
    return Alert(
        id="",
        story_id="",
        rule=rule.id,
        rule_title=rule.title,
        severity=rule.severity,
        tags=rule.tags,
        headline=rule.title,
        url=None,
        quote="",
        highlights=(),
        title_highlights=(),
        language=None,
        sources=(),
        places=(),
        created_at=at,
        updated_at=at,
        tlp=rule.tlp,
    )


def begin(
    match: Match,
    analysed: Analysed,
    *,
    alert_id: str,
    story_id: str,
    at: datetime,
    item_id: int | None = None,
) -> Alert:
    """Make the alert that a report opens; its sources and events are the caller's to add."""
    blank = Alert(
        id=alert_id,
        story_id=story_id,
        rule=match.rule,
        rule_title=match.rule_title,
        severity=match.severity,
        tags=match.tags,
        headline="",
        url=None,
        quote="",
        highlights=(),
        title_highlights=(),
        language=None,
        sources=(),
        places=(),
        created_at=at,
        updated_at=at,
        tlp=match.tlp,
    )
    return spoken(blank, match, analysed, item_id=item_id)


def spoken(alert: Alert, match: Match, analysed: Analysed, *, item_id: int | None) -> Alert:
    """Let an alert speak with the words of one of its reports."""
    words = compose(match, analysed.item, analysed.places)
    return replace(
        alert,
        headline=words.headline,
        url=analysed.item.url,
        quote=words.quote,
        highlights=words.highlights,
        title_highlights=words.title_highlights,
        language=analysed.language,
        places=words.places,
        item_id=item_id,
        evidence=match.evidence,
    )


def _headline(item: Item, match: Match) -> Marked:
    if item.title.strip():
        headline = excerpt(item.title, _marks(match, "title"), limit=HEADLINE_LIMIT)
        if headline.text:
            return headline
    for substitute in (item.body, item.url or ""):
        if text := cut(inert(substitute[:HEADLINE_LIMIT]).strip(), HEADLINE_LIMIT // 2):
            return Marked(text=text)
    return Marked(text=UNTITLED)


def _quote(item: Item, match: Match) -> Marked:
    marks = _marks(match, "body")
    sentence = match.sentence
    if sentence is not None and sentence.field == "body":
        return excerpt(item.body, marks, limit=QUOTE_LIMIT, start=sentence.start, end=sentence.end)
    return excerpt(item.body, marks, limit=QUOTE_LIMIT)


def _marks(match: Match, field: FieldName) -> tuple[Mark, ...]:
    return tuple((e.span.start, e.span.end) for e in match.evidence if e.span.field == field)


def _places(match: Match, mentions: Sequence[PlaceMention]) -> tuple[tuple[str, str], ...]:
    """Order by how telling: what the rule rests on, then the quoted sentence, then the title, then the rest."""

    def rank(mention: PlaceMention) -> tuple[int, int]:
        if any(_overlaps(mention.span, evidence.span) for evidence in match.evidence):
            group = 0
        elif match.sentence is not None and _overlaps(mention.span, match.sentence):
            group = 1
        else:
            group = 2 if mention.span.field == "title" else 3
        return group, mention.span.start

    # By name: a people and its country are two places of the gazetteer and one to a reader.
    ranked = ((mention.place.name, mention.place.country) for mention in sorted(mentions, key=rank))
    return tuple(dict.fromkeys(ranked))[:PLACES_LIMIT]


def _overlaps(one: Span, other: Span) -> bool:
    return one.field == other.field and one.start < other.end and other.start < one.end
