"""TLS: begun by STARTTLS or there from the first byte, and a certificate that is replaced while the listener runs."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog.testing
import trustme
from smtp_world import DEADLINE, END, RECIPIENT, SENDER, Client, World, connected, issue, listening, trusting
from source_world import eventually

from ingest.errors import ConfigError
from ingest.sources import smtp_replies as replies

MiB = 1024 * 1024


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certificate(authority: trustme.CA, tmp_path: Path) -> dict[str, Path]:
    return issue(authority, tmp_path)


@asynccontextmanager
async def encrypted(world: World, context: ssl.SSLContext, *, implicit: bool) -> AsyncIterator[Client]:
    async with connected(world, tls=context if implicit else None) as client:
        if not implicit:
            await client.say("EHLO client.example")
            await client.upgrade(context)
        yield client


@pytest.mark.parametrize("implicit", [False, True])
async def test_large_messages_over_tls(
    tmp_path: Path, authority: trustme.CA, certificate: dict[str, Path], implicit: bool
) -> None:
    content = bytes(range(256)) * (5 * MiB // 256)
    stuffed = content.replace(b"\r\n.", b"\r\n..") + END
    async with (
        listening(tmp_path, **certificate, tls_port=0) as world,
        encrypted(world, trusting(authority), implicit=implicit) as client,
    ):
        for _ in range(2):
            assert (await client.deliver(stuffed)).startswith("250")
        assert world.keeper.contents == [content + b"\r\n"] * 2
        tls = world.keeper.letters[0].tls
        assert tls is not None
        assert tls["version"] in ("TLSv1.2", "TLSv1.3")


@pytest.mark.parametrize("implicit", [False, True])
async def test_where_tls_is_required_nothing_else_goes_without(
    tmp_path: Path, authority: trustme.CA, certificate: dict[str, Path], implicit: bool
) -> None:
    async with listening(tmp_path, **certificate, tls_port=0, require_tls=True) as world:
        async with connected(world) as client:
            for line in ("HELO client.example", "EHLO client.example", "NOOP"):
                assert (await client.say(line)).startswith("250")
            for line in (f"MAIL FROM:<{SENDER}>", f"RCPT TO:<{RECIPIENT}>", "DATA", "RSET", "VRFY ann", "HELP", "AUTH"):
                assert await client.say(line) == replies.TLS_NEEDED
            assert (await client.say("QUIT")).startswith("221 2.0.0")
        async with encrypted(world, trusting(authority), implicit=implicit) as client:
            assert "STARTTLS" not in await client.say("EHLO client.example")
            assert (await client.deliver(b"x" + END)).startswith("250")
            assert await client.say("STARTTLS") == replies.TLS_ALREADY


async def test_without_a_certificate_there_is_no_starttls(tmp_path: Path) -> None:
    async with listening(tmp_path) as world, connected(world) as client:
        assert "STARTTLS" not in await client.say("EHLO client.example")
        assert await client.say("STARTTLS") == replies.NO_TLS


@pytest.mark.parametrize("injected", [b"NOOP\r\n", b"EHLO evil.example\r\nMAIL FROM:<", b"x" * 5000, b"\x16\x03\x01"])
async def test_what_was_injected_before_tls_is_thrown_away(
    tmp_path: Path, authority: trustme.CA, certificate: dict[str, Path], injected: bytes
) -> None:
    """CVE-2011-0411: neither a command nor the beginning of one, and no reply to it inside TLS."""
    async with listening(tmp_path, **certificate) as world, connected(world) as client:
        await client.say("EHLO client.example")
        client.writer.write(b"STARTTLS\r\n" + injected)
        assert (await client.reply()).startswith("220")
        await client.writer.start_tls(trusting(authority), server_hostname="localhost")
        assert (await client.say(f"MAIL FROM:<{SENDER}>")).startswith("503 5.5.1"), "EHLO is to be said again"
        assert (await client.say("NOOP")).startswith("250")
        assert (await client.deliver(b"x" + END)).startswith("250")


async def test_a_transaction_does_not_survive_the_handshake(
    tmp_path: Path, authority: trustme.CA, certificate: dict[str, Path]
) -> None:
    async with listening(tmp_path, **certificate) as world, connected(world) as client:
        await client.begin_recipients()
        await client.upgrade(trusting(authority))
        await client.say("EHLO client.example")
        assert (await client.say("DATA")).startswith("503 5.5.1")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")
async def test_old_versions_are_not_spoken(
    tmp_path: Path, authority: trustme.CA, certificate: dict[str, Path], version: ssl.TLSVersion
) -> None:
    context = trusting(authority)
    context.minimum_version, context.maximum_version = version, version
    context.set_ciphers("ALL:@SECLEVEL=0")
    async with listening(tmp_path, **certificate, tls_port=0) as world:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            async with connected(world, tls=context):
                pass
        await eventually(lambda: not world.port._connections)


def subject(client: Client) -> object:
    """The serial number of the certificate that the listener showed."""
    certificate = client.writer.get_extra_info("peercert")
    return certificate["serialNumber"]


async def test_a_new_certificate_is_taken_without_restart(
    tmp_path: Path, authority: trustme.CA, certificate: dict[str, Path]
) -> None:
    context = trusting(authority)
    async with listening(tmp_path, **certificate, tls_port=0) as world, encrypted(world, context, implicit=True) as one:
        first = subject(one)
        issue(authority, tmp_path)
        for implicit in (True, False):
            async with encrypted(world, context, implicit=implicit) as client:
                assert subject(client) != first
                assert (await client.deliver(b"x" + END)).startswith("250")
        assert (await one.say("NOOP")).startswith("250"), "connections that there are go on"


@pytest.mark.parametrize("broken", ["cert.pem", "key.pem", "missing", "pair"])
async def test_a_broken_certificate_keeps_the_old_one_and_is_told_once(
    tmp_path: Path, authority: trustme.CA, certificate: dict[str, Path], broken: str
) -> None:
    context = trusting(authority)
    async with listening(tmp_path, **certificate, tls_port=0) as world:
        async with encrypted(world, context, implicit=True) as client:
            first = subject(client)
        if broken == "missing":
            (tmp_path / "key.pem").unlink()
        elif broken == "pair":
            authority.issue_cert("localhost").private_key_pem.write_to_path(tmp_path / "key.pem")
        else:
            (tmp_path / broken).write_text("broken")
        with structlog.testing.capture_logs() as lines:
            for _ in range(3):
                async with encrypted(world, context, implicit=True) as client:
                    assert subject(client) == first
            assert [line["log_level"] for line in lines if "certificate" in line["event"]] == ["error"]
            issue(authority, tmp_path)
            async with encrypted(world, context, implicit=True) as client:
                assert subject(client) != first


async def test_a_certificate_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("no certificate")
    with pytest.raises(ConfigError, match=r"smtp\.tls_cert"):
        async with listening(tmp_path, tls_cert=tmp_path / "cert.pem", tls_key=tmp_path / "none.pem"):
            pass


@pytest.mark.parametrize("said", [b"", b"EHLO plain.example\r\n", b"\x16\x03\x01\x02\x00\x01", b"\0" * 70_000])
@pytest.mark.parametrize("implicit", [False, True])
async def test_a_broken_handshake_leaves_nothing_behind(
    tmp_path: Path, certificate: dict[str, Path], said: bytes, implicit: bool
) -> None:
    async with listening(tmp_path, **certificate, tls_port=0) as world:
        port = world.tls_number if implicit else world.number
        with structlog.testing.capture_logs() as lines:
            async with connected(world, greeted=False, port=port) as client:
                if not implicit:
                    await client.reply()
                    await client.say("EHLO client.example")
                    assert (await client.say("STARTTLS")).startswith("220")
                client.writer.write(said)
                with contextlib.suppress(ConnectionError):
                    await client.writer.drain()
            await eventually(lambda: not world.port._connections)
        assert [line for line in lines if line["log_level"] in ("error", "critical")] == []


@pytest.mark.parametrize("implicit", [False, True])
async def test_a_stalled_handshake_is_cut_off(tmp_path: Path, certificate: dict[str, Path], implicit: bool) -> None:
    async with listening(tmp_path, **certificate, tls_port=0, timeout_seconds=0.2) as world:
        port = world.tls_number if implicit else world.number
        async with connected(world, greeted=False, port=port) as client:
            if not implicit:
                await client.reply()
                await client.say("EHLO client.example")
                assert (await client.say("STARTTLS")).startswith("220")
            assert await client.rest() == b""
        await asyncio.wait_for(world.port.stop(DEADLINE), DEADLINE)
