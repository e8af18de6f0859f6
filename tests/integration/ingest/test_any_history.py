"""Whatever a feed does over many polls, and wherever the process dies: each item once, and nothing behind the validators.

A state machine drives the real pipeline on a real database; the feed and its server are a few lines in memory that the
machine bends at will.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.support.clock import FakeClock
from tests.support.feeds import rss
from tests.support.polling import InlineWorkers, Polling, a_rule
from watcher import pipeline
from watcher.errors import FetchError
from watcher.types import Feed, FeedState, Fetched, FetchProblem, Validators

WORKERS = InlineWorkers([a_rule()])
FEED = Feed(id="wire", url="https://news.example/feed")
WINDOW = 12


class DiedError(Exception):
    """The process has died here."""


def _words(number: int) -> str:
    """Give words of its own to each report, so that nobody takes two of them for copies of one."""
    letters = (
        blake2b(str(number).encode(), digest_size=60)
        .hexdigest()
        .translate(str.maketrans("0123456789", "ghijklmnop"))
    )
    return " ".join(letters[start : start + 6] for start in range(0, 120, 6))


@dataclass(slots=True)
class Publisher:
    """The feed as its publisher has it, and how its server tells of it.

    `entries` maps numbers to what is published under them, newest first. `mood` is how the next request is answered.
    """

    clock: FakeClock
    entries: dict[int, dict[str, str]] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    published: set[int] = field(default_factory=set)
    mood: str = "well"
    has_validators: bool = True
    cut: float = 1.0
    served: dict[str, frozenset[int]] = field(default_factory=dict)
    """What the document under each ETag held, in whole."""

    def add(self, text: str, *, is_last: bool = False) -> None:
        number = len(self.published)
        self.published.add(number)
        self.order.insert(len(self.order) if is_last else 0, number)
        self.entries[number] = {
            "title": f"Report {number}",
            "guid": f"urn:0:{number}",
            "link": f"https://news.example/{number}",
            "description": f"{text}: {_words(number)}.",
            "pubDate": "Sun, 01 Mar 2026 08:00:00 GMT",
        }

    @property
    def body(self) -> bytes:
        return rss([self.entries[number] for number in self.order])

    async def fetch(self, feed: Feed, state: FeedState) -> Fetched:
        if self.mood in ("500", "garbage", "empty"):
            problem = {"500": FetchProblem.HTTP_5XX, "garbage": FetchProblem.NOT_A_FEED}
            if self.mood == "500":
                raise FetchError(problem[self.mood], "answers 500", feed_id=feed.id)
            return self._answer(b"<html>Sorry</html>" if self.mood == "garbage" else b"")
        body = self.body
        etag = '"' + blake2b(body, digest_size=8).hexdigest() + '"'
        self.served[etag] = frozenset(self.order)
        asked = state.validators.etag
        if self.mood == "lies" and asked is not None:
            return self._answer(b"", status=304)
        if self.has_validators and asked == etag and self.mood != "ignores":
            return self._answer(b"", status=304)
        if self.mood == "cut":
            body = body[: max(200, int(len(body) * self.cut))]
        return self._answer(body, etag=etag if self.has_validators else None)

    def _answer(self, body: bytes, *, status: int = 200, etag: str | None = None) -> Fetched:
        return Fetched(
            feed_id=FEED.id,
            url=FEED.url,
            status=status,
            headers={"content-type": "application/rss+xml"},
            body=body,
            fetched_at=self.clock.now(),
            elapsed=timedelta(seconds=1),
            validators=Validators(etag=etag),
        )


class AnyHistory(RuleBasedStateMachine):
    """What may happen, in any order."""

    is_touched = False

    @initialize(first=st.integers(1, 4))
    def fill(self, first: int) -> None:
        self.folder = TemporaryDirectory(prefix="watcher-history-")
        self.clock = FakeClock()
        self.publisher = Publisher(self.clock)
        for _ in range(first):
            self.publisher.add("Farmers were seen")
        self.archive = frozenset(self.publisher.published)
        # Since the last whole poll: what gets another guid and another link at once is another report to anybody.
        self.renamed: set[int] = set()
        self.relinked: set[int] = set()
        self.polling = Polling(
            Path(self.folder.name),
            fetcher=self.publisher,
            feeds=[FEED],
            rules=[a_rule()],
            workers=WORKERS,
            clock=self.clock,
        ).__enter__()
        self._poll()

    def teardown(self) -> None:
        if hasattr(self, "polling"):
            self.polling.__exit__(None, None, None)
            self.folder.cleanup()

    # --- what a publisher does

    @precondition(lambda self: len(self.publisher.order) < WINDOW)
    @rule(many=st.integers(1, 3), fires=st.booleans(), is_last=st.booleans())
    def add(self, many: int, fires: bool, is_last: bool) -> None:
        for _ in range(many):
            self.publisher.add("Gunmen were seen" if fires else "Farmers were seen", is_last=is_last)

    @precondition(lambda self: self._stored_all())
    @rule(many=st.integers(1, 2))
    def drop(self, many: int) -> None:
        """Only what was polled: what a feed takes away unseen is lost, and told as a gap."""
        for _ in range(min(many, len(self.publisher.order) - 1)):
            self.publisher.order.pop()

    @precondition(lambda self: bool(self.publisher.order))
    @rule(data=st.data(), words=st.sampled_from(["Correction.", "More follows."]))
    def edit(self, data: st.DataObject, words: str) -> None:
        entry = self.publisher.entries[data.draw(st.sampled_from(self.publisher.order))]
        if words not in entry["description"]:
            entry["description"] += f" {words}"

    @rule(data=st.data())
    def reorder(self, data: st.DataObject) -> None:
        self.publisher.order = list(data.draw(st.permutations(self.publisher.order)))

    @precondition(lambda self: self._stored_all())
    @rule(system=st.integers(1, 3))
    def change_guids(self, system: int) -> None:
        for number in self.publisher.order:
            if number not in self.relinked:
                self.publisher.entries[number]["guid"] = f"urn:{system}:{number}"
                self.renamed.add(number)

    @rule(data=st.data())
    def change_link(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.publisher.order))
        if number not in self.renamed:
            self.publisher.entries[number]["link"] = f"https://moved.example/{number}"
            self.relinked.add(number)

    # --- what a server does

    @rule(mood=st.sampled_from(["500", "garbage", "empty", "lies", "ignores"]))
    def misbehave(self, mood: str) -> None:
        self.publisher.mood = mood
        self._poll()

    @rule(at=st.floats(0.2, 0.95))
    def cut_off(self, at: float) -> None:
        self.publisher.mood, self.publisher.cut = "cut", at
        self._poll()

    @rule(has=st.booleans())
    def take_or_give_validators(self, has: bool) -> None:
        self.publisher.has_validators = has

    # --- what we do

    @rule()
    def poll(self) -> None:
        self.publisher.mood = "well"
        self._poll()
        assert self._stored_all(), "a feed that answers in whole brings everything"

    @rule(stage=st.integers(0, len(pipeline.RECORD)), is_committed=st.booleans())
    def die(self, stage: int, is_committed: bool) -> None:
        """Die between preparing and recording, or at any stage of the transaction, or right after it."""
        self.publisher.mood = "well"
        original, coverage_after = pipeline.RECORD, pipeline.coverage_after
        before = self._everything()

        def death(*_: Any) -> Any:
            raise DiedError

        try:
            if is_committed:
                self._poll()
            else:
                pipeline.RECORD = (*original[:stage], death, *original[stage:])
                # A poll that brings nothing goes through no stage but this one.
                pipeline.coverage_after = death
                self._poll()
                raise AssertionError("nobody died")
        except DiedError:
            assert self._everything() == before, "nothing of a poll that was cut short is left"
        finally:
            pipeline.RECORD, pipeline.coverage_after = original, coverage_after
        self.polling.__exit__(None, None, None)
        self.polling.__enter__()

    def _poll(self) -> None:
        self.is_touched = True
        with structlog.testing.capture_logs():
            asyncio.run(self.polling.poll(after=timedelta(minutes=15)))
        if self.publisher.mood == "well":
            self.renamed.clear()
            self.relinked.clear()

    # --- what always holds

    @invariant()
    def what_is_stored_is_right(self) -> None:
        """Checked after what touched the store: reading it takes longer than all the rest."""
        if not self.is_touched:
            return
        self.is_touched = False
        items = self.polling.items()
        titles = Counter(past.item.title for past in items)
        assert set(titles.values()) <= {1}, "each item is stored once"
        assert set(titles) <= {f"Report {number}" for number in self.publisher.published}
        etag = self.polling.state().validators.etag
        covered = self.publisher.served[etag] if etag is not None else ()
        assert {f"Report {number}" for number in covered} <= set(titles), "validators run ahead of items"
        fires = {
            past.item.title
            for past in items
            if "Gunmen" in past.item.body and int(past.item.title.split()[1]) not in self.archive
        }
        told = Counter(row.alert.headline for row in self.polling.deliveries())
        assert told == Counter(fires), "what matches is in exactly one alert"

    def _titles(self) -> set[str]:
        return {past.item.title for past in self.polling.items()}

    def _stored_all(self) -> bool:
        return {f"Report {number}" for number in self.publisher.order} <= self._titles()

    def _everything(self) -> Mapping[str, Any]:
        return {
            "items": self.polling.items(),
            "state": self.polling.state(),
            "deliveries": self.polling.deliveries(),
            "troubles": self.polling.troubles(),
        }


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(
    max_examples=15,
    stateful_step_count=25,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
