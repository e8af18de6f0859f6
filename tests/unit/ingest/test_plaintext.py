"""Markup to text: what a reader sees, word by word."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.ingest.plaintext import Markup, decode_entities, looks_like_markup, plain_text
from watcher.native.prose import one_line


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", ""),
        ("plain words", "plain words"),
        ("one\ntwo  three", "one\ntwo three"),
        ("<p>one\ntwo</p>", "one two"),
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("One.<br>Two.<br/>Three.", "One.\nTwo.\nThree."),
        ("One.<br><br>Two.", "One.\n\nTwo."),
        ("<b>T</b>unis and <i>Sf</i><b>ax</b>", "Tunis and Sfax"),
        ("<div>a</div>b<div>c</div>", "a\n\nb\n\nc"),
        ("<ul><li>one</li><li>two</li></ul>after", "one\ntwo\n\nafter"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\nb\n\nc"),
        ("<h2>Head</h2>text", "Head\n\ntext"),
        ("a<script>var x = '<p>';</script>b", "ab"),
        ("a<style>p{}</style> b<!-- <p>no</p> -->c", "a bc"),
        ("caf&eacute; &amp; th&#233; &lt;tag&gt;", "café & thé <tag>"),
        ("<p>5 &lt; 6 &amp; 7</p>", "5 < 6 & 7"),
        ("<a href='x'>link</a>ed", "linked"),
        ("<a title='a<p>b'>x</a>", "x"),
        ("nbsp&nbsp;here", "nbsp here"),
        ("<![CDATA[<p>inside</p>]]>", "inside"),
        ("unclosed <b>bold <p>para", "unclosed bold\n\npara"),
        ("a < b and c > d", "a < b and c > d"),
        ("<p>الحدود</p><p>التونسية</p>", "الحدود\n\nالتونسية"),
        (
            "&lt;p&gt;Escaped &amp;amp; twice.&lt;/p&gt;&lt;p class=x&gt;Two.&lt;/p&gt;",
            "Escaped & twice.\n\nTwo.",
        ),
        ("the &lt;b&gt; tag", "the <b> tag"),
        ("<p>the &lt;p&gt; tag</p>", "the <p> tag"),
        ("<template><p>kept</p></template>", "kept"),
        ("soft\u00adhyphen", "soft\u00adhyphen"),
        ("bell\x07 and \ud800surrogate", "bell and surrogate"),
        ("&#xD800;x&#0;y", "\ufffdx\ufffdy"),
    ],
)
def test_html_to_text(html: str, expected: str) -> None:
    assert plain_text(Markup(text=html), limit=1_000) == expected


def test_plain_text_is_left_alone() -> None:
    assert plain_text(Markup(text="x <y> &amp;\r\nz", is_html=False), limit=99) == "x <y> &amp;\nz"


def test_a_text_over_the_limit_is_cut() -> None:
    assert plain_text(Markup(text="<p>" + "word " * 100), limit=12) == "word word wo"


@pytest.mark.parametrize(
    "html", ["<div>" * 100_000 + "deep", "<b><p>" * 30_000 + "deep", "<!--" * 50_000 + "deep"]
)
def test_markup_made_to_be_slow_still_gives_its_text(html: str) -> None:
    assert plain_text(Markup(text=html), limit=1_000_000).endswith("deep")


@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<b>",
                "</b>",
                "<br>",
                " ",
                "\n",
                "&amp;",
                "<!--",
                "-->",
                "word",
                "<",
                ">",
                "حدود",
            ]
        )
    )
)
@settings(derandomize=True, max_examples=50)
def test_any_soup_gives_clean_text(pieces: list[str]) -> None:
    text = plain_text(Markup(text="".join(pieces)), limit=10_000)
    assert text == text.strip()
    assert "  " not in text
    assert "\n\n\n" not in text


@given(st.lists(st.text(alphabet="abcé", min_size=1, max_size=5), min_size=1, max_size=10))
@settings(derandomize=True, max_examples=50)
def test_words_in_blocks_stay_apart_and_words_in_inline_tags_stay_whole(words: list[str]) -> None:
    blocks = plain_text(Markup(text="".join(f"<p>{w[:1]}<b>{w[1:]}</b></p>" for w in words)), limit=10_000)
    assert blocks.split() == words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AT&amp;T", "AT&T"),
        ("?a=1&copy=2", "?a=1&copy=2"),
        ("caf&eacute;", "café"),
        ("&unknown;", "&unknown;"),
        ("no", "no"),
    ],
)
def test_only_complete_entities_are_decoded(text: str, expected: str) -> None:
    assert decode_entities(text) == expected


@pytest.mark.parametrize(
    ("text", "is_markup"), [("<b>x", True), ("a<br/>b", True), ("x <y> z", False), ("a < b", False)]
)
def test_known_tags_make_markup(text: str, is_markup: bool) -> None:
    assert looks_like_markup(text) is is_markup


def test_one_line() -> None:
    assert one_line(" a\n\n b\t\u2028c ") == "a b c"
