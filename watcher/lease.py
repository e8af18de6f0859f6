"""Who this process is to others that share its store, and which of them are gone.

An owner's name says host, process and start; a killed service is recognised by it, so that what it held is free at
the next start and not only when the leases end.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterable


def new_owner() -> str:
    """Give a name for this process that no other has, before or after it."""
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"


def gone(owners: Iterable[str], *, me: str) -> tuple[str, ...]:
    """Give those of the owners that ran on this host and run no more."""
    host, own_pid, _ = me.rsplit("/", 2)
    found = []
    for owner in owners:
        other_host, pid, _ = owner.rsplit("/", 2)
        if other_host == host and owner != me and (pid == own_pid or not _is_alive(int(pid))):
            found.append(owner)
    return tuple(found)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
