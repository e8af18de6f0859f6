"""Which rules read which feeds, and so whom the loss of a feed concerns.

In: the rules and the feeds. Out: groups of rules that read the same feeds. Pure; called by `notices`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from watcher.match.latency import reads_feed, reads_of
from watcher.match.syntax import FromFilter, Rule, Status
from watcher.types import Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Readership:
    """Rules in force that read the same feeds: those have few `from`s between them, however many they are."""

    rules: tuple[Rule, ...]
    feeds: frozenset[str]


def readerships(rules: Iterable[Rule], feeds: Iterable[Feed]) -> tuple[Readership, ...]:
    """Group the active rules by the feeds that they read; a rule that counts another's matches reads that one's."""
    by_id = {rule.id: rule for rule in rules}
    groups: dict[FromFilter, list[Rule]] = {}
    for rule in by_id.values():
        if rule.status is Status.ACTIVE:
            groups.setdefault(reads_of(rule, by_id), []).append(rule)
    all_feeds = tuple(feeds)
    return tuple(
        Readership(
            rules=tuple(some), feeds=frozenset(feed.id for feed in all_feeds if reads_feed(from_, feed))
        )
        for from_, some in groups.items()
    )
