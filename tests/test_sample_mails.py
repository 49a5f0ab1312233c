"""The sample mails hold what their expectations say: to the standard library's eye, and to the mail code's."""

import asyncio
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path
from typing import Any

import mail_builder
import pytest
from signed_mail import ThreadVerifier
from tnefparse import TNEF

from ingest.config.account import Account
from ingest.config.smtp import Dns
from ingest.mail.addresses import parse_address
from ingest.mail.authentication.resolver import Resolver
from ingest.mail.sender import SenderCheck
from samples.files import HERE
from samples.mails.messages import RECIPIENT, SENDER

MAILS = sorted((HERE / "mails").glob("*.eml"))
DOMAIN = SENDER.partition("@")[2]
BROKEN = {"broken_boundary", "scanned_base64"}
PEER = "192.0.2.10"
SENDERS = SenderCheck(
    {"acme": Account.model_validate({"domains": [DOMAIN], "sender_check": "envelope", "peers": [PEER]})},
    Resolver(Dns(servers=("192.0.2.53",))),
    ThreadVerifier(),
)

each_mail = pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)


def expectation(path: Path) -> Any:
    return json.loads(path.with_suffix(".json").read_text())


def opened(path: Path) -> EmailMessage:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def pdfs(message: EmailMessage) -> Iterator[tuple[str, str | None]]:
    """Hash and name of each part that begins as a PDF does, through forwarded messages as well."""
    for part in message.walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content:
            yield from ((hashlib.sha256(pdf).hexdigest(), name) for pdf, name in within(content, part.get_filename()))


def within(content: bytes, name: str | None) -> Iterator[tuple[bytes, str | None]]:
    """The PDFs of an attachment, to the eye of libraries that have nothing to do with ours."""
    if content.startswith(b"%PDF-"):
        yield content, name
    elif content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from ((archive.read(each), each.rpartition("/")[2]) for each in archive.namelist())
    elif name == "winmail.dat":
        yield from winmail(TNEF(content))


def winmail(stream: TNEF) -> Iterator[tuple[bytes, str | None]]:
    for attached in stream.attachments:
        if hasattr(attached, "embed"):
            yield from winmail(attached.embed)
        else:
            name = attached.long_filename()
            yield attached.data, None if name == "Untitled Attachment" else name


@each_mail
def test_holds_the_documents_of_its_expectation(path: Path) -> None:
    expected = expectation(path)
    found = dict(reversed(list(pdfs(opened(path)))))  # a PDF that is there twice counts once
    names = {document["sha256"]: document["name"] for document in expected["documents"]}
    if path.stem in BROKEN:
        assert set(found) != set(names), "a plain reader reads it"
    elif expected["verdict"] == "accepted":
        assert {sha256: name or names.get(sha256) for sha256, name in found.items()} == names
    else:
        assert expected["documents"] == []


@each_mail
def test_the_mail_code_takes_and_refuses_as_expected(path: Path) -> None:
    expected, message = expectation(path), path.read_bytes()
    sender = parse_address(expected["mail_from"])
    judged = asyncio.run(
        SENDERS.judge(account="acme", peer=PEER, helo=None, sender=sender, header=message, message=path)
    )
    content, _ = mail_builder.opened(message)
    verdict = judged.reason or ("accepted" if content.documents else content.why_empty().reason)
    assert verdict == expected["verdict"]
    assert [(each.name, each.sha256) for each in content.documents if judged.allowed] == [
        (document["name"], document["sha256"]) for document in expected["documents"]
    ]


@each_mail
def test_a_document_is_one_of_the_samples(path: Path) -> None:
    for document in expectation(path)["documents"]:
        assert hashlib.sha256((HERE / document["sample"]).read_bytes()).hexdigest() == document["sha256"]


@each_mail
def test_only_the_accepted_come_from_one_sender_of_the_domain(path: Path) -> None:
    expected = expectation(path)
    headers = opened(path).get_all("From", [])
    senders = [address for _, address in getaddresses([str(header) for header in headers])]
    allowed = len(senders) == 1 and all(a.endswith(f"@{DOMAIN}") for a in [*senders, expected["mail_from"]])
    assert allowed == (expected["verdict"] != "sender_not_allowed")


@each_mail
def test_is_fit_for_the_wire(path: Path) -> None:
    content = path.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    content.decode("ascii")
    assert expectation(path)["rcpt_to"] == [RECIPIENT]
    assert opened(path)["To"] == RECIPIENT


def test_the_cases_are_there() -> None:
    verdicts = {path.stem: expectation(path)["verdict"] for path in MAILS}
    assert len(verdicts) >= 12
    assert verdicts["two_from_headers"] == verdicts["wrong_domain"] == "sender_not_allowed"
    assert verdicts["no_attachment"] == "no_document"
    assert verdicts["automatic_reply"] == verdicts["bounce"] == "no_document"
    assert set(verdicts.values()) == {"accepted", "sender_not_allowed", "no_document", "not_a_pdf"}
    assert set(verdicts) >= BROKEN
