"""Whatever another server takes for the end of a message: here each of these is one message, and never two."""

import ssl
from pathlib import Path

import pytest
import trustme
from smtp_world import END, RECIPIENT, SENDER, Client, World, connected, issue, listening, trusting
from source_world import eventually
from test_smtp_data import by_lines

HEAD = b"Subject: one\r\n\r\nbody"
SECOND = f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{RECIPIENT}>\r\nDATA\r\nSubject: two\r\n\r\nsmuggled".encode()

NO_END = [
    b"\n.\n",
    b"\r.\r",
    b"\r\n.\n",
    b"\n.\r\n",
    b"\r\n.\r",
    b"\r.\r\n",
    b"\r.\n",
    b"\n.\r",
    b"\r\n\n.\r\n",
    b"\r\n\r.\r\n",
    b"\n\n.\n\n",
    b"\r\r.\r\r",
    b"\r\r\n\n.\r\r\n\n",
    b"\n\r.\n\r",
    b"\r\n.\r\r\n",
    b"\r\n.\n\r\n",
    b"\r\n. \r\n",
    b"\r\n .\r\n",
    b"\r\n\t.\r\n",
    b"\r\n\0.\r\n",
    b"\r\n.\0\r\n",
    b"\r\0\n.\r\n",
    b"\r\n.\r\0\n",
    b"\0\r\n.\0\0\r\n",
    b"\r\n..\r\n",
    b"\r\n...\r\n",
    b"\r\n..\r\n..\r\n",
    b"\r\n.\r\n"[:-1] + b"x\n",
    b"\r\n.x\r\n",
    b"\r\n.\x85",
    b"\x85.\x85",
    b"\x0b.\x0b",
    b"\x0c.\x0c",
    b"\x1c.\x1e",
    "\u2028.\u2028".encode(),
    "\r\n\uff0e\r\n".encode(),
    b"\r\n\x00\x2e\r\n",
    b"\r\n\xae\r\n",
    b"\x8d\x8a.\x8d\x8a",
    b"\r\n=2E\r\n",
    b"\r\n.=0D=0A",
    b"\r\n.\x1b\r\n",
    b"\r\n\xef\xbb\xbf.\r\n",
    b".\r\n",
    b"\n.",
    b"\r.",
]
ENDS = [
    (b"\r\n.\r\n.\r\n", b".\r\n"),
    (b"\r\n..\r\n.\r\n", b""),
    (b"\r\r\n.\r\n", b""),
    (b"\n\r\n.\r\n", b""),
    (b"\r\n\r\n.\r\n", b""),
    (b"\r\n.\r\r\n.\r\n", b""),
    (b"\r\n.\r\n.\r\n.\r\n", b".\r\n.\r\n"),
]


async def one_message(client: Client, world: World, text: bytes, packets: list[bytes]) -> None:
    """Sent in these packets it is one message, with the bytes that the RFC says, and the dialogue goes on after it."""
    await client.begin()
    for packet in packets:
        await client.packet(packet)
    assert await client.reply() == "250 2.6.0 kept"
    assert await client.say("NOOP") == "250 2.0.0 OK"
    assert world.keeper.contents == [by_lines(text)[0]]
    world.keeper.contents.clear()


@pytest.mark.parametrize("said", NO_END, ids=repr)
async def test_what_is_no_end_of_a_message(tmp_path: Path, said: bytes) -> None:
    text = HEAD + said + SECOND + END
    assert by_lines(text)[1] == b""
    async with listening(tmp_path) as world, connected(world) as client:
        await one_message(client, world, text, [text])
        for cut in range(len(HEAD) - 1, len(HEAD + said) + 2):
            await one_message(client, world, text, [text[:cut], text[cut:]])
        around = slice(len(HEAD) - 1, len(HEAD + said) + 1)
        await one_message(
            client, world, text, [text[: around.start], *_bytes(text[around]), text[around.stop : -3], *_bytes(END[2:])]
        )


@pytest.mark.parametrize(("said", "rest"), ENDS, ids=repr)
async def test_the_end_of_a_message_is_its_first(tmp_path: Path, said: bytes, rest: bytes) -> None:
    """What follows it is a command, and none that there is."""
    text = HEAD + said
    assert by_lines(text)[1] == rest
    async with listening(tmp_path, max_errors=10_000) as world, connected(world) as client:
        for cut in range(len(HEAD) - 1, len(text) + 1):
            await client.begin()
            await client.packet(text[:cut])
            await client.packet(text[cut:])
            assert await client.reply() == "250 2.6.0 kept"
            for _ in range(rest.count(b"\r\n")):
                assert (await client.reply()).startswith("500 5.5.1")
            assert world.keeper.contents == [by_lines(text)[0]]
            world.keeper.contents.clear()


@pytest.mark.parametrize("said", NO_END, ids=repr)
async def test_what_is_no_end_at_the_very_beginning(tmp_path: Path, said: bytes) -> None:
    """DATA's own line end belongs to the text: the same sequences right after it."""
    beginning = said.removeprefix(b"\r\n")
    text = beginning + SECOND + END
    content, rest = by_lines(text)
    async with listening(tmp_path) as world, connected(world) as client:
        await client.begin()
        if not rest:
            client.writer.write(text)
            assert await client.reply() == "250 2.6.0 kept"
            assert world.keeper.contents == [content]
        else:  # ".\r\n" is the end of an empty message, and what follows was never part of it
            assert said == b".\r\n"
            client.writer.write(b".\r\n")
            assert await client.reply() == "250 2.6.0 kept"
            assert world.keeper.contents == [b""]


@pytest.mark.parametrize("implicit", [False, True])
async def test_the_same_over_tls(tmp_path: Path, implicit: bool) -> None:
    authority = trustme.CA()
    context = trusting(authority)
    async with (
        listening(tmp_path, **issue(authority, tmp_path), tls_port=0) as world,
        connected(world, tls=context if implicit else None) as client,
    ):
        if not implicit:
            await client.say("EHLO client.example")
            await client.upgrade(context)
        for said in NO_END[::4]:
            text = HEAD + said + SECOND + END
            for cut in range(len(HEAD), len(HEAD + said) + 1):
                await one_message(client, world, text, [text[:cut], text[cut:]])


async def test_a_message_that_is_cut_off_in_its_end_is_none(tmp_path: Path) -> None:
    async with listening(tmp_path) as world:
        for size in range(1, len(END)):
            async with connected(world) as client:
                await client.begin()
                await client.packet(HEAD + END[:size])
                client.writer.write_eof()
                assert await client.rest() == b""
        await eventually(lambda: not world.port._connections)
        assert world.keeper.contents == []
        assert world.spooled() == []


@pytest.mark.parametrize("said", [b"\n.\n", b"\r\n.\n", b"\r\n.\r"])
async def test_commands_inside_a_refused_message_are_text_as_well(tmp_path: Path, said: bytes) -> None:
    """Too large is known early; what comes up to the final dot is read as text all the same."""
    async with listening(tmp_path, max_message_bytes=1024) as world, connected(world) as client:
        assert (await client.deliver(b"x" * 2000 + said + SECOND + END)).startswith("552")
        assert await client.say("NOOP") == "250 2.0.0 OK"
        assert world.keeper.contents == []


async def test_an_announced_size_does_not_shorten_a_message(tmp_path: Path) -> None:
    async with listening(tmp_path) as world, connected(world) as client:
        for line in ("EHLO client.example", f"MAIL FROM:<{SENDER}> SIZE=4", f"RCPT TO:<{RECIPIENT}>", "DATA"):
            assert (await client.say(line))[0] in "23"
        client.writer.write(HEAD + SECOND + END)
        assert await client.reply() == "250 2.6.0 kept"
        assert world.keeper.contents == [HEAD + SECOND + b"\r\n"]


@pytest.mark.parametrize("line", ["BDAT 5 LAST", "BDAT 86 LAST\r\nhello"])
async def test_bdat_is_not_offered_and_its_octets_are_never_a_message(tmp_path: Path, line: str) -> None:
    async with listening(tmp_path) as world, connected(world) as client:
        assert "CHUNKING" not in await client.say("EHLO client.example")
        await client.begin_recipients()
        assert (await client.say(line)).startswith("500 5.5.1")
        assert world.keeper.contents == []


def _bytes(text: bytes) -> list[bytes]:
    return [text[at : at + 1] for at in range(len(text))]


def test_the_table_is_large_enough() -> None:
    assert len({*NO_END, *(said for said, _ in ENDS)}) >= 50
    assert ssl.HAS_TLSv1_3
