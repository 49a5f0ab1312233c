"""A DNS server on loopback, UDP and TCP: zones are data, and it can fail in each way that real ones do."""

import asyncio
import contextlib
import struct
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Literal, Self, cast

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from ingest.config.smtp import Dns

Behaviour = Literal["servfail", "refused", "silent", "truncated", "garbage", "slow"]
SLOW_SECONDS = 0.3
LARGEST_UDP = 1232


class DnsWorld:
    """``asked`` holds each question that arrived: name, type, transport."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.negative_ttl = 60
        self.port = 0
        self._records: dict[str, dict[str, tuple[int, list[str]]]] = defaultdict(dict)
        self._behaviours: dict[str, Behaviour] = {}
        self._slow: set[asyncio.Task[None]] = set()

    def add(self, name: str, record_type: str, *values: str, ttl: int = 300) -> Self:
        """Records as zone files write them; TXT values are quoted and cut into strings here."""
        if record_type == "TXT":
            values = tuple(_quoted(value) for value in values)
        self._records[name.lower()][record_type] = (ttl, list(values))
        return self

    def remove(self, name: str, record_type: str) -> None:
        """The name has no such record any more."""
        self._records[name.lower()].pop(record_type)

    def behave(self, name: str, behaviour: Behaviour | None) -> None:
        """For the name and everything below it; None ends it."""
        if behaviour is None:
            self._behaviours.pop(name)
        else:
            self._behaviours[name] = behaviour

    def settings(self, seconds: float = 5, cache_entries: int = 5000) -> Dns:
        """Settings that ask this server alone."""
        return Dns(servers=(f"127.0.0.1:{self.port}",), seconds=seconds, cache_entries=cache_entries)

    def questions(self, name: str) -> int:
        """How often the name was asked for."""
        return sum(asked == name for asked, _, _ in self.asked)

    def answer(self, wire: bytes, transport: str) -> bytes | None:
        """The reply to a question; None is silence."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append((name, dns.rdatatype.to_text(question.rdtype), transport))
        reply = dns.message.make_response(query)
        match self.behaviour(name):
            case "silent":
                return None
            case "garbage":
                return wire[:2] + b"\xff" * 20
            case "servfail":
                reply.set_rcode(dns.rcode.SERVFAIL)
            case "refused":
                reply.set_rcode(dns.rcode.REFUSED)
            case "truncated" if transport == "udp":
                reply.flags |= dns.flags.TC
            case _:
                self._fill(reply, name, question.rdtype)
        content = reply.to_wire(max_size=65535)
        if transport == "udp" and len(content) > LARGEST_UDP:
            return self._cut(query)
        return content

    def behaviour(self, name: str) -> Behaviour | None:
        """How it answers for the name."""
        labels = name.split(".")
        above = (".".join(labels[place:]) for place in range(len(labels)))
        return next((self._behaviours[one] for one in above if one in self._behaviours), None)

    def _cut(self, query: dns.message.Message) -> bytes:
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.TC
        return reply.to_wire()

    def _fill(self, reply: dns.message.Message, name: str, rdtype: dns.rdatatype.RdataType) -> None:
        for _ in range(10):
            held = self._records.get(name, {})
            wanted = next((one for one in ("CNAME", dns.rdatatype.to_text(rdtype)) if one in held), None)
            if wanted is None:
                break
            ttl, values = held[wanted]
            reply.answer.append(dns.rrset.from_text(f"{name}.", ttl, "IN", wanted, *values))
            if wanted != "CNAME":
                return
            name = values[0].removesuffix(".").lower()
        if not self._exists(name):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        soa = f"ns.invalid. postmaster.invalid. 1 3600 600 86400 {self.negative_ttl}"
        reply.authority.append(dns.rrset.from_text(f"{name.rpartition('.')[2]}.", self.negative_ttl, "IN", "SOA", soa))

    def _exists(self, name: str) -> bool:
        return any(held == name or held.endswith(f".{name}") for held, types in self._records.items() if types)

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[Self]:
        """Listens on one port of 127.0.0.1, UDP and TCP, until left."""
        loop = asyncio.get_running_loop()
        tcp = await asyncio.start_server(self._serve_tcp, "127.0.0.1", 0)
        self.port = tcp.sockets[0].getsockname()[1]
        udp, _ = await loop.create_datagram_endpoint(lambda: _Udp(self), local_addr=("127.0.0.1", self.port))
        try:
            yield self
        finally:
            udp.close()
            tcp.close()
            for task in self._slow:
                task.cancel()
            await asyncio.gather(*self._slow, return_exceptions=True)

    async def later(self, wire: bytes, transport: str) -> bytes | None:
        """The reply, late for names that are slow."""
        name = dns.message.from_wire(wire).question[0].name.to_text(omit_final_dot=True).lower()
        if self.behaviour(name) == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        return self.answer(wire, transport)

    async def _serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            (size,) = struct.unpack("!H", await reader.readexactly(2))
            reply = await self.later(await reader.readexactly(size), "tcp")
            if reply is not None:
                writer.write(struct.pack("!H", len(reply)) + reply)
                await writer.drain()
        writer.close()

    def keep(self, task: "asyncio.Task[None]") -> None:
        """So that it is ended with the server."""
        self._slow.add(task)
        task.add_done_callback(self._slow.discard)


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, world: DnsWorld) -> None:
        self._world = world
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._world.keep(asyncio.get_running_loop().create_task(self._reply(data, addr)))

    async def _reply(self, data: bytes, addr: tuple[str, int]) -> None:
        reply = await self._world.later(data, "udp")
        if reply is not None and self._transport is not None:
            self._transport.sendto(reply, addr)


def _quoted(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return " ".join(f'"{plain[at : at + 200]}"' for at in range(0, max(len(plain), 1), 200))
