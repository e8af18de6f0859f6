"""Web pages of articles, with everything around the text that such pages have."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

HTML = "text/html; charset=utf-8"


def article_page(title: str, paragraphs: Sequence[str]) -> bytes:
    """Write the page of an article; the words around it are no part of the article."""
    text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return f"""<!doctype html><html lang="en"><head><title>{escape(title)}</title>
<script>var tracked = "gunmen at the border";</script></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<main><article><h1>{escape(title)}</h1>{text}</article></main>
<aside><h2>Most read</h2><ul><li><a href="/x">Ten recipes with olives</a></li></ul></aside>
<footer>All rights reserved</footer></body></html>""".encode()


LONG_REPORT = (
    "The governor of Tataouine called the security council of the region together on Sunday evening, and the"
    " meeting went on until after midnight.",
    "According to two officials who took part, a dozen armed men had been seen crossing the border near Dehiba"
    " before dawn, and patrols were sent after them along the road to Remada.",
    "Shops in the town stayed closed on Monday morning while helicopters flew over the hills to the south, and"
    " the schools sent their pupils home.",
    "The ministry said that it would inform the public as soon as the operation had ended, and asked people to"
    " keep away from the area until then.",
)
