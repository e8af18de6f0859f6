"""Story ids for `scan --stories` and `backtest`: the service's own clustering over a database that lasts as long as the command."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from watcher.storage.store import Transaction, open_store
from watcher.story.cluster import fold_into_story
from watcher.story.fingerprint import fingerprint
from watcher.types import Item, Match, PlaceMention


class StoryBook:
    """Puts items into stories in the order in which they are given; use as a context manager.

    Args:
        window: how far apart reports of one story may be.
        folds_events: whether reports of one event in other words become one story too.
    """

    def __init__(self, window: timedelta, *, folds_events: bool = True) -> None:
        self._window = window
        self._folds_events = folds_events
        self._stack = ExitStack()
        self._count = 0
        self._transaction: Transaction | None = None

    def __enter__(self) -> Self:
        folder = self._stack.enter_context(TemporaryDirectory(prefix="watcher-scan-"))
        store = open_store(f"sqlite:///{Path(folder) / 'scan.db'}")
        self._stack.callback(store.close)
        # One transaction for the whole scan: nobody else reads this database, and it is thrown away.
        self._transaction = self._stack.enter_context(store.write())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def story_of(
        self,
        item: Item,
        *,
        language: str,
        places: Sequence[PlaceMention],
        matches: Sequence[Match],
        is_stored: bool = False,
    ) -> str:
        """Give the id of the story that an item begins or joins.

        Args:
            item: the next one, not seen before those given already.
            language: of its text; ISO 639-1 or `und`.
            places: that it names.
            matches: the rules that hold on it.
            is_stored: its feed and its key are those of the service; else it comes from a file, where they say nothing.
        """
        if self._transaction is None:
            raise RuntimeError("a StoryBook is used as a context manager")
        self._count += 1
        if not is_stored:
            # Ids of the file are not a publisher's: they say nothing of sameness. Nor are two lines one item.
            item = replace(item, feed_id=_outlet(item, self._count), key=str(self._count), guid=None)
        item_id = self._transaction.items.add([item])[item.key]
        decision = fold_into_story(
            self._transaction,
            item_id,
            item,
            fingerprint(item, language=language, places=places, matches=matches),
            now=item.seen_at,
            window=self._window,
            folds_events=self._folds_events,
        )
        return str(decision.story_id)


def _outlet(item: Item, number: int) -> str:
    """Name who published an item; one whose publisher is unknown is taken to be alone."""
    try:
        host = urlsplit(item.url or "").hostname
    except ValueError:
        host = None
    return item.author or host or f"item {number}"
