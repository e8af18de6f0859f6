"""A sample feed as it looks at one moment."""

from __future__ import annotations

import json
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from watcher.demo.document import read_document, shift_date

RSS = """<?xml version="1.0"?>
<rss version="2.0"><channel><title>T</title>
<lastBuildDate>Mon, 02 Mar 2026 12:00:00 +0100</lastBuildDate>
<item><title>new</title><link>https://a.example/?x=1&amp;y=2</link><pubDate>Mon, 02 Mar 2026 12:00:00 +0100</pubDate></item>
<item><title>old</title><guid isPermaLink="false">b&amp;c</guid><pubDate>Sun, 01 Mar 2026 12:00:00 GMT</pubDate></item>
</channel></rss>
"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="x"><items><rdf:Seq>
<rdf:li rdf:resource="https://a.example/1"/>
<rdf:li rdf:resource="https://a.example/2"/>
</rdf:Seq></items></channel>
<item rdf:about="https://a.example/1"><title>one</title></item>
<item rdf:about="https://a.example/2"><title>two</title></item>
</rdf:RDF>
"""
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [
            {"id": "1", "title": "سرت", "date_published": "2026-03-02T12:00:00Z"},
            {"id": "2", "title": "two"},
        ],
    }
)
NONE = timedelta()


def test_entries_are_found_by_guid_else_link_with_entities_resolved() -> None:
    assert list(read_document("a.xml", RSS).entries) == ["https://a.example/?x=1&y=2", "b&c"]


def test_an_entry_that_has_not_appeared_is_cut_and_the_rest_stays_well_formed() -> None:
    body = read_document("a.xml", RSS).at(hidden={"b&c"}, edited={}, shift=NONE)
    assert [item.findtext("title") for item in ElementTree.fromstring(body).iter("item")] == ["new"]


def test_a_hidden_rdf_entry_is_not_listed_either() -> None:
    body = read_document("a.rdf", RDF).at(hidden={"https://a.example/2"}, edited={}, shift=NONE)
    assert b"a.example/1" in body
    assert b"a.example/2" not in body


def test_an_edited_entry_has_its_new_text() -> None:
    document = read_document("a.xml", RSS)
    edited = {"b&c": document.entries["b&c"].replace("old", "newer")}
    body = document.at(hidden=(), edited=edited, shift=NONE)
    assert b"<title>newer</title>" in body
    assert b"<title>old</title>" not in body


def test_json_entries_are_filtered_edited_and_dated() -> None:
    document = read_document("a.json", JSON)
    edited = {"1": document.entries["1"].replace("سرت", "تونس")}
    items = json.loads(document.at(hidden={"2"}, edited=edited, shift=timedelta(hours=1)))["items"]
    assert items == [{"id": "1", "title": "تونس", "date_published": "2026-03-02T13:00:00Z"}]


def test_nothing_hidden_nothing_edited_gives_the_file_itself() -> None:
    assert read_document("a.rdf", RDF).at(hidden=(), edited={}, shift=NONE).decode() == RDF


@pytest.mark.parametrize(
    ("written", "moved"),
    [
        ("Mon, 02 Mar 2026 23:59:00 +0100", "Wed, 04 Mar 2026 00:59:30 +0100"),
        ("Mon, 02 Mar 2026 10:00:00 GMT", "Tue, 03 Mar 2026 11:00:30 +0000"),
        ("2026-03-02T12:00:00Z", "2026-03-03T13:00:30Z"),
        (" 2026-03-02T12:00:00+01:00 ", "2026-03-03T13:00:30+01:00"),
    ],
)
def test_a_shifted_date_keeps_its_form_and_zone(written: str, moved: str) -> None:
    assert shift_date(written, timedelta(days=1, hours=1, seconds=30)) == moved


def test_every_date_of_a_document_moves() -> None:
    body = read_document("a.xml", RSS).at(hidden=(), edited={}, shift=timedelta(days=365)).decode()
    assert "2026" not in body
    assert body.count("2027") == 3
