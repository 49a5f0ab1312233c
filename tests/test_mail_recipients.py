"""Which account and which customer an address names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.config import Account
from ingest.mail.addresses import MalformedAddress, parse_address
from ingest.mail.recipients import Recipient, Recipients

RECIPIENTS = Recipients({
    "acme": Account.model_validate({"domains": ["acme.example"], "recipients": ["bills@in.example"]}),
    "staging": Account.model_validate({"domains": ["acme.example"], "recipients": ["bills+staging@in.example"]}),
})  # fmt: skip


@pytest.mark.parametrize(
    ("address", "account", "customer"),
    [
        ("bills@in.example", "acme", None),
        ("BILLS@In.Example.", "acme", None),
        ("bills+@in.example", "acme", None),
        ("bills+C-42@in.example", "acme", "C-42"),
        ("Bills+aB@in.example", "acme", "aB"),
        ("bills+a+b@in.example", "acme", "a+b"),
        ("bills++b@in.example", "acme", "+b"),
        ("bills+50%25=x@in.example", "acme", "50%25=x"),
        ("bills+a.b.c@in.example", "acme", "a.b.c"),
        ('"bills+C-42"@in.example', "acme", "C-42"),
        ('"bills"@in.example', "acme", None),
        ("bills+staging@in.example", "staging", None),
        ("bills+STAGING@in.example", "staging", None),
        ("bills+staging+C-42@in.example", "staging", "C-42"),
        ("bills+staging2@in.example", "acme", "staging2"),
        (f"bills+{'9' * 64}@in.example", "acme", "9" * 64),
    ],
)
def test_belongs_to(address: str, account: str, customer: str | None) -> None:
    assert RECIPIENTS.find(parse_address(address)) == Recipient(account, customer)


@pytest.mark.parametrize(
    "address",
    [
        "bill@in.example", "bills@example", "bills@in.example.com", "xbills+1@in.example", "bills-1@in.example",
        "+1@in.example", f"bills+{'9' * 65}@in.example", '"bills+C 42"@in.example', '"bills+a,b"@in.example',
        '" bills"@in.example', '"bills "@in.example',
    ],
)  # fmt: skip
def test_belongs_to_nobody(address: str) -> None:
    assert RECIPIENTS.find(parse_address(address)) is None


@given(st.text(max_size=80))
def test_a_customer_is_what_stands_behind_the_plus(text: str) -> None:
    try:
        address = parse_address(f"bills+{text}@in.example")
    except MalformedAddress:
        return
    found = RECIPIENTS.find(address)
    assert found is None or text.endswith(found.customer or "")
