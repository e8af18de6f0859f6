"""Links as items carry them."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from feedparser.urls import _urljoin
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.ingest.links import clean_link, is_front_page, is_settled

BASE = "https://news.example/feeds/rss.xml"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("  \n https://a.example/x\t", "https://a.example/x"),
        ("/2026/08/story", "https://news.example/2026/08/story"),
        ("story.html", "https://news.example/feeds/story.html"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("https://A.Example:443/X?Y=Z", "https://a.example/X?Y=Z"),
        ("http://a.example:8080/x", "http://a.example:8080/x"),
        ("https://a.example/x?utm_source=rss&id=5&utm_medium=feed", "https://a.example/x?id=5"),
        ("https://a.example/x?utm_source=rss", "https://a.example/x"),
        ("https://a.example/x?fbclid=1&gclid=2&mc_cid=3&p=9", "https://a.example/x?p=9"),
        (
            "https://www.bbc.example/news/1?at_medium=RSS&at_campaign=KARANGA",
            "https://www.bbc.example/news/1",
        ),
        ("https://lemonde.example/a#xtor=RSS-3208", "https://lemonde.example/a"),
        ("https://lemonde.example/a?xtor=RSS-3208", "https://lemonde.example/a"),
        ("https://a.example/x?ref=rss", "https://a.example/x"),
        ("https://a.example/x?ref=4711", "https://a.example/x?ref=4711"),
        ("https://a.example/?p=12&source=7", "https://a.example/?p=12&source=7"),
        ("https://a.example/x?a=1&amp;utm_source=rss", "https://a.example/x?a=1"),
        ("https://a.example/x?b=2&a=1&a=3&c", "https://a.example/x?b=2&a=1&a=3&c"),
        ("https://a.example/x?q=%C3%A9&r=a%2Fb+c", "https://a.example/x?q=%C3%A9&r=a%2Fb+c"),
        ("https://a.example/changes#v1.2", "https://a.example/changes#v1.2"),
        ("https://a.example/أخبار/تونس", "https://a.example/أخبار/تونس"),
        ("https://a.example/a b", "https://a.example/a%20b"),
        ("https://a.exa\nmple/long\n  path", "https://a.example/longpath"),
        ("https://bank.example@evil.example/x", "https://evil.example/x"),
        ("https://a.example/x\u202e/gpj", "https://a.example/x/gpj"),
        ("http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("javascript:alert(1)", None),
        ("JaVaScRiPt:alert(1)", None),
        ("data:text/html,<script>", None),
        ("mailto:a@b.example", None),
        ("ftp://a.example/x", None),
        ("file:///etc/passwd", None),
        ("http://", None),
        ("http://[::1", None),
        ("https://a.example:99999/", None),
        ("", None),
        (None, None),
        ("https://a.example/" + "x" * 5000, None),
    ],
)
def test_links_are_absolute_clean_and_of_the_web(raw: str | None, expected: str | None) -> None:
    assert clean_link(raw, base=BASE) == expected


@given(st.text(max_size=80))
@settings(derandomize=True, max_examples=60)
def test_cleaning_never_fails_and_is_stable(raw: str) -> None:
    once = clean_link(raw, base=BASE)
    if once is not None:
        assert once.startswith(("http://", "https://"))
        assert not any(char.isspace() for char in once)
        assert clean_link(once, base=BASE) == once


@pytest.mark.parametrize(
    ("url", "is_front"),
    [
        ("https://a.example", True),
        ("https://a.example/", True),
        ("https://a.example/?p=1", False),
        ("https://a.example/x", False),
        ("https://a.example/#story-5", False),
    ],
)
def test_a_front_page_names_no_article(url: str, is_front: bool) -> None:
    assert is_front_page(url) is is_front


SETTLED = st.from_regex(r"https?://[a-zA-Z0-9.:%-]{0,12}(/[A-Za-z0-9/_.~+;%?&=#-]{0,20})?", fullmatch=True)


@given(SETTLED, st.sampled_from(["http://base.example/a/b?c", "https://base.example", "base"]))
@settings(derandomize=True, deadline=None, max_examples=60)
def test_a_link_that_is_taken_as_it_stands_is_what_taking_it_apart_gives(link: str, base: str) -> None:
    quick = clean_link(link, base=base)
    with patch("watcher.ingest.links.is_settled", return_value=False):
        assert clean_link(link, base=base) == quick
    if is_settled(link):
        assert _urljoin(base, link) == link
