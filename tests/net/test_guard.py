"""Which addresses may be connected to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from threading import Event
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeder.model.delivery import Phase, Request
from feeder.net import Client, Guard
from feeder.net._dial import Crowded, Resolver
from tests.net.conftest import LOOPBACK
from tests.net.receivers import Receiver, answer, exactly, head

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from feeder.model.delivery import Answer

NOT_PUBLIC = [
    *("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.169.254"),  # noqa: S104
    *("172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1"),
    *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
    *("64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1"),
    *("5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1"),
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "172.32.0.1", "192.0.1.1", "2606:4700::1111", "2a00:1450::1", "::ffff:1.1.1.1"]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_not_public_is_denied(address: str) -> None:
    assert not Guard().allows(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is_allowed(address: str) -> None:
    assert Guard().allows(address)


@given(st.ip_addresses())
def test_nothing_that_python_calls_private_is_allowed(address: IPv4Address | IPv6Address) -> None:
    if not address.is_global or address.is_multicast:
        assert not Guard().allows(str(address)) or ip_address(address) in {
            ip_address("192.0.0.9"),
            ip_address("192.0.0.10"),
        }


@pytest.mark.parametrize("address", [one for one in NOT_PUBLIC if "%" not in one])
def test_the_line_that_a_refusal_names_allows_the_address(address: str) -> None:
    network = Guard().refusal(address).partition("allow: [")[2].partition("]")[0]
    assert Guard([network]).allows(address)


def test_a_refusal_says_what_to_write() -> None:
    expected = "blocked: 127.0.0.1 is a private address; to allow it add network: {allow: [127.0.0.0/8]}"
    assert Guard().refusal("::ffff:127.0.0.1") == expected


SPELLINGS = [
    *("127.0.0.1", "127.1", "0x7f000001", "0x7f.1", "2130706433", "017700000001", "0177.0.0.1", "0", "0.0.0.0"),  # noqa: S104
    *("127.0.0.1.", "127。0。0。1", "①②⑦.0.0.1", "localhost", "LOCALHOST", "localhost."),  # noqa: RUF100
    *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[::127.0.0.1]"),
    *("[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1%25lo]", "name@127.0.0.1", "name:word@127.1"),
]


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_loopback_is_connected_to(host: str) -> None:
    client = Client(Guard(), total=2.0)
    with Receiver() as receiver:
        told = client.send(Request("POST", f"http://{host}:{receiver.port}/", (), b""))
    client.close()
    assert told.phase in {Phase.GUARD, Phase.DNS}
    assert (told.status, receiver.connections) == (None, 0)


def through(lookup: Callable[[str], Sequence[str]], *urls: str, total: float = 1.0) -> list[Answer]:
    client = Client(LOOPBACK, total=total, connect=0.5, lookup=lookup)
    told = [client.send(Request("POST", url, (), b"{}")) for url in urls]
    client.close()
    return told


def test_each_connection_is_judged_anew_so_rebinding_is_blocked() -> None:
    addresses = iter([["127.0.0.1"], ["10.0.0.1"]])
    with Receiver(exactly(head(204))) as receiver:
        url = f"http://rebinding.example:{receiver.port}/"
        first, second = through(lambda _: next(addresses), url, url)
    assert (first.status, second.status, second.phase) == (204, None, Phase.GUARD)
    assert (first.blocked, second.blocked) == (False, True)
    assert second.error is not None
    assert second.error.startswith("blocked: 10.0.0.1 is a private address")


def test_of_mixed_addresses_only_the_allowed_are_tried() -> None:
    with Receiver() as receiver:
        [told] = through(lambda _: ["10.0.0.1", "127.0.0.1"], f"http://mixed.example:{receiver.port}/")
    assert (told.status, told.address) == (204, "127.0.0.1")
    assert receiver.heard[0].headers["host"] == f"mixed.example:{receiver.port}"


def test_the_next_address_is_tried_when_one_refuses() -> None:
    with Receiver() as receiver:
        [told] = through(lambda _: ["::1", "127.0.0.2", "127.0.0.1"], f"http://many.example:{receiver.port}/")
    assert (told.status, told.address) == (204, "127.0.0.1")


def test_a_name_server_that_hangs_holds_up_nobody_else() -> None:
    released = Event()

    def lookup(host: str) -> list[str]:
        if host == "hanging.example":
            released.wait(30)
        return ["127.0.0.1"]

    with Receiver() as receiver:
        urls = [f"http://{name}.example:{receiver.port}/" for name in ("hanging", "well", "hanging")]
        hanging, well, again = through(lookup, *urls, total=0.5)
        released.set()
    assert (hanging.phase, again.phase, well.status) == (Phase.DNS, Phase.DNS, 204)
    assert hanging.error is not None
    assert hanging.error.endswith("while looking up the host")


def test_only_so_many_names_are_looked_up_at_once() -> None:
    released = Event()

    def lookup(_host: str) -> list[str]:
        released.wait(30)
        return ["127.0.0.1"]

    resolver = Resolver(lookup, at_once=1)
    with pytest.raises(TimeoutError):
        resolver.addresses("one.example", 0.05)
    with pytest.raises(Crowded):
        resolver.addresses("two.example", 0.05)
    released.set()
    assert resolver.addresses("one.example", 5.0) == ["127.0.0.1"]


def test_a_name_that_nobody_knows_is_a_dns_error() -> None:
    client = Client(Guard(), total=5.0)
    told = client.send(Request("POST", "http://nobody.invalid/", (), b""))
    long = client.send(Request("POST", f"http://{'a' * 70}.invalid/", (), b""))
    client.close()
    assert (told.phase, long.phase) == (Phase.DNS, Phase.DNS)
    assert told.error is not None
    assert told.error.startswith("the host cannot be looked up (EAI_")


def test_a_receiver_on_ipv6_is_reached(client: Client) -> None:
    with Receiver(answer(), host="::1") as receiver:
        told = client.send(Request("POST", receiver.url, (), b""))
    assert (told.status, told.address) == (204, "::1")
