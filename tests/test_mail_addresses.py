"""Addresses: one reading or none, whatever the text is; recipients find their account and customer."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.config import Account
from ingest.mail.addresses import Address, MalformedAddress, normalise_domain, parse_address, parse_from, parse_path
from ingest.mail.recipients import Recipient, Recipients

ATEXT = string.ascii_letters + string.digits + "!#$%&'*+/=?^_`{|}~-"

local_parts = (
    st.lists(st.text(ATEXT, min_size=1, max_size=12), min_size=1, max_size=3)
    .map(".".join)
    .filter(lambda local: "=?" not in local)
)
labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
domains = st.lists(labels, min_size=1, max_size=4).map(".".join)
nasty = st.text(st.sampled_from('ab.@<>"\\,;:()[] \t\r\n\0=?é。K\u202e') | st.characters(), max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ann@example.com", Address("ann", "example.com")),
        ("Ann@EXAMPLE.Com.", Address("Ann", "example.com")),
        ("a.b+c-1@sub.example.com", Address("a.b+c-1", "sub.example.com")),
        ('"ann lee"@example.com', Address('"ann lee"', "example.com")),
        ("bills@localhost", Address("bills", "localhost")),
        ("a@münchen.example", Address("a", "xn--mnchen-3ya.example")),
        ("a@MÜNCHEN.example", Address("a", "xn--mnchen-3ya.example")),
        ("a@straße.example", Address("a", "xn--strae-oqa.example")),
    ],
)
def test_reads_an_address(text: str, expected: Address) -> None:
    assert parse_address(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ann",
        "@example.com",
        "ann@",
        "ann@@example.com",
        '"a@allowed.example"@evil.example',
        '"a\\"@allowed.example"@evil.example',
        "a@allowed.example@evil.example",
        "a@allowed.example\x00.evil.example",
        "a\r\n@example.com",
        "@relay.example:a@example.com",
        "a%evil.example@",
        "a@[192.0.2.1]",
        "a@-example.com",
        "a@example..com",
        "a@example.com..",
        "a@exam_ple.com",
        "a@exa mple.com",
        "a@ban\u212a.example",  # the Kelvin sign, which lower() makes a k
        "a@ex\uff0eample.com",  # a full-width dot
        "a@ex\u3002ample.com",
        "a@ﬁrm.example",  # a ligature
        "a@e\u0301.example",  # not composed
        "ä@example.com",
        "a..b@example.com",
        ".a@example.com",
        "=?utf-8?q?a=40allowed.example?=@evil.example",
        "a@" + "x" * 64 + ".com",
        "a@" + ".".join(["abcdefgh"] * 32),
    ],
)
def test_refuses_what_is_not_one_plain_address(text: str) -> None:
    with pytest.raises(MalformedAddress):
        parse_address(text)


@settings(deadline=None)
@given(local_parts, domains)
def test_reads_back_every_plain_address(local: str, domain: str) -> None:
    assert parse_address(f"{local}@{domain}") == Address(local, domain)
    assert parse_from(f"{local}@{domain}") == parse_from(f"Name <{local}@{domain}>") == Address(local, domain)


@settings(deadline=None)
@given(nasty)
def test_any_text_is_an_address_or_malformed(text: str) -> None:
    for parse in (parse_address, parse_from):
        try:
            address = parse(text)
        except MalformedAddress:
            continue
        assert str(address).isascii()
        assert address.domain == normalise_domain(address.domain), "normalising is done"
        assert "@" not in address.local
        assert parse_address(str(address)) == address


@settings(deadline=None)
@given(nasty, domains)
def test_no_text_before_it_changes_the_domain(text: str, domain: str) -> None:
    try:
        address = parse_address(f"{text}@{domain}")
    except MalformedAddress:
        return
    assert address.domain == domain


@pytest.mark.parametrize(
    ("text", "expected", "rest"),
    [
        ("<a@example.com>", Address("a", "example.com"), ""),
        ("<a@example.com> SIZE=10 BODY=8BITMIME", Address("a", "example.com"), "SIZE=10 BODY=8BITMIME"),
        ("<>", None, ""),
        ("<> SIZE=10", None, "SIZE=10"),
    ],
)
def test_reads_the_path_of_a_command(text: str, expected: Address | None, rest: str) -> None:
    assert parse_path(text) == (expected, rest)


@pytest.mark.parametrize(
    "text", ["", "a@example.com", "<a@example.com", "a@example.com>", "<a@example.com>x", "< a@example.com>", "< >"]
)
def test_refuses_a_path_without_its_brackets(text: str) -> None:
    with pytest.raises(MalformedAddress):
        parse_path(text)


@pytest.mark.parametrize(
    "value",
    [
        "a@corp.example",
        "<a@corp.example>",
        "Ann <a@corp.example>",
        "Ann  Lee\t<a@corp.example>",
        '"Lee, Ann" <a@corp.example>',
        '"x@evil.example" <a@corp.example>',
        '"a \\" quote" <a@corp.example>',
        "=?utf-8?q?Ann?= <a@corp.example>",
        "Änn <a@corp.example>",
        "A@corp.example <a@corp.example>",
        "a@corp.example (Ann (the) Lee)",
        "(x <y@evil.example>) a@corp.example",
    ],
)
def test_reads_the_one_mailbox_of_a_from_header(value: str) -> None:
    assert parse_from(value) == Address("a", "corp.example")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Ann",
        "<>",
        "a@corp.example, b@corp.example",
        "a@evil.example, <a@corp.example>",
        "Lee, Ann <a@corp.example>",
        "people: a@corp.example;",
        "undisclosed:;",
        "x@evil.example <a@corp.example>",
        "<x@evil.example> <a@corp.example>",
        "<a@corp.example> x@evil.example",
        "<a@corp.example",
        "a@corp.example>",
        '"Ann <a@corp.example>',
        "(Ann a@corp.example",
        "a(comment)@corp.example",
        "<a@corp.example(x)>",
        "<@evil.example:a@corp.example>",
        "a@corp.example\x00",
        "Ann\x00 <a@corp.example>",
        "a" * 3000 + "@corp.example",
    ],
)
def test_refuses_a_from_header_that_is_not_one_mailbox(value: str) -> None:
    with pytest.raises(MalformedAddress):
        parse_from(value)


def recipients() -> Recipients:
    return Recipients(
        {
            "acme": Account(domains=("acme.example",), recipients=("Bills@in.example", "scan+office@in.example")),
            "other": Account(recipients=("bills@other.example", "scan@in.example")),
        }
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bills@in.example", Recipient("acme", None)),
        ("BILLS@IN.example.", Recipient("acme", None)),
        ("bills+Cust-7@in.example", Recipient("acme", "Cust-7")),
        ("bills+a+b@in.example", Recipient("acme", "a+b")),
        ("bills+@in.example", Recipient("acme", None)),
        ("bills@other.example", Recipient("other", None)),
        ("scan+office@in.example", Recipient("acme", None)),
        ("scan+else@in.example", Recipient("other", "else")),
        ("bill@in.example", None),
        ("bills@sub.in.example", None),
        ("+bills@in.example", None),
    ],
)
def test_a_recipient_belongs_to_an_account(text: str, expected: Recipient | None) -> None:
    assert recipients().find(parse_address(text)) == expected
