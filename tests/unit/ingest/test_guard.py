"""Which addresses a poll may connect to."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from watcher.errors import FetchError
from watcher.ingest.guard import Allowance, GuardedResolver, check_literal, literal_address, refusal

CLOSED = Allowance()

REFUSED = {
    "127.0.0.1": "loopback",
    "127.255.0.3": "loopback",
    "0.0.0.0": "unspecified",
    "10.1.2.3": "private",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.168.1.1": "private",
    "169.254.0.1": "link-local",
    "169.254.169.254": "a cloud metadata address",
    "168.63.129.16": "a cloud metadata address",
    "100.100.100.200": "a cloud metadata address",
    "169.254.170.2": "a cloud metadata address",
    "169.254.170.23": "a cloud metadata address",
    "fd00:ec2::23": "a cloud metadata address",
    "fd20:ce::254": "a cloud metadata address",
    "fe80::a9fe:a9fe%eth0": "a cloud metadata address",
    "192.0.0.9": "not public",
    "192.88.99.1": "not public",
    "3fff::1": "not public",
    "fec0::1": "private",
    "::ffff:0:10.0.0.1": "reserved",  # the older translated form (RFC 2765)
    "100.64.0.1": "carrier-grade NAT",
    "100.127.255.254": "carrier-grade NAT",
    "224.0.0.1": "multicast",
    "240.0.0.1": "private",
    "255.255.255.255": "private",
    "192.0.2.5": "private",
    "198.18.0.1": "private",
    "::": "unspecified",
    "::1": "loopback",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "fc00::1": "private",
    "fd00:ec2::254": "a cloud metadata address",
    "ff02::1": "multicast",
    "2001:db8::1": "private",
    "64:ff9b:1::a00:1": "private",
    "::ffff:10.0.0.1": "private (inside IPv6)",
    "::ffff:169.254.169.254": "a cloud metadata address (inside IPv6)",
    "::10.0.0.1": "private (inside IPv6)",
    "64:ff9b::10.0.0.1": "private (inside IPv6)",
    "2002:a00:1::": "private (inside IPv6)",
    "2002:7f00:1::1": "loopback (inside IPv6)",
    "2001:0:5ef5:79fd:0:0:f5ff:fffe": "private (inside IPv6)",  # Teredo to 10.0.0.1
    "2a00:1450::5efe:10.0.0.1": "private (inside IPv6)",  # ISATAP
}


@pytest.mark.parametrize(("address", "kind"), REFUSED.items())
def test_special_addresses_are_refused_by_name(address: str, kind: str) -> None:
    assert refusal(ip_address(address)) == kind


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "2606:4700::1111",
     "2a00:1450:4001::200e", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"],
)  # fmt: skip
def test_public_addresses_pass(address: str) -> None:
    assert refusal(ip_address(address)) is None


@given(st.ip_addresses(v=4))
@settings(derandomize=True, max_examples=50)
def test_an_ipv4_address_gets_the_same_answer_in_every_ipv6_form(address: object) -> None:
    number = int(address)  # type: ignore[call-overload]
    is_refused = refusal(address) is not None  # type: ignore[arg-type]
    for prefix in ("::ffff:", "64:ff9b::"):
        wrapped = ip_address(int(ip_address(prefix + "0.0.0.0")) + number)
        assert (refusal(wrapped) is not None) == is_refused


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0X7F.1",
        "0177.0.0.1",
        "017700000001",
    ],
)
def test_every_spelling_of_an_ipv4_address_is_read(host: str) -> None:
    assert literal_address(host) == ip_address("127.0.0.1")


@pytest.mark.parametrize(
    "host", ["example.org", "0x7f.example", "1.2.3.4.5", "deadbeef", "", "a", "4294967296"]
)
def test_names_are_not_addresses(host: str) -> None:
    assert literal_address(host) is None


def test_a_literal_in_a_url_is_refused_with_what_to_do() -> None:
    with pytest.raises(FetchError, match=r"the address 10\.0\.0\.1 is private: .* polling\.allow_addresses"):
        check_literal(URL("http://10.0.0.1/feed"), CLOSED)
    check_literal(URL("http://news.example/feed"), CLOSED)


class Fixed(AbstractResolver):
    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Hold nothing."""


async def test_a_name_with_public_and_private_addresses_gives_the_public_ones() -> None:
    found = await GuardedResolver(Fixed("10.0.0.1", "1.1.1.1", "::1"), CLOSED).resolve("mixed.example", 80)
    assert [result["host"] for result in found] == ["1.1.1.1"]


async def test_a_name_with_private_addresses_only_is_refused() -> None:
    with pytest.raises(FetchError, match=r"the address 10\.0\.0\.1 of inner\.example is private"):
        await GuardedResolver(Fixed("10.0.0.1"), CLOSED).resolve("inner.example", 80)


async def test_a_name_is_judged_by_what_it_resolves_to_each_time() -> None:
    class Rebinding(Fixed):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            found = await super().resolve(host, port, family)
            self._addresses = ("127.0.0.1",)
            return found

    resolver = GuardedResolver(Rebinding("1.1.1.1"), CLOSED)
    assert [result["host"] for result in await resolver.resolve("turns.example", 80)] == ["1.1.1.1"]
    with pytest.raises(FetchError, match="loopback"):
        await resolver.resolve("turns.example", 80)


@pytest.mark.parametrize(
    ("entries", "address", "host", "is_allowed"),
    [
        ((), "10.1.2.3", "10.1.2.3", False),
        (("10.1.0.0/16",), "10.1.2.3", "feeds.example", True),
        (("10.1.0.0/16",), "10.2.0.1", "feeds.example", False),
        (("10.1.2.3",), "10.1.2.3", "10.1.2.3", True),
        (("10.1.0.0/16",), "::ffff:10.1.2.3", "feeds.example", True),
        (("10.1.0.0/16",), "64:ff9b::10.1.2.3", "feeds.example", True),
        (("10.1.0.0/16",), "2002:a01:203::", "feeds.example", False),
        (("fd00:1::/32",), "fd00:1::5", "feeds.example", True),
        (("[::1]",), "::1", "localhost", True),
        (("feeds.internal",), "10.9.9.9", "Feeds.Internal.", True),
        (("feeds.internal",), "10.9.9.9", "other.internal", False),
        (("feeds.internal",), "10.9.9.9", "x.feeds.internal", False),
        (("feeds.internal", "169.254.0.0/16"), "169.254.169.254", "feeds.internal", False),
        (("169.254.169.254",), "169.254.169.254", "169.254.169.254", True),
        (("169.254.169.254",), "::ffff:169.254.169.254", "x", True),
    ],
)
def test_the_allow_list_opens_what_it_names_and_no_more(
    entries: tuple[str, ...], address: str, host: str, is_allowed: bool
) -> None:
    assert (Allowance.of(entries).refusal(ip_address(address), host) is None) is is_allowed


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "fe80::1", "8.8.8.8"])
def test_private_addresses_can_be_allowed_as_a_whole(address: str) -> None:
    assert Allowance(is_private_allowed=True).refusal(ip_address(address), "x") is None


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "169.254.170.2"]
)
def test_cloud_metadata_stays_closed_even_then(address: str) -> None:
    assert "metadata" in str(Allowance(is_private_allowed=True).refusal(ip_address(address), "x"))


class Failing(Fixed):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        raise OSError("no such name")


async def test_where_a_proxy_would_go_all_addresses_must_be_allowed() -> None:
    """The proxy may take any of them."""
    mixed = GuardedResolver(Fixed("1.1.1.1", "10.0.0.1"), CLOSED)
    with pytest.raises(FetchError, match=r"10\.0\.0\.1 of mixed\.example is private"):
        await mixed.check(URL("http://mixed.example/f"))
    await GuardedResolver(Fixed("1.1.1.1"), CLOSED).check(URL("http://public.example/f"))
    with pytest.raises(FetchError, match=r"127\.0\.0\.1 is loopback"):
        await GuardedResolver(Fixed(), CLOSED).check(URL("http://127.0.0.1/f"))


async def test_a_name_that_cannot_be_judged_is_not_handed_to_a_proxy_unless_it_is_listed() -> None:
    with pytest.raises(FetchError, match=r"cannot be checked: name the host in polling\.allow_addresses"):
        await GuardedResolver(Failing(), CLOSED).check(URL("http://outside.example/f"))
    await GuardedResolver(Failing(), Allowance.of(["outside.example"])).check(URL("http://outside.example/f"))
