"""A receiver's certificate that is not trusted: why is said, and what to do; what it would have been told waits."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from pathlib import Path

import aiohttp
import pytest

from watcher.deliver.channels.http import network_error

AUTHORITY = """
[ca]
default_ca = own
[own]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = IP:127.0.0.1
"""
NEW_KEY = "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=127.0.0.1 -keyout key.pem -out asked.pem"
SIGN = "openssl ca -batch -selfsign -config ca.cnf -keyfile key.pem -in asked.pem -out cert.pem"


def certificate(folder: Path, *, until: str) -> Path:
    """Make a certificate of its own authority for 127.0.0.1 that ends at a moment; its key stands beside it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the test's certificate, is not installed")
    (folder / "ca.cnf").write_text(AUTHORITY)
    (folder / "index.txt").touch()
    (folder / "serial").write_text("01")
    for command in (NEW_KEY, f"{SIGN} -startdate 20200101000000Z -enddate {until}"):
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    return folder / "cert.pem"


@pytest.mark.parametrize(
    ("until", "is_trusted", "told"),
    [
        ("20200201000000Z", True, "certificate has expired: whoever runs it must renew it"),
        (
            "20990101000000Z",
            False,
            "self-signed certificate: add the authority that signed it to the system's",
        ),
    ],
)
async def test_why_a_certificate_is_not_trusted_is_said(
    tmp_path: Path, until: str, is_trusted: bool, told: str
) -> None:
    path = certificate(tmp_path, until=until)
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(path, path.with_name("key.pem"))
    trust = ssl.create_default_context(cafile=str(path) if is_trusted else None)

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=served)
    port = server.sockets[0].getsockname()[1]
    async with server, aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorCertificateError) as raised:
            await session.post(f"https://127.0.0.1:{port}/hook?key=secret", ssl=trust)
    error = network_error(raised.value, channel="hook", peer="127.0.0.1")
    assert error.needs_person
    assert error.detail == f"127.0.0.1 is not trusted: {told}"
