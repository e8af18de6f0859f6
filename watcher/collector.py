"""The garbage collector, kept quiet while much is built that stays.

Used where a configuration is read, where its rules are compiled, and once the service has been put together.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def leave_alone() -> None:
    """Let the garbage collector pass over all that lives now: it stays as long as the service.

    A poll leaves objects behind that only the collector can free; without this, every few hundred polls it walks the
    whole configuration and every library to find them. What an earlier call has set aside is looked through once more.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the garbage collector from walking, again and again, hundreds of thousands of values that all live."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
