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
from watcher.ingest.guard import GuardedResolver, check_literal, literal_address, refusal

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
@settings(derandomize=True, max_examples=100)
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
    with pytest.raises(
        FetchError, match=r"the address 10\.0\.0\.1 is private: set polling\.allow_private_addresses"
    ):
        check_literal(URL("http://10.0.0.1/feed"))
    check_literal(URL("http://news.example/feed"))


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
    found = await GuardedResolver(Fixed("10.0.0.1", "1.1.1.1", "::1")).resolve("mixed.example", 80)
    assert [result["host"] for result in found] == ["1.1.1.1"]


async def test_a_name_with_private_addresses_only_is_refused() -> None:
    with pytest.raises(FetchError, match=r"the address 10\.0\.0\.1 of inner\.example is private"):
        await GuardedResolver(Fixed("10.0.0.1")).resolve("inner.example", 80)
