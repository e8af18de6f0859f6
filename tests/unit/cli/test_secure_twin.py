"""A feed that answers over http is told when https works."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.feeds import rss
from watcher.cli.probe import _secure_twin
from watcher.errors import FetchError
from watcher.types import Feed, FeedState, Fetched, FetchProblem

NOW = datetime(2026, 8, 1, tzinfo=UTC)
FETCHED = Fetched(
    feed_id="f",
    url="http://a.example/f",
    status=200,
    headers={},
    body=rss([{"title": "x"}]),
    fetched_at=NOW,
    elapsed=timedelta(),
)


@pytest.mark.parametrize(
    ("home", "answer", "told"),
    [
        ("http://a.example/f", {}, ["https works: use https://a.example/f"]),
        ("http://a.example/f", {"body": b"<html>no feed</html>"}, []),
        ("http://a.example/f", {"url": "http://a.example/f"}, []),
        ("http://a.example/f", None, []),
        ("http://a.example:8080/f", {}, []),
        ("https://a.example/f", {}, []),
    ],
    ids=["works", "a page", "led back to http", "fails", "another port", "is https"],
)
async def test_only_a_feed_that_answers_there_is_recommended(
    home: str, answer: dict[str, Any] | None, told: list[str]
) -> None:
    class Fake:
        async def fetch(self, feed: Feed, state: FeedState) -> Fetched:
            if answer is None:
                raise FetchError(FetchProblem.TLS, "no")
            return (
                replace(FETCHED, url=state.url)
                if not answer
                else replace(FETCHED, **{"url": state.url, **answer})
            )

    fetcher: Any = Fake()
    found = await _secure_twin(fetcher, Feed(id="f", url=home), replace(FETCHED, url=home))
    assert [one.detail for one in found] == told
