"""Articles out of pages: what is found, and what hostile pages cannot do."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.pages import HTML, LONG_REPORT, article_page
from watcher.errors import FetchError
from watcher.ingest.fulltext import MAX_ARTICLE_CHARS, article_text
from watcher.types import Fetched, FetchProblem

NOW = datetime(2026, 8, 1, tzinfo=UTC)


def page(body: bytes, content_type: str = HTML) -> Fetched:
    return Fetched(
        feed_id="f",
        url="https://news.example/a",
        status=200,
        headers={"content-type": content_type},
        body=body,
        fetched_at=NOW,
        elapsed=timedelta(),
    )


def test_the_article_is_found_and_nothing_around_it() -> None:
    text = article_text(page(article_page("Governor calls a meeting", LONG_REPORT)))
    for paragraph in LONG_REPORT:
        assert paragraph in text
    for noise in ("Sport", "recipes", "rights reserved", "tracked"):
        assert noise not in text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("وصل مسلحون إلى الحدود فجر اليوم وأغلقت المدارس أبوابها في البلدة الصغيرة حتى إشعار آخر. " * 4, "cp1256"),
        ("Des hommes armés ont franchi la frontière près de Dehiba, a déclaré le gouverneur hier. " * 4, "cp1252"),
    ],
)  # fmt: skip
def test_a_page_in_another_encoding_is_read_as_it_says(text: str, encoding: str) -> None:
    body = article_page("x", [text]).decode().encode(encoding)
    assert text.strip() in article_text(page(body, f"text/html; charset={encoding}"))


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", FetchProblem.EMPTY),
        (b"<html><body><div id=app></div><script src=x></script></body></html>", FetchProblem.EMPTY),
        (b"\x00\xff\xfe" * 1000, FetchProblem.EMPTY),
        (b"<p>" * 200_000, FetchProblem.MALFORMED),
        (b"x" * 4_000_000, FetchProblem.MALFORMED),
        (b"<p " + b" ".join(b"a%d" % n for n in range(300_000)) + b">x", FetchProblem.MALFORMED),
    ],
    ids=["empty", "made by scripts", "binary", "tags", "size", "attributes"],
)
def test_what_is_no_article_is_an_error_of_its_own(body: bytes, problem: FetchProblem) -> None:
    with pytest.raises(FetchError) as caught:
        article_text(page(body))
    assert caught.value.problem is problem
    assert not caught.value.retryable


def test_the_extraction_ends_when_its_time_is_up() -> None:
    entangled = b"<article>" + b"<p>words of a paragraph <a href=x>link</a></p>" * 7_000
    started = time.process_time()
    with pytest.raises(FetchError, match=r"within 0\.05 s") as caught:
        article_text(page(entangled), time_limit=timedelta(seconds=0.05))
    assert caught.value.problem is FetchProblem.MALFORMED
    assert time.process_time() - started < 5


def test_a_book_is_cut() -> None:
    chapters = [f"Chapter {n}. " + "A sentence of the book that has no end. " * 50 for n in range(200)]
    assert len(article_text(page(article_page("Book", chapters)))) <= MAX_ARTICLE_CHARS
