"""`feeds preview`, `discover` and `check` against a server on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.support.commands import Command
from tests.support.feeds import ThreadedFeedServer, rss
from tests.support.pages import HTML, LONG_REPORT, article_page


@pytest.fixture
def server() -> Iterator[ThreadedFeedServer]:
    with ThreadedFeedServer() as running:
        yield running


def test_preview_shows_the_articles_when_asked_and_says_which_were_not_got(
    command: Command, server: ThreadedFeedServer
) -> None:
    server.set("/meeting", body=article_page("Meeting", LONG_REPORT), content_type=HTML)
    links = [{"title": path, "link": server.url(path)} for path in ("/meeting", "/gone")]
    server.set("/whole", body=rss(links))
    done = command("feeds", "preview", server.url("/whole"), "--full-text", "--json")
    first, second = json.loads(done.stdout)["items"]
    assert LONG_REPORT[1] in first["article"]
    assert "article" not in second
    assert "/gone answers 404" in done.stderr
