"""Dialogues that nobody meant: whatever comes, in whatever packets, cut off anywhere, the listener goes on as before.

No error of ours is logged, and no connection, task, file descriptor or file is left.
"""

import asyncio
import contextlib
import gc
import itertools
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog.testing
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from smtp_world import END, RECIPIENT, SENDER, World, connected, issue, listening
from source_world import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMMANDS = [
    b"EHLO client.example", b"HELO x", b"EHLO", f"MAIL FROM:<{SENDER}>".encode(), f"RCPT TO:<{RECIPIENT}>".encode(),
    f"MAIL FROM:<{SENDER}> SIZE=1000 BODY=8BITMIME SMTPUTF8".encode(), b"MAIL FROM:<>", b"RCPT TO:<x@in.example>",
    b"DATA", b"RSET", b"NOOP", b"QUIT", b"STARTTLS", b"VRFY x", b"HELP", b"AUTH PLAIN", b"BDAT 3 LAST",
    b"GET / HTTP/1.1", b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2", b"MAIL FROM:<\xff@corp.example>",
    "MAIL FROM:<ü@ü.example>".encode(), b"",
]  # fmt: skip
WHOLE = b"".join(line + b"\r\n" for line in (COMMANDS[0], COMMANDS[3], COMMANDS[4], b"DATA")) + b"x" + END

commands = st.builds(bytes.__add__, st.sampled_from(COMMANDS), st.sampled_from([b"\r\n", b"\r\n", b"\n", b"\r", b""]))
texts = st.sampled_from([b".\r\n", END, b"x" * 300 + END, b"x" * 2000, b"\r\n.", b"Subject: x\r\n\r\n"])
said = st.lists(commands | texts | st.just(WHOLE) | st.binary(max_size=40), max_size=12).map(b"".join)
cuts = st.lists(st.integers(0, 2000), max_size=6)
ends = st.sampled_from(["read", "half-close", "close", "reset"])


@pytest.fixture(scope="module")
def module_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(module_path: Path) -> AsyncIterator[World]:
    certificate = issue(trustme.CA(), module_path)
    async with listening(
        module_path, **certificate, tls_port=0, max_message_bytes=1024, timeout_seconds=0.3, max_connections=5
    ) as running:
        yield running


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def converse(port: int, packets: list[bytes], end: str) -> None:
    """One client, to its end; what it reads it throws away."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        with contextlib.suppress(OSError):
            for packet in packets:
                writer.write(packet)
                await asyncio.sleep(0)
            await writer.drain()
            if end == "half-close":
                writer.write_eof()
            if end in ("read", "half-close"):
                await asyncio.wait_for(reader.read(), 20)
            if end == "reset":
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def untouched(world: World, before: int, tasks: int) -> None:
    """Nothing is left, and a message is taken as ever."""
    await eventually(lambda: not world.port._connections, "a connection is left")
    await eventually(lambda: world.spooled() == [], "a file is left")
    await eventually(lambda: len(asyncio.all_tasks()) <= tasks, "a task is left")
    await eventually(lambda: descriptors() <= before, "a descriptor is left")
    world.keeper.contents.clear()
    world.keeper.letters.clear()
    async with connected(world) as client:
        assert (await client.deliver(b"x" + END)).startswith("250")
    assert world.keeper.contents == [b"x\r\n"]
    await eventually(lambda: not world.port._connections)


async def survives(world: World, port: int, text: bytes, places: list[int], end: str) -> None:
    await untouched(world, 10_000, 10_000)  # threads and files of the listener are there from now on
    gc.collect()
    before, tasks = descriptors(), len(asyncio.all_tasks())
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    packets = [text[start:stop] for start, stop in itertools.pairwise(edges)]
    with structlog.testing.capture_logs() as lines:
        await converse(port, packets, end)
        await untouched(world, before, tasks)
    assert [line for line in lines if line["log_level"] in ("error", "critical")] == []


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said, cuts, ends)
async def test_any_dialogue(world: World, text: bytes, places: list[int], end: str) -> None:
    await survives(world, world.number, text, places, end)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said, cuts, st.sampled_from(["half-close", "close", "reset"]))
async def test_any_dialogue_after_a_good_beginning(world: World, text: bytes, places: list[int], end: str) -> None:
    await survives(world, world.number, WHOLE[: -len(END) - 1] + text, places, end)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400) | said, cuts, st.sampled_from(["half-close", "close", "reset"]))
async def test_anything_where_tls_is_expected(world: World, text: bytes, places: list[int], end: str) -> None:
    await survives(world, world.tls_number, text, places, end)


@pytest.mark.parametrize("end", ["read", "half-close", "close", "reset"])
async def test_a_dialogue_cut_off_at_each_octet(world: World, end: str) -> None:
    for size in range(0, len(WHOLE) + 1, 1 if end in ("close", "reset") else 9):
        await converse(world.number, [WHOLE[:size], WHOLE[:0]], end if end != "read" else "close")
    await untouched(world, 10_000, 10_000)


async def test_clients_beyond_the_limit_leave_nothing_either(world: World) -> None:
    await untouched(world, 10_000, 10_000)
    before, tasks = descriptors(), len(asyncio.all_tasks())
    with structlog.testing.capture_logs() as lines:
        await asyncio.gather(*(converse(world.number, [WHOLE], end) for end in ["read", "close", "reset"] * 10))
        await untouched(world, before, tasks)
    assert [line for line in lines if line["log_level"] in ("error", "critical")] == []
