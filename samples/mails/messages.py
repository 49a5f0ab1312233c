"""The sample messages. The account that takes them allows the domain company.example and the address below."""

import hashlib
import io
import zipfile
from typing import Any

from samples.files import HERE, Sample
from samples.mails import winmail
from samples.mails.parts import CRLF, Part, encoded, forwarded, message, multipart, text

SENDER = "pat@company.example"
RECIPIENT = "bills@in.bills.example"
GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080000000"
    "03a7e9b550000000a49444154789c63600000000200015d0b2a3d0000000049454e44ae426082"
)

ONE = "southern_california_edison/2025-03_past_due.pdf"
TWO = "ppl_electric/2024-06_home.pdf"


def stored(sample: str) -> bytes:
    """The file as it lies in its folder: a mail does not depend on what drew it."""
    return (HERE / sample).read_bytes()


def pdf(
    sample: str, *, name: str = 'filename="bill.pdf"', kind: str = "application/pdf", shown: str = "attachment"
) -> Part:
    return encoded(stored(sample), f"Content-Type: {kind}", f"Content-Disposition: {shown}; {name}")


def picture(content: bytes, kind: str, identity: str) -> Part:
    headers = (
        f"Content-Type: image/{kind}",
        f"Content-ID: <{identity}>",
        f'Content-Disposition: inline; filename="logo.{kind}"',
    )
    return encoded(content, *headers)


def mail(
    name: str,
    number: int,
    content: Part,
    *documents: tuple[str, str],
    verdict: str = "accepted",
    sender: str = SENDER,
    envelope: str = SENDER,
    more: tuple[str, ...] = (),
) -> Sample:
    """A message with its expectation: the verdict, and each document that comes out, once, with name and hash."""
    written = message(content, sender=sender, subject=f"Bill {number}", number=number, more=more)
    expected: dict[str, Any] = {
        "mail_from": envelope,
        "rcpt_to": [RECIPIENT],
        "verdict": verdict,
        "documents": [
            {"name": file_name, "sha256": hashlib.sha256(stored(sample)).hexdigest(), "sample": sample}
            for file_name, sample in documents
        ],
    }
    return Sample(f"mails/{name}.eml", written.encode(), expected)


def mixed(*parts: Part) -> Part:
    return multipart("sample-boundary", parts)


def forwarded_twice() -> Part:
    """The utility's message, forwarded as an attachment by a colleague, and again by the sender."""
    words = text("Your bill is attached.")
    inner = multipart("inner-boundary", (words, pdf(ONE)))
    first = message(inner, sender="billing@utility.example", subject="Your bill", number=58)
    middle = multipart("middle-boundary", (text("see below"), forwarded(first)))
    second = message(middle, sender="sam@company.example", subject="Fwd: Your bill", number=59)
    return mixed(text("please file"), forwarded(second))


def attached(content: bytes, name: str, kind: str = "application/octet-stream") -> Part:
    return encoded(content, f"Content-Type: {kind}", f'Content-Disposition: attachment; filename="{name}"')


def from_outlook() -> Part:
    """winmail.dat: a bill, and a forwarded message with another one whose name is lost."""
    forwarded_bill = winmail.stream(winmail.attached(stored(TWO), "Untitled Attachment"))
    content = winmail.stream(
        winmail.attached(stored(ONE), "BILL~1.PDF", long_name="Bill for March.pdf"),
        winmail.message_attached(forwarded_bill),
    )
    return mixed(text("Please see attached."), attached(content, "winmail.dat", "application/ms-tnef"))


def zipped(*files: tuple[str, bytes]) -> bytes:
    """Not compressed: the bytes would depend on who compresses them."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content)
    return target.getvalue()


def damaged(part: Part, *changes: tuple[str, str]) -> Part:
    """The part as it came through a gateway that rewrites what it does not understand."""
    body = part.body
    for before, after in changes:
        body = body.replace(before, after)
    return Part(part.headers, body)


def away() -> Part:
    return text("I am out of the office until Monday.")


def undelivered(number: int) -> Part:
    """A bounce: the bill in it was sent to somebody else, and did not arrive there."""
    returned = message(mixed(text("The bill."), pdf(ONE)), sender=SENDER, subject="A bill", number=number)
    status = Part(("Content-Type: message/delivery-status",), "Reporting-MTA: dns; mail.company.example" + 2 * CRLF)
    parts = (text("Your message could not be delivered."), status, forwarded(returned))
    report = multipart("report-boundary", parts, "report")
    return Part((f"{report.headers[0]}; report-type=delivery-status",), report.body)


def samples() -> list[Sample]:
    words = text("Here is the bill for this month.")
    html = Part(("Content-Type: text/html; charset=utf-8",), '<p>Bill attached.</p><img src="cid:logo">')
    related = multipart("related-boundary", (html, picture(GIF, "gif", "logo"), picture(PNG, "png", "sign")), "related")
    continued = "filename*0*=utf-8''Rechnung%20f%C3%BCr%20;" + "\r\n filename*1*=M%C3%A4rz%20;\r\n filename*2=2025.pdf"
    words_in_name = 'filename="=?UTF-8?B?ZmFjdHVyZSBkJ8OpbGVjdHJpY2l0w6kucGRm?="'
    single, first, second = ("bill.pdf", ONE), ("march.pdf", ONE), ("april.pdf", TWO)
    return [
        mail("plain_attachment", 1, mixed(words, pdf(ONE)), single),
        mail("inline_pdf", 2, mixed(words, pdf(ONE, shown="inline")), single),
        mail(
            "octet_stream_odd_name",
            3,
            mixed(words, pdf(ONE, kind="application/octet-stream", name='filename="statement 2025-03"')),
            ("statement 2025-03", ONE),
        ),
        mail("rfc2231_name", 4, mixed(words, pdf(ONE, name=continued)), ("Rechnung für März 2025.pdf", ONE)),
        mail("encoded_word_name", 5, mixed(words, pdf(ONE, name=words_in_name)), ("facture d'électricité.pdf", ONE)),
        mail("forwarded_twice", 6, forwarded_twice(), single),
        mail(
            "two_pdfs",
            7,
            mixed(words, pdf(ONE, name='filename="march.pdf"'), pdf(TWO, name='filename="april.pdf"')),
            first,
            second,
        ),
        mail("same_pdf_twice", 8, mixed(words, pdf(ONE), pdf(ONE, name='filename="bill (1).pdf"')), single),
        mail("no_attachment", 9, text("The bill is in the portal. I forgot to attach it."), verdict="no_document"),
        mail("logos_and_pdf", 10, mixed(related, pdf(ONE)), single),
        mail(
            "two_from_headers",
            11,
            mixed(words, pdf(ONE)),
            verdict="sender_not_allowed",
            sender="mallory@elsewhere.example",
            more=(f"From: {SENDER}",),
        ),
        mail(
            "wrong_domain",
            12,
            mixed(words, pdf(ONE)),
            verdict="sender_not_allowed",
            sender="pat@elsewhere.example",
            envelope="pat@elsewhere.example",
        ),
        mail("winmail_dat", 13, from_outlook(), ("Bill for March.pdf", ONE), ("document-2.pdf", TWO)),
        mail(
            "zip_archive",
            14,
            mixed(words, attached(zipped(("2025/march.pdf", stored(ONE)), ("april.pdf", stored(TWO))), "bills.zip")),
            first,
            second,
        ),
        mail(
            "other_archive",
            15,
            mixed(words, attached(b"Rar!\x1a\x07\x00" + bytes(50), "bills.rar")),
            verdict="not_a_pdf",
        ),
        mail(
            "broken_boundary",
            16,
            damaged(
                mixed(words, pdf(ONE, name='filename="march.pdf"'), pdf(TWO, name='filename="april.pdf"')),
                (f"{CRLF}--sample-boundary--", ""),
                ("--sample-boundary\r\nContent-Type: application", "--sample_boundary\r\nContent-Type: application"),
            ),
            first,
            second,
        ),
        mail(
            "scanned_base64",
            17,
            mixed(words, damaged(pdf(ONE), ("JVBER", f"-- {CRLF}Scanned by ExampleShield.{CRLF}JVBER"))),
            single,
        ),
        mail("automatic_reply", 18, away(), verdict="no_document", more=("Auto-Submitted: auto-replied",)),
        mail("bounce", 19, undelivered(20), verdict="no_document"),
    ]
