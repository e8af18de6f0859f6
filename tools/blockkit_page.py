"""A message of Slack as a web page: the blocks that alerts are made of, laid out as Slack's client in its light theme does.

In: the blocks of chat.postMessage. Out: HTML. Used by `screens`. Sizes and colours are those that Slack's web client
gives its text (15 px on 22), headers (18 px, black weight), quotes, context (13 px) and buttons (28 px high).
A block or an element that alerts do not use is an error: the picture must not leave out what people see.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Any

Element = dict[str, Any]

_SIGNS = {"⚪": "#e6e7e8", "🔵": "#2b7de9", "🟡": "#fdcb58", "🟠": "#f4900c", "🔴": "#dd2e44"}
_STYLE = """
body { margin: 0; background: #fff; color: #1d1c1d; font: 15px/22px Lato, "Helvetica Neue", "Liberation Sans", Arial, sans-serif; }
.message { display: flex; gap: 8px; padding: 8px 20px 12px; }
.icon { flex: none; width: 36px; height: 36px; border-radius: 6px; background: #1f6feb; color: #fff; font: 900 18px/36px sans-serif; text-align: center; }
.body { min-width: 0; overflow-wrap: anywhere; }
.name { font-weight: 900; } .app { background: rgba(29,28,29,.13); border-radius: 2px; color: #616061; font: 700 10px/14px sans-serif; padding: 1px 3px; margin: 0 4px; vertical-align: 1px; }
.time, .context { color: #616061; } .time { font-size: 12px; }
.header { font-size: 18px; font-weight: 900; line-height: 24px; margin: 8px 0 4px; }
.sign { display: inline-block; width: 18px; height: 18px; border-radius: 50%; vertical-align: -3px; }
.section { unicode-bidi: plaintext; text-align: start; }
blockquote { margin: 4px 0; padding: 0 0 0 12px; border-left: 4px solid #ddd; unicode-bidi: plaintext; text-align: start; }
ul { margin: 0; padding-left: 28px; } li { unicode-bidi: plaintext; text-align: start; }
a { color: #1264a3; text-decoration: none; }
.context { font-size: 13px; line-height: 20px; margin: 8px 0; display: flex; flex-wrap: wrap; gap: 0 12px; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0; }
.button { border: 1px solid rgba(29,28,29,.3); border-radius: 8px; font: 700 13px/26px sans-serif; padding: 0 10px; }
.select { font-weight: 400; padding-right: 26px; position: relative; } .select::after { content: "⌄"; position: absolute; right: 9px; top: -3px; }
"""


def message_page(blocks: list[Element], *, at: datetime) -> str:
    """Lay a message out as a page.

    Args:
        blocks: as they are posted.
        at: when it was posted; shown in UTC, as is every date in it.
    """
    shown = "".join(_block(block) for block in blocks)
    head = (
        f'<span class="name">watcher</span><span class="app">APP</span> <span class="time">{at:%H:%M}</span>'
    )
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><style>{_STYLE}</style></head><body>'
        f'<div class="message"><div class="icon">w</div><div class="body">{head}{shown}</div></div></body></html>'
    )


def _block(block: Element) -> str:
    match block["type"]:
        case "header":
            return f'<div class="header" dir="auto">{_words(block["text"])}</div>'
        case "context":
            items = "".join(f'<span dir="auto">{_words(one)}</span>' for one in block["elements"])
            return f'<div class="context">{items}</div>'
        case "actions":
            return f'<div class="actions">{"".join(_control(one) for one in block["elements"])}</div>'
        case "rich_text":
            return "".join(_rich(element) for element in block["elements"])
    raise ValueError(f"no picture of a block {block['type']!r}")


def _control(element: Element) -> str:
    match element["type"]:
        case "button":
            return f'<span class="button">{_words(element["text"])}</span>'
        case "static_select":
            return f'<span class="button select">{_words(element["placeholder"])}</span>'
    raise ValueError(f"no picture of an element {element['type']!r}")


def _rich(element: Element) -> str:
    inner = element["elements"]
    match element["type"]:
        case "rich_text_section":
            return f'<div class="section" dir="auto">{"".join(_piece(one) for one in inner)}</div>'
        case "rich_text_quote":
            return f'<blockquote dir="auto">{"".join(_piece(one) for one in inner)}</blockquote>'
        case "rich_text_list":
            items = "".join(f"<li>{''.join(_piece(one) for one in item['elements'])}</li>" for item in inner)
            return f"<ul>{items}</ul>"
    raise ValueError(f"no picture of rich text {element['type']!r}")


def _piece(element: Element) -> str:
    match element["type"]:
        case "text":
            shown = escape(element["text"])
        case "link":
            shown = f"<a>{escape(element.get('text') or element['url'])}</a>"
        case "date":
            shown = _date(element["timestamp"])
        case kind:
            raise ValueError(f"no picture of {kind!r} in rich text")
    return f"<b>{shown}</b>" if element.get("style", {}).get("bold") else shown


def _date(timestamp: int) -> str:
    """Write a date as Slack writes `{date_short_pretty} {time}` of another day, for a reader in UTC."""
    when = datetime.fromtimestamp(timestamp, UTC)
    return f"{when:%b} {when.day}, {when.year} {when.hour % 12 or 12}:{when:%M %p}"


def _words(element: Element) -> str:
    """Give a plain text; Slack draws these emoji itself, so that none needs a font."""
    shown = escape(element["text"])
    for sign, colour in _SIGNS.items():
        shown = shown.replace(sign, f'<span class="sign" style="background:{colour}"></span>')
    return shown
