"""Which addresses may be connected to: the public ones, and what the operator allows.

An explicit list, since `ipaddress.is_global` is no guard: depending on the version of Python it lets NAT64, 6to4,
multicast and the metadata services of clouds pass. The address that is really connected to is judged, never the
spelling of a host.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_DENIED = tuple(
    ip_network(text)
    for text in (
        # IPv4: this network, private, carrier NAT, loopback, Azure's wire server, link local (metadata services),
        # protocol assignments, documentation, 6to4 relays, benchmarks, multicast, reserved
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        # IPv6 inside 2000::/3: protocol assignments (Teredo, ORCHID), documentation, 6to4
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
        # IPv6 outside of it is denied anyway; these are named so that a refusal can name them
        *("::1/128", "64:ff9b::/96", "fc00::/7", "fe80::/10", "ff00::/8"),
    )
)
_UNICAST6 = ip_network("2000::/3")


class Guard:
    """Judges numeric addresses; `allow` names networks that may be reached though they are not public."""

    def __init__(self, allow: Iterable[str] = ()) -> None:
        self._allowed = tuple(ip_network(text, strict=False) for text in allow)

    def allows(self, address: str) -> bool:
        found = _unmapped(address)
        return any(found in network for network in self._allowed) or _public(found)

    def refusal(self, address: str) -> str:
        """Why `address` is blocked, and the very line that would allow it."""
        found = _unmapped(address)
        network = next((str(one) for one in _DENIED if found in one), f"{_bare(found)}/{found.max_prefixlen}")
        return f"blocked: {found} is a private address; to allow it add network: {{allow: [{network}]}}"


def _unmapped(address: str) -> IPv4Address | IPv6Address:
    found = ip_address(address)
    return (found.version == 6 and found.ipv4_mapped) or found


def _public(address: IPv4Address | IPv6Address) -> bool:
    if address.version == 6 and address not in _UNICAST6:
        return False
    return not any(address in network for network in _DENIED)


def _bare(address: IPv4Address | IPv6Address) -> str:
    return str(address).partition("%")[0]  # without the scope of a link-local address
