"""How many of an alert's sources are voices of their own.

Two reports are one voice when one outlet published both, when both are from one agency, or when one repeats the text of
the other. Pure; called by `life` and by whoever shows the sources of an alert.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from watcher.story.decide import SAME_TEXT, SAME_TITLE, jaccard
from watcher.types import Shingles, Source


def voices(sources: Sequence[Source]) -> tuple[tuple[Source, ...], ...]:
    """Group the reports that say one thing once, the voice that was heard first standing first.

    Args:
        sources: of one alert, in its order: `copy_of` counts places in it.
    """
    heads = list(range(len(sources)))

    def head(place: int) -> int:
        while heads[place] != place:
            place = heads[place]
        return place

    first_of: dict[tuple[str, str], int] = {}
    for place, source in enumerate(sources):
        joined = [first_of.setdefault(name, place) for name in _names(source)]
        if source.copy_of is not None and 0 <= source.copy_of < len(sources):
            joined.append(source.copy_of)
        for other in joined:
            low, high = sorted((head(place), head(other)))
            heads[high] = low
    groups: dict[int, list[Source]] = {}
    for place, source in enumerate(sources):
        groups.setdefault(head(place), []).append(source)
    return tuple(tuple(groups[place]) for place in sorted(groups))


def independent(sources: Sequence[Source]) -> int:
    """Count the voices that still stand by their report."""
    return sum(any(source.withdrawn_at is None for source in voice) for voice in voices(sources))


def copied(shingles: Shingles, others: Mapping[int, Shingles]) -> int | None:
    """Give the place of the report whose text a new one repeats, the likest; None when it is in its own words.

    Args:
        shingles: of the new report.
        others: of reports by their place in the alert's list.
    """
    likeness = {place: _likeness(shingles, other) for place, other in others.items()}
    best = max(likeness, key=lambda place: (likeness[place], -place), default=None)
    return best if best is not None and likeness[best] >= 1 else None


def _names(source: Source) -> Iterable[tuple[str, str]]:
    yield "publisher", source.publisher or source.feed_id
    if source.agency is not None:
        yield "agency", source.agency


def _likeness(one: Shingles, other: Shingles) -> float:
    """Give how alike two texts are, 1 where that is just enough for a copy."""
    return max(
        jaccard(one.full, other.full) / SAME_TEXT,
        jaccard(one.lead, other.lead) / SAME_TEXT,
        jaccard(one.title, other.title) / SAME_TITLE,
    )
