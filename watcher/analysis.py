"""Everything that is found out about an item: language, places, which rules hold, what it is compared by.

In goes an item with its feed, out comes `Analysed`. Runs in the worker processes of the service, and in the
process itself for `scan`, `test` and `explain`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from watcher.match.compile import compile_rules
from watcher.match.engine import Engine
from watcher.match.explain import Explanation, explain
from watcher.match.syntax import Rule, TermList
from watcher.story.fingerprint import fingerprint
from watcher.text.analyse import Analyser
from watcher.text.casualties import killed_in
from watcher.text.document import Document
from watcher.text.entities import Recogniser
from watcher.text.gazetteer import ExtraPlace, Gazetteer
from watcher.text.tokens import Tokenizer
from watcher.types import Analysed, Feed, Item


class Analysis:
    """The rules, lists and places of one configuration, ready to be applied.

    Args:
        rules: all rules that are not off.
        lists: the term lists that rules may name.
        places: the users' additions to the gazetteer.
        models: names of trained spaCy pipelines by language.
    """

    def __init__(
        self,
        *,
        rules: Sequence[Rule],
        lists: Mapping[str, TermList],
        places: Sequence[ExtraPlace] = (),
        models: Mapping[str, str] | None = None,
    ) -> None:
        gazetteer = Gazetteer.load(places)
        self.analyser = Analyser(gazetteer, Tokenizer(models), Recogniser(models))
        self.engine = Engine(compile_rules(rules, lists, gazetteer))

    def document(self, item: Item, feed: Feed) -> Document:
        """Give the item as rules see it."""
        return self.analyser.read(item, feed_language=feed.language)

    def analyse(self, item: Item, feed: Feed, now: datetime) -> Analysed:
        """Find out everything about an item."""
        document = self.document(item, feed)
        matches = self.engine.match(document, feed, now)
        if not matches:
            return Analysed(item=item, language=document.language)
        return Analysed(
            item=item,
            language=document.language,
            matches=matches,
            places=document.places,
            fingerprint=fingerprint(
                item,
                language=document.language,
                places=document.places,
                matches=matches,
                title=document.folded("title"),
                body=document.folded("body"),
            ),
            killed=killed_in(document.folded("title"), document.folded("body")),
        )

    def explain(self, rule_id: str, item: Item, feed: Feed, now: datetime) -> Explanation:
        """Say which conditions of a rule hold on an item, and which do not."""
        return explain(rule_id, self.engine, self.document(item, feed), feed, now)
