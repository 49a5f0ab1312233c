"""What kind of message it is, what it may hold, and who must never be answered."""

import pytest
from mail_builder import PDF, attachment, entity, letter, multipart, opened, pdf, text

from ingest.mail.kind import MessageKind, is_system_address
from ingest.mail.opened import OpenedMessage
from ingest.reasons import Reason

RETURNED = letter(multipart(text(), attachment(PDF)))
THEIRS = entity("Content-Type: message/rfc822", body=RETURNED)
CALENDAR = entity("Content-Type: text/calendar; method=REQUEST", body=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR")


def report(kind: str, *more: bytes) -> bytes:
    status = entity(f"Content-Type: message/{kind}", body=b"Reporting-MTA: dns; mail.example\r\n")
    return letter(multipart(text(), status, *more, subtype="report", more=f"; report-type={kind}"))


def message(*headers: str, null_sender: bool = False, content: bytes | None = None) -> OpenedMessage:
    return opened(letter(content or text(), *headers), null_sender=null_sender)[0]


def test_a_persons_message() -> None:
    found = message()
    assert (found.kind, found.answerable) == (MessageKind.PERSONAL, True)


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; owner-email=x@corp.example",
        "Auto-Submitted: AUTO-NOTIFIED",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
        "X-Autorespond: Out of office",
        "X-Vacation: yes",
        "X-Auto-Response-Suppress: All\r\nX-MS-Exchange-Inbox-Rules-Loop: ann@corp.example",
    ],
)
def test_automatic_replies(header: str) -> None:
    found = message(header)
    assert (found.kind, found.answerable) == (MessageKind.AUTO_REPLY, False)
    assert found.why_empty().reason is Reason.NO_DOCUMENT
    assert "program" in found.why_empty().detail


@pytest.mark.parametrize(
    "header", ["Auto-Submitted: no", "Auto-Submitted: no; x=y", "Precedence: normal", "X-Spam: no"]
)
def test_what_only_looks_automatic(header: str) -> None:
    assert message(header).answerable


@pytest.mark.parametrize(
    "header",
    [
        "List-Id: <bills.corp.example>",
        "List-Unsubscribe: <mailto:leave@corp.example>",
        "List-Post: NO",
        "Precedence: list",
        "Precedence: Bulk",
        "Precedence: junk",
        "Mailing-List: list bills",
    ],
)
def test_lists_bring_bills_but_get_no_answer(header: str) -> None:
    found = message(header, content=multipart(text(), attachment(PDF)))
    assert (found.kind, found.answerable) == (MessageKind.LIST, False)
    assert len(found.documents) == 1


@pytest.mark.parametrize("value", ["All", "OOF, AutoReply", "autoreply"])
def test_who_wants_no_automatic_answer(value: str) -> None:
    found = message(f"X-Auto-Response-Suppress: {value}")
    assert (found.kind, found.answerable) == (MessageKind.PERSONAL, False)


def test_other_suppressions_leave_answers_alone() -> None:
    assert message("X-Auto-Response-Suppress: DR, RN, NRN").answerable


@pytest.mark.parametrize(
    ("local", "system"),
    [
        ("MAILER-DAEMON", True), ("no-reply", True), ("noreply", True), ("do_not_reply", True), ("donotreply", True),
        ("owner-bills", True), ("bills-request", True), ("bills-owner", True), ("bills-bounces+ann=x", True),
        ("bounce+123", True), ("listserv", True), ("postmaster", True),
        ("ann", False), ("reply", False), ("owner", False), ("request", False), ("anna.noreplyson", False),
    ],
)  # fmt: skip
def test_addresses_that_reach_no_person(local: str, system: bool) -> None:
    assert is_system_address(local) == system
    content = letter(text()).replace(b"Ann <ann@corp.example>", f'"Ann" <{local}@corp.example>'.encode())
    assert opened(content)[0].answerable != system


class TestReports:
    def test_a_bounce_returns_no_bill(self) -> None:
        """Its PDF was sent before, to somebody else."""
        found, contents = opened(report("delivery-status", THEIRS))
        assert contents == []
        assert (found.kind, found.answerable) == (MessageKind.BOUNCE, False)
        assert "returns" in found.why_empty().detail

    def test_of_an_old_mail_server(self) -> None:
        """One without a format: what was sent stands in its text."""
        body = b"I could not deliver it. Below this line is a copy of the message.\r\n\r\n" + RETURNED
        daemon = letter(entity("Content-Type: text/plain", body=body)).replace(b"ann@corp", b"MAILER-DAEMON@corp")
        found, contents = opened(daemon, null_sender=True)
        assert (found.kind, contents) == (MessageKind.BOUNCE, [])

    def test_a_read_receipt(self) -> None:
        found, contents = opened(report("disposition-notification", THEIRS))
        assert (found.kind, found.answerable, contents) == (MessageKind.READ_RECEIPT, False, [])
        assert "receipt" in found.why_empty().detail

    def test_an_own_document_of_a_report_counts(self) -> None:
        found, contents = opened(report("delivery-status", attachment(pdf(1))))
        assert (found.kind, contents) == (MessageKind.BOUNCE, [pdf(1)])

    def test_a_bounce_that_a_person_forwards_is_opened(self) -> None:
        inner = report("delivery-status", THEIRS)
        found, contents = opened(letter(multipart(text(), entity("Content-Type: message/rfc822", body=inner))))
        assert (found.kind, contents) == (MessageKind.PERSONAL, [PDF])

    def test_a_complaint(self) -> None:
        assert opened(report("feedback-report"))[0].kind is MessageKind.AUTO_REPLY


def test_the_null_sender_is_never_answered() -> None:
    found = message(null_sender=True, content=multipart(text(), attachment(PDF)))
    assert (found.kind, found.answerable) == (MessageKind.AUTO_REPLY, False)
    assert len(found.documents) == 1


class TestCalendar:
    @pytest.mark.parametrize("content", [CALENDAR, multipart(text(), CALENDAR, subtype="alternative")])
    def test_an_invitation(self, content: bytes) -> None:
        found = message(content=content)
        assert (found.kind, found.answerable) == (MessageKind.CALENDAR, False)
        assert found.why_empty().reason is Reason.NO_DOCUMENT
        assert "invitation" in found.why_empty().detail

    def test_beside_a_bill_it_is_nothing(self) -> None:
        found = message(content=multipart(text(), attachment(PDF), CALENDAR))
        assert (found.kind, found.answerable, len(found.documents)) == (MessageKind.PERSONAL, True, 1)


def test_all_kinds_have_words() -> None:
    assert all(kind.sentence == "" or kind.sentence.endswith(".") for kind in MessageKind)


def test_the_way_between_processes() -> None:
    found = message(content=multipart(text(), attachment(PDF), attachment(b"x", "other.pdf"), CALENDAR))
    assert OpenedMessage.from_json(found.as_json()) == found
