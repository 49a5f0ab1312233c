"""The text of a message from packets to the disk: byte for byte and within bounds, whatever sender or disk do."""

import asyncio
import contextlib
import errno
import itertools
import os
import random
import resource
import smtplib
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from smtp_world import END, RECIPIENT, SENDER, Keeper, connected, listening
from source_world import eventually

from ingest.sources import smtp_replies as replies
from ingest.sources.smtp_data import DotText
from ingest.sources.smtp_letter import Letter

MiB = 1024 * 1024

pieces = st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"\r\n.", b"\r\n..", b"\r\n.\r", b"a", b"\0"])
contents = st.lists(pieces | st.binary(max_size=4), max_size=30).map(b"".join)


def by_lines(text: bytes) -> tuple[bytes, bytes]:
    """RFC 5321, 4.5.2, word by word: the content of a text, and what followed its end."""
    content, lines = b"", text.split(b"\r\n")
    while lines:
        line = lines.pop(0)
        if line == b"." and lines:
            return content, b"\r\n".join(lines)
        assert lines, "the text has no end"
        content += line.removeprefix(b".") + b"\r\n"
    raise AssertionError("the text has no end")


def in_packets(text: bytes, cuts: list[int]) -> tuple[bytes, bytes]:
    """What the listener's reading makes of a text that comes in these packets."""
    reading, content, rest = DotText(), b"", b""
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    for start, end in itertools.pairwise(places):
        if reading.ended:
            rest += text[start:end]
        else:
            got, rest = reading.feed(memoryview(text)[start:end])
            content += got
    assert reading.ended
    return content, rest


@settings(deadline=None, max_examples=400)
@given(contents, st.binary(max_size=8), st.lists(st.integers(0, 200), max_size=8))
def test_any_text_in_any_packets_is_what_the_rfc_says(text: bytes, rest: bytes, cuts: list[int]) -> None:
    whole = text + END + rest
    assert in_packets(whole, cuts) == by_lines(whole)


@settings(deadline=None, max_examples=200)
@given(contents.map(lambda content: content + b"\r\n"), st.lists(st.integers(0, 200), max_size=8))
def test_what_a_client_stuffs_comes_out_as_it_was(content: bytes, cuts: list[int]) -> None:
    stuffed = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
    assert in_packets(stuffed + b".\r\n", cuts) == (content, b"")


async def test_any_content_through_a_socket_byte_for_byte(tmp_path: Path) -> None:
    chance = random.Random(4)
    async with listening(tmp_path) as world, connected(world) as client:
        for size in (0, 1, 5, 1000, 70_000, 256 * 1024, 384 * 1024 + 3, 2 * MiB):
            content = bytes(chance.choices(b"\r\n..ab\0\xff", k=size)) + b"\r\n"
            stuffed = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"
            await client.begin()
            start = 0
            while start < len(stuffed):
                end = start + chance.randint(1, max(2, size // 8))
                await client.packet(stuffed[start:end])
                start = end
            assert await client.reply() == "250 2.6.0 kept"
            assert world.keeper.contents.pop() == content
        assert world.spooled() == []


async def test_an_unmodified_client(tmp_path: Path) -> None:
    content = b"Subject: x\r\n\r\n.\r\n..\r\n.a\r\n" + b"x" * 20_000 + b"\r\n\xe4\r\n"

    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail(SENDER, [RECIPIENT], content, ["BODY=8BITMIME"])

    async with listening(tmp_path) as world:
        await asyncio.to_thread(send, world.number)
        assert world.keeper.contents == [content]


async def test_an_empty_message_ends_with_the_first_line(tmp_path: Path) -> None:
    async with listening(tmp_path) as world, connected(world) as client:
        assert (await client.deliver(b".\r\n")).startswith("250")
        assert (await client.deliver(b"..\r\n.\r\n")).startswith("250")
        assert world.keeper.contents == [b"", b".\r\n"]


@pytest.mark.parametrize("size", [100, 3 * MiB])
async def test_what_follows_the_final_dot_are_commands(tmp_path: Path, size: int) -> None:
    async with listening(tmp_path) as world, connected(world) as client:
        await client.begin()
        client.writer.write(b"x" * size + END + b"NOOP\r\nRSET\r\nQUIT\r\n")
        assert [(await client.reply())[:3] for _ in range(4)] == ["250", "250", "250", "221"]
        assert [len(content) for content in world.keeper.contents] == [size + 2]


@pytest.mark.parametrize("size", [10, 20_000, 3 * MiB])
async def test_a_client_that_waits_for_no_reply(tmp_path: Path, size: int) -> None:
    """It should wait after DATA (RFC 2920), but what it sends is clear enough."""
    commands = f"EHLO a\r\nMAIL FROM:<{SENDER}>\r\nRCPT TO:<{RECIPIENT}>\r\nDATA\r\n".encode()
    async with listening(tmp_path) as world, connected(world) as client:
        client.writer.write((commands + b"x" * size + END) * 3 + b"QUIT\r\n")
        await client.writer.drain()
        assert (await client.rest()).count(b"250 2.6.0 kept\r\n") == 3
        assert [len(content) for content in world.keeper.contents] == [size + 2] * 3


@pytest.mark.parametrize("size", [10, 3 * MiB])
async def test_commands_that_come_while_a_message_is_taken_wait_outside(tmp_path: Path, size: int) -> None:
    class Slow(Keeper):
        async def take(self, letter: Letter) -> str:
            came.set()
            await go_on.wait()
            return await super().take(letter)

    came, go_on = asyncio.Event(), asyncio.Event()
    async with listening(tmp_path, keeper=Slow()) as world, connected(world) as client:
        await client.begin()
        client.writer.write(b"x" * size + END + b"NOOP\r\n" * MiB)
        await came.wait()
        for _ in range(200):
            await asyncio.sleep(0)  # the loop would have taken in all of it by now
        [connection] = world.port._connections
        assert len(connection._reader._buffer) < 512 * 1024, "of 6 MiB"
        go_on.set()
        assert await client.reply() == "250 2.6.0 kept"


async def test_memory_stays_small_whatever_comes(tmp_path: Path) -> None:
    """20 messages of 20 MB at once, half of them without a line end: no more than what is in flight is held."""
    async with listening(tmp_path, max_message_bytes=21 * MiB, keeper=Dropper()) as world:
        chunk = [b"A" * MiB, (b"B" * 74 + b"\r\n") * (MiB // 76)]
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

        async def send(number: int) -> str:
            async with connected(world) as client:
                await client.begin()
                for _ in range(20):
                    client.writer.write(chunk[number % 2])
                    await client.writer.drain()
                client.writer.write(END)
                return await client.reply()

        sent = await asyncio.gather(*(send(number) for number in range(20)))
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert {reply[:3] for reply in sent} == {"250"}
        assert grown < 60 * 1024, "KiB; of 400 MiB, and the clients hold 1 MiB each"


class Dropper(Keeper):
    async def take(self, letter: Letter) -> str:
        letter.transaction.hand_over()
        letter.message.path.unlink()
        return "250 2.6.0 dropped"


async def test_fifty_megabytes_on_one_line_are_read_to_their_end_and_refused(tmp_path: Path) -> None:
    async with listening(tmp_path, max_message_bytes=30 * MiB) as world, connected(world) as client:
        await client.begin()
        for _ in range(50):
            client.writer.write(b"A" * MiB)
            await client.writer.drain()
            assert len(world.spooled()) <= 1
        client.writer.write(END)
        assert (await client.reply()).startswith("552-5.3.4 too_large: ")
        assert world.spooled() == []
        assert (await client.deliver(b"x" + END)).startswith("250")
        assert [len(content) for content in world.keeper.contents] == [3]


@pytest.mark.parametrize(("over", "code"), [(0, "250"), (1, "552")])
async def test_the_limit_counts_content_and_not_dots(tmp_path: Path, over: int, code: str) -> None:
    line = b"." * 98 + b"\r\n"
    async with listening(tmp_path, max_message_bytes=100_000) as world, connected(world) as client:
        text = (b"." + line) * 999 + b"x" * (98 + over) + END
        assert (await client.deliver(text)).startswith(code)
        assert len(world.keeper.contents) == 1 - over


# -- the disk


class FailingDisk:
    """A disk on which one kind of call fails from a given one on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, call: str, number: int, after: int = 0) -> None:
        self._real, self._left, self._number = getattr(os, call), after, number
        monkeypatch.setattr(os, call, self._fail)

    def _fail(self, *args: object) -> object:
        if self._left == 0:
            raise OSError(self._number, os.strerror(self._number))
        self._left -= 1
        return self._real(*args)


@pytest.mark.parametrize(
    ("call", "number", "after", "reply"),
    [
        ("write", errno.ENOSPC, 0, "452 4.3.1 storage_full:"),
        ("write", errno.EDQUOT, 2, "452 4.3.1 storage_full:"),
        ("fsync", errno.ENOSPC, 0, "452 4.3.1 storage_full:"),
        ("write", errno.EIO, 1, "451 4.3.0 unavailable:"),
        ("fsync", errno.EIO, 0, "451 4.3.0 unavailable:"),
    ],
)
@pytest.mark.parametrize("size", [1000, 3 * MiB])
async def test_a_disk_that_fails_costs_only_this_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, after: int, reply: str, size: int
) -> None:
    after = after if size > MiB else 0
    async with listening(tmp_path) as world, connected(world) as client:
        await client.begin()
        with monkeypatch.context() as patch:
            FailingDisk(patch, call, number, after)
            client.writer.write(b"x" * size + END)
            assert (await client.reply()).startswith(reply)
        assert world.spooled() == []
        assert world.keeper.contents == []
        assert (await client.deliver(b"x" * size + END)).startswith("250")


async def test_a_folder_that_cannot_be_written_is_not_the_senders_fault(tmp_path: Path) -> None:
    async with listening(tmp_path) as world, connected(world) as client:
        world.folder.write_text("a file stands where the folder should be")
        assert (await client.deliver(b"x" + END)).startswith("451 4.3.0")
        world.folder.unlink()
        assert (await client.deliver(b"x" + END)).startswith("250")


@pytest.mark.parametrize("size", [100, 3 * MiB])
async def test_a_client_that_leaves_in_the_middle_leaves_nothing(tmp_path: Path, size: int) -> None:
    async with listening(tmp_path) as world:
        async with connected(world) as client:
            await client.begin()
            client.writer.write(b"x" * size)
            await client.writer.drain()
            if size > MiB:
                await eventually(world.spooled)
        await eventually(lambda: world.spooled() == [])
        assert world.keeper.contents == []
        await eventually(lambda: not world.port._connections)


async def test_a_slow_disk_stops_the_sender_and_is_not_held_against_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, most = os.write, 0

    def slow(descriptor: int, content: memoryview) -> int:
        nonlocal most
        most = max(most, len(content))
        loop.call_soon_threadsafe(written.release)
        gate.acquire()
        return real(descriptor, content)

    loop, written, gate = asyncio.get_running_loop(), asyncio.Semaphore(0), threading.Semaphore(0)
    async with listening(tmp_path, timeout_seconds=0.2) as world, connected(world) as client:
        await client.begin()
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", slow)
            client.writer.write(b"x" * 2 * MiB + END)
            await written.acquire()
            await asyncio.sleep(0.5)  # longer than a client may be silent; it is the disk that is
            assert not client.reader.at_eof()
            [connection] = world.port._connections
            assert connection._text is not None
            assert connection._text.room == 0
            for _ in range(100):
                gate.release()
            assert (await client.reply()).startswith("250")
        assert most <= 384 * 1024


async def test_far_too_much_is_not_read_to_its_end(tmp_path: Path) -> None:
    async with listening(tmp_path, max_message_bytes=MiB) as world, connected(world) as client:
        await client.begin()
        with contextlib.suppress(ConnectionError):
            for _ in range(40):
                client.writer.write(b"A" * 256 * 1024)
                await client.writer.drain()
        assert await client.rest() in (b"", replies.FAR_TOO_LARGE.encode() + b"\r\n")
        await eventually(lambda: world.spooled() == [])
