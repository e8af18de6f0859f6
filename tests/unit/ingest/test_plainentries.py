"""Entries that are read past feedparser are what feedparser makes of them."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from feedparser.util import FeedParserDict
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.ingest.entries import xml_entry
from watcher.ingest.feedxml import FeedXml, read_xml
from watcher.ingest.plainentries import PlainEntries

ROOTS = {
    "rss": (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:a10="http://www.w3.org/2005/Atom" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:own="urn:own"><channel>',
        "item",
        "</channel></rss>",
    ),
    "misnamed": (
        '<rss version="0.91" xmlns:media="http://purl.org/dc/elements/1.1/" xmlns:own="http://www.w3.org/2005/Atom" '
        'xmlns:dc="http://search.yahoo.com/mrss/" xmlns:content="urn:c" xmlns:a10="urn:a"><channel xml:lang="fr_FR">',
        "item",
        "</channel></rss>",
    ),
    "atom": (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:media="http://search.yahoo.com/mrss/" xmlns:own="urn:own" xmlns:content="urn:c" xmlns:a10="urn:a" '
        'xml:base="http://base.example/x/">',
        "entry",
        "</feed>",
    ),
}
NAMES = [
    "title", "media:title", "a10:title", "own:title", "link", "a10:link", "guid", "id", "description", "summary",
    "media:description", "content", "content:encoded", "media:content", "media:group", "media:thumbnail", "author",
    "dc:creator", "name", "email", "uri", "category", "dc:subject", "pubDate", "published", "updated", "dc:date",
    "dc:language", "dc:publisher", "source", "enclosure", "comments", "own:note", "own:title_detail", "summary_detail",
    "image", "svg", "div", "LINK", "a10:Title",
]  # fmt: skip
ATTRIBUTES = [
    'type="html"', 'type="text"', 'type="TEXT/HTML"', 'type="xhtml"', 'type="image/png"', 'isPermaLink="false"', 'ispermalink="true"',
    'href="/a?b=1&amp;c=2"', 'href=""', 'rel="alternate"', 'rel="SELF"', 'url="http://u.example/p"', 'domain="d"', 'term="t"',
    'scheme="s"', 'label="l"', 'xml:base="/below/"', 'xml:lang="de_AT"', 'xml:lang=""', 'lang="it"', 'base="http://b.example/"',
    'own:href="x"', 'mode="base64"', 'src="s"', 'xmlns="urn:default"', 'xmlns="http://purl.org/dc/elements/1.1/"',
    'xmlns:media="http://search.yahoo.com/mrss/"', 'xmlns:own="urn:other"', 'xmlns:x="http://www.w3.org/1999/xlink"',
]  # fmt: skip
TEXTS = [
    "", " ", "One report", "http://h.example/1", "//h.example/2?a&amp;b;c", "../up", "&lt;p&gt;A &amp;amp; B&lt;/p&gt;",
    "a &lt; b", "Zo\u00eb \u2013 \u0645\u0631\u062d\u0628\u0627", "\u00c3\u00a9t\u00e9", "quoted \u0093so\u0094",
    "<![CDATA[<b>bold</b>]]>", "Mon, 1 Jun 2026 10:00:00 GMT", "2026-06-01T10:00:00Z", "a@b.example (Ann)", "<?watcher-entry?>",
    "<!-- no text -->two\nlines", "true",
]  # fmt: skip

ELEMENTS = st.recursive(
    st.sampled_from(TEXTS),
    lambda inner: st.builds(
        lambda name, attributes, within: f"<{name} {' '.join(attributes)}>{''.join(within)}</{name}>",
        st.sampled_from(NAMES),
        st.lists(st.sampled_from(ATTRIBUTES), max_size=2, unique_by=lambda said: said.partition("=")[0]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=12,
)


def made_of(document: FeedXml) -> tuple[Any, ...]:
    """Give all that is asked for of a document, and how feedparser stood between its entries."""
    is_atom = document.version.startswith("atom")
    entries = [xml_entry(entry, is_atom=is_atom) for entry in document.entries]
    return entries, dict(document.feed), document.version, document.error, document.is_cut, document.marks


def by_feedparser(text: str) -> FeedXml:
    with patch.object(PlainEntries, "can_begin", return_value=False):
        return read_xml(text, url="http://served.example/feed")


def read(text: str) -> FeedXml:
    return read_xml(text, url="http://served.example/feed")


def document(kind: str, *entries: str) -> str:
    start, entry, end = ROOTS[kind]
    marked = "<?watcher-entry?>".join(("", *(f"<{entry}>{inside}</{entry}>" for inside in entries), ""))
    return f"{start}<title>Feed</title>{marked}<title>After</title>{end}"


@given(st.sampled_from(sorted(ROOTS)), st.lists(st.lists(ELEMENTS, max_size=6).map("".join), max_size=3))
@settings(derandomize=True, deadline=None, max_examples=40)
def test_any_entries_are_what_feedparser_makes_of_them(kind: str, entries: list[str]) -> None:
    text = document(kind, *entries)
    try:
        expected = made_of(by_feedparser(text))
    except Exception as error:
        with pytest.raises(type(error)):
            made_of(read(text))
    else:
        assert made_of(read(text)) == expected


PLAIN = {
    "RSS": (
        "rss",
        "<title>A &amp; B</title><link>http://h.example/1?a=1&amp;b=2</link><guid isPermaLink='false'>1</guid>"
        "<description>&lt;p&gt;Text&lt;/p&gt;</description><pubDate>Mon, 1 Jun 2026 10:00:00 GMT</pubDate>"
        "<category domain='d'>Border</category><category>Coast</category><author>a@b.example (Ann)</author>"
        "<dc:creator>Ben</dc:creator><image>http://h.example/i.jpg</image>",
    ),
    "WordPress": (
        "rss",
        "<title>A</title><link>http://h.example/1</link><comments>http://h.example/1#c</comments>"
        "<dc:creator><![CDATA[Ann]]></dc:creator><guid isPermaLink='true'>http://h.example/?p=1</guid>"
        "<description>Short</description><content:encoded><![CDATA[<p>Long</p>]]></content:encoded>"
        "<post-id xmlns='com-wordpress:feed-additions:1'>7</post-id>",
    ),
    "pictures": (
        "rss",
        "<media:content url='p.jpg'><media:title type='plain'>Picture</media:title><media:credit>C</media:credit>"
        "</media:content><title>A</title><media:description>D</media:description><description>E</description>",
    ),
    "Atom": (
        "atom",
        "<id>urn:1</id><title type='html'>A &amp;amp; B</title><link href='p/1' rel='alternate'/><link href='/e' rel='edit'/>"
        "<author><name>Ann</name><uri>http://ann.example/</uri><email>a@b.example</email></author><updated>2026-06-01T10:00:00Z"
        "</updated><summary>S</summary><content type='html' xml:base='http://h.example/' xml:lang='de'>&lt;p&gt;T</content>",
    ),
}


@pytest.mark.parametrize(("kind", "entry"), PLAIN.values(), ids=PLAIN.keys())
def test_what_most_feeds_hold_is_read_past_feedparser_and_alike(kind: str, entry: str) -> None:
    found = read(document(kind, entry))
    assert not isinstance(found.entries[0], FeedParserDict)
    assert made_of(found) == made_of(by_feedparser(document(kind, entry)))


@pytest.mark.parametrize(
    "entry",
    [
        "<title>A<b>B</b></title>",
        "<content type='xhtml'><div>T</div></content>",
        "<title mode='base64'>QQ==</title>",
        "<own:title_detail>x</own:title_detail><summary_detail>x</summary_detail>",
        "<image><url>x</url></image>",
        "<link own:href='x'>y</link>",
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_feedparser(entry: str) -> None:
    found = read(document("rss", entry))
    assert isinstance(found.entries[0], FeedParserDict)
