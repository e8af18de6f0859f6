"""Words as hostile feeds write them, and alerts full of them."""

from __future__ import annotations

import unicodedata

from tests.support.alerts import a_source, an_alert
from watcher.types import Alert

HOSTILE = {
    "channel mention": "<!channel> <!here> @here @channel",
    "user mention": "<@U012AB3CD> <!subteam^S0614TZR7>",
    "disguised link": "<https://evil.example|bank.example>",
    "mrkdwn": "*_~`bold`~_* > quote ```code``` :boom:",
    "markdown link": "[bank](https://evil.example)",
    "half entities": "&lt;!channel&gt; &amp;lt; &#60;",
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "template": "{{ 7*7 }} {% raw %} ${7*7} %s {0}",
    "rich markup": "[bold red]red[/] [link=https://evil.example]here[/link] :smile:",
    "header": "news\r\nBcc: everyone@example.org\r\n\r\n<html>",
    "bidi override": "invoice\u202efdp.exe \u2066\u2067\u202d",
    "terminal": "\x1b[2J\x1b[31mred\x1b]0;owned\x07\x9b31m",
    "null": "nul\x00l\x08\x7f",
    "line separators": "one\u2028two\u2029three\x0bfour\x85five",
    "lone surrogate": "half \ud83d of a pair",
    "zalgo": "z" + "\u0301\u0489" * 2_000,
    "endless word": "w" * 100_000,
    "endless entities": "<&>" * 40_000,
    "endless arabic": "ش" * 100_000,
}
"""A text for each way that is known to make a feed's words act."""


def hostile_alert(text: str) -> Alert:
    """Make an alert that has the text wherever a feed can put one, evidence in its middle included."""
    source = a_source(feed_title=text, title=text, url=f"https://evil.example/{text}")
    middle = len(text) // 2
    return an_alert(
        headline=text,
        quote=text,
        highlights=((0, 3), (middle, middle + 5)),
        title_highlights=((1, 4),),
        url=f"https://evil.example/{text}",
        sources=(source,) * 60,
        places=((text, text),) * 20,
    )


def is_harmless(text: str) -> bool:
    """Say whether no character of a text acts on terminals, headers or the order of reading.

    Isolates are ours and balanced; line feeds are lay-out.
    """
    depth = 0
    for character in text:
        depth += {"\u2068": 1, "\u2069": -1}.get(character, 0)
        if depth < 0 or character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2028\u2029":
            return False
        if unicodedata.category(character) in ("Cc", "Cs") and character != "\n":
            return False
    return depth == 0
