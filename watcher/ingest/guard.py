"""Which addresses a poll may connect to.

In: addresses and URLs, as configured, redirected to, or resolved. Out: nothing, or a `FetchError` of class
`FORBIDDEN_ADDRESS`. Called by `fetch` for every hop, and by the resolver at connect time, so that what was checked
is what is connected to (a name that resolves differently a moment later gains nothing). Where a proxy connects, the
target is resolved and checked here before the proxy hears of it.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from watcher.errors import FetchError
from watcher.types import FetchProblem

_REMEMBERED = 4_096
"""Judgements that are remembered: of an address and of how a host is written, which never change. Not of what a name
resolves to, which does."""
_METADATA_KIND = "a cloud metadata address"
_CARRIER_GRADE_NAT = ip_network("100.64.0.0/10")
_METADATA = frozenset(
    map(
        ip_address,
        (
            "169.254.169.254",  # AWS, Google, Azure, OpenStack and others
            "fd00:ec2::254",  # AWS over IPv6
            "169.254.170.2",  # AWS: credentials of a container (ECS)
            "169.254.170.23",  # AWS: credentials of a pod (EKS)
            "fd00:ec2::23",  # the same over IPv6
            "fd20:ce::254",  # Google over IPv6
            "fe80::a9fe:a9fe",  # OpenStack over IPv6
            "100.100.100.200",  # Alibaba
            "168.63.129.16",  # Azure's wire server, a public address
            "192.0.0.192",  # Oracle
        ),
    )
)
# Of IANA's special-purpose registries what Python calls public, or did not know in each of its versions: addresses of
# the nearest translator or relay (RFC 6890, 7050, 7723, 8155, 7526), and the second range for documentation (RFC 9637).
_SPECIAL = tuple(map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")  # RFC 8215: the translator of a private network
_IPV4_COMPATIBLE = IPv6Network("::/96")  # RFC 4291, 2.5.5.1
_ISATAP_MARK = 0x5EFE  # RFC 5214, 6.1: the interface identifier is 00-00-5E-FE-a.b.c.d
# Forms that inet_aton reads as an IPv4 address: decimal, octal, hexadecimal, fewer than four parts.
_ODD_IPV4 = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}", re.IGNORECASE)


@lru_cache(_REMEMBERED)
def refusal(address: IPv4Address | IPv6Address) -> str | None:
    """Say why an address is not for polling.

    Args:
        address: what would be connected to.

    Returns:
        The kind of address, to be read after "the address … is", or None for a public one. IPv6 forms that carry
        an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo, ISATAP) are judged by what they carry as well.
    """
    if isinstance(address, IPv6Address):
        address = IPv6Address(int(address))  # a link's name does not make it another one
    if address in _METADATA:
        return _METADATA_KIND
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
        (isinstance(address, IPv6Address) and (address in _NAT64_LOCAL or address.is_site_local), "private"),
        (address.is_private, "private"),
        (address.is_reserved, "reserved"),
        (not address.is_global or any(address in network for network in _SPECIAL), "not public"),
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


@lru_cache(_REMEMBERED)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What may be connected to beside public addresses.

    `is_private_allowed` opens everything but cloud metadata, which hands the machine's own credentials to whoever
    asks and has never been a feed. `networks` and `hosts` (lower-case names, without a dot at the end) open
    themselves; metadata only where a network of a single address names it.
    """

    is_private_allowed: bool = False
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entries: Iterable[str], *, is_private_allowed: bool = False) -> Self:
        """Read networks (`10.1.0.0/16`), addresses and host names."""
        networks, hosts = [], set()
        for entry in entries:
            try:
                networks.append(ip_network(entry.strip("[]")))
            except ValueError:
                hosts.add(entry.lower().rstrip("."))
        return cls(is_private_allowed=is_private_allowed, networks=tuple(networks), hosts=frozenset(hosts))

    def refusal(self, address: IPv4Address | IPv6Address, host: str) -> str | None:
        """Say why an address of a host may not be connected to, None when it may (see `refusal`)."""
        reason = refusal(address)
        if reason is None:
            return None
        # What an envelope carries is where it leads; the other IPv6 forms pass through a relay of their own.
        number = int(address)
        inner = IPv4Address(number & 0xFFFFFFFF)
        is_envelope = isinstance(address, IPv6Address) and _is_mere_envelope(address)
        reached = inner if is_envelope else address
        if reason.startswith(_METADATA_KIND):
            return None if any(_is_only(network, reached) for network in self.networks) else reason
        if self.is_private_allowed or self.is_named(host):
            return None
        return None if any(reached in network for network in self.networks) else reason

    def is_named(self, host: str) -> bool:
        """Tell whether a host is allowed by its name, wherever that leads."""
        return host.lower().rstrip(".") in self.hosts


def _is_only(network: IPv4Network | IPv6Network, address: IPv4Address | IPv6Address) -> bool:
    return network.num_addresses == 1 and address in network


def forbidden(address: IPv4Address | IPv6Address, reason: str, host: str) -> FetchError:
    """Make the error for a refused address; `host` is what the URL says."""
    named = "" if literal_address(host) == address else f" of {host}"
    return FetchError(
        FetchProblem.FORBIDDEN_ADDRESS,
        f"the address {address}{named} is {reason}: if it is yours, name it in polling.allow_addresses",
        retryable=False,
    )


def check_literal(url: URL, allowance: Allowance) -> None:
    """Refuse a URL whose host is a forbidden address written out.

    aiohttp connects to literal addresses without asking the resolver, so they are checked here.
    """
    host = url.host or ""
    address = literal_address(host)
    if address is not None and (reason := allowance.refusal(address, host)) is not None:
        raise forbidden(address, reason, host)


class GuardedResolver(AbstractResolver):
    """A resolver that gives allowed addresses only; raises `FetchError` where a name has no other."""

    def __init__(self, inner: AbstractResolver, allowance: Allowance) -> None:
        self._inner = inner
        self._allowance = allowance

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Resolve a name and drop the forbidden addresses; raises OSError as the inner resolver does."""
        found = await self._inner.resolve(host, port, family)
        verdicts = [(result, self._allowance.refusal(ip_address(result["host"]), host)) for result in found]
        allowed = [result for result, reason in verdicts if reason is None]
        if not allowed:
            for result, reason in verdicts:
                if reason is not None:
                    raise forbidden(ip_address(result["host"]), reason, host)
        return allowed

    async def check(self, url: URL) -> None:
        """Refuse a URL that somebody else will connect to, a proxy, when it may lead anywhere forbidden.

        All addresses of the name must be allowed: which one the proxy takes is not known.

        Raises:
            FetchError: an address is forbidden, or the name cannot be resolved here and so not be judged.
        """
        host = url.host or ""
        check_literal(url, self._allowance)
        if literal_address(host) is not None or self._allowance.is_named(host):
            return
        try:
            found = await self._inner.resolve(host, url.port or 0, socket.AF_UNSPEC)
        except OSError as error:
            if self._allowance.is_private_allowed:
                return  # only the proxy knows the names of its network, and all of them may be asked
            raise FetchError(
                FetchProblem.DNS,
                f"the name {host} does not resolve here, so where the proxy would go cannot be checked: "
                "name the host in polling.allow_addresses",
            ) from error
        for result in found:
            address = ip_address(result["host"])
            if (reason := self._allowance.refusal(address, host)) is not None:
                raise forbidden(address, reason, host)

    async def close(self) -> None:
        """Release the inner resolver."""
        await self._inner.close()
