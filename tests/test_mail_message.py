"""Message bytes to documents: every planted PDF is found, odd messages raise nothing but Refused, in bounded time."""

import base64
import time
from email.message import EmailMessage
from email.policy import SMTP

import mail_builder
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import Refused
from ingest.mail.headers import decode_text, from_fields, parameters, split_headers
from ingest.mail.message import summarise
from ingest.reasons import Reason

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n\x00\xff\x80%%EOF\n"
OTHER = PDF.replace(b"1.4", b"1.7")
ENCODED = base64.encodebytes(PDF).replace(b"\n", b"\r\n")


def mail(*attachments: EmailMessage, subject: str = "A bill", text: str = "Please see below.") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ann <ann@corp.example>"
    message["To"] = "bills@in.example"
    message["Subject"] = subject
    message.set_content(text)
    for attachment in attachments:
        if not message.is_multipart():
            message.make_mixed()
        message.attach(attachment)
    return message


def part(content: bytes = PDF, kind: str = "application/pdf", **options: str) -> EmailMessage:
    made = EmailMessage()
    made.set_content(content, *kind.split("/"), **{"disposition": "attachment", **options})
    del made["MIME-Version"]
    return made


def found(message: EmailMessage | bytes) -> list[tuple[str, bytes]]:
    content = message if isinstance(message, bytes) else message.as_bytes(policy=SMTP)
    message, contents = mail_builder.opened(content)
    return [(document.name, read) for document, read in zip(message.documents, contents, strict=True)]


def raw(*lines: bytes | str) -> bytes:
    return b"\r\n".join(line.encode() if isinstance(line, str) else line for line in lines)


def mixed(*parts: bytes, boundary: str = "B", end: bytes = b"--B--\r\n") -> bytes:
    head = raw("From: ann@corp.example", f'Content-Type: multipart/mixed; boundary="{boundary}"', "", "preamble", "")
    return head + b"".join(b"--B\r\n" + each + b"\r\n" for each in parts) + end


def pdf_part(*headers: str, body: bytes = ENCODED) -> bytes:
    return raw(*headers, "Content-Transfer-Encoding: base64", "", body)


# -- where a PDF can be


@pytest.mark.parametrize("disposition", ["attachment", "inline"])
@pytest.mark.parametrize(
    "kind", ["application/pdf", "application/octet-stream", "image/jpeg", "text/plain", "video/x-unknown"]
)
def test_a_pdf_is_found_whatever_it_is_called(kind: str, disposition: str) -> None:
    message = mail()
    message.add_attachment(PDF, "application", "pdf", filename="scan.dat", disposition=disposition)
    content = message.as_bytes(policy=SMTP).replace(b"application/pdf", kind.encode())
    assert found(content) == [("scan.dat", PDF)]


def test_a_message_that_is_nothing_but_a_pdf() -> None:
    message = raw("From: ann@corp.example", "Content-Type: application/pdf; name=bill.pdf")
    assert found(message + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + ENCODED) == [("bill.pdf", PDF)]
    assert found(message + b"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + PDF) == [("bill.pdf", PDF)]


def test_junk_before_the_magic_within_its_first_kilobyte() -> None:
    assert found(mail(part(b"\r\n" * 100 + PDF))) == [("document-1.pdf", b"\r\n" * 100 + PDF)]
    assert found(mail(part(b"x" * 1024 + PDF))) == []


def test_several_pdfs_and_the_same_one_twice() -> None:
    message = mail(part(filename="a.pdf"), part(OTHER, filename="b.pdf"), part(filename="again.pdf"))
    assert found(message) == [("a.pdf", PDF), ("b.pdf", OTHER)]


def test_other_attachments_are_no_documents() -> None:
    assert found(mail(part(b"\x89PNG\r\n\x1a\n", "image/png", filename="logo.pdf"))) == []
    assert found(mail()) == []


def test_a_text_that_speaks_of_pdfs_is_no_document() -> None:
    assert found(mail(text="A PDF begins with %PDF-1.4, they say.")) == []


def test_forwarded_as_an_attachment_and_once_more() -> None:
    inner = mail(part(filename="deep.pdf"))
    once = mail()
    once.add_attachment(inner)
    twice = mail(part(OTHER, filename="outer.pdf"))
    twice.add_attachment(once)
    assert sorted(found(twice)) == [("deep.pdf", PDF), ("outer.pdf", OTHER)]
    [document] = mail_builder.opened(once.as_bytes(policy=SMTP))[0].documents
    assert document.part == "2.1.2", "counted from the outside"


@pytest.mark.parametrize("name", ["Forwarded message.eml", "MAIL.EML"])
def test_a_message_that_was_attached_as_a_file(name: str) -> None:
    inner = mail(part(filename="deep.pdf")).as_bytes(policy=SMTP)
    assert found(mail(part(inner, "application/octet-stream", filename=name))) == [("deep.pdf", PDF)]


def test_a_forwarded_message_in_base64() -> None:
    inner = base64.encodebytes(mail(part(filename="deep.pdf")).as_bytes(policy=SMTP)).replace(b"\n", b"\r\n")
    message = mixed(raw("Content-Type: message/rfc822", "Content-Transfer-Encoding: base64", "", inner))
    assert found(message) == [("deep.pdf", PDF)]


def test_a_digest_holds_messages() -> None:
    inner = mail(part(filename="deep.pdf")).as_bytes(policy=SMTP)
    assert found(mixed(b"\r\n" + inner).replace(b"multipart/mixed", b"multipart/digest")) == [("deep.pdf", PDF)]


def test_a_pdf_that_is_called_a_message() -> None:
    assert found(mixed(pdf_part("Content-Type: message/rfc822; name=bill.eml"))) == [("bill.eml", PDF)]


# -- how it can be broken


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (ENCODED.replace(b"\r\n", b""), "one long line"),
        (ENCODED.replace(b"\r\n", b"\n"), "bare line feeds"),
        (b"\r\n" + ENCODED.replace(b"\r\n", b" \r\n\r\n"), "empty lines and spaces"),
        (ENCODED.replace(b"\r\n", b"!*\r\n"), "foreign characters"),
        (base64.b64encode(PDF).rstrip(b"="), "no padding"),
        (base64.b64encode(PDF[:20]) + b"\r\n" + base64.b64encode(PDF[20:]), "padding in the middle"),
        (b"\r\n".join(base64.b64encode(PDF[n : n + 10]) for n in range(0, len(PDF), 10)), "padding on each line"),
    ],
)
def test_broken_base64_is_recovered(body: bytes, why: str) -> None:
    assert found(mixed(pdf_part("Content-Type: application/pdf", body=body))) == [("document-1.pdf", PDF)], why


@pytest.mark.parametrize("lost", [1, 2, 3, 4, 5])
def test_base64_that_was_cut_off_loses_its_end_only(lost: int) -> None:
    body = base64.b64encode(PDF)[: -10 - lost]
    [(_, content)] = found(mixed(pdf_part("Content-Type: application/pdf", body=body), end=b""))
    assert PDF.startswith(content)
    assert len(content) == len(body) * 3 // 4


@pytest.mark.parametrize(
    "encoding", ["BASE64", '"base64"', " base64 ; x=y", "base64 (as usual)"], ids=["upper", "quoted", "more", "comment"]
)
def test_the_encoding_is_read_as_it_was_meant(encoding: str) -> None:
    body = raw("Content-Type: application/pdf", f"Content-Transfer-Encoding: {encoding}", "", ENCODED)
    assert found(mixed(body)) == [("document-1.pdf", PDF)]


def test_quoted_printable() -> None:
    import quopri

    body = raw("Content-Transfer-Encoding: quoted-printable", "", quopri.encodestring(PDF).replace(b"\n", b"\r\n"))
    [(_, content)] = found(mixed(body))
    assert content.replace(b"\r\n", b"\n") == PDF.replace(b"\r\n", b"\n")


def test_a_pdf_that_claims_to_be_encoded_but_is_not() -> None:
    assert found(mixed(pdf_part("Content-Type: application/pdf", body=PDF))) == [("document-1.pdf", PDF)]


def test_missing_end_of_the_parts() -> None:
    assert found(mixed(pdf_part("X: y"), pdf_part("X: z", body=base64.b64encode(OTHER)), end=b"")) == [
        ("document-1.pdf", PDF),
        ("document-2.pdf", OTHER),
    ]


@pytest.mark.parametrize("boundary", ["other", ""])
def test_a_boundary_that_is_not_the_declared_one(boundary: str) -> None:
    assert found(mixed(pdf_part("Content-Type: application/pdf"), boundary=boundary)) == [("document-1.pdf", PDF)]


def test_a_boundary_with_odd_characters_beside_a_longer_one() -> None:
    text = raw("Content-Type: text/plain", "", "--=_(a)?+longer", "--=_(a)?", "x--=_(a)?+")
    message = mixed(text, pdf_part("Content-Type: application/pdf"), boundary="=_(a)?+")
    assert found(message.replace(b"--B", b"--=_(a)?+")) == [("document-1.pdf", PDF)]


def test_bare_line_feeds_all_over() -> None:
    assert found(mail(part(filename="a.pdf")).as_bytes()) == [("a.pdf", PDF)]


def test_a_part_without_the_empty_line_after_its_header() -> None:
    body = raw("Content-Type: application/pdf; name=a.pdf", "Content-Transfer-Encoding: base64", ENCODED)
    assert found(mixed(body)) == [("a.pdf", PDF)]


# -- names


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('Content-Disposition: attachment; filename="bill.PDF"', "bill.PDF"),
        ("Content-Disposition: attachment; filename=bill", "bill"),
        ('Content-Type: application/pdf; name="b;i=l l.pdf"', "b;i=l l.pdf"),
        ("Content-Disposition: attachment; filename*=UTF-8''B%C3%A9ll%20%e2%82%ac.pdf", "Béll €.pdf"),
        ("Content-Disposition: attachment; filename*0=first-; filename*1=second.pdf", "first-second.pdf"),
        ("Content-Disposition: attachment; filename*1*=%C3; filename*0*=utf-8''a; filename*2*=%A9.pdf", "aé.pdf"),
        ("Content-Disposition: attachment; filename=plain.pdf; filename*=utf-8''rich.pdf", "rich.pdf"),
        ('Content-Disposition: attachment; filename="=?iso-8859-1?q?B=E9ll.pdf?="', "Béll.pdf"),
        ('Content-Type: application/pdf; name="=?utf-8?b?QsOp?= =?utf-8?b?bGwucGRm?="', "Béll.pdf"),
        ('Content-Disposition: attachment; filename="../../etc/pass\x01wd.pdf"', "passwd.pdf"),
        (r'Content-Disposition: attachment; filename="C:\\bills\\may.pdf"', "may.pdf"),
        ('Content-Disposition: attachment; filename="Béll.pdf"', "Béll.pdf"),
        ('Content-Disposition: attachment;\r\n\tfilename="on two\r\n lines.pdf"', "on two lines.pdf"),
        ("Content-Disposition: attachment; filename=..", "document-1.pdf"),
        ("Content-Disposition: attachment", "document-1.pdf"),
        ("X: y", "document-1.pdf"),
    ],
)
def test_a_document_has_a_name_that_can_be_shown(header: str, name: str) -> None:
    assert found(mixed(pdf_part(header))) == [(name, PDF)]


def test_an_endless_name_is_cut_and_keeps_its_ending() -> None:
    [(name, _)] = found(mixed(pdf_part(f'Content-Disposition: attachment; filename="{"é" * 3000}.pdf"')))
    assert name.endswith("é.pdf")
    assert len(name.encode()) <= 200


# -- the header


def test_the_header_as_people_read_it() -> None:
    message = raw(
        "Subject: =?utf-8?q?Stromrechnung_M=C3?= =?utf-8?q?=A4rz?=",
        " folded",
        "From: =?iso-8859-1?q?J=F6rg?= <joerg@corp.example>",
        "To: bills@in.example",
        "Date: Tue, 3 Mar 2026 10:00:00 +0100",
        "Message-ID: <1@corp.example>",
        "References: <first@corp.example>",
        " <second@corp.example> (a comment)",
        "In-Reply-To: <second@corp.example>",
        "",
        "body",
    )
    assert summarise(message).as_json() == {
        "subject": "Stromrechnung März folded",
        "from": "Jörg <joerg@corp.example>",
        "to": "bills@in.example",
        "date": "2026-03-03T09:00:00+00:00",
        "message_id": "<1@corp.example>",
        "references": ("<first@corp.example>", "<second@corp.example>"),
    }


def test_what_a_message_answers_is_told_by_in_reply_to_as_well() -> None:
    assert summarise(b"In-Reply-To: <1@corp.example>\r\n\r\n").references == ("<1@corp.example>",)
    assert summarise(b"Message-ID: <" + b"x" * 1000 + b"@corp.example>\r\n\r\n").message_id is None


@pytest.mark.parametrize("date", ["", "soon", "Tue, 99 Mar 2026", "31 Dec 9999 23:59 -1400", "\x00", "9" * 5000])
def test_a_date_that_is_none_is_null(date: str) -> None:
    assert summarise(f"Date: {date}\r\n\r\n".encode()).date is None


@pytest.mark.parametrize(
    "header",
    [
        "From: a@corp.example\r\nFrom: b@evil.example\r\n\r\n",
        "From: a@corp.example\r\nfrom : b@evil.example\r\n\r\n",
        "From: a@corp.example\nFrom: b@evil.example\r\n\r\n",
        "From: a@corp.example\rFrom: b@evil.example\r\n\r\n",
        "From: a@corp.example\r\n\rFrom: b@evil.example\r\n\r\n",
        "From: a@corp.example\r\nno header at all\r\nFrom: b@evil.example\r\n\r\n",
        "From: a@corp.example\r\nSubject: x\rFrom: b@evil.example\r\n\r\nbody",
    ],
)
def test_a_second_from_header_is_seen_however_it_hides(header: str) -> None:
    assert from_fields(header.encode()) == ("a@corp.example", "b@evil.example")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Subject: x\r\nFrom: a@corp.example\r\n\r\nFrom: b@evil.example\r\n", ("a@corp.example",)),
        ("From: Ann\r\n <a@corp.example>\r\nX-From: no\r\nFrom-X: no\r\n\r\n", ("Ann <a@corp.example>",)),
        ("From mailbox Tue\r\nFrom: a@corp.example\r\n", ("a@corp.example",)),
        ("\r\nFrom: a@corp.example\r\n\r\n", ()),
    ],
)
def test_only_from_headers_count(header: str, expected: tuple[str, ...]) -> None:
    assert from_fields(header.encode()) == expected


@pytest.mark.parametrize(
    "text", ["=?utf-8?b?====?=", "=?x?q?=ZZ?=", "=?unicode_escape?q?\\x?=", "=?idna?q?a?=", "=?a\0b?q?c?=", "=?=?=?"]
)
def test_encoded_words_that_are_none_do_not_raise(text: str) -> None:
    decode_text(text.encode())


# -- whatever comes


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    summarise(content)
    found(content)
    parameters(content)
    headers, body = split_headers(content, 0, len(content))
    assert 0 <= body <= len(content)
    assert all(name == name.lower() for name, _ in headers.fields)


FRAGMENTS = st.sampled_from(
    [
        b"Content-Type: multipart/mixed; boundary=B\r\n", b"Content-Type: multipart/mixed; boundary=C\r\n",
        b"Content-Type: message/rfc822\r\n", b"Content-Type: application/pdf; name*0*=x''%;\r\n", b"\r\n", b"\n", b"\r",
        b"--B\r\n", b"--B--\r\n", b"--C\r\n", b"--C", b"Content-Transfer-Encoding: base64\r\n", ENCODED, PDF, b"\0",
        b" ", b"From: =?utf-8?b?=?= <a@b>\r\n", b"Content-Disposition: attachment; filename=\"a\\", b"=",
        b"----\r\n", b"Content-Type: multipart/digest\r\n", b"x.eml\"\r\n",
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.lists(FRAGMENTS, max_size=40))
def test_torn_messages_are_read_or_refused(fragments: list[bytes]) -> None:
    content = b"".join(fragments)
    summarise(content)
    assert all(b"%PDF-" in each[:1024] for _, each in found(content))


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_a_damaged_message_is_read_or_refused(data: st.DataObject) -> None:
    inner = mail(part(filename="inner.pdf"))
    message = mail(part(OTHER, filename="é.pdf"))
    message.add_attachment(inner)
    content = bytearray(message.as_bytes(policy=SMTP))
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=6))
    summarise(bytes(content))
    found(bytes(content))


Tree = bytes | list["Tree"]
"""A PDF, or a message with such things in it."""

pdfs = st.integers(0, 10**6).map(lambda number: PDF.replace(b"Catalog", b"C%d" % number))
trees = st.recursive(pdfs, lambda inner: st.lists(inner, max_size=3), max_leaves=8)


def planted(tree: Tree) -> set[bytes]:
    return {tree} if isinstance(tree, bytes) else {pdf for branch in tree for pdf in planted(branch)}


def grown(tree: Tree) -> EmailMessage:
    """A message of that shape; how each thing is packed changes from branch to branch."""
    message = mail(subject="Fwd: Rechnung für März")
    for number, branch in enumerate(tree if isinstance(tree, list) else [tree]):
        if isinstance(branch, bytes):
            kind, name = [("application/pdf", "ü.pdf"), ("image/png", "a"), ("application/x-y", "c.doc")][number % 3]
            message.add_attachment(branch, *kind.split("/"), filename=name)
        elif number % 2:
            message.add_attachment(grown(branch))
        else:
            inner = grown(branch).as_bytes(policy=SMTP)
            message.add_attachment(inner, "application", "octet-stream", filename="mail.eml")
    return message


@settings(deadline=None, max_examples=100)
@given(trees)
def test_every_planted_pdf_is_found(tree: Tree) -> None:
    assert {content for _, content in found(grown(tree))} == planted(tree)


@pytest.mark.parametrize(
    "content",
    [
        mixed(*[b"\r\nx"] * 1100),
        b"".join(
            b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (depth, depth) for depth in range(60)
        ),
        b"Content-Type: message/rfc822\r\n\r\n" * 60,
        b"".join(b"X-%d: y\r\n" % n for n in range(1100)) + b"\r\n",
        b"Subject: " + b"x" * 300_000 + b"\r\n\r\n",
        b"Subject: x\r\n" + b" y\r\n" * 100_000 + b"\r\n",
    ],
    ids=["parts", "multiparts in each other", "messages in each other", "fields", "a long field", "a folded field"],
)
def test_more_than_any_real_mail_has_is_refused(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        found(content)
    assert refused.value.reason is Reason.TOO_LARGE


def test_a_header_too_long_to_look_for_senders_is_refused() -> None:
    with pytest.raises(Refused):
        summarise(b"From: a@corp.example\r\nX: " + b"y" * 300_000 + b"\r\nFrom: b@evil.example\r\n\r\n")


MiB = 1024 * 1024


@pytest.mark.parametrize(
    "content",
    [
        mixed(pdf_part("Content-Type: application/pdf", body=b"A=" * 4 * MiB)),
        mixed(pdf_part("Content-Type: application/pdf", body=b"A" * 8 * MiB)),
        mixed(b"\r\n" + b"\r\n--B x" * MiB),
        mixed(b"\r\n" + b"\r\n--" * 2 * MiB, boundary=""),
        mixed(b"\r\n" + b"\r\n--B" + b" " * 8 * MiB + b"x"),
        mixed(*[b"".join(b"X-%d: y\r\n" % n for n in range(900)) + b"\r\n"] * 900),
        mixed(*[b"Content-Type: a/b" + b';n="' * 2000 + b"\r\n\r\n"] * 900),
        mixed(*[b"Content-Type: a/b; name=" + b"=?a?q?" * 1300 + b"\r\n\r\n"] * 900),
        mixed(b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=\r\n" * 3 * MiB),
        b"\n" * 8 * MiB,
        b"\r" * 8 * MiB,
        b"a:\r\n " * 60_000,
    ],
    ids=[
        "paddings", "letters", "near delimiters", "delimiters of nothing", "spaces", "fields", "quotes", "words",
        "soft", "feeds", "returns", "folds",
    ],
)  # fmt: skip
def test_time_is_bounded(content: bytes) -> None:
    """Processor time, so that a busy machine does not matter; a plain message of this size takes 0.1 s."""
    before = time.process_time()
    try:
        summarise(content)
        found(content)
    except Refused:
        pass
    assert time.process_time() - before < 10
