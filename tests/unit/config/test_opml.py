"""OPML: what other programs write is read, and what is written reads back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.config.entryfiles import read_feeds
from watcher.config.opml import parse_opml, slug, write_opml
from watcher.errors import Problem
from watcher.types import Feed

FILE = Path("f.opml")


def read(text: str) -> list[Feed]:
    """Read OPML that must be right."""
    source = parse_opml(FILE, text.encode())
    assert source.problems == ()
    found = list(read_feeds(source))
    assert not [problem for problem in found if isinstance(problem, Problem)]
    return [feed.value for feed in found if not isinstance(feed, Problem)]


FROM_A_READER = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0">
  <head><title>Subscriptions</title></head>
  <body>
    <outline text="North Africa" title="North Africa">
      <outline type="rss" text="Le Monde &amp; Co" title="Le Monde &amp; Co" xmlUrl="https://lm.example/rss" htmlUrl="https://lm.example/" language="fr-FR"/>
      <outline text="Arabic"><outline text="أخبار" xmlUrl="https://ar.example/feed/rss.xml"/></outline>
    </outline>
    <outline text="Le Monde &amp; Co" xmlUrl="https://lm.example/other"/>
    <outline text="News, world"><outline text="Le Monde" xmlUrl="https://lm.example/rss" category="/Europe/France,daily"/></outline>
    <outline text="a note, no feed"/>
  </body>
</opml>"""


def test_folders_and_categories_become_tags_and_a_feed_in_two_folders_is_one_feed() -> None:
    first, second, third = read(FROM_A_READER)
    assert (first.id, first.title, first.language) == ("le-monde-co", "Le Monde & Co", "fr")
    assert first.tags == {"North Africa", "News  world", "Europe/France", "daily"}
    assert (second.id, second.tags) == ("ar-example-feed-rss-xml", frozenset({"North Africa", "Arabic"}))
    assert third.id.startswith("le-monde-co-")
    assert third.url == "https://lm.example/other"


def test_ids_do_not_depend_on_the_run() -> None:
    assert [feed.id for feed in read(FROM_A_READER)] == [feed.id for feed in read(FROM_A_READER)]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"<opml><body><outline", "f.opml:1:13: not well-formed OPML: unclosed token"),
        (b"<opml>\n<a></b></opml>", "f.opml:2:6: not well-formed OPML: mismatched tag"),
        (b"", "f.opml:1:1: not well-formed OPML: no element found"),
        (b"<rss/>", "f.opml:1:1: this is not OPML"),
        (b'<!DOCTYPE o [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><opml>&b;</opml>', "f.opml: cannot be read as OPML: entity declarations are not allowed"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(data: bytes, told: str) -> None:
    source = parse_opml(FILE, data)
    assert source.value is None
    assert [str(problem) for problem in source.problems] == [told]


def test_a_wrong_feed_is_told_with_its_line_and_the_others_are_read() -> None:
    text = '<opml><body>\n<outline text="a" xmlUrl="gopher://a"/>\n<outline text="b" xmlUrl="https://b/"/></body></opml>'
    wrong, right = read_feeds(parse_opml(FILE, text.encode()))
    assert str(wrong) == "f.opml:2:1: the address must begin with http:// or https://"
    assert not isinstance(right, Problem)
    assert right.value.id == "b"


@pytest.mark.parametrize(
    ("title", "url", "expected"),
    [
        ("Agence Tunis Afrique Presse — Été", "https://x/", "agence-tunis-afrique-presse-ete"),
        ("أخبار", "https://www.ar.example/feed", "www-ar-example-feed"),
        (None, "https://x.example:8080/a?b=c", "x-example-a"),
        ("", "not a url", "not-a-url"),
        ("أخبار", "http://[", "http"),
        ("...", "...", "feed"),
    ],
)
def test_ids_come_from_titles_or_else_from_addresses(title: str | None, url: str, expected: str) -> None:
    assert slug(title, url) == expected


def test_hostile_folders_become_tags_that_are_tags_or_are_refused() -> None:
    named = "a,b\u0009" + "x" * 5_000
    (feed,) = read(
        f'<opml><outline text=" /{named}"><outline text="f" xmlUrl="https://f.example/"/></outline></opml>'
    )
    (tag,) = feed.tags
    assert len(tag) == 100
    assert tag.startswith("a b")
    deep = parse_opml(FILE, b"<opml>" + b'<outline text="x">' * 100_000)
    assert "nested more than 50 deep" in str(deep.problems[0])
    many = ",".join(f"t{number}" for number in range(10_000))
    (feed,) = read(f'<opml><outline text="f" xmlUrl="https://f.example/" category="{many}"/></opml>')
    assert len(feed.tags) == 50
    (feed,) = read(
        "<opml>"
        + "".join(
            f'<outline text="folder {n}"><outline text="f" xmlUrl="https://f.example/"/></outline>'
            for n in range(300)
        )
        + "</opml>"
    )
    assert feed.tags == {f"folder {n}" for n in range(50)}, (
        "the first ones, of one feed in any number of folders"
    )


def test_full_text_is_written_and_read_back() -> None:
    (feed,) = read(write_opml([Feed(id="a", url="https://a.example/", full_text=True)]))
    assert feed.full_text


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs"], exclude_characters=",/\u2028\u2029"), min_size=1, max_size=12)  # fmt: skip
FEEDS = st.builds(
    Feed,
    id=st.from_regex(r"[a-z0-9][a-z0-9._-]{0,10}", fullmatch=True),
    url=st.from_regex(r"https://[a-z]{1,8}\.example/[a-z?=&]{0,8}", fullmatch=True),
    title=st.none() | TEXTS,
    tags=st.frozensets(TEXTS, max_size=3),
    language=st.none() | st.sampled_from(["en", "fr", "ar", "no"]),
    interval=st.none() | st.integers(1, 10**6).map(lambda seconds: timedelta(seconds=seconds)),
)


@settings(derandomize=True, max_examples=40)
@given(st.lists(FEEDS, max_size=4, unique_by=(lambda feed: feed.url, lambda feed: feed.id)))
def test_what_is_written_reads_back(feeds: list[Feed]) -> None:
    def by_id(feed: Feed) -> str:
        return feed.id

    read_back = [
        (f.id, f.url, f.title, f.tags, f.language, f.interval)
        for f in sorted(read(write_opml(feeds)), key=by_id)
    ]
    assert read_back == [
        (f.id, f.url, f.title, f.tags, f.language, f.interval) for f in sorted(feeds, key=by_id)
    ]


def test_what_xml_cannot_hold_is_left_out() -> None:
    (feed,) = read(
        write_opml([Feed(id="a", url="https://a.example/", title="x\x01y\ufffe", tags=frozenset({"t\x02"}))])
    )
    assert (feed.title, feed.tags) == ("xy", {"t"})


def test_secrets_are_not_written() -> None:
    feed = Feed(id="a", url="https://a.example/", headers=(("Authorization", "Bearer hidden"),))
    assert "hidden" not in write_opml([feed])


@settings(derandomize=True, max_examples=50)
@given(
    st.one_of(
        st.binary(max_size=60),
        st.text(alphabet='<>/="& opmlutine!?xU:', max_size=60).map(lambda t: b"<opml>" + t.encode()),
    )
)
def test_no_bytes_do_more_than_give_problems(data: bytes) -> None:
    for found in read_feeds(parse_opml(FILE, data)):
        assert isinstance(found, Problem) or found.value.url
