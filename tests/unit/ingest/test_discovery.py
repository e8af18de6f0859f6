"""Where a site's feeds may be."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.ingest.discovery import MAX_CANDIDATES, Origin, candidates

CHANNEL = "UC" + "a1_-" * 5 + "xx"


def of(text: str, url: str = "https://news.example/section/") -> dict[str, Origin]:
    return {one.url: one.origin for one in candidates(text, url=url)}


def test_what_the_page_names_comes_first_and_guesses_last() -> None:
    text = """<link rel=alternate type="application/rss+xml" href="/main.xml">
    <link rel=alternate type="application/feed+json" href="https://cdn.example/feed.json">
    <a href="/rss/politics">Politics</a><a href="https://www.news.example/atom.xml#top">Atom</a>
    <a href="https://other.example/rss">not ours</a><a href="/feedback">no</a><a href="javascript:rss">no</a>"""
    found = of(text)
    assert list(found)[:4] == [
        "https://news.example/main.xml",
        "https://cdn.example/feed.json",
        "https://news.example/rss/politics",
        "https://www.news.example/atom.xml",
    ]
    assert list(found.values())[:4] == [Origin.LINK, Origin.LINK, Origin.ANCHOR, Origin.ANCHOR]
    assert set(list(found.values())[4:]) == {Origin.GUESS}
    assert "https://news.example/feed" in found


@pytest.mark.parametrize(
    ("url", "text", "feed"),
    [
        ("https://www.reddit.com/r/tunisia/", "", "https://www.reddit.com/r/tunisia/.rss"),
        ("https://www.youtube.com/channel/" + CHANNEL, "", "https://www.youtube.com/feeds/videos.xml?channel_id=" + CHANNEL),
        ("https://www.youtube.com/@harbour", f'{{"externalId":"{CHANNEL}"}}', "https://www.youtube.com/feeds/videos.xml?channel_id=" + CHANNEL),
        ("https://github.com/someone/project", "", "https://github.com/someone/project/releases.atom"),
        ("https://blog.example/tag/port", '<link rel="https://api.w.org/" href="/wp-json/">', "https://blog.example/tag/port/feed/"),
    ],
)  # fmt: skip
def test_sites_of_a_known_kind_have_theirs(url: str, text: str, feed: str) -> None:
    found = of(text, url)
    assert found[feed] is Origin.SITE
    assert next(iter(found)) == feed


def test_a_page_full_of_links_does_not_make_more_requests() -> None:
    text = "".join(f'<a href="/rss/{number}">x</a>' for number in range(500))
    assert len(of(text)) == MAX_CANDIDATES


@settings(derandomize=True, max_examples=60)
@given(st.text(alphabet='<>="/ahrefs:link[]. ', max_size=80))
def test_whatever_a_page_holds_candidates_are_web_addresses(text: str) -> None:
    assert all(url.startswith(("http://", "https://")) for url in of(text))
