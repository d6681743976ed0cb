"""Which addresses a webhook may be delivered to: looked at after the name is resolved, and connected to as they are."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from core.channel.port import DeliveryFailed

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to every address that stands behind them. Raises OSError."""

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_THIS: Final = ipaddress.ip_network("0.0.0.0/8")
_OF_CLOUDS: Final = frozenset(  # where machines are told their credentials, outside the link-local ranges
    ipaddress.ip_address(each) for each in ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254")
)


async def resolved(host: str, port: int) -> Sequence[str]:
    """What the system's resolver says."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


async def pinned(host: str, port: int, *, private: bool, resolve: Resolve) -> str:
    """The address to connect to. One that is forbidden among several forbids them all: the next answer could begin with
    it.

    Raises DeliveryFailed: for good when it is forbidden, until later when the name has no address.
    """
    try:
        written = await resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise DeliveryFailed("no address") from error
    if not written:
        raise DeliveryFailed("no address")
    if not all(allowed(each, private=private) for each in written):
        raise DeliveryFailed("forbidden address", permanent=True)
    return written[0]


def allowed(written: str, *, private: bool) -> bool:
    """Whether a webhook may go there: to a public address, or with ``private`` to one of this machine or network.

    Never to link-local addresses and others at which clouds hand out credentials, nor to what is no single host.
    """
    try:
        address = _meant(ipaddress.ip_address(written))
    except ValueError:  # such as fe80::1%eth0, which only means something on one line
        return False
    if address.is_loopback:
        return private
    never = address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved
    if never or address in _OF_CLOUDS or address in _THIS:
        return False
    near = not address.is_global or (isinstance(address, ipaddress.IPv6Address) and address.is_site_local)
    return private or not near


def _meant(address: Address) -> Address:
    """The address of the older kind that one of the newer kind stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
