"""Which addresses a poll may connect to.

In: addresses and URLs, as configured, redirected to, or resolved. Out: nothing, or a `FetchError` of class
`FORBIDDEN_ADDRESS`. Called by `fetch` for every hop, and by the resolver at connect time, so that what was checked
is what is connected to (a name that resolves differently a moment later gains nothing).
"""

from __future__ import annotations

import re
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from watcher.errors import FetchError
from watcher.types import FetchProblem

_CARRIER_GRADE_NAT = ip_network("100.64.0.0/10")
_METADATA = frozenset(
    map(
        ip_address,
        # AWS/GCP/Azure, AWS over IPv6, Alibaba, Azure's wire server (a public address), Oracle.
        ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")  # RFC 8215: the translator of a private network
_IPV4_COMPATIBLE = IPv6Network("::/96")  # RFC 4291, 2.5.5.1
_ISATAP_MARK = 0x5EFE  # RFC 5214, 6.1: the interface identifier is 00-00-5E-FE-a.b.c.d
# Forms that inet_aton reads as an IPv4 address: decimal, octal, hexadecimal, fewer than four parts.
_ODD_IPV4 = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}", re.IGNORECASE)


def refusal(address: IPv4Address | IPv6Address) -> str | None:
    """Say why an address is not for polling.

    Args:
        address: what would be connected to.

    Returns:
        The kind of address, to be read after "the address … is", or None for a public one. IPv6 forms that carry
        an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo, ISATAP) are judged by what they carry as well.
    """
    if address in _METADATA:
        return "a cloud metadata address"
    if isinstance(address, IPv6Address):
        for inner in _embedded(address):
            if (reason := refusal(inner)) is not None:
                return f"{reason} (inside IPv6)"
        if _is_mere_envelope(address):
            return None
    return _kind(address)


def _kind(address: IPv4Address | IPv6Address) -> str | None:
    """Name the first special range that an address lies in; the order gives the most telling name."""
    special = (
        (address.is_unspecified, "unspecified"),
        (address.is_loopback, "loopback"),
        (address.is_link_local, "link-local"),
        (address.is_multicast, "multicast"),
        (address.version == 4 and address in _CARRIER_GRADE_NAT, "carrier-grade NAT"),
        (address.version == 6 and address in _NAT64_LOCAL, "private"),
        (address.is_private, "private"),
        (address.is_reserved, "reserved"),
        (not address.is_global, "not public"),
    )
    return next((name for is_in_range, name in special if is_in_range), None)


def _embedded(address: IPv6Address) -> list[IPv4Address]:
    """Give the IPv4 addresses that an IPv6 address leads to."""
    number = int(address)
    low = IPv4Address(number & 0xFFFFFFFF)
    inner = [a for a in (address.ipv4_mapped, address.sixtofour) if a is not None]
    if address.teredo is not None:
        inner.extend(address.teredo)
    if address in _NAT64 or (address in _IPV4_COMPATIBLE and number > 1):
        inner.append(low)
    if (number >> 32) & 0xFFFF == _ISATAP_MARK and (number >> 48) & 0xFDFF == 0:
        inner.append(low)
    return inner


def _is_mere_envelope(address: IPv6Address) -> bool:
    """Tell the forms that reach exactly the IPv4 address they carry, so that no more need be asked."""
    return address.ipv4_mapped is not None or address in _NAT64


def literal_address(host: str) -> IPv4Address | IPv6Address | None:
    """Read a URL's host as an address, in any form that the system's resolver would take for one.

    Returns None for a name. `0x7f.1`, `2130706433` and `0177.0.0.1` are 127.0.0.1.
    """
    bare = host.strip("[]").rstrip(".")
    try:
        return ip_address(bare)
    except ValueError:
        pass
    if _ODD_IPV4.fullmatch(bare):
        try:
            return IPv4Address(socket.inet_aton(bare))
        except OSError:
            return None
    return None


def forbidden(address: IPv4Address | IPv6Address, reason: str, host: str) -> FetchError:
    """Make the error for a refused address; `host` is what the URL says."""
    named = "" if literal_address(host) == address else f" of {host}"
    return FetchError(
        FetchProblem.FORBIDDEN_ADDRESS,
        f"the address {address}{named} is {reason}: set polling.allow_private_addresses to allow it",
        retryable=False,
    )


def check_literal(url: URL) -> None:
    """Refuse a URL whose host is a forbidden address written out.

    aiohttp connects to literal addresses without asking the resolver, so they are checked here.
    """
    host = url.host or ""
    address = literal_address(host)
    if address is not None and (reason := refusal(address)) is not None:
        raise forbidden(address, reason, host)


class GuardedResolver(AbstractResolver):
    """A resolver that gives public addresses only; raises `FetchError` where a name has no other."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Resolve a name and drop the forbidden addresses; raises OSError as the inner resolver does."""
        found = await self._inner.resolve(host, port, family)
        verdicts = [(result, refusal(ip_address(result["host"]))) for result in found]
        allowed = [result for result, reason in verdicts if reason is None]
        if not allowed:
            for result, reason in verdicts:
                if reason is not None:
                    raise forbidden(ip_address(result["host"]), reason, host)
        return allowed

    async def close(self) -> None:
        """Release the inner resolver."""
        await self._inner.close()
