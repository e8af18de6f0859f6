"""Says to a person in chat why an alert was told: the sentence, and each condition with the words that met it.

In: an `Alert`. Out: lines of plain text. Pure; called by `desk`.
"""

from __future__ import annotations

from watcher.alert.card import card
from watcher.alert.inert import cut, inert
from watcher.alert.render import starred, title
from watcher.types import Alert

_MOST = 25
_LINE = 160


def why(alert: Alert) -> list[str]:
    """Give the evidence as a tree: the field, then the condition and what was found."""
    shown = card(alert)
    lines = [title(shown), starred(shown.headline)]
    if shown.quote:
        lines.append(f"“{starred(shown.quote)}”")
    fields = dict.fromkeys(one.span.field for one in alert.evidence)
    for field in fields:
        lines.append(f"in the {field}:")
        found = dict.fromkeys((one.path, one.text) for one in alert.evidence if one.span.field == field)
        lines += [f"    • {_clean(path)}: {_clean(text)}" for path, text in found][:_MOST]
    return [*lines, f"More: {shown.why}"]


def _clean(text: str) -> str:
    return cut(inert(text[: 4 * _LINE]).strip(), _LINE)
