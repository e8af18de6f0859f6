"""Markup of an entry to plain text, word boundaries and paragraphs kept.

In: a title, summary or content as the feed has it. Out: text where a line is a line and a blank line parts
paragraphs. Pure; called by `normalize`. The text may still hold anything that people write, `<!channel>` included:
escaping is for those who render.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from watcher.ingest.tangle import tangle_at
from watcher.native.prose import scrub, tidy, with_breaks

_MAX_TAGS = 50_000
_MAX_UNCLOSED = 2_000
"""Of one text, roughly. More is not prose; such a text, and one that is entangled, is stripped of its tags by a plain
pattern instead of being parsed."""

_BLOCK_TAGS = (
    "address|article|aside|blockquote|body|center|details|dialog|dl|div|fieldset|figcaption|figure|footer|form|"
    "h[1-6]|header|hr|main|nav|ol|p|pre|section|summary|table|ul|caption|dd|dt|legend|li|option|tbody|td|tfoot|th|thead|tr"
)
_NOT_TEXT = ["script", "style", "iframe", "noembed", "noframes"]

_TAG = re.compile(r"<[/!?]?[a-zA-Z-][^<>]*>")
_KNOWN_TAG = re.compile(
    rf"</?(?:a|abbr|b|big|cite|code|del|em|font|i|img|ins|kbd|mark|q|s|small|span|strong|sub|sup|tt|u|var|wbr|"
    rf"br|{_BLOCK_TAGS})(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# CDATA marks would hide text as a comment, templates would keep it out of the page.
_WRAPPING = re.compile(r"<!\[CDATA\[|\]\]>|</?template(?:\s[^<>]*)?>", re.IGNORECASE)
# A whole text escaped once too often: it has no tag, but shows the tags of a paragraph.
_ESCAPED_BLOCK = re.compile(r"&lt;(?:p|br|div)(?:\s[^<>]{0,200}?)?\s*/?&gt;", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """Text of a feed and how to read it: `is_html` False means that `<b>` in it is three characters."""

    text: str = ""
    is_html: bool = True


NO_TEXT = Markup()


def plain_text(markup: Markup, *, limit: int) -> str:
    """Give the text that a reader sees.

    Args:
        markup: as the feed has it, its own XML escapes already undone.
        limit: in characters; what is longer is cut.

    Returns:
        Text without markup, scripts, styles and comments. Block elements and `<br>` become line breaks, paragraphs
        are parted by a blank line, inline elements leave no gap inside a word, entities are decoded. Text without
        any tag keeps its own line breaks. Markup that was escaped once too often is markup.
    """
    text = scrub(markup.text)
    if markup.is_html and "<" not in text and _ESCAPED_BLOCK.search(text):
        text = decode_entities(text)
    if markup.is_html and "<" in text:
        return tidy(_from_html(_WRAPPING.sub("", text)))[:limit].rstrip()
    if markup.is_html:
        text = decode_entities(text)
    return tidy(text.replace("\r\n", "\n").replace("\r", "\n"))[:limit].rstrip()


def looks_like_markup(text: str) -> bool:
    """Tell whether a text that is said to be plain holds HTML after all: a tag that HTML knows."""
    return "<" in text and _KNOWN_TAG.search(text) is not None


def decode_entities(text: str) -> str:
    """Decode complete entities (`&eacute;`, `&#233;`); a bare `&copy` in a query string stays."""
    if "&" not in text:
        return text
    return scrub(_ENTITY.sub(lambda found: html.unescape(found[0]), text))


def _from_html(text: str) -> str:
    """Parse HTML and give its text, with line breaks for blocks only."""
    marked = with_breaks(text)
    opened, closed = marked.count("<"), marked.count("</")
    if opened > _MAX_TAGS or opened - 2 * closed > _MAX_UNCLOSED or tangle_at(marked) is not None:
        return decode_entities(_TAG.sub("", marked))
    tree = LexborHTMLParser(marked)
    tree.strip_tags(_NOT_TEXT, recursive=True)
    root = tree.root
    return root.text(deep=True, separator="", strip=False) if root is not None else ""
