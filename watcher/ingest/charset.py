"""Bytes of a feed to clean text, whatever its encoding is and whatever it claims to be.

In: a body and its Content-Type. Out: text without characters that XML forbids, and a line on what was repaired.
Pure; called by `parse`. Bytes are never decoded by a guess where they are valid UTF-8 or nearly so: one bad byte
must not turn the accents of a whole feed into mojibake (feedparser#421).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from watcher.native.prose import scrub

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SNIFFED = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)

# What a label means in practice: the superset that software of its maker writes (WHATWG Encoding, 4.2).
_MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "tis-620": "cp874",
}
# Python text codecs that no feed means, some of them able to smuggle markup past a reader.
_NOT_FOR_FEEDS = frozenset({"utf-7", "unicode-escape", "raw-unicode-escape", "idna", "punycode", "undefined"})

_XML_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_HTTP_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)

_CHARACTER_REFERENCE = re.compile(r"&#(?:[xX][0-9a-fA-F]+|[0-9]+);?")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Text of a body; `repair` says what had to be done to read it, None when nothing."""

    text: str
    repair: str | None = None


def decode(body: bytes, content_type: str = "") -> Decoded:
    """Decode a body to text that XML allows.

    Args:
        body: as it came, decompressed.
        content_type: the HTTP header, for its charset; may be empty.

    Returns:
        The text, by the first of: byte order mark, UTF-16/32 by its zeros, UTF-8 if valid, UTF-8 with bad bytes
        replaced if more of it is valid than not, the HTTP charset, the XML declaration's, windows-1252.
    """
    decoded = (
        _by_mark(body) or _seven_bit(body, content_type) or _as_utf8(body) or _as_declared(body, content_type)
    )
    return _without_forbidden(decoded)


def _by_mark(body: bytes) -> Decoded | None:
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _lenient(body[len(mark) :], encoding)
    for start, encoding in _SNIFFED:
        if body.startswith(start):
            return _lenient(body, encoding)
    return None


def _lenient(body: bytes, encoding: str) -> Decoded:
    text = body.decode(encoding, "replace")
    bad = text.count(_REPLACEMENT)
    return Decoded(text=text, repair=f"{bad} characters are not valid {encoding}" if bad else None)


def _seven_bit(body: bytes, content_type: str) -> Decoded | None:
    """Read the escape-sequence encodings of Japan, Korea and China, whose bytes are all valid UTF-8."""
    if b"\x1b" not in body:
        return None
    for encoding in _declared(body, content_type):
        if encoding.startswith("iso2022") and (text := _strict(body, encoding)) is not None:
            return Decoded(text=text)
    return None


def _as_utf8(body: bytes) -> Decoded | None:
    if (text := _strict(body, "utf-8")) is not None:
        return Decoded(text=text)
    text = body.decode("utf-8", "replace")
    bad = text.count(_REPLACEMENT) - body.count(_REPLACEMENT.encode())
    good = len(text) - len(text.encode("ascii", "ignore")) - text.count(_REPLACEMENT)
    if good <= bad:
        return None
    return Decoded(text=text, repair=f"{bad} bytes are not valid UTF-8 and were replaced")


def _as_declared(body: bytes, content_type: str) -> Decoded:
    declared = _declared(body, content_type)
    for encoding in declared:
        if encoding != "utf-8" and (text := _strict(body, encoding)) is not None:
            return Decoded(text=text)
    claim = declared[0] if declared else "utf-8"
    guess = next((encoding for encoding in declared if encoding != "utf-8"), "cp1252")
    return Decoded(
        text=body.decode(guess, "replace"), repair=f"the text is not {claim} as declared; read as {guess}"
    )


def _declared(body: bytes, content_type: str) -> list[str]:
    """Give the encodings that the server and the document name, in that order (RFC 7303, 3.2), if usable."""
    labels = [found[1] for found in [_HTTP_CHARSET.search(content_type)] if found]
    labels += [found[1].decode("ascii") for found in [_XML_ENCODING.match(body.lstrip()[:300])] if found]
    usable = []
    for label in labels:
        try:
            b"    ".decode(label)  # refuses Python's codecs that give no text, such as zlib
            name = codecs.lookup(label).name
        except (LookupError, UnicodeError):
            continue
        if name not in _NOT_FOR_FEEDS:
            usable.append(_MEANT.get(name, name))
    return usable


def _strict(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except (UnicodeError, LookupError):  # LookupError: not a text encoding
        return None


def _without_forbidden(decoded: Decoded) -> Decoded:
    """Drop characters that XML forbids, and replace references to them, so that a strict parser reads on."""
    text = scrub(decoded.text)
    dropped = len(decoded.text) - len(text)
    # Some feeds write every letter so: each reference is looked at once, however often it stands there.
    if "&#" in text and not all(map(_is_allowed, set(_CHARACTER_REFERENCE.findall(text)))):
        text = _CHARACTER_REFERENCE.sub(_checked_reference, text)
    if not dropped:
        return Decoded(text=text, repair=decoded.repair)
    return Decoded(text=text, repair=decoded.repair or f"{dropped} control characters were dropped")


def _checked_reference(found: re.Match[str]) -> str:
    return found[0] if _is_allowed(found[0]) else _REPLACEMENT


def _is_allowed(reference: str) -> bool:
    """Tell whether a reference, `&#233;` or `&#xe9;`, is to a character that XML has."""
    is_hexadecimal = reference[2] in "xX"
    digits = reference[3 if is_hexadecimal else 2 :].rstrip(";").lstrip("0") or "0"
    number = int(digits, 16 if is_hexadecimal else 10) if len(digits) <= 7 else -1
    return 0 <= number <= 0x10FFFF and scrub(chr(number)) != ""
