"""What a feed's state becomes after a poll."""

from __future__ import annotations

from datetime import timedelta

from tests.support import samples
from tests.support.samples import NOW
from watcher.errors import FetchError
from watcher.ingest.remember import after_answer, after_failure
from watcher.types import FeedState, Fetched, FetchProblem, ParsedFeed, Validators

DUE = NOW + timedelta(minutes=15)
OLD = Validators(etag='"old"', last_modified="Mon")


def parsed(**changes: object) -> ParsedFeed:
    values = {"title": "T", "url": None, "language": None, "items": (), "format": "rss20", **changes}
    return ParsedFeed(**values)


def answer(state: FeedState, fetched: Fetched, document: ParsedFeed | None = None) -> FeedState:
    return after_answer(state, fetched, document, body_hash="h", has_new=False, due_at=DUE)


def test_every_200_renews_both_validators_even_to_nothing() -> None:
    state = samples.feed_state(validators=OLD)
    renewed = answer(state, samples.fetched(validators=Validators(etag='"new"')), parsed())
    assert renewed.validators == Validators(etag='"new"')
    assert answer(state, samples.fetched(), parsed()).validators == Validators()


def test_a_304_keeps_the_validators_that_it_does_not_renew() -> None:
    state = samples.feed_state(validators=OLD, body_hash="old")
    fetched = samples.fetched(status=304, body=b"", validators=Validators(etag='"new"'))
    after = after_answer(state, fetched, None, body_hash=None, has_new=False, due_at=DUE)
    assert after.validators == Validators(etag='"new"', last_modified="Mon")
    assert after.body_hash == "old"


def test_a_failure_keeps_validators_and_counts_up() -> None:
    state = samples.feed_state(validators=OLD, failures=2)
    error = FetchError(FetchProblem.TIMEOUT, "no answer within 20 s")
    after = after_failure(state, samples.feed(), error, now=NOW, due_at=DUE)
    assert (after.validators, after.failures, after.problem) == (OLD, 3, FetchProblem.TIMEOUT)
    assert (after.problem_since, after.last_success_at) == (NOW, None)


def test_since_when_a_feed_fails_is_kept_over_its_failures() -> None:
    error = FetchError(FetchProblem.TIMEOUT, "x")
    once = after_failure(samples.feed_state(), samples.feed(), error, now=NOW, due_at=DUE)
    twice = after_failure(once, samples.feed(), error, now=DUE, due_at=DUE)
    assert twice.problem_since == NOW
    assert answer(twice, samples.fetched(), parsed()).problem is None


def test_being_asked_to_slow_down_is_not_a_failure() -> None:
    error = FetchError(FetchProblem.RATE_LIMITED, "429")
    assert after_failure(samples.feed_state(), samples.feed(), error, now=NOW, due_at=DUE).failures == 0


def test_a_permanent_move_is_believed_when_it_is_seen_twice() -> None:
    moved = samples.fetched(permanent_url="https://new.example/")
    once = answer(samples.feed_state(), moved)
    twice = answer(once, moved)
    assert (once.url, once.moved_to) == ("https://news.example/feed", "https://new.example/")
    assert (twice.url, twice.moved_to) == ("https://new.example/", None)
    assert answer(once, samples.fetched()).moved_to is None, "it was a passing page"


def test_a_feed_that_fails_at_its_new_address_is_asked_at_the_configured_one() -> None:
    state = samples.feed_state(url="https://new.example/")
    error = FetchError(FetchProblem.NOT_FOUND, "404")
    assert after_failure(state, samples.feed(), error, now=NOW, due_at=DUE).url == samples.feed().url


def test_a_damaged_document_is_a_problem_and_no_failure() -> None:
    damaged = parsed(problem=FetchProblem.MALFORMED, problem_detail="line 3")
    after = answer(samples.feed_state(failures=2), samples.fetched(), damaged)
    assert (after.problem, after.failures, after.problem_since) == (FetchProblem.MALFORMED, 0, NOW)
    unchanged = after_answer(
        after, samples.fetched(status=304), None, body_hash=None, has_new=False, due_at=DUE
    )
    assert unchanged.problem is FetchProblem.MALFORMED


def test_guids_once_repeated_are_never_trusted_again() -> None:
    after = answer(samples.feed_state(), samples.fetched(), parsed(repeats_guids=True))
    assert answer(after, samples.fetched(), parsed()).repeats_guids


def test_a_document_that_broke_off_leaves_the_validators_of_the_last_whole_one() -> None:
    """A 304 to those of the broken one would hide the rest for good."""
    state = samples.feed_state(validators=OLD, body_hash="old")
    cut_off = samples.fetched(validators=Validators(etag='"new"'))
    after = answer(state, cut_off, parsed(is_partial=True, problem=FetchProblem.MALFORMED))
    assert (after.validators, after.body_hash) == (OLD, "old")
