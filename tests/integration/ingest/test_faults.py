"""Whatever a server does, over several polls: the class of the fault, what is remembered, and what people get.

Every single bad answer of `test_bad_input` comes between two good ones here; below are the faults that take more than one
poll to show. All through the real fetcher, parser, pipeline and store, from a scripted server on loopback.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.ingest.test_bad_input import CASES, SETTINGS, SHORT, Case
from tests.support.clock import FakeClock
from tests.support.feeds import Answer, FeedServer, rss
from tests.support.polling import InlineWorkers, Polling, a_rule
from watcher.ingest.fetch import Fetcher
from watcher.types import Feed, FetchProblem, TroubleKind, Validators

WORKERS = InlineWorkers([a_rule()])
T = TroubleKind


def entry(number: int, **changes: str) -> dict[str, str]:
    """Make an entry that the rule fires on."""
    made = {
        "title": f"Report {number}",
        "guid": f"urn:id:{number}",
        "link": f"https://news.example/{number}",
        "description": f"Gunmen were seen at place {number} near the border, people there said.",
    }
    return made | changes


def document(*numbers: int, **changes: str) -> bytes:
    return rss([entry(number, **changes) for number in numbers])


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


@pytest.fixture
async def polling(
    server: FeedServer, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Polling]:
    clock = FakeClock()
    settings = replace(SETTINGS, timeout=SHORT) if getattr(request, "param", False) else SETTINGS
    async with Fetcher(settings, clock=clock) as fetcher:
        feeds = [Feed(id="wire", url=server.url("/f"))]
        with Polling(
            tmp_path, fetcher=fetcher, feeds=feeds, rules=[a_rule()], workers=WORKERS, clock=clock
        ) as running:
            yield running


FAULTS = {name: case for name, case in CASES.items() if name != "not modified, unasked"}


@pytest.mark.parametrize(
    ("case", "polling"),
    [pytest.param(case, case.problem is FetchProblem.TIMEOUT, id=name) for name, case in FAULTS.items()],
    indirect=["polling"],
)
async def test_a_fault_between_good_answers_costs_nothing_and_is_on_record(
    case: Case, server: FeedServer, polling: Polling
) -> None:
    server.set("/f", body=document(1, 2), etag='"good"')
    await polling.poll()
    before = polling.state()

    server.set("/f", case.answer)
    for path, answer in case.others.items():
        server.set(path, answer)
    failed = await polling.poll()
    state = polling.state()
    assert failed.error is not None
    assert state.problem is case.problem
    assert case.says in (state.problem_detail or "")
    assert state.failures == (0 if case.problem is FetchProblem.RATE_LIMITED else 1)
    assert (state.validators, state.body_hash) == (Validators(etag='"good"'), before.body_hash)
    assert state.due_at > polling.clock.now()
    assert len(polling.items()) == 2
    assert polling.troubles() == []

    server.set("/f", body=document(3, 1, 2), etag='"new"')
    await polling.poll()
    state = polling.state()
    assert server.requests("/f")[-1].headers["if-none-match"] == '"good"'
    assert (state.problem, state.failures, state.validators.etag) == (None, 0, '"new"')
    assert [past.item.title for past in polling.items()] == ["Report 1", "Report 2", "Report 3"]
    assert [row.alert.headline for row in polling.deliveries()] == ["Report 3"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Answers to poll after poll, the first of which fills the store, and what must come of them.

    `again`: the answers are given once more. `items` are the numbers that are stored in the end, `told` those that were
    alerted.
    """

    answers: Sequence[Answer]
    items: set[int]
    told: set[int]
    troubles: set[TroubleKind] = frozenset()  # type: ignore[assignment]
    again: bool = False
    check: Callable[[Polling, FeedServer], bool] = lambda polling, server: True


def good(*numbers: int, etag: str | None = None, stamp: str | None = None, **changes: str) -> Answer:
    return Answer(body=document(*numbers, **changes), etag=etag, last_modified=stamp)


def asked_with(header: str, *values: str | None) -> Callable[[Polling, FeedServer], bool]:
    return lambda polling, server: [one.headers.get(header) for one in server.requests("/f")] == list(values)


LATIN = document(1, 2, title="Été à Gabès").replace(b"UTF-8", b"ISO-8859-1").decode().encode("latin-1")
STORIES = {
    "an ETag that changes each time with the same body": Story(
        answers=[good(1, 2, etag=f'"{n}"') for n in range(4)],
        items={1, 2},
        told=set(),
        check=asked_with("if-none-match", None, '"0"', '"1"', '"2"'),
    ),
    "no validators and the same body": Story(
        answers=[good(1, 2)] * 3,
        items={1, 2},
        told=set(),
        check=lambda polling, server: "if-none-match" not in server.requests("/f")[-1].headers,
    ),
    "validators that go back in time": Story(
        answers=[
            good(1, 2, stamp="Sun, 01 Mar 2026 12:00:00 GMT"),
            good(3, 1, 2, stamp="Sun, 01 Mar 2020 12:00:00 GMT"),
            good(4, 3, 1, stamp="Sun, 01 Mar 2025 12:00:00 GMT"),
        ],
        items={1, 2, 3, 4},
        told={3, 4},
        check=asked_with(
            "if-modified-since", None, "Sun, 01 Mar 2026 12:00:00 GMT", "Sun, 01 Mar 2020 12:00:00 GMT"
        ),
    ),
    "a 304 that lies until it tells the truth": Story(
        answers=[good(1, 2, etag='"a"'), Answer(status=304), Answer(status=304), good(3, 1, 2, etag='"b"')],
        items={1, 2, 3},
        told={3},
    ),
    "a 304 to a request without validators": Story(
        answers=[good(1, 2), Answer(status=304), good(3, 1, 2)],
        items={1, 2, 3},
        told={3},
        check=lambda polling, server: polling.state().problem is None,
    ),
    "validators taken away": Story(
        answers=[good(1, 2, etag='"a"'), good(3, 1, 2), good(4, 3, 1)],
        items={1, 2, 3, 4},
        told={3, 4},
        check=asked_with("if-none-match", None, '"a"', None),
    ),
    "an empty body with a new ETag": Story(
        answers=[good(1, 2, etag='"a"'), Answer(body=b"", etag='"empty"'), good(3, 1, 2, etag='"b"')],
        items={1, 2, 3},
        told={3},
        check=asked_with("if-none-match", None, '"a"', '"a"'),
    ),
    "cut off in its first half with the ETag of the whole": Story(
        answers=[
            good(1, 2, etag='"a"'),
            Answer(body=document(3, 4, 1, 2)[:420], etag='"b"'),
            Answer(body=document(3, 4, 1, 2)[:420], etag='"b"'),
            good(3, 4, 1, 2, etag='"b"'),
        ],
        items={1, 2, 3, 4},
        told={3, 4},
    ),
    "a length that is too short, with the ETag of the whole": Story(
        answers=[
            good(1, 2, etag='"a"'),
            Answer(
                raw=b'HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nETag: "b"\r\nContent-Length: 420\r\n\r\n'
                + document(3, 4, 1, 2)
            ),
            good(3, 4, 1, 2, etag='"b"'),
        ],
        items={1, 2, 3, 4},
        told={3, 4},
        check=asked_with("if-none-match", None, '"a"', '"a"'),
    ),
    "one ETag for ever, whatever the document": Story(
        answers=[good(1, 2, etag='"x"'), Answer(body=document(3, 1, 2), headers={"ETag": '"x"'})],
        items={1, 2, 3},
        told={3},
    ),
    "dates that are a day ahead": Story(
        answers=[good(1, 2), good(3, 1, 2, pubDate="Thu, 01 Jan 2099 00:00:00 GMT")],
        items={1, 2, 3},
        told={3},
        troubles={T.SKEWED},
    ),
    "told to slow down without a time": Story(
        answers=[good(1, 2), *[Answer(status=429)] * 4],
        items={1, 2},
        told=set(),
        check=lambda polling, server: polling.state().due_at - polling.clock.now() > timedelta(hours=1),
    ),
    "two servers with different documents in turn": Story(
        answers=[good(1, 2, 3), good(2, 3, 4)], again=True, items={1, 2, 3, 4}, told={4}
    ),
    "two servers with nothing in common in turn": Story(
        answers=[good(1, 2), good(3, 4)], again=True, items={1, 2, 3, 4}, told={3, 4}
    ),
    "other guids each time": Story(
        answers=[
            Answer(body=rss([entry(n, guid=f"urn:poll{poll}:{n}") for n in range(6)])) for poll in range(4)
        ],
        items=set(range(6)),
        told=set(),
        troubles={T.STORM},
    ),
    "entries in another order each time": Story(
        answers=[good(1, 2, 3), good(3, 1, 2), good(2, 3, 1)], items={1, 2, 3}, told=set()
    ),
    "an entry taken away and put back": Story(
        answers=[good(1, 2, 3), good(1, 3), good(1, 2, 3)], items={1, 2, 3}, told=set()
    ),
    "a link that changes under one guid": Story(
        answers=[good(1, 2), Answer(body=rss([entry(1, link="https://moved.example/x"), entry(2)]))],
        items={1, 2},
        told=set(),
    ),
    "entries lost and found": Story(answers=[good(1, 2), good(), good(3, 1, 2)], items={1, 2, 3}, told={3}),
    "entries lost for good": Story(
        answers=[good(1, 2), good(), good()], items={1, 2}, told=set(), troubles={T.EMPTIED}
    ),
    "a window that has moved on": Story(
        answers=[good(1, 2), good(3, 4)], items={1, 2, 3, 4}, told={3, 4}, troubles={T.OVERFLOW}
    ),
    "a block page in the place of the feed": Story(
        answers=[good(1, 2), *[Answer(status=403)] * 3], items={1, 2}, told=set(), troubles={T.BLOCKED}
    ),
    "gone for good": Story(
        answers=[good(1, 2), *[Answer(status=410)] * 3], items={1, 2}, told=set(), troubles={T.RETIRED}
    ),
    "down for long": Story(
        answers=[good(1, 2), *[Answer(status=500)] * 3], items={1, 2}, told=set(), troubles={T.FAILING}
    ),
    "asked to wait again and again": Story(
        answers=[good(1, 2), *[Answer(status=429, headers={"Retry-After": "60"})] * 3], items={1, 2}, told=set()
    ),
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
async def test_a_feed_that_misbehaves_over_many_polls(
    story: Story, server: FeedServer, polling: Polling
) -> None:
    server.set("/f", *story.answers, is_endless=story.again)
    for _ in range(len(story.answers) * (3 if story.again else 1)):
        await polling.poll(after=timedelta(minutes=30))
    titles = [past.item.title for past in polling.items()]
    assert sorted(titles) == sorted(f"Report {n}" for n in story.items), "each item once"
    assert sorted(row.alert.headline for row in polling.deliveries()) == sorted(
        f"Report {n}" for n in story.told
    )
    assert {one.kind for one in polling.troubles() if one.ended_at is None} == story.troubles
    assert story.check(polling, server)


async def test_a_feed_whose_charset_changes_keeps_its_items(server: FeedServer, polling: Polling) -> None:
    server.set("/f", body=LATIN, content_type="text/xml; charset=utf-8")
    await polling.poll()
    server.set("/f", body=document(1, 2, title="Été à Gabès"), content_type="text/xml; charset=iso-8859-1")
    await polling.poll()
    assert [past.item.title for past in polling.items()] == ["Été à Gabès"] * 2
    assert polling.deliveries() == []


@pytest.mark.parametrize("polling", [True], indirect=True)
async def test_headers_that_drip_in_do_not_hold_the_poll_beyond_its_time(
    server: FeedServer, polling: Polling
) -> None:
    server.set("/f", raw=b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 100, drip=(5, 0.2))
    await polling.poll()
    assert polling.state().problem is FetchProblem.TIMEOUT
