"""What polls teach of a feed and of our own network, through the real pipeline and store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.clock import FakeClock
from tests.support.feeds import rss
from tests.support.polling import InlineWorkers, Polling
from watcher.errors import FetchError
from watcher.ingest import rhythm
from watcher.metrics import Metrics
from watcher.reach import Reach
from watcher.stages.poll import Context
from watcher.types import Feed, FeedState, Fetched, FetchProblem, TroubleKind

M, H, D = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WORKERS = InlineWorkers([])


class Scripted:
    """Answers with what the test has set, by feed: a body, None for a 304, or an error."""

    def __init__(self, clock: FakeClock) -> None:
        self.answers: dict[str, bytes | FetchError | None] = {}
        self._clock = clock

    async def fetch(self, feed: Feed, state: FeedState) -> Fetched:
        answer = self.answers[feed.id]
        if isinstance(answer, FetchError):
            raise answer
        return Fetched(
            feed_id=feed.id,
            url=state.url,
            status=304 if answer is None else 200,
            headers={"content-type": "application/rss+xml"},
            body=answer or b"",
            fetched_at=self._clock.now(),
            elapsed=timedelta(0),
        )


class Networked(Polling):
    """Polls with an eye on our own network."""

    def __init__(self, folder: Path, script: Scripted, feeds: list[Feed], clock: FakeClock) -> None:
        super().__init__(folder, fetcher=script, feeds=feeds, workers=WORKERS, clock=clock)
        self.reach = Reach(longest_catch_up=15 * M, on_turn=self.metrics.set_network_down)

    @property
    def context(self) -> Context:
        return replace(super().context, reach=self.reach)


def document(count: int, channel: str = "") -> bytes:
    body = rss(
        [{"title": f"Report {n}", "guid": f"urn:{n}", "link": f"https://n.example/{n}"} for n in range(count)]
    )
    return body.replace(b"<channel>", f"<channel>{channel}".encode())


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def script(clock: FakeClock) -> Scripted:
    return Scripted(clock)


async def test_the_archive_of_a_first_poll_teaches_nothing_and_news_does(
    tmp_path: Path, script: Scripted, clock: FakeClock
) -> None:
    feed = Feed(id="wire", url="https://wire.example/")
    with Polling(tmp_path, fetcher=script, feeds=[feed], workers=WORKERS, clock=clock) as polling:
        script.answers["wire"] = document(40)
        await polling.poll()
        learnt = rhythm.unpack(polling.state().rhythm)
        assert learnt is not None
        assert (learnt.counts, learnt.recent) == ({}, 0.0)
        script.answers["wire"] = None
        quiet = (await polling.poll()).state
        script.answers["wire"] = document(60)
        busy = (await polling.poll()).state
        assert busy.due_at - clock.now() < (quiet.due_at - quiet.last_poll_at) / 1.2  # type: ignore[operator]


async def test_what_a_feed_says_of_its_hours_holds_over_unchanged_answers(
    tmp_path: Path, script: Scripted, clock: FakeClock
) -> None:
    feed = Feed(id="wire", url="https://wire.example/")
    with Polling(tmp_path, fetcher=script, feeds=[feed], workers=WORKERS, clock=clock) as polling:
        script.answers["wire"] = document(3, "<skipHours><hour>12</hour><hour>13</hour></skipHours>")
        await polling.poll()
        script.answers["wire"] = None
        state = (await polling.poll()).state
        assert state.timetable.skip_hours == {12, 13}
        assert state.due_at.hour == 14


async def test_a_410_retires_a_feed_when_it_is_said_twice_and_it_may_come_back(
    tmp_path: Path, script: Scripted, clock: FakeClock
) -> None:
    feed = Feed(id="wire", url="https://wire.example/")
    gone = FetchError(FetchProblem.GONE, "gone for good", status=410, retryable=False)
    with Polling(tmp_path, fetcher=script, feeds=[feed], workers=WORKERS, clock=clock) as polling:
        script.answers["wire"] = gone
        first = (await polling.poll()).state
        assert first.due_at - clock.now() < H
        second = (await polling.poll()).state
        assert 6 * D < second.due_at - clock.now() < 8 * D
        assert [trouble.kind for trouble in polling.troubles()] == [TroubleKind.RETIRED]
        script.answers["wire"] = document(1)
        assert (await polling.poll(after=7 * D)).state.problem is None
        assert polling.troubles()[0].ended_at == clock.now()


async def test_an_outage_of_our_own_network_is_said_once_and_held_against_nobody(
    tmp_path: Path, script: Scripted, clock: FakeClock
) -> None:
    feeds = [Feed(id=f"f{n}", url=f"https://site{n}.example/") for n in range(6)]
    with Networked(tmp_path, script, feeds, clock) as polling:
        for feed in feeds:
            script.answers[feed.id] = document(1)
            await polling.poll(feed.id, after=M)
        for _ in range(2):
            for feed in feeds:
                script.answers[feed.id] = FetchError(FetchProblem.DNS, "no such name")
                await polling.poll(feed.id, after=timedelta(seconds=1))
        down = [polling.state(feed.id) for feed in feeds]
        assert [(state.failures, state.problem) for state in down] == [(0, None)] * 6
        assert [trouble.kind for trouble in polling.troubles()] == [TroubleKind.NETWORK]
        assert _is_down(polling.metrics)
        for feed in feeds[:2]:
            script.answers[feed.id] = None
            await polling.poll(feed.id, after=2 * M)
        assert not _is_down(polling.metrics)
        assert polling.troubles()[0].ended_at == clock.now()
        assert all(polling.state(feed.id).due_at - clock.now() <= M for feed in feeds[2:])


def _is_down(metrics: Metrics) -> bool:
    return b"watcher_network_down 1.0" in metrics.text()
