"""The PROXY header by which a load balancer tells whose connection it passes on (versions 1 and 2, HAProxy's
``proxy-protocol.txt``). aiosmtpd reads it; here is decided what it means.
"""

import asyncio
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from aiosmtpd.proxy_protocol import PROTO, V2_CMD, get_proxy


class NoProxyHeader(Exception):
    """The balancer's connection does not begin with a header that can be used."""


def is_balancer(peer: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    """Whether this peer's connections must begin with a header."""
    if not networks:
        return False
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return False
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return any((inner or address) in network for network in networks)


async def peer_behind(reader: asyncio.StreamReader) -> str | None:
    """The client's address; None where the balancer speaks for itself (LOCAL, UNKNOWN). Raises NoProxyHeader."""
    try:
        header = await get_proxy(reader)
    except asyncio.IncompleteReadError as error:
        raise NoProxyHeader("the connection ended before a header") from error
    if header.version == 2 and header.command == V2_CMD.LOCAL and not header.error:
        return None
    if not header.valid:
        raise NoProxyHeader(header.error or "no header")
    if not isinstance(header.src_addr, IPv4Address | IPv6Address):
        return None
    if header.protocol != PROTO.STREAM:
        raise NoProxyHeader("the header is not about TCP")
    return str(header.src_addr)
