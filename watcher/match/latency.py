"""How soon rules want to hear of a feed's items: `latency` in a rule.

In: the rules in force and the feeds. Out: for each feed the strictest latency of the rules that read it. Pure; called by
`app`, for the schedule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from fnmatch import fnmatchcase

from watcher.match.syntax import FromFilter, Rule, Status
from watcher.types import Feed


def strictest_latencies(rules: Iterable[Rule], feeds: Iterable[Feed]) -> dict[str, timedelta]:
    """Give the strictest latency for each feed that a rule wants one of.

    Args:
        rules: all rules; those with the status `active` are in force. One that counts another rule's matches reads
            the feeds of that one.
        feeds: all feeds. One whose language is not known could bring items in any.
    """
    by_id = {rule.id: rule for rule in rules}
    wanted: dict[FromFilter, timedelta] = {}
    for rule in by_id.values():
        if rule.latency is not None and rule.status is Status.ACTIVE:
            from_ = reads_of(rule, by_id)
            wanted[from_] = min(rule.latency, wanted.get(from_, rule.latency))
    found: dict[str, timedelta] = {}
    for feed in feeds if wanted else ():
        asked = [latency for from_, latency in wanted.items() if reads_feed(from_, feed)]
        if asked:
            found[feed.id] = min(asked)
    return found


def reads_feed(wanted: FromFilter, feed: Feed) -> bool:
    """Tell whether a rule's `from` may let items of a feed through."""
    return (
        (not wanted.feeds or any(fnmatchcase(feed.id, glob) for glob in wanted.feeds))
        and (not wanted.tags or not wanted.tags.isdisjoint(feed.tags))
        and (not wanted.languages or feed.language is None or feed.language.lower()[:2] in wanted.languages)
    )


def reads_of(rule: Rule, by_id: Mapping[str, Rule]) -> FromFilter:
    """Give the `from` of a rule, or of the one whose matches it counts."""
    counted = rule.when.of if rule.when is not None else None
    return by_id[counted].from_ if counted is not None and counted in by_id else rule.from_
