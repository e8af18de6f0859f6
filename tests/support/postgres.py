"""A PostgreSQL server of the tests' own: made in a temporary folder, on a free port, gone afterwards.

`find_postgres` says why there is none where the system has no PostgreSQL.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MISSING = "PostgreSQL is not installed (package: postgresql)"


def find_postgres() -> Path | None:
    """Give the folder of `initdb` and `pg_ctl`; None where PostgreSQL is not installed."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    if found:
        candidates.append(Path(found).resolve().parent)
    return next((folder for folder in candidates if (folder / "initdb").exists()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A server that can go away and come back; `url` is of an empty database on it."""

    url: str
    control: Sequence[str | Path]
    options: str

    def start(self) -> None:
        """Start it, and wait until it answers."""
        _run([*self.control, "-w", "-o", self.options, "start"])

    def stop(self, *, check: bool = True) -> None:
        """Stop it as a crash would."""
        _run([*self.control, "-m", "immediate", "stop"], check=check)


@contextmanager
def running_postgres(folder: Path) -> Iterator[str]:
    """Run a server in `folder` and give the URL of an empty database on it."""
    with postgres_server(folder) as server:
        yield server.url


@contextmanager
def postgres_server(folder: Path) -> Iterator[Postgres]:
    """Run a server in `folder`."""
    programs = find_postgres()
    if programs is None:
        raise FileNotFoundError(MISSING)
    # The server refuses to run as root: then it runs as the user that the package made for it.
    prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
    data = folder / "data"
    data.mkdir()
    if prefix:
        account = pwd.getpwnam("postgres")
        for part in (folder, data):
            os.chown(part, account.pw_uid, account.pw_gid)
        for parent in folder.parents:
            if parent.owner() == "root" and parent != Path("/") and str(parent) != "/tmp":
                parent.chmod(parent.stat().st_mode | 0o011)
    port = _free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    _run([*prefix, programs / "initdb", "-D", data, "-U", "watcher", "-A", "trust"])
    server = Postgres(
        url=f"postgresql://watcher@127.0.0.1:{port}/postgres",
        control=(*prefix, programs / "pg_ctl", "-D", data, "-l", data / "log"),
        options=options,
    )
    server.start()
    try:
        yield server
    finally:
        server.stop(check=False)  # a server that is gone already needs no stop


def _run(words: Sequence[str | Path], *, check: bool = True) -> None:
    subprocess.run(words, check=check, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
