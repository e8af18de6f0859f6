"""Alerts on the terminal: panels for people, plain lines for pipes and logs.

In: a delivery. Out: text on a stream, flushed. Built by the registry for channels of type `console`.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Literal, cast

from rich import box
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from watcher.alert.card import Card, card
from watcher.alert.marks import Run
from watcher.alert.render import details, moment, news_line, plain, sources_heading, title, update_line
from watcher.deliver.channels.rendering import laid_out, plain_text
from watcher.deliver.channels.thread import in_daemon_thread
from watcher.errors import DeliveryError
from watcher.types import Delivery, DeliveryKind, Receipt, Severity

if TYPE_CHECKING:
    from watcher.config.channels import ConsoleSettings

_STYLES = {
    Severity.INFO: "white",
    Severity.LOW: "blue",
    Severity.MEDIUM: "yellow",
    Severity.HIGH: "bold red",
    Severity.CRITICAL: "bold white on red",
}
_BORDERS = {**_STYLES, Severity.HIGH: "red", Severity.CRITICAL: "bold red"}
_EVIDENCE = "bold black on yellow"
_WIDEST = 110

_ColourSystem = Literal["standard", "256", "truecolor", "windows"]


class ConsoleChannel:
    """Writes to the stream that its settings name, or to the Rich console that it is given."""

    kind = "console"
    spacing = timedelta()
    has_updates = True

    def __init__(
        self,
        name: str,
        settings: ConsoleSettings | None = None,
        *,
        console: Console | None = None,
    ) -> None:
        self.name = name
        stream = sys.stderr if settings is not None and settings.stream == "stderr" else sys.stdout
        self._console = console or Console(file=stream, markup=False, highlight=False, emoji=False)

    async def send(self, delivery: Delivery) -> Receipt:
        """Print the alert; it is delivered once the stream has taken all of it."""
        layout = self._layouts.get(delivery.kind)  # a notice has none: it is told in plain text
        text = laid_out(layout, delivery, channel=self.name) if layout is not None else None
        text = text if text is not None else plain_text(delivery, channel=self.name)
        try:
            await in_daemon_thread(lambda: _write(self._console.file, text), name=f"{self.name} writer")
        except (OSError, ValueError) as error:  # ValueError: the stream is closed
            raise DeliveryError(
                f"cannot write to the terminal: {type(error).__name__}", channel=self.name
            ) from error
        return Receipt()

    async def close(self) -> None:
        """Leave the stream open: it is not ours."""

    @property
    def _layouts(self) -> Mapping[DeliveryKind, Callable[[Delivery], str]]:
        return {
            DeliveryKind.ALERT: self._alert,
            DeliveryKind.UPDATE: self._update,
            DeliveryKind.REPLY: self._reply,
            DeliveryKind.DIGEST: self._digest,
        }

    def _alert(self, delivery: Delivery) -> str:
        shown = card(delivery.alert)
        if not self._console.is_terminal:
            return plain(shown) + "\n"
        return self._printed(panel(shown))

    def _digest(self, delivery: Delivery) -> str:
        text = plain_text(delivery, channel=self.name)
        return self._printed(digest_panel(text, delivery)) if self._console.is_terminal else text + "\n"

    def _update(self, delivery: Delivery) -> str:
        line = update_line(card(delivery.alert))
        return self._printed(Text(line, style="dim")) if self._console.is_terminal else line + "\n"

    def _reply(self, delivery: Delivery) -> str:
        line = f"! {news_line(card(delivery.alert), delivery.news or '')}"
        if not self._console.is_terminal:
            return line + "\n"
        return self._printed(Text(line, style=_STYLES[delivery.alert.severity]))

    def _printed(self, what: Panel | Text) -> str:
        """Print into a text: Rich's own printing ends the program when the stream is a broken pipe."""
        text = io.StringIO()
        Console(
            file=text,
            force_terminal=True,
            width=min(self._console.width, _WIDEST),
            color_system=cast("_ColourSystem | None", self._console.color_system),
            no_color=self._console.no_color,
        ).print(what)
        return text.getvalue()


def panel(card: Card) -> Panel:
    """Lay an alert out as a framed panel. Only `Text` is used: markup in a feed's words stays words."""
    lines: list[Text | Table] = [_marked(card.headline, "bold"), Text()]
    if card.quote:
        lines += [_marked(card.quote, "italic"), Text()]
    lines += [Text(sources_heading(card), style="bold"), _reports(card), Text()]
    lines += [Text(line, style="dim") for line in details(card)]
    if card.url:
        lines.append(Text(card.url, style="underline blue", overflow="fold"))
    return Panel(
        Group(*lines),
        title=Text(f" {title(card)} ", style=_STYLES[card.severity]),
        title_align="left",
        border_style=_BORDERS[card.severity],
        box=box.ROUNDED,
        padding=(1, 2),
    )


def digest_panel(text: str, delivery: Delivery) -> Panel:
    """Frame a digest that is laid out as plain text."""
    title, _, rest = text.partition("\n")
    style = _BORDERS[delivery.alert.severity]
    return Panel(
        Text(rest.rstrip(), overflow="fold"), title=Text(f" {title} "), title_align="left", border_style=style
    )


def _marked(runs: tuple[Run, ...], style: str) -> Text:
    return Text.assemble(
        *((run.text, _EVIDENCE if run.is_evidence else style) for run in runs), overflow="fold"
    )


def _reports(card: Card) -> Table:
    table = Table.grid(padding=(0, 1))
    for report in card.reports:
        parts = ((report.outlet, "bold"), " · ", report.title, " · ", (moment(report.time), "dim"))
        table.add_row("•", Text.assemble(*parts, overflow="fold"))
    if card.more_reports:
        table.add_row("", Text(f"and {card.more_reports} more"))
    return table


def _write(stream: IO[str], text: str) -> None:
    """Write all of it; what the stream's encoding lacks is written as escapes."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    encoded = text.encode(encoding, "backslashreplace")
    try:
        descriptor = stream.fileno()
    except OSError:  # a stream in memory
        stream.write(encoded.decode(encoding))
        stream.flush()
        return
    stream.flush()
    # Past the stream's buffer: a reader that stops reading blocks this thread, and a thread blocked inside the buffer
    # would hold its lock, which the interpreter needs to end.
    rest = memoryview(encoded)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
