"""Bytes of an answer to items, and what bounds the parser."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.errors import FetchError
from watcher.ingest import feedxml
from watcher.ingest.parse import parse
from watcher.types import Fetched, FetchProblem, ParsedFeed

SEEN = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)


def answer(body: bytes, **headers: str) -> Fetched:
    return Fetched(
        feed_id="f",
        url="https://served.example/feeds/f",
        status=200,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        body=body,
        fetched_at=SEEN,
        elapsed=timedelta(0),
    )


def read(body: str | bytes, **headers: str) -> ParsedFeed:
    return parse(answer(body.encode() if isinstance(body, str) else body, **headers), seen_at=SEEN)


def rss(inside: str, *, root: str = 'rss version="2.0"') -> str:
    return f"<{root}><channel><title>T</title>{inside}</channel></rss>"


def test_title_and_text_are_read_once_whatever_the_escaping() -> None:
    """The same words, escaped once, twice, and in CDATA."""
    titles = [
        "A &amp; B",
        "A &amp;amp; B",
        "<![CDATA[A & B]]>",
        "<![CDATA[A &amp; B]]>",
        "&lt;b&gt;A&lt;/b&gt; &amp;amp; B",
    ]
    for title in titles:
        assert read(rss(f"<item><title>{title}</title></item>")).items[0].title == "A & B"


def test_a_title_that_only_looks_like_markup_is_kept() -> None:
    found = read(rss("<item><title>if x &lt;y&gt; z, 5 &lt; 6</title></item>"))
    assert found.items[0].title == "if x <y> z, 5 < 6"


def test_html_in_an_rss_title_is_taken_off_even_without_a_closing_tag() -> None:
    assert read(rss("<item><title>One&lt;br/&gt;two</title></item>")).items[0].title == "One two"


def test_relative_links_follow_the_address_that_answered_and_xml_base() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><link href="a"/></entry>'
        '<entry xml:base="https://other.example/x/"><id>2</id><link href="a"/></entry></feed>'
    )
    assert [item.url for item in read(atom).items] == [
        "https://served.example/feeds/a",
        "https://other.example/x/a",
    ]


def test_a_guid_that_is_a_link_serves_as_link() -> None:
    found = read(rss("<item><title>T</title><guid>https://news.example/1?utm_source=x</guid></item>"))
    assert found.items[0].guid == "https://news.example/1?utm_source=x"
    assert found.items[0].url == "https://news.example/1"


def test_the_feed_tells_its_title_site_language_and_ttl() -> None:
    found = read(rss("<link>https://news.example/</link><language>fr-tn</language><ttl>45</ttl><item/>"))
    assert (found.title, found.url, found.language) == ("T", "https://news.example/", "fr")
    assert found.timetable.ttl == timedelta(minutes=45)
    assert found.format == "rss20"


@pytest.mark.parametrize("ttl", ["", "x", "-5", "1.5", "٣"])
def test_a_ttl_that_is_no_number_is_none(ttl: str) -> None:
    assert read(rss(f"<ttl>{ttl}</ttl><item/>")).timetable.ttl is None


def test_content_language_is_the_language_of_a_feed_that_names_none() -> None:
    assert read(rss("<item><title>x</title></item>"), content_language="ar-LY").items[0].language == "ar"


def test_a_feed_without_xml_declaration_and_content_type_is_utf8() -> None:
    assert read(rss("<item><title>Été</title></item>")).items[0].title == "Été"


def test_an_unknown_root_with_entries_is_read() -> None:
    assert len(read("<channel><item><title>x</title></item></channel>").items) == 1


def test_only_the_first_entries_of_an_endless_feed_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedxml, "MAX_ENTRIES", 3)
    found = read(rss("".join(f"<item><guid>{n}</guid></item>" for n in range(9))))
    assert [item.guid for item in found.items] == [f"https://served.example/feeds/{n}" for n in range(3)]
    assert found.problem is FetchProblem.MALFORMED
    assert "only its first 3 entries" in (found.problem_detail or "")


def test_an_entry_that_breaks_off_is_left_for_the_next_poll() -> None:
    found = read('<rss version="2.0"><channel><item><title>Whole</title></item><item><title>Brok')
    assert [item.title for item in found.items] == ["Whole"]


@pytest.mark.parametrize(
    ("behind", "titles"),
    [
        ("<script src='/proxy.js'></script>", ["A & B", "C"]),
        ("<title>Other</title>" + "debug " * 2_000, ["A & B", "C"]),
        ("<rss><channel><item><title>D</title></item></channel></rss>", ["A & B", "C", "D"]),
        ("<ITEM><title>D</title></ITEM>", ["A & B", "C", "D"]),
        ("<", ["A & B", "C"]),
    ],
)
def test_what_stands_behind_a_feed_is_no_part_of_it_unless_it_has_entries(
    behind: str, titles: list[str]
) -> None:
    feed = rss("<item><title>A &amp;amp; B</title></item><item><title>C</title></item>")
    found = read(feed + behind)
    assert [item.title for item in found.items] == titles
    assert (found.title, found.problem, found.is_partial) == ("T", FetchProblem.MALFORMED, False)
    assert "not well-formed" in (found.problem_detail or "")


def test_a_missing_end_tag_loses_no_entry() -> None:
    found = read('<rss version="2.0"><channel><item><title>A</title><item><title>B</title></channel></rss>')
    assert [item.title for item in found.items] == ["A", "B"]


@pytest.mark.parametrize("where", ["<item>{}<title>T</title></item>", "{}<item><title>T</title></item>"])
@pytest.mark.parametrize(
    "name",
    ["links", "link", "authors", "title_detail", "summary_detail", "published_parsed", "updated", "language"],
)
def test_an_element_named_like_something_of_the_parsers_own_costs_nothing_but_itself(
    name: str, where: str
) -> None:
    for inside in (f"<{name}>x</{name}>", f"<{name} a='b'>x</{name}>"):
        [item] = read(f"<rss version='2.0'><channel>{where.format(inside)}</channel></rss>").items
        assert item.title == "T"


def test_errors_cross_process_boundaries() -> None:
    with pytest.raises(FetchError) as caught:
        read("<html></html>")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (copy.problem, copy.detail, copy.feed_id) == (FetchProblem.NOT_A_FEED, caught.value.detail, "f")


# --- whatever comes


def is_sound(found: ParsedFeed) -> bool:
    """Check what every parsed feed keeps: unique keys, text that can be stored, aware dates, links of the web."""
    keys = [item.key for item in found.items]
    texts = [
        text
        for i in found.items
        for text in (i.title, i.summary, i.content, i.guid or "", i.author or "", *i.categories)
    ]
    for text in texts:
        text.encode("utf-8")
        assert "\x00" not in text
    for item in found.items:
        assert item.url is None or item.url.startswith(("http://", "https://"))
        assert item.published is None or (item.published.tzinfo is UTC and item.published <= SEEN)
        assert len(item.content_hash) == 32
    assert len(set(keys)) == len(keys)
    return True


def survives(body: bytes, **headers: str) -> bool:
    """Parse; a document that feedparser itself chokes on would be excused by `parse`, but none is known."""
    try:
        found = parse(answer(body, **headers), seen_at=SEEN)
    except FetchError as error:
        return bool(error.detail) and "while parsing" not in error.detail
    return is_sound(found)


STARTS = st.sampled_from(
    [
        "",
        '<rss version="2.0"><channel><item>',
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry>',
        "<rdf:RDF><item>",
    ]
)
TAGS = ["rss", "channel", "item", "title", "guid", "link", "description", "entry", "content", "div", "author", "pubDate",
        "category", "feed", "svg", "x:y", "dc:creator", "media:content", "georss:point", "itunes:author"]  # fmt: skip
PIECES = st.sampled_from(
    [f"<{tag}>" for tag in TAGS]
    + [f"</{tag}>" for tag in TAGS]
    + [
        "<![CDATA[",
        "]]>",
        "&lt;p&gt;",
        "&amp;",
        "&nbsp;",
        "&#0;",
        "&#xD800;",
        "&#x1F600;",
        "&a;",
        "&",
        "<!--",
        "-->",
    ]
    + [
        "<!DOCTYPE x [",
        "]>",
        '<!ENTITY a "b">',
        "Thu, 01 Jan 1970 00:00:00 CET",
        "2026-01-01",
        "a@b.example",
        "1 2",
    ]
    + [
        '<content type="xhtml">',
        '<content type="application/octet-stream">',
        '<link href="//a/"/>',
        "<a b='",
        "/>",
    ]
    + [
        '<title type="html">',
        '<category term="x"/>',
        '<item rdf:about="x">',
        "é",
        "حدود",
        "\x00",
        '"',
        "=",
        "x",
        " ",
    ]
)


@given(STARTS, st.lists(PIECES, max_size=40))
@settings(derandomize=True, max_examples=60, deadline=None)
def test_any_pile_of_markup_gives_sound_items_or_a_fetch_error(start: str, pieces: list[str]) -> None:
    assert survives((start + "".join(pieces)).encode())


@given(st.binary(max_size=200))
@settings(derandomize=True, max_examples=40, deadline=None)
def test_any_bytes_give_a_fetch_error_or_sound_items(body: bytes) -> None:
    assert survives(body)


WHOLE = rss(
    "".join(
        f"<item><title>Titre {n} é</title><link>/n/{n}</link><guid>g{n}</guid><pubDate>Sat, 01 Aug 2026 0{n}:00:00 GMT</pubDate>"
        f"<description><![CDATA[<p>Texte {n}</p>]]></description></item>"
        for n in range(4)
    )
).encode()


@given(st.integers(0, len(WHOLE)), st.binary(max_size=4), st.integers(0, 8))
@settings(derandomize=True, max_examples=60, deadline=None)
def test_a_feed_damaged_anywhere_gives_sound_items_or_a_fetch_error(at: int, put: bytes, drop: int) -> None:
    assert survives(WHOLE[:at] + put + WHOLE[at + drop :], content_type="text/xml")


@given(st.integers(0, len(WHOLE)))
@settings(derandomize=True, max_examples=60, deadline=None)
def test_a_feed_cut_anywhere_gives_only_whole_entries(at: int) -> None:
    whole = parse(answer(WHOLE), seen_at=SEEN).items
    try:
        found = parse(answer(WHOLE[:at]), seen_at=SEEN).items
    except FetchError:
        return
    assert found == whole[: len(found)]


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = ["id", "url", "external_url", "title", "content_html", "content_text", "summary", "date_published",
          "date_modified", "author", "authors", "tags", "language"]  # fmt: skip


@given(st.lists(st.one_of(JSON, st.dictionaries(st.sampled_from(FIELDS), JSON)), max_size=5), JSON, JSON)
@settings(derandomize=True, max_examples=40, deadline=None)
def test_a_json_feed_with_fields_of_any_type_is_read(items: list[Any], title: Any, authors: Any) -> None:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "authors": authors,
        "items": items,
    }
    found = read(json.dumps(document))
    assert is_sound(found)
    assert len(found.items) <= len(items)
