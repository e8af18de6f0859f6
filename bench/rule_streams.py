"""Labelled headlines as a user's rules would see them: those that have one word in common, into a store that is empty.

A store that knows little takes any word for rare, and what the rule looks for is in all of them: there two events are put
together that a full store tells apart. In: the reports of `stories.jsonl`. Out: a stream of reports for each made rule.
Called by `bench.fit_stories`.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from bench.stories import Report
from watcher.types import Trait, TraitKind

_RULES = 60
_REPORTS = (6, 60)  # of a rule in a store's first days
_FEWEST_STORIES = 3
_IN_HEADLINE = 1.0


def rule_streams(reports: Sequence[Report], *, rules: int = _RULES) -> list[list[Report]]:
    """Give the reports of made rules, each of which looks for one word; the same in every run."""
    by_word: defaultdict[str, list[Report]] = defaultdict(list)
    for report in reports:
        for trait in report.fingerprint.traits:
            if trait.kind is TraitKind.WORD and trait.weight == _IN_HEADLINE and trait.name.isalpha():
                by_word[trait.name].append(report)
    least, most = _REPORTS
    found = [
        [_matched(report, word) for report in some]
        for word, some in sorted(by_word.items())
        if least <= len(some) <= most and len({report.story for report in some}) >= _FEWEST_STORIES
    ]
    random.Random(1).shuffle(found)
    return found[:rules]


def _matched(report: Report, word: str) -> Report:
    """Give the report as one that a rule has found by a word."""
    marks = (Trait(kind=kind, name=word, weight=1.0) for kind in (TraitKind.RULE, TraitKind.TERM))
    print_ = report.fingerprint
    return replace(report, fingerprint=replace(print_, traits=(*print_.traits, *marks)))
