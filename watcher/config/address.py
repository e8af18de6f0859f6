"""Addresses in the configuration: web, mail, and where to listen.

Each is a pydantic type over plain text; the checks say what to write instead.
"""

from __future__ import annotations

import ipaddress
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field


def check_http_url(url: str) -> str:
    """Give the URL back when it is an absolute http or https address without a login in it; else raise ValueError."""
    parts = _split(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError("the address must begin with http:// or https://")
    if not parts.hostname:
        raise ValueError("the address names no host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("the address holds a login: put it under auth: or headers: instead")
    if any(character.isspace() for character in url):
        raise ValueError("the address has white space in it")
    return url


def parse_listen(text: str) -> tuple[str, int]:
    """Read `host:port`; an IPv6 address stands in brackets (`[::1]:8080`). Port 0 lets the system choose.

    Raises:
        ValueError: not of that form.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65535:
        raise ValueError(f'"{text}" is not host:port: write for example 127.0.0.1:8080')
    if host.startswith("[") and host.endswith("]"):
        ipaddress.IPv6Address(host[1:-1])
        return host[1:-1], int(port)
    if not host or ":" in host or "/" in host:
        raise ValueError(f'"{text}" is not host:port: write for example 127.0.0.1:8080 or [::1]:8080')
    return host, int(port)


def _check_listen(text: str) -> str:
    parse_listen(text)
    return text


def _check_mail(address: str) -> str:
    if "\r" in address or "\n" in address:
        raise ValueError("a mail address has no line breaks")
    bare = address.rpartition("<")[2].removesuffix(">") if address.endswith(">") else address
    name, at, domain = bare.rpartition("@")
    if not (at and name and domain) or " " in bare:
        raise ValueError(f'"{address}" is not a mail address')
    return address


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # only read for the ValueError that a bad port gives
    except ValueError as error:
        raise ValueError(f"the address is not valid: {error}") from error
    return parts


HttpUrl = Annotated[str, AfterValidator(check_http_url), Field(json_schema_extra={"format": "uri"})]
MailAddress = Annotated[str, AfterValidator(_check_mail)]
Listen = Annotated[str, AfterValidator(_check_listen)]
