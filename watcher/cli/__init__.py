"""The `watcher` command. Its entry point is `main`; each group of commands is one module, named in `table`."""

from __future__ import annotations

import sys
from io import TextIOWrapper


def main() -> None:
    """Run the command line of this process and end it with the exit code of the contract."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A feed may hold lone surrogates, a terminal may know less than UTF-8: neither is a reason to fail.
            stream.reconfigure(errors="backslashreplace")
    from watcher.cli.table import app

    app(prog_name="watcher")
