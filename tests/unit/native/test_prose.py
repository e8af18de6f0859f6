"""White space in order, by compiled code and by patterns alike."""

from __future__ import annotations

import re
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.native.prose import one_line, scrub, tidy, with_breaks

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
PARAGRAPH = re.compile(
    r"</?(?:address|article|aside|blockquote|body|center|details|dialog|dl|div|fieldset|figcaption|figure|footer|form|"
    r"h[1-6]|header|hr|main|nav|ol|p|pre|section|summary|table|ul)(?=[\s/>])",
    re.IGNORECASE | re.ASCII,
)
LINE = re.compile(
    r"<(?:/?br|caption|dd|dt|legend|li|option|tbody|td|tfoot|th|thead|tr)(?=[\s/>])", re.IGNORECASE | re.ASCII
)

PIECES = st.sampled_from([
    *["a", "é", "م", "😀", "<", ">", "/", "\n", "\r", "\t", "\x00", "\x0b", "\x0c", "\x1f", "\x85", "\ufffe", "�", "�", "\u2028", "\u3000"], " ", "  ", "\n\n\n", "<p",
    "<br", "</br", "</p>", "<P ", "<td/", "</td>", "<li>", "<h1>", "<h7>", "<figcaption>", "<blockquote\n", "<pre", "<b>", "\xa0",
    "<blockquotes>", "<veryverylongname>", "<é>", "</", "</>", "<\u017fection>", "<tr>text", "<!-- <p> -->",
])  # fmt: skip
TEXTS = st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(st.characters(), max_size=40))
SETTINGS = settings(derandomize=True, deadline=None, max_examples=100)


def tidied(text: str) -> str:
    lines = [" ".join(line.split()) for line in FORBIDDEN.sub("", text).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


@given(TEXTS)
@SETTINGS
def test_white_space_is_put_in_order_as_patterns_would(text: str) -> None:
    assert scrub(text) == FORBIDDEN.sub("", text)
    assert one_line(text) == " ".join(text.split())
    assert tidy(text) == tidied(text)


@given(TEXTS)
@SETTINGS
def test_breaks_stand_where_patterns_would_put_them(text: str) -> None:
    flat = " ".join(text.split())
    assert with_breaks(text) == LINE.sub("\n\\g<0>", PARAGRAPH.sub("\n\n\\g<0>", flat))


def test_every_white_space_of_the_language_is_one() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    assert one_line(every) == " ".join(every.split())
    assert scrub(every) == FORBIDDEN.sub("", every)


def test_long_texts_of_nothing_but_tags_or_space_are_put_in_order() -> None:
    assert with_breaks("<p>" * 300_000) == "\n\n<p>" * 300_000
    assert tidy(" \n" * 500_000) == one_line("\u3000" * 500_000) == tidy("") == with_breaks("") == ""
