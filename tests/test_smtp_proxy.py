"""PROXY headers: a listed balancer's are required and believed, anybody else's are no command."""

import struct
from ipaddress import ip_address
from pathlib import Path

import pytest
import trustme
from smtp_world import END, Client, World, connected, issue, listening, trusting
from source_world import eventually

from ingest.sources import smtp_replies as replies

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
BALANCER = ("127.0.0.0/8",)


def v2(peer: str, *, command: int = 1, kind: int | None = None, more: bytes = b"") -> bytes:
    address = ip_address(peer)
    family = kind if kind is not None else (0x11 if address.version == 4 else 0x21)
    body = address.packed * 2 + struct.pack("!HH", 40_000, 25) + more
    return SIGNATURE + bytes([0x20 | command, family]) + struct.pack("!H", len(body)) + body


async def deliver(client: Client, world: World) -> str:
    assert (await client.deliver(b"x" + END)).startswith("250")
    return world.keeper.letters[-1].peer


@pytest.mark.parametrize(
    ("header", "peer"),
    [
        (b"PROXY TCP4 192.0.2.7 198.51.100.1 40000 25\r\n", "192.0.2.7"),
        (b"PROXY TCP6 2001:db8::7 2001:db8::1 40000 25\r\n", "2001:db8::7"),
        (b"PROXY UNKNOWN\r\n", "127.0.0.1"),
        (b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", "127.0.0.1"),
        (v2("192.0.2.7"), "192.0.2.7"),
        (v2("2001:db8::7"), "2001:db8::7"),
        (v2("192.0.2.7", more=b"\x04\0\x10" + b"n" * 16), "192.0.2.7"),
        (v2("192.0.2.7", command=0), "127.0.0.1"),
        (v2("192.0.2.7", kind=0), "127.0.0.1"),
        (SIGNATURE + b"\x20\0\0\0", "127.0.0.1"),
    ],
)
async def test_the_header_names_the_peer(tmp_path: Path, header: bytes, peer: str) -> None:
    async with listening(tmp_path, proxy_protocol_from=BALANCER) as world:
        async with connected(world, first=header) as client:
            assert await deliver(client, world) == peer
        async with connected(world, greeted=False) as client:
            for at in range(len(header)):
                await client.packet(header[at : at + 1])
            assert (await client.reply()).startswith("220")
            assert await deliver(client, world) == peer
        async with connected(world, first=header + b"EHLO client.example\r\n") as client:
            assert (await client.reply()).startswith("250")


@pytest.mark.parametrize(
    "header",
    [
        b"EHLO client.example\r\n",
        b"PROXY TCP4 192.0.2.7 198.51.100.1 40000\r\n",
        b"PROXY TCP4 192.0.2.7 198.51.100.1 40000 99999\r\n",
        b"PROXY TCP4 2001:db8::7 2001:db8::1 40000 25\r\n",
        b"PROXY TCP4 192.0.2.7\0 198.51.100.1 40000 25\r\n",
        b"PROXY TCP4 192.0.2.7 198.51.100.1 40000 25\n",
        b"PROXY  TCP4 192.0.2.7 198.51.100.1 40000 25\r\n",
        b"PROXY\r\n",
        b"PROXY " + b"x" * 100_000,
        b"proxy TCP4 192.0.2.7 198.51.100.1 40000 25\r\n",
        SIGNATURE + b"\x11\x11\0\x0c" + b"\0" * 12,
        SIGNATURE + b"\x2f\x11\0\x0c" + b"\0" * 12,
        SIGNATURE + b"\x21\x11\0\x05" + b"\0" * 5,
        v2("192.0.2.7", kind=0x12),
        SIGNATURE[:-1] + b"x" * 20,
    ],
)
async def test_a_balancer_without_a_good_header_is_hung_up_on(tmp_path: Path, header: bytes) -> None:
    async with listening(tmp_path, proxy_protocol_from=BALANCER) as world:
        async with connected(world, first=header, greeted=False) as client:
            assert await client.rest() == b""
        await eventually(lambda: not world.port._connections)


async def test_a_header_that_does_not_come_is_not_awaited_for_ever(tmp_path: Path) -> None:
    async with listening(tmp_path, proxy_protocol_from=BALANCER, timeout_seconds=0.2) as world:
        async with connected(world, first=b"PROXY TCP4 192", greeted=False) as client:
            await client.rest()
        async with connected(world, first=b"PROXY TCP4 192", greeted=False) as client:
            client.writer.write_eof()
            await client.rest()
        await eventually(lambda: not world.port._connections)


@pytest.mark.parametrize("listed", [(), ("192.0.2.0/24",), ("127.0.0.2",)])
@pytest.mark.parametrize("header", [b"PROXY TCP4 192.0.2.7 198.51.100.1 40000 25\r\n", v2("192.0.2.7")])
async def test_nobody_else_can_say_who_it_is(tmp_path: Path, listed: tuple[str, ...], header: bytes) -> None:
    async with listening(tmp_path, proxy_protocol_from=listed) as world:
        async with connected(world) as client:
            client.writer.write(header)
            assert await client.reply() in (replies.NO_SMTP, "500 5.5.2 Command not recognised")
            assert await client.rest() == b""
        async with connected(world) as client:
            await client.say("EHLO client.example")
            client.writer.write(header)
            assert (await client.reply()).startswith("500 5.5.")
        async with connected(world) as client:
            assert await deliver(client, world) == "127.0.0.1"


async def test_limits_are_the_clients_and_not_the_balancers(tmp_path: Path) -> None:
    def header(last: int) -> bytes:
        return b"PROXY TCP4 192.0.2.%d 198.51.100.1 40000 25\r\n" % last

    async with listening(
        tmp_path, proxy_protocol_from=BALANCER, max_connections_per_peer=1, max_messages_per_minute=1
    ) as world:
        async with connected(world, first=header(1)) as one, connected(world, first=header(2)) as two:
            async with connected(world, first=header(1), greeted=False) as third:
                assert await third.rest() == replies.TOO_MANY_CONNECTIONS.encode() + b"\r\n"
            assert await deliver(one, world) == "192.0.2.1"
            assert await deliver(two, world) == "192.0.2.2"
            await two.begin_recipients()
            assert await two.say("DATA") == replies.PEER_TOO_FAST
        async with connected(world, first=header(2)) as again:
            await again.begin_recipients()
            assert await again.say("DATA") == replies.PEER_TOO_FAST
        await eventually(lambda: not world.port._connections)
        assert world.port._counts._total == 0
        assert not world.port._counts._open


async def test_the_peer_is_judged_by_the_header(tmp_path: Path) -> None:
    """203.0.113.9 is in no network from which the account takes mail."""
    async with (
        listening(tmp_path, proxy_protocol_from=BALANCER) as world,
        connected(world, first=b"PROXY TCP4 203.0.113.9 198.51.100.1 40000 25\r\n") as client,
    ):
        for line in ("EHLO client.example", "MAIL FROM:<ann@corp.example>"):
            await client.say(line)
        assert (await client.say("RCPT TO:<bills@in.example>")).startswith("550")


@pytest.mark.parametrize("split", [True, False])
async def test_the_header_comes_before_tls(tmp_path: Path, split: bool) -> None:
    authority = trustme.CA()
    header = v2("192.0.2.7")
    async with listening(tmp_path, **issue(authority, tmp_path), tls_port=0, proxy_protocol_from=BALANCER) as world:
        async with connected(world, greeted=False, port=world.tls_number) as client:
            if split:
                await client.packet(header)
            else:
                client.writer.transport.write(header)
            await client.writer.start_tls(trusting(authority), server_hostname="localhost")
            assert (await client.reply()).startswith("220")
            assert await deliver(client, world) == "192.0.2.7"
            assert world.keeper.letters[0].tls
        async with connected(world, greeted=False, port=world.tls_number, first=b"\x16\x03\x01" * 20) as client:
            assert await client.rest() == b""
