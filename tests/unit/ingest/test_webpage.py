"""Web pages where feeds were expected, and what stands before a root."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.ingest.prolog import read_prolog, root_name
from watcher.ingest.webpage import advertised_feed, feed_links, is_web_page

PAGE = """<!DOCTYPE html><html><head>
<link rel="alternate" type="application/rss+xml" href="/rss"><LINK REL='alternate feed' TYPE='application/atom+xml; x' HREF="atom.xml">
<link rel="alternate" type="application/rss+xml" href="/rss"><link rel="alternate" type="text/html" href="/en">
<link rel="stylesheet" type="application/rss+xml" href="/no"><link rel="alternate" type="application/rss+xml" href="javascript:x">
</head></html>"""


@pytest.mark.parametrize(
    ("text", "is_page"),
    [
        (PAGE, True),
        ("<html>", True),
        ("<!-- saved --><HTML lang='fr'>", True),
        (
            '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x"><html xmlns="y">',
            True,
        ),
        ("<!doctype html>\n\nhello", True),
        ("<div>error</div>", True),
        ("<rss><channel/></rss>", False),
        ("<?xml version='1.0'?><!-- <html> --><rss/>", False),
        ("<feed xmlns='http://www.w3.org/2005/Atom'><title>&lt;html&gt;</title></feed>", False),
        ("hello", False),
        ("", False),
    ],
)
def test_pages_are_recognised(text: str, is_page: bool) -> None:
    assert is_web_page(text) is is_page


def test_feeds_that_a_page_names_are_found_in_order_and_absolute() -> None:
    assert feed_links(PAGE, url="https://a.example/news/") == (
        "https://a.example/rss",
        "https://a.example/news/atom.xml",
    )


def test_what_to_do_is_said() -> None:
    assert "names this feed: https://a.example/rss" in advertised_feed(PAGE, url="https://a.example/")
    assert "names no feed" in advertised_feed("<html></html>", url="https://a.example/")


@pytest.mark.parametrize(
    ("text", "root", "doctype"),
    [
        ("<a>", "a", ""),
        (" \n<?xml version='1.0'?> <!-- > --> <rdf:RDF x>", "rdf:RDF", ""),
        ('<!DOCTYPE a [<!ENTITY x "y>">]><a>', "a", '<!DOCTYPE a [<!ENTITY x "y>">]>'),
        ("<!DOCTYPE a><!DOCTYPE b><a>", "a", "<!DOCTYPE a>"),
        ("<!-- never closed <a>", None, ""),
        ("<!DOCTYPE a [ <!ENTITY", None, ""),
        ("text <a>", None, ""),
        ("", None, ""),
    ],
)
def test_prologs(text: str, root: str | None, doctype: str) -> None:
    assert root_name(text) == root
    assert read_prolog(text).doctype == doctype


@given(
    st.lists(st.sampled_from(["<!--", "-->", "<?", "?>", "<!", "[", "]", ">", " ", "<a>", "x"]), max_size=30)
)
@settings(derandomize=True, max_examples=100)
def test_a_prolog_always_ends_inside_the_text(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert 0 <= read_prolog(text).end <= len(text)
