"""Draws docs/images/alert.svg: the first alert of the demo, as the console channel shows it.

Run it again when the look of alerts changes: `python tools/alert_picture.py`.
"""

from __future__ import annotations

import io
import re

from demo_alerts import ROOT, DemoAlerts
from rich.console import Console
from rich.terminal_theme import MONOKAI

from watcher.alert.card import card
from watcher.deliver.channels.console import panel

PICTURE = ROOT / "docs" / "images" / "alert.svg"
_WIDTH = 104
_FAMILY = "ui-monospace, Menlo, Consolas, DejaVu Sans Mono"
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def main() -> None:
    alert = DemoAlerts().event("sirte-warning")
    console = Console(record=True, width=_WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(panel(card(alert)))
    svg = console.export_svg(title="watcher", theme=MONOKAI, unique_id="alert")
    # The fonts would be fetched from elsewhere by whoever looks at the page: the viewer's own will do.
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(_FONTS.sub("", svg).replace("Fira Code", _FAMILY), "utf-8")


if __name__ == "__main__":
    main()
