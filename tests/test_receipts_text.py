"""What receipts say: the whole text for each outcome, and whatever strangers write into names and subjects."""

import datetime as dt
import email
import email.policy
import re
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from smarthost_world import (
    NOON,
    RECORD,
    Clock,
    changed,
    mail_came,
    message_of,
    new_document,
    new_mail,
)

from ingest.reasons import Reason
from ingest.receipts.composing import compose_receipt
from ingest.receipts.contents import read_contents
from ingest.receipts.text import company, dollars, shown, without_numbers
from ingest.receipts.wording import receipt_text
from ingest.store.ids import new_id
from ingest.store.ledger import Ledger
from ingest.store.mail_rows import Message, ReceiptState
from ingest.store.rows import Step, WholeBill

SENDER = "intake@bills.example"
HEADERS = {
    "Message-ID", "In-Reply-To", "References", "Date", "From", "To", "Subject", "X-Auto-Response-Suppress",
    "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
}  # fmt: skip


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    async with await Ledger.open(f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite3", Clock()) as opened:
        yield opened


async def text_of(ledger: Ledger, message: Message) -> str:
    """The receipt without its references, which are made anew each time."""
    text = receipt_text(await read_contents(ledger, message, NOON))
    return re.sub(r"(bill|arrival)_[0-9a-f]+", r"\1_1", text)


async def one_bill(ledger: Ledger, step: Step, **values: Any) -> Message:
    message = await mail_came(ledger)
    [arrival] = await ledger.receipts.arrivals(message.id)
    await changed(ledger, arrival.bill_id, step, **values)
    return message


FRAME = """\
Your message “Bills for March” arrived on 3 March 2026, 12:00 UTC.
{summary}

{documents}

--{space}
This is an automatic answer. To have a document looked at, name the
reference below it ('bill-ingest status REFERENCE' shows everything that is
known of it).
"""
VALUES = """\
   Central Maine Power, account …-123, bill of 22 February 2026, period 18
   January 2026 to 18 February 2026
   Amount due: $1,234.56
"""


async def test_a_bill_that_waits_for_the_api(ledger: Ledger) -> None:
    message = await mail_came(ledger, new_document(1, customer="C-7"))
    [arrival] = await ledger.receipts.arrivals(message.id)
    await changed(ledger, arrival.bill_id, Step.POLLING, record=RECORD)
    documents = f"""\
1. bill-1.pdf: taken
{VALUES}\
   Customer: C-7
   Pending: The API has not answered yet; until it does, the values are
   those read here.
   Reference: bill_1"""
    assert await text_of(ledger, message) == FRAME.format(
        space=" ", summary="1 document: 1 taken.", documents=documents
    )


async def test_a_bill_that_is_done_and_has_remarks(ledger: Ledger) -> None:
    record = {**RECORD, "amount_due": -1205, "reasons": ["does_not_add_up", "a_code_of_tomorrow"]}
    message = await one_bill(ledger, Step.DELIVERED, record=record)
    documents = f"""\
1. bill-1.pdf: taken
{VALUES.replace("$1,234.56", "-$12.05")}\
   Please note: The numbers on the bill do not add up. Compare the record's
   checks with the bill before you use its amounts.
   Please note: a_code_of_tomorrow
   Reference: bill_1"""
    assert await text_of(ledger, message) == FRAME.format(
        space=" ", summary="1 document: 1 taken.", documents=documents
    )


async def test_what_was_not_read_is_said_to_be_not_read(ledger: Ledger) -> None:
    record = {"utility": None, "account_number": None, "amount_due": None, "reasons": ["needs_ocr"]}
    text = await text_of(ledger, await one_bill(ledger, Step.PARSED, record=record))
    assert "   utility not known, account number not read\n   Amount due: not read\n" in text
    assert Reason.NEEDS_OCR.sentence in " ".join(text.split())
    assert "It waits to be uploaded to the API" in text


async def test_a_document_that_turned_out_to_be_no_bill(ledger: Ledger) -> None:
    message = await one_bill(
        ledger, Step.REFUSED, reason=Reason.NOT_A_BILL, detail="It is a letter about account 3500 0007 123."
    )
    documents = """\
1. bill-1.pdf: NOT TAKEN
   The document is not a utility bill. It is a letter about account …7123.
   Send the bill itself.
   Reference: arrival_1"""
    assert await text_of(ledger, message) == FRAME.format(
        space=" ", summary="1 document: 1 not taken.", documents=documents
    )


async def test_taken_known_and_refused_ones_in_one_message(ledger: Ledger) -> None:
    earlier = replace(new_document(2), name="feb.pdf")
    [first] = await ledger.receive([earlier], None)
    await changed(ledger, first.bill_id, Step.DELIVERED, record=RECORD)
    ledger.receipts._clock.at += dt.timedelta(days=1)  # type: ignore[attr-defined]
    refused = new_document(3, sha256=None, reason=Reason.DAMAGED, detail="")
    message = await mail_came(ledger, new_document(1), new_document(2), refused, new_document(1, name="again.pdf"))
    [arrival, *_] = await ledger.receipts.arrivals(message.id)
    await changed(ledger, arrival.bill_id, Step.POLLING, record=RECORD)
    documents = f"""\
1. bill-1.pdf: taken
{VALUES}\
   Pending: The API has not answered yet; until it does, the values are
   those read here.
   Reference: bill_1

2. again.pdf: known already
   The same document is in this message as bill-1.pdf. Nothing to do: the
   record of the first one stands.

3. bill-2.pdf: known already
   The same document came before, on 3 March 2026, 12:00 UTC by mail.
   Nothing to do: the record of the first one stands.
{VALUES}\
   Reference: bill_1

4. bill-3.pdf: NOT TAKEN
   The PDF is damaged or incomplete. Download the bill again from the
   utility and send that file.
   Reference: arrival_1"""
    text = await text_of(ledger, message)
    assert text == FRAME.replace("3 March", "4 March", 1).format(
        space=" ", summary="4 documents: 1 taken, 2 known already, 1 not taken.", documents=documents
    )
    contents = await read_contents(ledger, message, NOON)
    assert (contents.taken, contents.known, contents.refused, contents.problems_only) == (1, 2, 1, False)


async def test_the_bills_of_a_split_document_are_listed(ledger: Ledger) -> None:
    message = await mail_came(ledger)
    [arrival] = await ledger.receipts.arrivals(message.id)
    bill = await ledger.bill(arrival.bill_id or "")
    assert bill
    children = [_child(bill, number, RECORD | {"amount_due": 100 * number}) for number in (1, 2)]
    await ledger.change(bill, "split", values={"step": Step.SPLIT, "wake_at": None}, split=children)
    await changed(ledger, children[1].id, Step.REFUSED, reason=Reason.NO_ENERGY)
    documents = f"""\
1. bill-1.pdf: taken
   It holds 2 bills, each of which has a record of its own:

   Pages 1 to 2
{VALUES.replace("1,234.56", "1.00")}\
   Pending: It waits to be uploaded to the API; until its answer comes, the
   values are those read here.
   Reference: bill_1

   Pages 3 to 4
{VALUES.replace("1,234.56", "2.00")}\
   NOT TAKEN: The bill has no electric or gas service. Nothing to do: only
   electricity and gas bills become records.
   Reference: bill_1"""
    assert await text_of(ledger, message) == FRAME.format(
        space=" ", summary="1 document: 1 taken.", documents=documents
    )


def _child(parent: WholeBill, number: int, record: dict[str, Any]) -> WholeBill:
    return replace(
        parent, id=new_id("bill"), parent_id=parent.id, sha256=f"{900 + number:064x}", first_page=2 * number - 1,
        last_page=2 * number, record=record, step=Step.PARSED,
    )  # fmt: skip


async def test_a_bill_known_from_another_document_is_said_to_be(ledger: Ledger) -> None:
    whole = await mail_came(ledger)
    [arrival] = await ledger.receipts.arrivals(whole.id)
    bill = await ledger.bill(arrival.bill_id or "")
    assert bill
    child = _child(bill, 1, RECORD)
    await ledger.change(bill, "split", values={"step": Step.SPLIT, "wake_at": None}, split=[child])
    [again] = await ledger.receive([new_document(901)], new_mail(subject=None))
    text = " ".join((await text_of(ledger, await message_of(ledger, again))).split())
    assert "The same document came before" not in text
    assert "as a part of another document" in text
    assert text.startswith("Your message arrived on")


async def test_an_account_that_the_api_refuses_is_told(ledger: Ledger) -> None:
    await ledger.stop_account("acme", "401: wrong key secret-key-1")
    text = await text_of(ledger, await one_bill(ledger, Step.PARSED, record=RECORD))
    assert Reason.ACCOUNT_STOPPED.sentence in " ".join(text.split())
    assert "secret-key" not in text


@pytest.mark.parametrize("step", list(Step))
async def test_every_step_has_words_and_none_shows_an_account_number(ledger: Ledger, step: Step) -> None:
    message = await one_bill(ledger, step, record=RECORD, reason=Reason.DAMAGED)
    text = await text_of(ledger, message)
    assert "bill-1.pdf" in text
    assert not re.search(r"3500|0007", text)


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "$0.00"), (5, "$0.05"), (-5, "-$0.05"), (123456789, "$1,234,567.89"), (-100, "-$1.00")]
)
def test_money(cents: int, text: str) -> None:
    assert dollars(cents) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("account 3500-0007-123 of 2026-03-01", "account …7123 of 2026-03-01"),
        ("number 12345678", "number …5678"),
        ("It has 2100 pages; 2000 are allowed.", "It has 2100 pages; 2000 are allowed."),
        ("status 500", "status 500"),
        ("account 1234-56-78 9012", "account …9012"),
        ("seen 2026-03-01 12:00", "seen 2026-03-01 12:00"),
        ("from 2026-03-01 2026-04-01", "from 2026-03-01 2026-04-01"),
        ("1" * 10_000, "…1111"),
    ],
)
def test_long_numbers_are_masked(text: str, masked: str) -> None:
    assert without_numbers(text) == masked


def test_companies_are_written_as_names() -> None:
    assert company("pacific_gas_and_electric") == "Pacific Gas and Electric"


HOSTILE = [
    "Hello\r\nBcc: eve@evil.example",
    "Hello\nBcc: eve@evil.example\n\nA body",
    "=?utf-8?q?=0D=0ABcc:_eve@evil.example?=",
    "=?utf-8?b?DQpCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?=",
    "\u202egnp.exe\u202c \u2066x\u2069",
    "a\x00b\x1b[31mc\x85d\u2028e\u2029f",
    "x" * 5000,
    "é" * 5000,
    "=?" * 300,
    "\ud800\udfff",
    "Re: RE: re: Bills",
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_nothing_is_injected_through_subject_and_names(ledger: Ledger, text: str) -> None:
    named = new_document(1, name=text.encode("utf-8", "replace").decode(), customer="C-7")
    message = await mail_came(ledger, named, subject=text, message_id=text, references=(text,))
    text_of_it = receipt_text(await read_contents(ledger, message, NOON))
    check_mail(compose_receipt(message, text_of_it, sender=SENDER, at=NOON).content)


def check_mail(content: bytes) -> None:
    """Exactly our headers, in short ASCII lines, and a body without anything that is not seen."""
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 998
    head = content.split(b"\r\n\r\n")[0].decode()
    names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith((" ", "\t"))]
    assert len(names) == len(set(names))
    assert set(names) <= HEADERS
    mail: Any = email.message_from_bytes(content, policy=email.policy.default)
    assert mail["To"] == "jane@acme.example"
    assert mail["Auto-Submitted"] == "auto-replied"
    for shown_text in (mail["Subject"], mail.get_content().replace("\r\n", "").replace("\n", "")):
        assert not {unicodedata.category(c) for c in shown_text} & {"Cc", "Cf", "Cs", "Zl", "Zp"}, shown_text
    assert len(mail["Subject"]) <= 210


def message(**values: Any) -> Message:
    plain: dict[str, Any] = {
        "id": "mail_1", "account": "acme", "received_at": NOON, "sha256": "0" * 64,
        "envelope_from": "jane@acme.example", "header_from": "jane@acme.example", "authenticated": True,
        "subject": "Bills", "message_id": "<one@acme.example>", "references": (), "unanswerable": None,
        "receipt": ReceiptState.DUE, "receipt_reason": None, "due_at": NOON, "attempts": 0, "last_error": None,
        "sent_at": None, "problems_only": None,
    }  # fmt: skip
    return Message(**{**plain, **values})


TEXTS = st.one_of(
    st.text(st.characters(), max_size=300),
    st.text(st.sampled_from('\r\n =?utf8bqQB:<>@,;\u202e\t"\\é.'), max_size=120),
)


@settings(max_examples=150, deadline=None)
@given(subject=TEXTS, message_id=TEXTS, references=st.lists(TEXTS, max_size=12))
def test_any_field_that_is_answered_gives_a_sound_mail(subject: str, message_id: str, references: list[str]) -> None:
    answered = message(subject=subject, message_id=message_id, references=tuple(references))
    text = f"Your message “{shown(subject)}” arrived.\n.\n..\nFrom here\n"
    check_mail(compose_receipt(answered, text, sender=SENDER, at=NOON).content)


IDS = st.from_regex(r"<[A-Za-z0-9.+=_$/-]{1,300}@[A-Za-z0-9.-]{1,120}>", fullmatch=True)


@settings(max_examples=50, deadline=None)
@given(own=IDS, references=st.lists(IDS, max_size=30))
def test_ids_of_any_length_thread(own: str, references: list[str]) -> None:
    content = compose_receipt(
        message(message_id=own, references=tuple(references)), "x\n", sender=SENDER, at=NOON
    ).content
    check_mail(content)
    mail = email.message_from_bytes(content)
    assert mail["In-Reply-To"] == own
    assert mail["References"].split()[-1] == own
    assert set(mail["References"].split()) <= {own, *references}


def test_the_message_id_of_a_receipt_is_the_same_at_every_attempt() -> None:
    one = compose_receipt(message(), "x\n", sender=SENDER, at=NOON)
    other = compose_receipt(message(), "y\n", sender=SENDER, at=NOON + dt.timedelta(hours=3))
    assert one.message_id == other.message_id == "<receipt.mail_1@bills.example>"


def test_a_mail_without_an_id_is_answered_without_a_thread() -> None:
    content = compose_receipt(message(message_id=None), "x\n", sender=SENDER, at=NOON).content
    assert b"In-Reply-To" not in content
    assert b"References" not in content


@pytest.mark.parametrize(
    ("subject", "answer"),
    [("Bills", "Re: Bills"), ("Re: Bills", "Re: Bills"), ("RE: re:Bills", "Re: Bills"), ("", "Re: your message")],
)
def test_re_stands_once(subject: str, answer: str) -> None:
    content = compose_receipt(message(subject=subject), "x\n", sender=SENDER, at=NOON).content
    assert email.message_from_bytes(content)["Subject"] == answer


@pytest.mark.parametrize("local", ["j" * 64, '"j d"', "o'neil+x", "a" * 30 + "." + "b" * 30])
def test_long_and_quoted_addresses_stay_whole(local: str) -> None:
    address = f"{local}@{'a' * 60}.{'b' * 60}.example"
    content = compose_receipt(message(header_from=address), "x\n", sender=SENDER, at=NOON).content
    mail: Any = email.message_from_bytes(content, policy=email.policy.default)
    assert mail["To"].addresses[0].addr_spec == address
    assert b"=?" not in content.split(b"\r\n\r\n")[0]
