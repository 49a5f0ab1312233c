"""What the listener counts, offers and answers: caps, rates, phases, extensions, and clients that speak no SMTP."""

import asyncio
import contextlib
import re
import statistics
import time
from pathlib import Path

import pytest
import structlog.testing
from hypothesis import given
from hypothesis import strategies as st
from smtp_world import DEADLINE, END, OTHER_RECIPIENT, RECIPIENT, SENDER, Client, connected, listening
from source_world import eventually

from ingest.config import MiB
from ingest.sources import smtp_limits
from ingest.sources import smtp_replies as replies
from ingest.sources.smtp_limits import ConnectionCounts, Rates, peer_key

MAIL, RCPT = f"MAIL FROM:<{SENDER}>", f"RCPT TO:<{RECIPIENT}>"


async def closed_with(client: Client, reply: str) -> None:
    """The client is told, and hung up on."""
    assert await client.rest() in (b"", reply.encode() + b"\r\n")


# -- without a socket


def test_counts_know_who_came_and_left() -> None:
    counts = ConnectionCounts(most=3, most_per_peer=2)
    assert [counts.enter(peer) for peer in ("a", "a", "a", "b", "c")] == [True, True, False, True, False]
    counts.leave("a")
    assert [counts.enter(peer) for peer in ("b", "b")] == [True, False]


def test_who_is_not_known_yet_counts_in_all_but_for_nobody() -> None:
    counts = ConnectionCounts(most=3, most_per_peer=1)
    assert [counts.enter(None) for _ in range(4)] == [True, True, True, False]
    counts.leave(None)
    assert [counts.enter("a"), counts.enter("b")] == [True, False]


@pytest.mark.parametrize(
    ("peer", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_a_peer_is_an_address_or_a_network_of_one_host(peer: str, key: str) -> None:
    assert peer_key(peer) == key


def test_a_minutes_worth_may_come_at_once_and_then_at_its_pace() -> None:
    now = 0.0
    rates = Rates(lambda: now)

    def came(count: int) -> int:
        taken = 0
        for _ in range(count):
            if rates.allows("peer", 30):
                rates.charge("peer", 30)
                taken += 1
        return taken

    assert came(100) == 30
    now = 1.9
    assert came(10) == 0
    now = 2.0
    assert came(10) == 1
    now = 12.0
    assert came(100) == 5
    now = 1000.0
    assert came(100) == 30
    assert rates.allows("other", 1)


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(0, 3)), max_size=60), st.integers(1, 20))
def test_no_more_than_two_minutes_worth_comes_within_a_minute(arrivals: list[tuple[float, int]], most: int) -> None:
    now, taken = 0.0, []
    rates = Rates(lambda: now)
    for pause, _ in arrivals:
        now += pause
        if rates.allows("peer", most):
            rates.charge("peer", most)
            taken.append(now)
    for start in taken:
        assert sum(start <= at < start + 60 for at in taken) <= 2 * most


def test_peers_are_forgotten() -> None:
    now = 0.0
    rates = Rates(lambda: now)
    for number in range(3 * smtp_limits.MOST_NAMES):
        rates.charge(f"peer {number}", 1)
    assert len(rates._whole_at) == smtp_limits.MOST_NAMES
    now = 1000.0
    for number in range(smtp_limits.MOST_NAMES):
        rates.charge(f"later {number % 3}", 1)
    assert len(rates._whole_at) <= 10


def test_a_reply_is_ascii_and_stays_within_its_lines() -> None:
    said = replies.reply(550, "5.6.0", ["Rechnung\r\n250 2.0.0 März", "x" * 1000])
    lines = said.split("\r\n")
    assert lines[0] == "550-5.6.0 Rechnung 250 2.0.0 M?rz"
    assert lines[1].startswith("550 5.6.0 xxx")
    assert max(len(line) for line in lines) <= 510


# -- what is offered, and works


async def test_what_is_offered(tmp_path: Path) -> None:
    async with listening(tmp_path, max_message_bytes=123456) as world, connected(world) as client:
        assert (await client.say("EHLO client.example")).splitlines() == [
            "250-localhost",
            "250-PIPELINING",
            "250-SIZE 123456",
            "250-8BITMIME",
            "250-SMTPUTF8",
            "250 ENHANCEDSTATUSCODES",
        ]
        assert await client.say("HELO client.example") == "250 localhost"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ([MAIL], "503 5.5.1"),
        ([RCPT], "503 5.5.1"),
        (["DATA"], "503 5.5.1"),
        (["EHLO"], "501 5.5.4"),
        (["HELO"], "501 5.5.4"),
        (["EHLO a", RCPT], "503 5.5.1"),
        (["EHLO a", MAIL, "DATA"], "503 5.5.1"),
        (["EHLO a", MAIL, RCPT, "DATA now"], "501 5.5.4"),
        (["EHLO a", MAIL, MAIL], "503 5.5.1"),
        (["EHLO a", "MAIL"], "501 5.5.4"),
        (["EHLO a", "MAIL TO:<a@b.example>"], "501 5.5.4"),
        (["EHLO a", "MAIL FROM:a@b.example"], "553 5.1.3"),
        (["EHLO a", "MAIL FROM:<a@b.example"], "553 5.1.3"),
        (["EHLO a", MAIL, "RCPT"], "501 5.5.4"),
        (["EHLO a", MAIL, "RCPT TO:<>"], "553 5.1.3"),
        (["EHLO a", MAIL, RCPT + " NOTIFY=NEVER"], "555 5.5.4"),
        (["EHLO a", MAIL + " SIZE=100"], "250 2.1.0"),
        (["EHLO a", MAIL + " SIZE=36700161"], "552-5.3.4"),
        (["EHLO a", MAIL + " SIZE=99999999999999999999"], "552-5.3.4"),
        (["EHLO a", MAIL + " SIZE=999999999999999999999"], "501 5.5.4"),
        (["EHLO a", MAIL + " SIZE=" + "9" * 900], "501 5.5.4"),
        (["EHLO a", MAIL + " SIZE=-1"], "501 5.5.4"),
        (["EHLO a", MAIL + " SIZE=1e3"], "501 5.5.4"),
        (["EHLO a", MAIL + " SIZE=0x10"], "501 5.5.4"),
        (["EHLO a", MAIL + " SIZE="], "501 5.5.4"),
        (["EHLO a", MAIL + " SIZE"], "501 5.5.4"),
        (["EHLO a", MAIL + " SIZE=1 SIZE=2"], "501 5.5.4"),
        (["EHLO a", MAIL + " SIZE=² SMTPUTF8"], "501 5.5.4"),
        (["EHLO a", MAIL + " BODY=8BITMIME"], "250 2.1.0"),
        (["EHLO a", MAIL + " body=7bit"], "250 2.1.0"),
        (["EHLO a", MAIL + " BODY=BINARYMIME"], "501 5.5.4"),
        (["EHLO a", MAIL + " SMTPUTF8"], "250 2.1.0"),
        (["EHLO a", MAIL + " SMTPUTF8=yes"], "501 5.5.4"),
        (["EHLO a", "MAIL FROM:<ann@bücher.example> SMTPUTF8"], "250 2.1.0"),
        (["EHLO a", "MAIL FROM:<ann@bücher.example>"], "553 5.6.7"),
        (["EHLO a", "MAIL FROM:<änn@corp.example> SMTPUTF8"], "553 5.6.7 Before the @"),
        (["EHLO a", MAIL + " SMTPUTF8", "RCPT TO:<rechnüng@in.example>"], "553 5.6.7 Before the @"),
        (["EHLO a", MAIL, "RCPT TO:<bills@bücher.example>"], "553 5.6.7"),
        (["EHLO a", MAIL + " SMTPUTF8", "RCPT TO:<bills@bücher.example>"], "550-5.1.1"),
        (["EHLO a", MAIL + " AUTH=<>"], "555 5.5.4"),
        (["EHLO a", MAIL + " AUTH=x"], "555 5.5.4"),
        (["EHLO a", MAIL + " REQUIRETLS"], "555 5.5.4"),
        (["EHLO a", MAIL + " X-OWN=1"], "555 5.5.4"),
        (["EHLO a", MAIL + "SIZE=1"], "553 5.1.3"),
        (["HELO a", MAIL + " SIZE=1"], "501 5.5.4"),
        (["EHLO a", "RSET"], "250 2.0.0"),
        (["EHLO a", "RSET x"], "501 5.5.4"),
        (["EHLO a", "NOOP whatever"], "250 2.0.0"),
        (["EHLO a", "QUIT x"], "501 5.5.4"),
        (["EHLO a", "QUIT"], "221 2.0.0"),
        (["EHLO a", "HELP"], "214 2.0.0"),
        (["EHLO a", "HELP MAIL"], "214 2.0.0"),
        (["EHLO a", f"VRFY {RECIPIENT}"], "252 2.1.5"),
        (["EHLO a", "VRFY nobody@in.example"], "252 2.1.5"),
        (["EHLO a", "EXPN all"], "502 5.5.1"),
        (["EHLO a", "AUTH PLAIN AGEAYg=="], "502 5.5.1"),
        (["EHLO a", "TURN"], "500 5.5.1"),
        (["EHLO a", "BDAT 10 LAST"], "500 5.5.1"),
        (["EHLO a", ""], "500 5.5.1"),
        (["EHLO a", " NOOP"], "500 5.5.1"),
        (["EHLO a", "NOOP\0"], "500 5.5.1"),
        (["EHLO a", "NOOP\r"], "250 2.0.0"),
        (["EHLO a", "NOOP\u0130"], "500 5.5.1"),
        (["EHLO a", b"NOOP \xff\xfe"], "500 5.5.2"),
        (["EHLO a", "NOOP " + "x" * 2000], "500 5.5.2"),
        (["EHLO a", "noop"], "250 2.0.0"),
    ],
)
async def test_each_reply_has_its_enhanced_status_code(tmp_path: Path, said: list[str | bytes], code: str) -> None:
    with structlog.testing.capture_logs() as lines:
        async with listening(tmp_path) as world, connected(world) as client:
            for line in said[:-1]:
                assert (await client.say(line)).startswith("250")
            assert (await client.say(said[-1])).startswith(code)
    assert [line for line in lines if line["log_level"] in ("error", "critical")] == []


async def test_a_name_in_ehlo_can_be_anything_and_reaches_the_record_clean(tmp_path: Path) -> None:
    async with listening(tmp_path) as world, connected(world) as client:
        name = b"a\x1b[31m\tred \xe2\x80\xae evil\r\x00" + b"x" * 900
        assert (await client.say(b"EHLO " + name)).startswith("250")
        for line in (MAIL, RCPT, "DATA"):
            await client.say(line)
        client.writer.write(b"x" + END)
        await client.reply()
        helo = world.keeper.letters[0].helo
        assert helo is not None
        assert helo.isprintable()
        assert len(helo) <= 255


async def test_strangers_cannot_tell_which_recipients_there_are(tmp_path: Path) -> None:
    async with listening(tmp_path) as world, connected(world) as client:
        await client.say("EHLO a")
        await client.say("MAIL FROM:<eve@evil.example>")
        answers = {await client.say(f"RCPT TO:<{to}>") for to in (RECIPIENT, OTHER_RECIPIENT, "nobody@in.example")}
        assert len(answers) == 1
        assert "sender_not_allowed" in answers.pop()


# -- caps


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\nEHLO a\r\nMAIL FROM:<a@corp.example>\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500,
        b"\x80.\x01\x00\x02",
        b"\0" * 2000,
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"USER anonymous\r\n",
        b"{}\r\n",
        b"a" * 20_000,
    ],
)
async def test_a_client_that_speaks_no_smtp_is_hung_up_on(tmp_path: Path, said: bytes) -> None:
    async with listening(tmp_path) as world:
        async with connected(world) as client:
            client.writer.write(said)
            assert (await client.rest()) in (
                b"",
                replies.NO_SMTP.encode() + b"\r\n",
                replies.ENDLESS_COMMAND.encode() + b"\r\n",
            )
        await eventually(lambda: not world.port._connections)


async def test_a_browser_that_is_made_to_post_mail_does_not_get_to_it(tmp_path: Path) -> None:
    async with listening(tmp_path) as world, connected(world) as client:
        await client.say("EHLO client.example")
        client.writer.write(f"GET /\r\n{MAIL}\r\n{RCPT}\r\nDATA\r\nx\r\n.\r\n".encode())
        await closed_with(client, replies.NO_SMTP)
        assert world.keeper.contents == []


async def test_after_too_many_errors_it_is_over(tmp_path: Path) -> None:
    async with listening(tmp_path, max_errors=3) as world, connected(world) as client:
        await client.say("EHLO a")
        assert (await client.say("NOOP")).startswith("250")
        for line in ("WHAT", MAIL + " FOO=1", "RCPT"):
            assert (await client.say(line)).startswith("5"), "the last one gets its own reply as well"
        await closed_with(client, replies.TOO_MANY_ERRORS)


async def test_refused_messages_are_errors_and_postponed_recipients_are_none(tmp_path: Path) -> None:
    async with listening(tmp_path, max_errors=2, max_recipients=1) as world, connected(world) as client:
        await client.begin_recipients()
        for _ in range(20):
            assert (await client.say(RCPT)).startswith("452")
        world.keeper.reply = "550 5.6.0 no_document"
        for _ in range(2):
            assert (await client.deliver(b"x" + END)).startswith("550")
        await closed_with(client, replies.TOO_MANY_ERRORS)


@pytest.mark.parametrize("line", ["NOOP", "RSET", "VRFY ann", "EHLO a", "HELP", RCPT])
async def test_commands_without_a_message_come_to_an_end(tmp_path: Path, line: str) -> None:
    most = smtp_limits.COMMANDS_WITHOUT_MESSAGE + 5
    async with listening(tmp_path, max_recipients=5) as world, connected(world) as client:
        await client.begin_recipients()
        for _ in range(most - 3):
            assert (await client.say(line))[0] in "24"
        client.writer.write(line.encode() + b"\r\n")
        await closed_with(client, replies.TOO_MANY_COMMANDS)


async def test_two_thousand_recipients(tmp_path: Path) -> None:
    async with listening(tmp_path) as world, connected(world) as client:
        await client.begin_recipients()
        said = []
        with contextlib.suppress(ConnectionError):
            while len(said) < 2000 and not client.reader.at_eof():
                said.append(await client.say(RCPT))
        assert {reply[:9] for reply in said if reply[:3] not in ("421", "")} == {"250 2.1.5", "452 4.5.3"}
        assert sum(reply.startswith("250") for reply in said) < 20
        assert replies.TOO_MANY_COMMANDS in said
        assert len(said) < 200


async def test_messages_of_one_connection_are_counted(tmp_path: Path) -> None:
    async with listening(tmp_path, max_messages_per_connection=2) as world, connected(world) as client:
        for _ in range(2):
            assert (await client.deliver(b"x" + END)).startswith("250")
        client.writer.write(f"{MAIL}\r\n".encode())
        await closed_with(client, replies.TOO_MANY_MESSAGES)
        async with connected(world) as again:
            assert (await again.deliver(b"x" + END)).startswith("250")


async def test_messages_of_one_peer_are_limited(tmp_path: Path) -> None:
    async with listening(tmp_path, max_messages_per_minute=2) as world, connected(world) as client:
        for _ in range(2):
            assert (await client.deliver(b"x" + END)).startswith("250")
        await client.begin_recipients()
        assert await client.say("DATA") == replies.PEER_TOO_FAST
        assert (await client.say("NOOP")).startswith("250"), "the connection goes on"
        async with connected(world, source="127.0.0.2") as other:
            assert (await other.deliver(b"x" + END)).startswith("250")


async def test_messages_of_one_account_are_limited_by_what_was_taken(tmp_path: Path) -> None:
    async def say(client: Client) -> str:
        await client.begin_recipients(OTHER_RECIPIENT, "ann@other.example")
        reply = await client.say("DATA")
        if reply.startswith("354"):
            client.writer.write(b"x" + END)
            reply = await client.reply()
        return reply

    async with listening(tmp_path) as world, connected(world) as client:
        world.keeper.reply = "550 5.7.1 sender_not_authenticated"
        for _ in range(4):
            assert (await say(client)).startswith("550"), "what was refused uses up nothing"
        world.keeper.reply = "250 2.6.0 kept"
        assert [(await say(client))[:9] for _ in range(3)] == ["250 2.6.0", "250 2.6.0", "451 4.7.1"]
        assert (await client.deliver(b"x" + END)).startswith("250"), "the other account's"


# -- time


@pytest.mark.parametrize("said", [b"", b"E", b"EHLO a\r\n", b"EHLO a\r\nMAIL FROM:<ann@co"])
async def test_whoever_does_not_say_a_whole_command_in_time_is_told(tmp_path: Path, said: bytes) -> None:
    async with listening(tmp_path, timeout_seconds=0.2) as world, connected(world) as client:
        client.writer.write(said)
        assert (await client.rest()).endswith(replies.SILENT.encode() + b"\r\n")


async def test_a_command_that_drips_is_not_awaited_for_ever(tmp_path: Path) -> None:
    async with listening(tmp_path, timeout_seconds=0.3) as world, connected(world) as client:
        ended = asyncio.create_task(client.rest())
        with contextlib.suppress(ConnectionError):
            while not ended.done():
                client.writer.write(b"N")
                await asyncio.sleep(0.02)  # the pace of this client, never silent for long
        assert (await ended) in (b"", replies.SILENT.encode() + b"\r\n")


async def test_connections_that_do_nothing_do_not_delay_a_message(tmp_path: Path) -> None:
    """500 idle connections and one that drips: the middle of several messages, with them and without.

    What they could cost is the time of the listener's processor; a clock on the wall shows what else the machine does.
    """

    async def seconds(client: Client) -> float:
        began = time.process_time()
        assert (await client.deliver(b"x" * 50_000 + END)).startswith("250")
        return time.process_time() - began

    async with (
        listening(tmp_path, max_connections=600, max_connections_per_peer=600) as world,
        connected(world) as client,
        contextlib.AsyncExitStack() as stack,
    ):
        without = statistics.median([await seconds(client) for _ in range(15)])
        idle = [await stack.enter_async_context(connected(world)) for _ in range(500)]
        await idle[0].begin()
        dripping = asyncio.create_task(drip(idle[0]))
        crowded = statistics.median([await seconds(client) for _ in range(15)])
        dripping.cancel()
        assert crowded < without + 0.05
        assert len(world.port._connections) == 501


async def drip(client: Client) -> None:
    while True:
        client.writer.write(b"x")
        await asyncio.sleep(0.002)  # its pace


async def test_a_client_that_reads_no_replies_is_cut_off(tmp_path: Path) -> None:
    async with listening(tmp_path, timeout_seconds=0.5) as world, connected(world) as client:
        client.writer.transport.pause_reading()
        await client.packet(b"EHLO a\r\n" * 50)
        await eventually(lambda: not world.port._connections)


# -- stopping


@pytest.mark.parametrize("size", [10, 3 * MiB])
async def test_a_message_under_way_is_finished_before_the_listener_stops(tmp_path: Path, size: int) -> None:
    async with listening(tmp_path) as world, connected(world) as client:
        await client.begin()
        client.writer.write(b"x" * (size // 2))
        await client.writer.drain()
        stopping = asyncio.create_task(world.port.stop(DEADLINE))
        client.writer.write(b"x" * (size // 2) + END)
        assert (await client.reply()).startswith("250")
        await closed_with(client, replies.STOPPING)
        await stopping
        assert [len(content) for content in world.keeper.contents] == [size + 2]


@pytest.mark.parametrize("announced", [False, True])
async def test_a_message_that_is_too_large_is_told_once(tmp_path: Path, announced: bool) -> None:
    with structlog.testing.capture_logs() as lines:
        async with listening(tmp_path, max_message_bytes=1024) as world, connected(world) as client:
            if announced:
                await client.say("EHLO a")
                await client.say(f"{MAIL} SIZE=2000")
            else:
                await client.deliver(b"x" * 2000 + END)
            await client.say("QUIT")
            await eventually(lambda: not world.port._connections)
    assert [line["reason"] for line in lines if line["event"] == "mail transaction ended"] == ["too_large"]


async def test_hanging_up_is_told_in_the_log(tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as lines:
        async with listening(tmp_path, max_errors=1) as world, connected(world) as client:
            await client.say("EHLO a\x1b[31m")
            await client.say("WHAT\x1b[31m")
            await client.rest()
    [told] = [line for line in lines if line["event"] == "hanging up"]
    assert (told["peer"], told["said"]) == ("127.0.0.1", replies.TOO_MANY_ERRORS)
    assert not re.search("[\x00-\x1f]", "".join(map(str, told.values())))
