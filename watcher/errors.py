"""The errors that this package raises on purpose, one tree.

Errors carry what they are about as attributes, so that whoever logs or counts them need not read their text.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from watcher.types import FetchProblem

_ERRNO = re.compile(r"\[Errno (\d+)\]")


class WatcherError(Exception):
    """Root of all errors of this package."""


class FetchError(WatcherError):
    """A poll that gave nothing.

    `retryable` False means that trying sooner than the feed's normal interval is pointless. `retry_after` is what
    the server asked for, None where it did not.
    """

    def __init__(
        self,
        problem: FetchProblem,
        detail: str,
        *,
        feed_id: str | None = None,
        status: int | None = None,
        retryable: bool = True,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(f"{problem}: {detail}")
        self.problem = problem
        self.detail = detail
        self.feed_id = feed_id
        self.status = status
        self.retryable = retryable
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[object, ...]:
        # Raised in worker processes: keyword-only arguments are lost by the default pickling.
        return _rebuild_fetch_error, (
            self.problem,
            self.detail,
            self.feed_id,
            self.status,
            self.retryable,
            self.retry_after,
        )


def _rebuild_fetch_error(
    problem: FetchProblem,
    detail: str,
    feed_id: str | None,
    status: int | None,
    retryable: bool,
    retry_after: timedelta | None,
) -> FetchError:
    return FetchError(
        problem, detail, feed_id=feed_id, status=status, retryable=retryable, retry_after=retry_after
    )


class DeliveryError(WatcherError):
    """A receiver did not take a delivery.

    `retryable` False gives the delivery up at once. `needs_person` says that no delivery will be taken until somebody
    has mended the channel (a password, an address, a right): it is parked, whatever `retryable` says. `retry_after` is what
    the receiver asked for and holds for the whole channel. `is_ambiguous` says that the receiver may have accepted it all the same (the connection broke
    after the request was sent). `notes`, when given, are kept with the delivery for the next attempt. `is_moot` says that
    there is nothing left to tell: the message that it would change is gone. The text never contains a secret.
    """

    def __init__(
        self,
        detail: str,
        *,
        channel: str | None = None,
        retryable: bool = True,
        retry_after: timedelta | None = None,
        is_ambiguous: bool = False,
        notes: Mapping[str, Any] | None = None,
        is_moot: bool = False,
        needs_person: bool = False,
    ) -> None:
        super().__init__(detail)
        self.notes = notes
        self.needs_person = needs_person
        self.detail = detail
        self.channel = channel
        self.is_moot = is_moot
        self.retryable = retryable
        self.retry_after = retry_after
        self.is_ambiguous = is_ambiguous


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong in the configuration, and where; `line` and `column` count from 1, None if unknown."""

    message: str
    path: Path | None = None
    line: int | None = None
    column: int | None = None
    suggestion: str | None = None
    is_warning: bool = False

    def __str__(self) -> str:
        place = str(self.path) if self.path else "configuration"
        if self.line is not None:
            place += f":{self.line}:{self.column or 1}"
        kind = "warning: " if self.is_warning else ""
        hint = f" ({self.suggestion})" if self.suggestion else ""
        return f"{place}: {kind}{self.message}{hint}"


class ConfigError(WatcherError):
    """The configuration cannot be used; `problems` holds every one that was found, errors and warnings."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(p) for p in problems))
        self.problems = problems


class StoreError(WatcherError):
    """The store cannot be used."""


class MissingDatabase(StoreError):  # noqa: N818  (named as the fact that it states)
    """Nothing was ever stored: the service has not run yet."""


class SchemaTooNew(StoreError):  # noqa: N818  (named as the fact that it states)
    """The database was written by a newer program; opening it with this one would damage it."""

    def __init__(self, found: str, known: str) -> None:
        super().__init__(
            f"the database has schema {found}, newer than this program knows ({known}): "
            "install the newer watcher again, or restore a backup from before the upgrade"
        )
        self.found = found
        self.known = known


def system_words(error: OSError) -> str:
    """Say in the system's words what a connection failed of: `Connection refused`, without number or address.

    Not `strerror` alone: asyncio puts the address there instead of the reason. Resolvers give a reason and no number. Of
    several addresses that were tried the first one's failure is told.
    """
    if isinstance(error, socket.gaierror) or (error.errno is None and error.strerror):
        return error.strerror or "name not found"
    numbers = [error.errno] if error.errno is not None else _ERRNO.findall(str(error))
    return os.strerror(int(numbers[0])) if numbers else type(error).__name__
