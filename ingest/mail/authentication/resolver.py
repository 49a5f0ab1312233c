"""Questions to the DNS: asynchronous, cached for their time to live, and bounded in time and number for each message.

"There is no such record" is an answer. Everything that keeps an answer from us (time-out, SERVFAIL, a refusal, a
used-up budget) is ``DnsUnavailable``: whoever sent the message keeps it and tries again.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Coroutine
from typing import Any, Literal

import dns.asyncresolver
import dns.exception
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver

from ingest.config.kinds import name_server
from ingest.config.smtp import Dns
from ingest.errors import ConfigError, Unavailable

RecordType = Literal["A", "AAAA", "MX", "PTR", "TXT"]
Answer = tuple[Any, ...]
"""A, AAAA, PTR: text. MX: (preference, name). TXT: bytes, strings joined. Names: lower case, without the last dot."""

MAX_LOOKUPS = 150
"""For one message: SPF takes at most 10 mechanisms of 10 names each, DKIM 5 keys, DMARC three walks of 8."""
LONGEST_TTL = 3600
LONGEST_NEGATIVE_TTL = 300
ONE_TRY_SECONDS = 3.0
"""How long one server is waited for before the question is sent again."""


class DnsUnavailable(Unavailable):
    """The DNS gave no answer in time; it may give one later."""


class Resolver:
    """One for each process. Raises ConfigError where there is no server to ask."""

    def __init__(self, settings: Dns) -> None:
        self.seconds = settings.seconds
        self._cache = AnswerCache(settings.cache_entries)
        self._resolver = _configured(settings.servers)

    def lookups(self) -> "Lookups":
        """The budget of one message, which starts now."""
        return Lookups(self, self.seconds)

    async def ask(self, name: str, record_type: RecordType, seconds: float) -> Answer:
        """The records; none where the name or records of the type do not exist. Raises DnsUnavailable."""
        question = _absolute(name)
        if question is None:
            return ()  # no such name can exist
        key = (question.canonicalize(), record_type)
        cached = self._cache.get(key)
        if cached is not None:
            return cached
        answer, ttl = await self._fetch(question, record_type, seconds)
        self._cache.put(key, answer, ttl)
        return answer

    async def _fetch(self, name: dns.name.Name, record_type: RecordType, seconds: float) -> tuple[Answer, float]:
        try:
            found = await self._resolver.resolve(
                name, record_type, raise_on_no_answer=False, lifetime=seconds, search=False
            )
        except dns.resolver.NXDOMAIN as error:
            responses = error.kwargs.get("responses", {}).values()
            return (), min((_negative_ttl(response) for response in responses), default=0)
        except (dns.exception.DNSException, OSError, EOFError) as error:
            raise DnsUnavailable(f"The DNS gave no answer for {name} ({record_type}): {error}") from error
        if found.rrset is None:
            return (), _negative_ttl(found.response)
        return tuple(_value(record, record_type) for record in found.rrset), min(found.rrset.ttl, LONGEST_TTL)


class Lookups:
    """What one message may ask: ``seconds`` and ``MAX_LOOKUPS`` in all, each question once.

    Within a message an answer does not change, whatever its time to live. Not to be shared between event loops.
    """

    def __init__(self, resolver: Resolver, seconds: float) -> None:
        self._resolver = resolver
        self._deadline = time.monotonic() + seconds
        self._asked: dict[tuple[str, RecordType], asyncio.Task[Answer]] = {}

    async def ask(self, name: str, record_type: RecordType) -> Answer:
        """Raises DnsUnavailable, also when the budget is used up."""
        key = (name.lower().rstrip("."), record_type)
        if key not in self._asked:
            if len(self._asked) >= MAX_LOOKUPS:
                raise DnsUnavailable("The message needs more DNS lookups than any real one.")
            self._asked[key] = asyncio.create_task(self._within_budget(name, record_type))
        return await asyncio.shield(self._asked[key])

    async def txt(self, name: str) -> tuple[bytes, ...]:
        """The TXT records of ``name``."""
        return await self.ask(name, "TXT")

    async def close(self) -> None:
        """Ends what nobody waits for any more."""
        for task in self._asked.values():
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)

    async def _within_budget(self, name: str, record_type: RecordType) -> Answer:
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise DnsUnavailable("The DNS lookups for the message took too long.")
        return await in_time(self._resolver.ask(name, record_type, seconds), seconds)


async def in_time(asking: Coroutine[Any, Any, Answer], seconds: float) -> Answer:
    """``asking``, ended after ``seconds`` whatever the library below makes of its own limit."""
    try:
        async with asyncio.timeout(seconds):
            return await asking
    except TimeoutError as error:
        raise DnsUnavailable("The DNS lookups for the message took too long.") from error


class AnswerCache:
    """At most ``entries`` answers, each for its time to live; the one that was used longest ago goes first."""

    def __init__(self, entries: int) -> None:
        self._entries = entries
        self._answers: OrderedDict[tuple[dns.name.Name, str], tuple[float, Answer]] = OrderedDict()

    def get(self, key: tuple[dns.name.Name, str]) -> Answer | None:
        """None when nothing fresh is known."""
        expires, answer = self._answers.get(key, (0.0, ()))
        if expires <= time.monotonic():
            self._answers.pop(key, None)
            return None
        self._answers.move_to_end(key)
        return answer

    def put(self, key: tuple[dns.name.Name, str], answer: Answer, ttl: float) -> None:
        """Keeps the answer for ``ttl`` seconds."""
        if ttl <= 0 or self._entries == 0:
            return
        self._answers[key] = (time.monotonic() + ttl, answer)
        self._answers.move_to_end(key)
        if len(self._answers) > self._entries:
            self._answers.popitem(last=False)


def _configured(servers: tuple[str, ...]) -> dns.asyncresolver.Resolver:
    try:
        resolver = dns.asyncresolver.Resolver(configure=not servers)
    except dns.resolver.NoResolverConfiguration as error:
        raise ConfigError("dns.servers: the system names no DNS server; name one, such as '192.0.2.53'") from error
    if servers:
        resolver.nameservers = [
            dns.nameserver.Do53Nameserver(address, port) for address, port in map(name_server, servers)
        ]
    resolver.cache = None
    resolver.timeout = ONE_TRY_SECONDS
    return resolver


def _absolute(name: str) -> dns.name.Name | None:
    """No escapes, no search list, no international names: what the records themselves say, label by label."""
    try:
        labels = [label.encode("ascii") for label in name.removesuffix(".").split(".")]
        return dns.name.Name([*labels, b""]) if all(labels) else None
    except (UnicodeEncodeError, dns.exception.DNSException):
        return None


def _negative_ttl(response: Any) -> float:
    """As RFC 2308 (5) has it: the SOA's own time to live or its minimum, whichever is less; not kept without one."""
    for rrset in response.authority if response is not None else ():
        if rrset.rdtype == dns.rdatatype.SOA:
            return float(min(rrset.ttl, rrset[0].minimum, LONGEST_NEGATIVE_TTL))
    return 0


def _value(record: Any, record_type: RecordType) -> Any:
    if record_type == "TXT":
        return b"".join(record.strings)
    if record_type == "MX":
        return record.preference, record.exchange.to_text(omit_final_dot=True).lower()
    if record_type == "PTR":
        return record.target.to_text(omit_final_dot=True).lower()
    return record.address
