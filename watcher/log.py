"""Sets up logging: structlog, to standard error, for people or as JSON lines."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import Any, Literal, TextIO, cast

import structlog

from watcher.ingest.mask import masked_text

# Of a traceback only places and messages: local variables hold headers with their secrets, and whole bodies.
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


class _Patient:
    """A stream that takes what cannot be written: a full disk under the log must not end the service."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):  # there is nowhere left to say it
            return self._stream.write(text)
        return 0

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def configure(*, level: str = "info", form: Literal["console", "json"] = "console") -> None:
    """Send all log events of `level` and above to standard error.

    Args:
        level: debug, info, warning or error.
        form: `console` for people, `json` for machines: one object a line.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _TRACEBACKS if form == "json" else _keep,
            renderer,
            _mask,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Patient(sys.stderr))),
        cache_logger_on_first_use=False,
    )
    # Libraries log through the standard library: only what is wrong with them is of interest here.
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr, format="%(name)s: %(message)s")


def _mask(_logger: object, _name: str, line: Any) -> str:
    # The whole line, tracebacks included: an exception's message may hold an address, and that a token.
    return masked_text(str(line))


def _keep(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return event
