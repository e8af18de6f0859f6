"""`feeds`, `rules` and `schema`: lists, edits of files, and feeds fetched over loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.commands import Command

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><link>https://t.example/</link>
<item><guid>g1</guid><title>One</title><link>https://t.example/1</link><description>First.</description>
<pubDate>Wed, 01 Jul 2026 10:00:00 GMT</pubDate></item></channel></rss>"""


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = self.path == "/rss"
        body = RSS if found else b"gone"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/rss+xml" if found else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    """Serve one feed on loopback and give the site's address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_feeds_are_listed(command: Command) -> None:
    (feed,) = json.loads(command("feeds", "list", "--json").stdout)
    assert (feed["id"], feed["tags"], feed["language"]) == ("tap", ["tunisia"], "en")
    assert "https://tap.example/rss" in command("feeds", "list").stdout
    assert json.loads(command("feeds", "list", "--tag", "libya", "--json").stdout) == []


def test_a_feed_is_added_and_removed_and_the_rest_of_the_file_stays(command: Command, folder: Path) -> None:
    done = command(
        "feeds", "add", "https://new.example/rss", "--title", "New: one", "--tag", "a", "--tag", "b", "--language", "fr", "--interval", "10m",
        "--file", "feeds/a.yml",
    )  # fmt: skip
    assert (done.exit_code, done.stdout) == (0, "added new-one to feeds/a.yml\n")
    text = (folder / "feeds" / "a.yml").read_text()
    assert "# the agency" in text
    added = json.loads(command("feeds", "list", "--tag", "b", "--json").stdout)
    assert [feed["id"] for feed in added] == ["new-one"]
    assert added[0]["interval"] == "10m"
    assert command("feeds", "remove", "tap").exit_code == 0
    assert (folder / "feeds" / "a.yml").read_text() == (
        "feeds:\n  - id: new-one\n    url: https://new.example/rss\n"
        '    title: "New: one"\n    tags: [a, b]\n    language: fr\n    interval: 10m\n'
    )


def test_a_feed_that_polls_will_refuse_is_added_with_a_word(command: Command) -> None:
    done = command("feeds", "add", "http://169.254.169.254/x.xml", "--file", "feeds/a.yml")
    assert done.exit_code == 0
    assert "polls will refuse 169.254.169.254: it is a cloud metadata address" in done.output


def test_a_feed_goes_to_a_file_of_its_own_unless_told_otherwise(command: Command, folder: Path) -> None:
    assert command("feeds", "add", "https://new.example/rss").exit_code == 0
    assert (
        folder / "feeds" / "added.yml"
    ).read_text() == "feeds:\n  - id: new-example-rss\n    url: https://new.example/rss\n"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("ftp://x",), 2, "must begin with http"),
        (("https://x.example/", "--interval", "5"), 2, "a duration needs a unit"),
        (("https://x.example/", "--id", "No Id"), 2, "is not a feed id"),
        (("https://tap.example/rss",), 1, 'is there already, as "tap"'),
        (("https://x.example/", "--id", "tap"), 1, 'the id "tap" is taken'),
        (("https://x.example/", "--file", "elsewhere.yml"), 1, "does not belong to the configuration"),
    ],
)
def test_what_cannot_be_added_changes_nothing(
    command: Command, folder: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    before = sorted(folder.rglob("*.yml"))
    done = command("feeds", "add", *arguments)
    assert done.exit_code == code
    assert told in done.stderr
    assert sorted(folder.rglob("*.yml")) == before


def test_an_unknown_feed_is_wrong_use_with_a_suggestion(command: Command) -> None:
    for name in ("remove", "check"):
        done = command("feeds", name, "tapp")
        assert done.exit_code == 2
        assert done.stderr == 'no feed is called "tapp" (did you mean "tap"?)\n'


def test_what_was_exported_is_imported_elsewhere(command: Command, folder: Path) -> None:
    command("feeds", "add", "https://new.example/rss", "--title", "Neu", "--tag", "a b")
    assert command("feeds", "export", "--output", "all.opml").exit_code == 0
    before = json.loads(command("feeds", "list", "--json").stdout)
    (folder / "feeds" / "added.yml").unlink()
    done = command("feeds", "import", "all.opml", "--file", "feeds/imported.yml")
    assert done.exit_code == 0
    assert done.stdout == "added 1 feed to feeds/imported.yml\n1 were there already, 0 could not be taken\n"
    assert json.loads(command("feeds", "list", "--json").stdout) == before


def test_a_feed_without_a_title_is_imported_without_one(command: Command, folder: Path) -> None:
    command("feeds", "add", "https://new.example/rss", "--id", "new")
    command("feeds", "export", "--output", "all.opml")
    before = json.loads(command("feeds", "list", "--json").stdout)
    assert {feed["id"]: feed["title"] for feed in before}["new"] is None
    (folder / "feeds" / "added.yml").unlink()
    command("feeds", "import", "all.opml")
    assert json.loads(command("feeds", "list", "--json").stdout) == before


def test_a_file_that_is_no_opml_is_a_wrong_use(command: Command, folder: Path) -> None:
    (folder / "x.opml").write_bytes(RSS)
    done = command("feeds", "import", "x.opml")
    assert done.exit_code == 2
    assert done.stderr == "x.opml:1:1: this is not OPML\n"


def test_a_feed_in_opml_is_not_removed_by_a_program(command: Command, folder: Path) -> None:
    main = folder / "watcher.yml"
    main.write_text(main.read_text().replace("feeds/*.yml", "feeds/*.*"))
    (folder / "feeds" / "b.opml").write_text(
        '<opml><body><outline text="b" xmlUrl="https://b.example/"/></body></opml>'
    )
    done = command("feeds", "remove", "b")
    assert done.exit_code == 1
    assert "b stands in feeds/b.opml" in done.stderr


def test_a_file_is_previewed_as_the_service_would_see_it(command: Command, folder: Path) -> None:
    (folder / "f.xml").write_bytes(RSS)
    data = json.loads(command("feeds", "preview", "f.xml", "--json").stdout)
    (item,) = data["items"]
    assert set(item) == {"id", "title", "url", "author", "published", "updated", "summary", "content", "language", "categories"}  # fmt: skip
    assert (item["id"], item["title"], item["url"], item["summary"]) == (
        "g1",
        "One",
        "https://t.example/1",
        "First.",
    )
    assert item["published"] == "2026-07-01T10:00:00+00:00"
    assert data["feed"]["title"] == "T"
    shown = command("feeds", "preview", "f.xml").stdout
    assert "T: 1 item" in shown
    assert "2026-07-01 10:00 UTC" in shown


def test_an_address_is_previewed_even_without_a_configuration(
    command: Command, folder: Path, site: str
) -> None:
    (folder / "watcher.yml").unlink()
    data = json.loads(command("feeds", "preview", f"{site}/rss", "--json").stdout)
    assert [item["title"] for item in data["items"]] == ["One"]
    done = command("feeds", "preview", f"{site}/gone")
    assert done.exit_code == 1
    assert "404" in done.stderr


@pytest.mark.parametrize("source", ["nothing.xml", "ftp://x.example/"])
def test_what_is_no_feed_at_all_is_wrong_use(command: Command, source: str) -> None:
    assert command("feeds", "preview", source).exit_code == 2


def test_a_file_that_holds_no_feed_fails(command: Command, folder: Path) -> None:
    (folder / "f.xml").write_text("just words")
    done = command("feeds", "preview", "f.xml")
    assert done.exit_code == 1
    assert done.stderr.startswith("watcher: ")


def test_feeds_are_checked_and_what_is_wrong_is_shown(command: Command, folder: Path, site: str) -> None:
    (folder / "feeds" / "a.yml").write_text(
        f"feeds:\n  - {{id: good, url: '{site}/rss'}}\n  - {{id: bad, url: '{site}/gone'}}\n"
    )
    done = command("feeds", "check")
    assert done.exit_code == 1
    assert "not_found" in done.stdout
    assert "2 feeds, 1 failed" in done.stdout
    good = command("feeds", "check", "good", "--json")
    assert good.exit_code == 0
    (probe,) = json.loads(good.stdout)
    assert (probe["ok"], probe["state"], probe["items"], probe["newest"]) == (
        True,
        "ok",
        1,
        "2026-07-01T10:00:00+00:00",
    )


def test_rules_are_listed_and_shown(command: Command) -> None:
    (rule,) = json.loads(command("rules", "list", "--json").stdout)
    assert rule == {"id": "border", "title": "Crossing the border", "severity": "high", "status": "active", "tags": ["tunisia"], "tests": 2, "told": 0, "relevant": 0, "not_relevant": 0, "precision": None}  # fmt: skip
    shown = command("rules", "show", "border").stdout
    assert "Crossing the border" in shown
    assert "list:armed" in shown
    details = json.loads(command("rules", "show", "border", "--json").stdout)
    assert details["match"]["children"][0]["label"] == "list:armed"


@pytest.mark.parametrize("kind", ["main", "feeds", "rules", "lists", "places", "webhook"])
def test_a_schema_is_printed(command: Command, kind: str) -> None:
    assert json.loads(command("schema", kind).stdout)["title"] == f"watcher: {kind}"
