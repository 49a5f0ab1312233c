"""DMARC: records, the walk up the tree, organisations, alignment (RFC 9989)."""

import string
from collections.abc import AsyncIterator

import pytest
from dns_world import DnsWorld
from hypothesis import given
from hypothesis import strategies as st

from ingest.mail.authentication.dmarc import Walk, is_aligned, read_records, walk
from ingest.mail.authentication.resolver import DnsUnavailable, Resolver


@pytest.fixture
async def world() -> AsyncIterator[DnsWorld]:
    async with DnsWorld().serving() as world:
        yield world


async def walked(world: DnsWorld, domain: str, **records: str) -> Walk:
    """``records``: the domains with ``_`` for their dots."""
    for name, record in records.items():
        world.add(f"_dmarc.{name.replace('_', '.')}", "TXT", record)
    return await walk(Resolver(world.settings()).lookups(), domain)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ([b"v=DMARC1; p=none"], True),
        ([b"v=DMARC1"], True),
        ([b"v = DMARC1 ;p=none"], True),
        ([b"v=DMARC1; p=none", b"v=spf1 -all"], True),
        ([b"v=DMARC1; p=none", b"v=DMARC1; p=reject"], False),
        ([b"v=DMARC1;p=none;v=DMARC1"], True),
        ([b"v=DMARC2; p=none"], False),
        ([b"v=DMARC10; p=none"], False),
        ([b"v=dmarc1; p=none"], False),
        ([b" v=DMARC1; p=none"], False),
        ([b"p=none; v=DMARC1"], False),
        ([b"v=DMARC1; p=\xff"], False),
        ([b""], False),
        ([], False),
    ],
)
def test_which_records_count(texts: list[bytes], found: bool) -> None:
    assert (read_records("corp.example", texts) is not None) is found


@pytest.mark.parametrize(
    ("text", "own", "below"),
    [
        (b"v=DMARC1; p=reject; sp=quarantine", "reject", "quarantine"),
        (b"v=DMARC1; P=Reject", "reject", "reject"),
        (b"v=DMARC1; p=nonsense; sp=", "none", "none"),
        (b"v=DMARC1", "none", "none"),
        (b"v=DMARC1; p=none; p=reject", "none", "none"),
        (b"v=DMARC1;;; p = quarantine ;x", "quarantine", "quarantine"),
    ],
)
def test_what_a_record_asks_for(text: bytes, own: str, below: str) -> None:
    record = read_records("corp.example", [text])
    assert record is not None
    assert (record.policy_for("corp.example"), record.policy_for("a.corp.example")) == (own, below)


@pytest.mark.parametrize(
    ("domain", "records", "organization", "policy"),
    [
        ("corp.example", {}, "corp.example", None),
        ("a.corp.example", {}, "a.corp.example", None),
        ("corp.example", {"corp_example": "v=DMARC1; p=reject"}, "corp.example", "corp.example"),
        ("a.b.corp.example", {"corp_example": "v=DMARC1; p=reject"}, "corp.example", "corp.example"),
        (
            "a.b.corp.example",
            {"b_corp_example": "v=DMARC1; p=none", "corp_example": "v=DMARC1; p=reject"},
            "corp.example",
            "corp.example",
        ),
        (
            "a.b.corp.example",
            {"b_corp_example": "v=DMARC1; psd=n", "corp_example": "v=DMARC1"},
            "b.corp.example",
            "b.corp.example",
        ),
        ("a.corp.example", {"example": "v=DMARC1; psd=y"}, "corp.example", "example"),
        ("a.corp.co.example", {"co_example": "v=DMARC1; psd=y; p=reject"}, "corp.co.example", "co.example"),
        (
            "a.corp.co.example",
            {"co_example": "v=DMARC1; psd=y", "corp_co_example": "v=DMARC1; p=none"},
            "corp.co.example",
            "corp.co.example",
        ),
        ("co.example", {"co_example": "v=DMARC1; psd=y"}, "co.example", "co.example"),
        ("corp.example", {"example": "v=DMARC1; p=none"}, "example", "example"),
        ("a.corp.example", {"corp_example": "v=DMARC1; psd=u"}, "corp.example", "corp.example"),
    ],
)
async def test_the_walk_finds_the_organisation(
    world: DnsWorld, domain: str, records: dict[str, str], organization: str, policy: str | None
) -> None:
    found = await walked(world, domain, **records)
    assert found.organization == organization
    assert (found.policy_record and found.policy_record.domain) == policy


@pytest.mark.parametrize(
    ("domain", "asked"),
    [
        ("a.b.example", ["a.b.example", "b.example"]),
        ("example", []),
        (
            "a.b.c.d.e.f.g.h.i.example",
            [
                f"{name}.example"
                for name in ("a.b.c.d.e.f.g.h.i", "d.e.f.g.h.i", "e.f.g.h.i", "f.g.h.i", "g.h.i", "h.i", "i")
            ],
        ),
        ("1.2.3.4.5.6.example", [f"{'.'.join('123456'[at:])}.example" for at in range(6)]),
    ],
)
async def test_the_walk_asks_at_most_eight_times(world: DnsWorld, domain: str, asked: list[str]) -> None:
    await walked(world, domain)
    assert [name for name, _, _ in world.asked] == [f"_dmarc.{name}" for name in [*asked, "example"]]
    assert len(world.asked) <= 8


async def test_the_walk_ends_at_a_boundary(world: DnsWorld) -> None:
    await walked(world, "a.b.corp.example", b_corp_example="v=DMARC1; psd=n")
    assert world.questions("_dmarc.corp.example") == 0


ORG = {"corp_example": "v=DMARC1; p=reject"}
STRICT = {"corp_example": "v=DMARC1; p=reject; aspf=s; adkim=s"}


@pytest.mark.parametrize(
    ("author", "other", "records", "aligned"),
    [
        ("corp.example", "corp.example", {}, True),
        ("corp.example", "corp.example", STRICT, True),
        ("corp.example", "mail.corp.example", ORG, True),
        ("mail.corp.example", "corp.example", ORG, True),
        ("a.corp.example", "b.corp.example", ORG, True),
        ("corp.example", "mail.corp.example", {}, False),
        ("corp.example", "mail.corp.example", STRICT, False),
        ("corp.example", "notcorp.example", ORG, False),
        ("corp.example", "example", ORG, False),
        ("corp.example", "mail.corp.example", {**ORG, "mail_corp_example": "v=DMARC1; psd=n"}, False),
        ("a.corp.example", "b.corp.example", {"corp_example": "v=DMARC1; psd=y"}, False),
        ("corp.example", "other.example", {"example": "v=DMARC1; p=none"}, False),
        ("a.co.example", "b.co.example", {"co_example": "v=DMARC1; psd=y"}, False),
        ("corp.example", "corp.example.evil.example", ORG, False),
    ],
)
async def test_alignment(world: DnsWorld, author: str, other: str, records: dict[str, str], aligned: bool) -> None:
    found = await walked(world, author, **records)
    for identifier in ("adkim", "aspf"):
        assert await is_aligned(Resolver(world.settings()).lookups(), found, other, identifier) is aligned


async def test_without_an_answer_there_is_no_organisation(world: DnsWorld) -> None:
    world.behave("_dmarc.corp.example", "servfail")
    with pytest.raises(DnsUnavailable):
        await walked(world, "a.corp.example")


@given(st.lists(st.binary(max_size=40) | st.text(string.printable, max_size=40).map(str.encode), max_size=3))
def test_any_record_is_read_or_none(texts: list[bytes]) -> None:
    record = read_records("corp.example", [b"v=DMARC1;" + text for text in texts])
    if record is not None:
        assert record.policy_for("a.corp.example") in ("none", "quarantine", "reject")
        assert record.suffix in "ynu"
