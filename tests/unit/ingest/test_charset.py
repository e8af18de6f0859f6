"""Bytes to text, whatever they claim."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.ingest.charset import decode
from watcher.native.prose import scrub

XML = '<?xml version="1.0" encoding="{}"?><t>{}</t>'
FRENCH = "Des éléments armés à la frontière tunisienne, où l'armée"
ARABIC = "مسلحون على الحدود التونسية"
CHINESE = "突尼斯边境的武装分子"


@pytest.mark.parametrize(
    ("encoding", "label", "words"),
    [
        ("utf-8", "UTF-8", FRENCH),
        ("utf-8", "", ARABIC),
        ("latin-1", "iso-8859-1", FRENCH),
        ("cp1252", "windows-1252", "l’été"),
        ("cp1252", "iso-8859-1", "l’été"),
        ("cp1256", "windows-1256", ARABIC),
        ("iso8859-6", "iso-8859-6", ARABIC),
        ("gb18030", "gb2312", CHINESE),
        ("big5", "big5", "突尼斯邊境"),
        ("cp932", "shift_jis", "チュニジア国境"),
        ("iso2022_jp", "iso-2022-jp", "チュニジア国境"),
        ("koi8-r", "koi8-r", "граница Туниса"),
    ],
)
def test_a_declared_encoding_is_honoured_in_document_or_header(encoding: str, label: str, words: str) -> None:
    by_document = decode(XML.format(label, words).encode(encoding), "application/xml")
    by_header = decode(f"<t>{words}</t>".encode(encoding), f'text/xml; charset="{label}"')
    for decoded in (by_document, by_header):
        assert words in decoded.text
        assert decoded.repair is None


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("with_mark", [True, False])
def test_wide_encodings_are_seen_without_being_declared(encoding: str, with_mark: bool) -> None:
    body = XML.format("utf-16", ARABIC).encode(encoding)
    mark = {
        "utf-16-le": codecs.BOM_UTF16_LE,
        "utf-16-be": codecs.BOM_UTF16_BE,
        "utf-32-le": codecs.BOM_UTF32_LE,
        "utf-32-be": codecs.BOM_UTF32_BE,
    }
    assert ARABIC in decode((mark[encoding] if with_mark else b"") + body).text


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1256", "us-ascii", "gb2312", "no-such-encoding"])
def test_valid_utf8_is_utf8_whatever_is_declared(label: str) -> None:
    body = XML.format(label, FRENCH + ARABIC).encode()
    assert FRENCH + ARABIC in decode(body, f"application/rss+xml; charset={label}").text


@pytest.mark.parametrize("content_type", ["", "text/xml", "application/xml; charset=iso-8859-1"])
@pytest.mark.parametrize("bad", [b"\xff", b"\xe9", b"\xc3", b"\x92", b"\xed\xa0\x80"])
def test_one_bad_byte_costs_one_character_and_no_accent(bad: bytes, content_type: str) -> None:
    """feedparser#421: the whole feed must not be read as ISO-8859-1."""
    body = XML.format("utf-8", FRENCH).encode() + bad + f"<t>{ARABIC}</t>".encode()
    decoded = decode(body, content_type)
    assert FRENCH in decoded.text
    assert ARABIC in decoded.text
    assert decoded.repair is not None
    assert "UTF-8" in decoded.repair


def test_latin_text_that_claims_to_be_utf8_is_read_as_windows_1252() -> None:
    decoded = decode(XML.format("utf-8", FRENCH).encode("cp1252"))
    assert FRENCH in decoded.text
    assert decoded.repair == "the text is not utf-8 as declared; read as cp1252"


@pytest.mark.parametrize(
    "label", ["utf-7", "unicode_escape", "zlib_codec", "rot13", "undefined", "idna", "punycode"]
)
def test_encodings_that_no_feed_means_are_not_used(label: str) -> None:
    decoded = decode(XML.format(label, "+ADw-script+AD4- \\x41 \xe9").encode("latin-1"))
    assert "+ADw-script+AD4- \\x41 é" in decoded.text


def test_what_xml_forbids_is_taken_out() -> None:
    decoded = decode(b"a\x00b\x0bc&#0;&#xD800;&#x110000;&#99999999999;&#65;&#x3c;\td")
    assert decoded.text == "abc\ufffd\ufffd\ufffd\ufffd&#65;&#x3c;\td"
    assert decoded.repair == "2 control characters were dropped"
    assert scrub("a\ud800b\x00") == "ab"


@given(
    st.binary(max_size=300),
    st.sampled_from(["", "text/xml; charset=utf-16", "x; charset=big5", "charset=;;"]),
)
@settings(derandomize=True, max_examples=60)
def test_any_bytes_give_text_that_can_be_stored(body: bytes, content_type: str) -> None:
    text = decode(body, content_type).text
    text.encode("utf-8")
    assert "\x00" not in text
