"""Addresses in the configuration: web, mail, and where to listen.

Each is a pydantic type over plain text; the checks say what to write instead.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, SecretStr

_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?")


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


def _check_range(text: str) -> str:
    if "/" in text or ":" in text or text.replace(".", "").isdecimal():
        try:
            ipaddress.ip_network(text.strip("[]"))
        except ValueError as error:
            raise ValueError(f'"{text}" is not a network: {error}; write for example 10.1.0.0/16') from error
    elif not _HOST.fullmatch(text):
        raise ValueError(f'"{text}" is neither a network (10.1.0.0/16) nor a host name (feeds.internal)')
    return text


def check_proxy(secret: SecretStr | None) -> SecretStr | None:
    """Give the proxy back when it is `environment` or the address of an HTTP proxy; else raise ValueError."""
    if secret is None:
        return None
    text = secret.get_secret_value()
    if text == "environment":
        return secret
    parts = _split(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        # The address may hold a login: it is not shown.
        raise ValueError("the proxy must be given as http://HOST:PORT, or as environment")
    return secret


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # only read for the ValueError that a bad port gives
    except ValueError as error:
        raise ValueError(f"the address is not valid: {error}") from error
    return parts


def _check_unsubscribe(text: str) -> str:
    if not text.startswith("mailto:"):
        return check_http_url(text)
    _check_mail(text.removeprefix("mailto:").partition("?")[0])
    if any(character <= " " or character in "<>" for character in text):
        raise ValueError("the address has a character that an address cannot have")
    return text


HttpUrl = Annotated[str, AfterValidator(check_http_url), Field(json_schema_extra={"format": "uri"})]
MailAddress = Annotated[str, AfterValidator(_check_mail)]
Unsubscribe = Annotated[str, AfterValidator(_check_unsubscribe)]
AddressRange = Annotated[str, AfterValidator(_check_range)]
Listen = Annotated[str, AfterValidator(_check_listen)]
