"""Names what a socket failed of.

In: an `OSError`. Out: a few words for the ledger. Called by the channels that open connections.
"""

from __future__ import annotations

import os
import socket


def failure(error: OSError) -> str:
    """Say in the system's words what went wrong: `Connection refused`.

    Not `strerror` alone: asyncio puts the address there instead of the reason.
    """
    if isinstance(error, socket.gaierror):
        return error.strerror or "name not found"
    return os.strerror(error.errno) if error.errno else type(error).__name__
