"""`feeds preview`, `discover` and `check` against a server on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.commands import Command
from tests.support.feeds import ThreadedFeedServer, rss
from tests.support.pages import HTML, LONG_REPORT, article_page
from watcher.cli.feed_files import add, editing


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


PAGE = (
    '<html><head><link rel="alternate" type="application/rss+xml" href="{}"></head><body>News</body></html>'
)
ENTRIES = [{"title": "One", "guid": "1", "pubDate": "Wed, 01 Jul 2026 10:00:00 GMT"}]


def test_a_sites_feeds_are_found_from_its_address(command: Command, server: ThreadedFeedServer) -> None:
    server.set("/", body=PAGE.format("/main.xml") + '<a href="/old/rss">old</a>', content_type=HTML)
    server.set("/main.xml", body=rss(ENTRIES, title="Harbour News"))
    done = command("feeds", "discover", server.url("/"), "--json")
    assert done.exit_code == 0
    (found,) = json.loads(done.stdout)
    assert found == {
        "url": server.url("/main.xml"),
        "found": "link",
        "ok": True,
        "title": "Harbour News",
        "format": "rss20",
        "language": None,
        "items": 1,
        "newest": "2026-07-01T10:00:00+00:00",
        "problem": None,
        "detail": None,
    }
    shown = command("feeds", "discover", server.url("/").removeprefix("http://")).stdout
    assert "Harbour News" in shown
    assert "2026-07-01 10:00" in shown
    assert not server.requests("/feed"), "nothing is guessed where something was found"


def test_usual_places_are_asked_where_a_page_names_nothing_that_works(
    command: Command, server: ThreadedFeedServer
) -> None:
    server.set("/", body=PAGE.format("/broken.xml"), content_type=HTML)
    server.set("/feed", body=rss(ENTRIES, title="Found"))
    server.set("/rss", body=rss(ENTRIES, title="Found"))
    found = json.loads(command("feeds", "discover", server.url("/"), "--json").stdout)
    assert [(one["ok"], one["found"], one["problem"]) for one in found] == [
        (True, "guess", None),
        (False, "link", "not_found"),
    ]


def test_a_feeds_own_address_is_its_feed_and_a_site_without_any_fails(
    command: Command, server: ThreadedFeedServer
) -> None:
    server.set("/f", body=rss(ENTRIES))
    (found,) = json.loads(command("feeds", "discover", server.url("/f"), "--json").stdout)
    assert found["found"] == "given"
    server.set("/", body="<html>nothing</html>", content_type=HTML)
    done = command("feeds", "discover", server.url("/"))
    assert done.exit_code == 1
    assert "no feed was found" in done.stdout
    assert command("feeds", "discover", "ftp://x/").exit_code == 2


def test_check_shows_all_that_is_wrong(command: Command, server: ThreadedFeedServer, folder: Path) -> None:
    server.set("/moved", status=301, redirect="/new")
    server.set("/new", body=rss([{"title": "x", "pubDate": "Wed, 01 Jan 2020 10:00:00 GMT"}]), etag='"1"')
    server.set("/cut", body=rss([{"title": "One", "guid": "1"}])[:-10], etag='"1"')
    feeds = "".join(
        f"  - {{id: {name}, url: '{server.url('/' + name)}'}}\n" for name in ("moved", "cut", "gone")
    )
    (folder / "feeds" / "a.yml").write_text("feeds:\n" + feeds)
    done = command("feeds", "check", "--json")
    assert done.exit_code == 1
    found = {
        probe["id"]: [one["kind"] for one in probe["findings"]] or probe["state"]
        for probe in json.loads(done.stdout)
    }
    assert found == {"moved": ["moved", "stale", "no_ids", "no_links"], "cut": ["malformed", "no_dates"], "gone": "not_found"}  # fmt: skip
    shown = command("feeds", "check").stdout
    assert f"it has moved for good: use {server.url('/new')}" in shown
    assert "3 feeds, 1 failed, 2 that work with something to mend" in shown


def test_every_command_that_changes_feeds_prints_json_when_asked(command: Command, folder: Path) -> None:
    added = json.loads(command("feeds", "add", "https://new.example/rss", "--json").stdout)
    assert added == {
        "added": [{"id": "new-example-rss", "url": "https://new.example/rss"}],
        "file": "feeds/added.yml",
    }
    command("feeds", "export", "--output", "all.opml")
    exported = json.loads(command("feeds", "export", "--json").stdout)
    assert [feed["id"] for feed in exported] == ["tap", "new-example-rss"]
    removed = json.loads(command("feeds", "remove", "new-example-rss", "--json").stdout)
    assert removed == {"removed": "new-example-rss", "file": "feeds/added.yml"}
    imported = json.loads(command("feeds", "import", "all.opml", "--json").stdout)
    assert [feed["id"] for feed in imported["added"]] == ["new-example-rss"]
    assert (imported["known"], imported["problems"]) == (1, [])


def test_feeds_added_at_the_same_time_are_all_there(command: Command, folder: Path) -> None:
    """Each command reads the file, adds its entry and writes it back: none may lose another's."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: add_one(folder, n), range(8)))
    listed = json.loads(command("feeds", "list", "--json").stdout)
    assert len(listed) == 1 + 8


def add_one(folder: Path, number: int) -> None:
    with editing(folder / "watcher.yml"):
        add(folder / "watcher.yml", [{"id": f"n{number}", "url": f"https://n{number}.example/"}], None)
