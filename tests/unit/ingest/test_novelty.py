"""What is new in a document is parsed as if all of it were; what stands in doubt is parsed whole."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.documents import assert_equal, kept_keys, poll, whole
from watcher.ingest.identity import short_key
from watcher.ingest.seen import MAX_SEEN, unpack
from watcher.types import FullParse, ParsedFeed

ROOT = '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'


def item(number: int, more: str = "", *, guid: str | None = "", title: str = "") -> str:
    guid_ = "" if guid is None else f"<guid isPermaLink='false'>{guid or number}</guid>"
    return f"<item><title>{title or f'Report {number}'}</title><link>/{number}</link>{guid_}{more}</item>"


def rss(*items: str, root: str = ROOT, head: str = "", prolog: str = "", tail: str = "") -> bytes:
    channel = f"<title>Wire</title><link>https://served.example/</link><ttl>30</ttl>{head}"
    listed = "\n  ".join(items)
    return f"{prolog}{root}<channel>{channel}\n  {listed}\n{tail}</channel></rss>".encode()


def atom(*entries: str, attributes: str = "", tail: str = "") -> bytes:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><title>A</title>'
        f"{''.join(entries)}{tail}</feed>"
    ).encode()


def entry(number: int, more: str = "") -> str:
    return f'<entry><id>urn:{number}</id><title>E{number}</title><link href="p/{number}"/>{more}</entry>'


def titles(feed: ParsedFeed) -> list[str]:
    return [item.title for item in feed.items]


# --- what is left out, and what is not -----------------------------------------------------------------------


def test_only_the_entry_that_was_not_there_is_parsed() -> None:
    first = poll(rss(item(1), item(2)))
    second = poll(rss(item(3), item(1), item(2)), first)
    assert titles(second) == ["Report 3"]
    assert second.full_parse is None
    assert kept_keys(second) == {short_key("guid:1"), short_key("guid:2")}
    assert_equal(second, whole(rss(item(3), item(1), item(2))))


def test_nothing_new_says_of_the_feed_what_the_document_says() -> None:
    first = poll(rss(item(1), item(2), head="<lastBuildDate>Mon, 1 Jun 2026 10:00:00 GMT</lastBuildDate>"))
    body = rss(item(1), item(2), head="<lastBuildDate>Mon, 1 Jun 2026 11:00:00 GMT</lastBuildDate>")
    second = poll(body, first)
    assert second.items == ()
    assert second.memory == first.memory
    assert_equal(second, whole(body))


def test_a_feed_that_takes_another_title_is_read_with_it() -> None:
    body = rss(item(1), item(2)).replace(b"Wire", b"Renamed")
    second = poll(body, poll(rss(item(1), item(2))))
    assert second.title == "Renamed"
    assert_equal(second, whole(body))


def test_an_edited_entry_is_parsed_again() -> None:
    first = poll(rss(item(1), item(2)))
    second = poll(rss(item(1), item(2, "<description>More is known.</description>")), first)
    assert [found.summary for found in second.items] == ["More is known."]


def test_what_was_left_out_is_still_known_at_the_poll_after() -> None:
    feed = poll(rss(item(1), item(2)))
    for number in range(3, 8):
        feed = poll(rss(item(number), item(number - 1), item(number - 2)), feed)
        assert titles(feed) == [f"Report {number}"]
        assert len(unpack(feed.memory).entries) == 3  # type: ignore[union-attr]


def test_a_json_feed_is_read_by_its_new_items() -> None:
    def body(*numbers: int, author: str = "A") -> bytes:
        items = [{"id": str(n), "title": f"Report {n}", "content_text": "\u202b &#0; x"} for n in numbers]
        version = "https://jsonfeed.org/version/1.1"
        return json.dumps({"version": version, "authors": [{"name": author}], "items": items}).encode()

    first = poll(body(1, 2))
    second = poll(body(3, 1, 2), first)
    assert titles(second) == ["Report 3"]
    assert_equal(second, whole(body(3, 1, 2)))
    assert poll(body(1, 2), first).items == ()
    assert poll(body(3, 1, author="B"), first).full_parse is FullParse.SETTING_CHANGED


# --- identity -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((item(1), item(2)), (item(3, guid="1"), item(1), item(2))),
        ((item(1, guid=None), item(2)), (item(1, guid=None, title="Same link"), item(1, guid=None), item(2))),
        (
            (item(1, guid=None), item(1, guid=None, title="Same link"), item(2)),
            (item(3), item(1, guid=None), item(2)),
        ),
        (
            (item(1, title="Same"), "<item><title>Same</title></item>", item(2)),
            (item(3), "<item><title>Same</title></item>", item(2)),
        ),
    ],
    ids=[
        "a new entry has a seen one's guid",
        "a new entry has a seen one's link",
        "the sharer is gone",
        "one with a guid is gone that had the text by which another goes",
    ],
)
def test_an_identity_that_depends_on_the_company_is_worked_out_in_company(
    before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    first = poll(rss(*before))
    second = poll(rss(*after), first)
    assert second.full_parse is FullParse.IDENTITY_SHARED
    assert_equal(second, whole(rss(*after), first))


def test_entries_that_all_link_to_the_front_page_are_left_out_all_the_same() -> None:
    items = [item(n).replace(f"<link>/{n}</link>", "<link>https://served.example/</link>") for n in range(4)]
    first = poll(rss(*items[1:]))
    second = poll(rss(*items), first)
    assert second.full_parse is None
    assert_equal(second, whole(rss(*items)))
    assert second.items[0].is_url_shared


# --- what entries take from around them ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        atom(entry(1), entry(2), attributes='xml:base="https://other.example/deep/" xml:lang="fr"'),
        atom(entry(1, '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></content>'), entry(2)),
        atom(entry(1), entry(2)).replace(b"<", b"<a:").replace(b"<a:/", b"</a:").replace(b"xmlns=", b"xmlns:a="),
        rss(item(1, "<m:x xmlns:m='http://search.yahoo.com/mrss/' url='y'/>"), item(2, "<dc:date>2026-05-01</dc:date>")),
        rss(item(1, "<description>&co; &co;</description>"), item(2), prolog='<!DOCTYPE rss [\n<!ENTITY co "Company">\n]>\n'),
        rss(item(1, "<description><![CDATA[<item>]]></description>"), item(2)),
        rss(item(1), item(2), prolog="<!-- made today -->", tail="<!-- cached -->"),
        rss(item(1, "<description>été</description>"), item(2), prolog='<?xml version="1.0" encoding="iso-8859-1"?>'),
        rss(item(1, "<description>été</description>"), item(2), prolog='<?xml version="1.0" encoding="iso-8859-1"?>')
        .decode().encode("iso-8859-1"),
        rss(item(1, "<description>été</description>"), item(2)).decode().encode("utf-16"),
        b"\xef\xbb\xbf" + rss(item(1), item(2)),
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
            '<channel rdf:about="https://served.example/"><title>R</title><link>https://served.example/</link>'
            "<items><rdf:Seq/></items></channel>"
            + "".join(f'<item rdf:about="/{n}"><title>R{n}</title><link>/{n}</link></item>' for n in (1, 2))
            + "</rdf:RDF>"
        ).encode(),
    ],
    ids=[
        "xml:base and language on the root", "XHTML content", "a prefix for Atom", "namespaces inside entries",
        "entities", "CDATA with a tag", "comments", "wrong declaration", "Latin-1", "UTF-16", "byte order mark", "RDF",
    ],
)  # fmt: skip
def test_what_an_entry_takes_from_its_document_is_carried(body: bytes) -> None:
    first = poll(body)
    assert_equal(first, whole(body))
    seen = unpack(first.memory)
    assert seen is not None
    assert first.full_parse is FullParse.FIRST
    for mark in seen.entries:
        rest = {other: kept for other, kept in seen.entries.items() if other != mark}
        found = poll(body, replace(first, memory=replace(seen, entries=rest).pack()))
        assert found.full_parse is None
        assert len(found.items) == 1
        assert_equal(found, whole(body))


@pytest.mark.parametrize(
    "body",
    [
        rss(item(1, "<description><![CDATA[</item>]]></description>"), item(2)),
        rss(item(1), "<x/>", item(2)),
        rss(item(1), item(2), prolog="<!-- <item>no</item> -->"),
        rss(item(1, "<item><title>inner</title></item>"), item(2)),
        rss(item(1), "<!-- ", item(2), " -->", item(3)),
        rss(item(1), item(2), tail="<title>Late</title>"),
        rss(item(1), "<item/>", item(2)),
        rss(item(1), item(2), prolog="<?watcher-entry?>"),
        rss(item(1), item(2)) + b"<script/>",
        rss(item(1, "&nbsp;"), item(2)),
        rss(item(1), item(2)).replace(b"Report 1", b"Report\x01 1"),
        rss(item(1), item(2)).replace(b"Report 1", b"R\xe9port 1"),
        rss(item(1), item(2), head="&co;" * 200, prolog=f'<!DOCTYPE rss [<!ENTITY co "{"x" * 7_000}">]>'),
        rss(),
    ],
    ids=[
        "an end tag in CDATA", "an element between", "an entry in a comment before", "an entry in an entry", "an entry in a comment",
        "a title at the end", "an empty entry", "our mark in the document", "junk behind", "an unknown entity",
        "a control character", "a bad byte", "entities that grow", "no entries",
    ],
)  # fmt: skip
def test_what_cannot_be_taken_apart_is_parsed_whole_each_time_and_counted(body: bytes) -> None:
    first = poll(body)
    for _ in range(3):
        assert first.full_parse is not None
        assert first.full_parse is not FullParse.FIRST
        assert_equal(first, whole(body))
        first = poll(body, first)


def test_a_document_that_healed_is_taken_apart_again() -> None:
    feed = poll(rss(item(1), item(2)) + b"<script/>")
    for _ in range(2):
        feed = poll(rss(item(1), item(2)), feed)
    assert feed.full_parse is FullParse.FIRST
    assert poll(rss(item(3), item(1), item(2)), feed).full_parse is None


@pytest.mark.parametrize(
    "changed",
    [
        atom(entry(3), entry(1), entry(2), attributes='xml:base="https://moved.example/"'),
        atom(entry(3), entry(1), entry(2), attributes='xml:lang="ar"'),
        atom(entry(3), entry(1), entry(2), attributes='xmlns:dc="http://purl.org/dc/elements/1.1/"'),
    ],
    ids=["base", "language", "namespaces"],
)
def test_entries_are_read_anew_when_what_they_stand_in_has_changed(changed: bytes) -> None:
    first = poll(atom(entry(1), entry(2)))
    second = poll(changed, first)
    assert second.full_parse is FullParse.SETTING_CHANGED
    assert_equal(second, whole(changed))


def test_a_feed_at_another_address_is_read_anew() -> None:
    first = poll(atom(entry(1), entry(2)))
    second = poll(atom(entry(1), entry(2)), first, url="https://moved.example/f")
    assert [found.url for found in second.items] == ["https://moved.example/p/1", "https://moved.example/p/2"]


def test_memory_is_bounded_and_the_entries_past_the_bound_are_parsed_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bound = 100
    monkeypatch.setattr("watcher.ingest.novelty.MAX_SEEN", bound)
    body = rss(*(item(n) for n in range(bound + 5)))
    first = poll(body)
    assert len(first.memory) / bound * MAX_SEEN < 100_000
    second = poll(body, first)
    assert len(second.items) == 5
    assert_equal(second, whole(body))


@pytest.mark.parametrize("memory", [b"\x00", b"\x01not ours"])
def test_memory_of_another_version_is_no_memory(memory: bytes) -> None:
    feed = poll(rss(item(1)), replace(poll(rss(item(1))), memory=memory))
    assert feed.full_parse is FullParse.FIRST


# --- whatever a feed does --------------------------------------------------------------------------------------

TEXTS = st.sampled_from(
    ["", "News", "<b>Bold</b>", "<![CDATA[<p>x</p>]]>", "<![CDATA[</item>]]>", "&#233;t&#0;é", "<!-- <item> -->", "<!--"]
)  # fmt: skip
ITEMS = st.builds(
    lambda guid, link, title, text, more: (
        f"<item><title>{title}</title>{guid}<link>{link}</link><description>{text}</description>{more}</item>"
    ),
    st.sampled_from(["", "<guid>1</guid>", "<guid>2</guid>", "<guid isPermaLink='false'>3</guid>", "<guid>4</guid>"]),
    st.sampled_from(["/1", "/2", "/3", "/4", "", "https://served.example/"]),
    st.sampled_from(["One", "Two", "Three", ""]),
    TEXTS,
    st.sampled_from(["", "<image><url>x</url></image>", "<title>Again</title>", "<source url='s'>S</source>",
                     "<x:y xmlns:x='urn:x'/>", "<content xmlns='http://www.w3.org/2005/Atom' type='xhtml'><title/></content>"]),
)  # fmt: skip
FRAMES = st.builds(
    lambda head, tail, root: (head, tail, root),
    st.sampled_from(["", "<language>fr</language>", "<image><url>i</url></image>", "<pubDate>1 Jun 2026</pubDate>"]),
    st.sampled_from(["", "<!-- end -->", "<title>Late</title>"]),
    st.sampled_from([ROOT, ROOT, ROOT.replace(">", " xml:base='https://b.example/'>")]),
)  # fmt: skip


@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.data(), pool=st.lists(ITEMS, min_size=1, max_size=6), frame=FRAMES)
def test_over_successive_polls_new_entries_are_what_the_full_parse_gives(
    data: st.DataObject, pool: list[str], frame: tuple[str, str, str]
) -> None:
    last: ParsedFeed | None = None
    for _ in range(4):
        if data.draw(st.integers(0, 4)) == 0:
            frame = data.draw(FRAMES)
        head, tail, root = frame
        listed = data.draw(st.lists(st.sampled_from(pool), max_size=6))
        body = rss(*listed, head=head, tail=tail, root=root)
        full = whole(body, last)
        found = poll(body, last)
        assert_equal(found, full)
        last = found
