"""What people are told a connection failed of."""

from __future__ import annotations

import socket

import pytest

from watcher.errors import system_words


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 9)"), "Connection refused"),
        (OSError(None, "Domain name not found"), "Domain name not found"),
        (socket.gaierror(-2, "Name or service not known"), "Name or service not known"),
        (
            OSError("Multiple exceptions: [Errno 111] Connect call failed ('::1', 9), [Errno 101] …"),
            "Connection refused",
        ),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_the_reason_is_told_without_number_or_address(error: OSError, words: str) -> None:
    assert system_words(error) == words
