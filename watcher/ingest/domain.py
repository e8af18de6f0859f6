"""Whom a host belongs to: its registrable domain, by the public suffix list.

In: a host name or an address. Out: the name under which requests to it are counted. Pure; called by `gate`, `plan` and
`outage`. The list comes with the package `publicsuffixlist` and is never fetched.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address

from publicsuffixlist import PublicSuffixList
from yarl import URL

_REMEMBERED = 65_536


@lru_cache(_REMEMBERED)
def registrable_domain(host: str) -> str:
    """Give the registrable domain of a host name: `news.bbc.co.uk` gives `bbc.co.uk`.

    Args:
        host: a name, in its ASCII form, or an address.

    Returns:
        The domain; the host itself where it is an address, has no dot, or is a public suffix. Hosts of different owners
        under one provider (`blogspot.com`, `github.io`) are domains of their own where the provider has put itself on
        the list. IPv6 addresses are counted by their /64, which is what one machine has.
    """
    host = host.lower().rstrip(".")
    try:
        address = ip_address(host.split("%")[0])
    except ValueError:
        return _suffixes().privatesuffix(host) or host
    if address.version == 6 and address.ipv4_mapped is None:
        return f"{address.exploded[:19]}::/64"
    return str(address.ipv4_mapped or address) if address.version == 6 else str(address)


def host_of(url: str | URL) -> str:
    """Give the host of a URL, in ASCII and lower case; empty where it has none."""
    return _host_of_text(url) if isinstance(url, str) else (url.raw_host or "").lower().rstrip(".")


def domain_of(url: str | URL) -> str:
    """Give the registrable domain of a URL's host; empty where it has none."""
    return registrable_domain(host_of(url))


@lru_cache(_REMEMBERED)
def _host_of_text(url: str) -> str:
    try:
        return host_of(URL(url))
    except ValueError:
        return ""


@lru_cache(1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
