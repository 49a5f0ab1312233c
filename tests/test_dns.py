"""The resolver against a real server: answers, absence, failures, budget, cache."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from dns.resolver import BaseResolver
from dns_world import DnsWorld
from pydantic import ValidationError
from source_world import eventually

from ingest.config.kinds import name_server
from ingest.config.smtp import Dns
from ingest.errors import ConfigError, Unavailable
from ingest.mail.authentication.resolver import MAX_LOOKUPS, AnswerCache, DnsUnavailable, Resolver


@pytest.fixture
async def world() -> AsyncIterator[DnsWorld]:
    async with DnsWorld().serving() as world:
        yield world


async def test_each_type_of_record_is_read(world: DnsWorld) -> None:
    world.add("corp.example", "TXT", "one", "x" * 300).add("corp.example", "MX", "10 mail.corp.example.")
    world.add("mail.corp.example", "A", "192.0.2.1").add("mail.corp.example", "AAAA", "2001:db8::1")
    world.add("1.2.0.192.in-addr.arpa", "PTR", "mail.corp.example.").add("alias.example", "CNAME", "corp.example.")
    lookups = Resolver(world.settings()).lookups()
    assert set(await lookups.txt("corp.example")) == {b"one", b"x" * 300}
    assert await lookups.ask("Corp.Example.", "MX") == ((10, "mail.corp.example"),)
    assert await lookups.ask("mail.corp.example", "A") == ("192.0.2.1",)
    assert await lookups.ask("mail.corp.example", "AAAA") == ("2001:db8::1",)
    assert await lookups.ask("1.2.0.192.in-addr.arpa", "PTR") == ("mail.corp.example",)
    assert set(await lookups.txt("alias.example")) == {b"one", b"x" * 300}


@pytest.mark.parametrize(
    "name", ["nothing.example", "mail.corp.example", "a..b", "x" * 64 + ".example", "", "ä.example"]
)
async def test_what_does_not_exist_is_an_answer(world: DnsWorld, name: str) -> None:
    world.add("mail.corp.example", "A", "192.0.2.1")
    assert await Resolver(world.settings()).lookups().txt(name) == ()


async def test_a_backslash_is_no_escape(world: DnsWorld) -> None:
    world.add("a.example", "TXT", "here")
    assert await Resolver(world.settings()).lookups().txt(r"\097.example") == ()


@pytest.mark.parametrize("behaviour", ["servfail", "refused", "silent", "garbage"])
async def test_a_server_that_does_not_answer_is_temporary(world: DnsWorld, behaviour: str) -> None:
    world.add("corp.example", "TXT", "one")
    world.behave("corp.example", behaviour)
    lookups = Resolver(world.settings(seconds=0.3)).lookups()
    started = time.monotonic()
    with pytest.raises(DnsUnavailable) as caught:
        await lookups.txt("corp.example")
    assert isinstance(caught.value, Unavailable)
    assert time.monotonic() - started < 2
    world.behave("corp.example", None)
    assert await Resolver(world.settings()).lookups().txt("corp.example") == (b"one",), "nothing of it is kept"


async def test_a_truncated_answer_is_fetched_by_tcp(world: DnsWorld) -> None:
    world.add("corp.example", "TXT", "one")
    world.behave("corp.example", "truncated")
    assert await Resolver(world.settings()).lookups().txt("corp.example") == (b"one",)
    world.add("large.example", "TXT", *(f"{number} " + "x" * 200 for number in range(40)))
    assert len(await Resolver(world.settings()).lookups().txt("large.example")) == 40
    assert {transport for _, _, transport in world.asked} == {"udp", "tcp"}


async def test_all_questions_of_a_message_share_one_budget(world: DnsWorld) -> None:
    world.behave("slow.example", "slow")
    lookups = Resolver(world.settings(seconds=0.7)).lookups()
    started = time.monotonic()
    with pytest.raises(DnsUnavailable):
        for number in range(20):
            await lookups.txt(f"{number}.slow.example")
    assert 0.6 < time.monotonic() - started < 2
    asked = len(world.asked)
    with pytest.raises(DnsUnavailable):
        await lookups.txt("more.example")
    assert len(world.asked) == asked


async def test_the_number_of_questions_is_bounded(world: DnsWorld) -> None:
    lookups = Resolver(world.settings()).lookups()
    with pytest.raises(DnsUnavailable, match="more DNS lookups"):
        for number in range(MAX_LOOKUPS + 1):
            await lookups.txt(f"{number}.example")
    assert len(world.asked) == MAX_LOOKUPS


async def test_the_loop_goes_on_while_the_dns_is_silent(world: DnsWorld) -> None:
    world.behave("corp.example", "silent")
    lookups = Resolver(world.settings(seconds=0.5)).lookups()
    asking = asyncio.create_task(lookups.txt("corp.example"))
    longest, last = 0.0, time.monotonic()
    while not asking.done():
        await asyncio.sleep(0.005)
        now = time.monotonic()
        longest, last = max(longest, now - last), now
    with pytest.raises(DnsUnavailable):
        await asking
    assert longest < 0.25


async def test_closing_ends_what_is_on_its_way(world: DnsWorld) -> None:
    world.behave("corp.example", "silent")
    lookups = Resolver(world.settings(seconds=30)).lookups()
    asking = asyncio.create_task(lookups.txt("corp.example"))
    await eventually(lambda: world.asked)
    await lookups.close()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_answers_and_absences_are_kept_for_their_time(world: DnsWorld) -> None:
    world.add("corp.example", "TXT", "one").add("now.example", "TXT", "one", ttl=0)
    resolver = Resolver(world.settings())
    for _ in range(3):
        lookups = resolver.lookups()
        for name in ("corp.example", "CORP.example", "now.example", "nothing.example"):
            await lookups.txt(name)
    assert world.questions("corp.example") == 1
    assert world.questions("nothing.example") == 1, "also that there is none"
    assert world.questions("now.example") == 3, "no time to live: once for each message"


async def test_an_absence_without_time_to_live_is_not_kept(world: DnsWorld) -> None:
    world.negative_ttl = 0
    resolver = Resolver(world.settings())
    for _ in range(2):
        await resolver.lookups().txt("nothing.example")
    assert world.questions("nothing.example") == 2


async def test_without_a_cache_each_message_asks(world: DnsWorld) -> None:
    resolver = Resolver(world.settings(cache_entries=0))
    for _ in range(2):
        await resolver.lookups().txt("nothing.example")
    assert world.questions("nothing.example") == 2


async def test_the_cache_is_bounded_and_lets_the_oldest_go(world: DnsWorld) -> None:
    resolver = Resolver(world.settings(cache_entries=2))
    for name in ("a", "b", "a", "c", "a", "b"):
        await resolver.lookups().txt(f"{name}.example")
    assert [world.questions(f"{name}.example") for name in "abc"] == [1, 2, 1]


def test_an_answer_expires() -> None:
    cache = AnswerCache(10)
    cache.put("name", (b"x",), 0.02)  # type: ignore[arg-type]
    ends = time.monotonic() + 0.02
    while time.monotonic() < ends:
        pass
    assert cache.get("name") is None  # type: ignore[arg-type]


async def test_without_any_server_the_setting_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("dns.resolver.BaseResolver.read_resolv_conf", _without_servers(tmp_path))
    with pytest.raises(ConfigError, match=r"dns\.servers"):
        Resolver(Dns())


def _without_servers(folder: Path) -> Callable[[BaseResolver, object], None]:
    """dnspython's own reading, of a file that does not exist."""
    read = BaseResolver.read_resolv_conf
    return lambda resolver, _: read(resolver, str(folder / "resolv.conf"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("192.0.2.53:5353", ("192.0.2.53", 5353)),
        ("2001:db8::53", ("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
        ("[2001:db8::53]", ("2001:db8::53", 53)),
    ],
)
def test_addresses_of_servers(text: str, expected: tuple[str, int]) -> None:
    assert Dns(servers=(text,)).servers == (text,)
    assert name_server(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "dns.example", "192.0.2.53:", "192.0.2.53:0", "192.0.2.53:99999", "192.0.2.300", "[192.0.2.1", "::1]:5"],
)
def test_a_server_that_is_none_is_refused_when_settings_are_read(text: str) -> None:
    with pytest.raises(ValidationError, match=r"write it as '192\.0\.2\.53'"):
        Dns(servers=(text,))
