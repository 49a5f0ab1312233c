"""Invented bills and mails for the crash harness: each document is another one, small and quickly read."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from email.policy import SMTP

from samples.layouts.case import Case, draw_rows, home
from samples.layouts.invoice import rows
from samples.summer_energy.bills import lines

RELAY = "mx.example.com"


@dataclass(slots=True)
class Document:
    """One PDF, how many bills are in it, and by which ways the service has confirmed that it took it."""

    name: str
    content: bytes
    bills: int
    taken: set[str] = field(default_factory=set)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class Bills:
    """Makes documents, never the same one twice."""

    def __init__(self) -> None:
        self._number = 10_000
        self.made: list[Document] = []

    def document(self, bills: int = 1) -> Document:
        cases = [self._case() for _ in range(bills)]
        pages = [rows(lines(case, case.account("########"))) for case in cases]
        content = draw_rows(pages, head="Summer Energy", site="")
        document = Document(f"bill-{cases[0].number}.pdf", content, bills)
        self.made.append(document)
        return document

    def _case(self) -> Case:
        self._number += 1
        used = 300 + self._number % 900
        return replace(home(self._number, "TX"), before=31_204, now=31_204 + used, previous=118_20, paid=118_20)


def mail(documents: Sequence[Document], *, sender: str, to: str, name: str) -> bytes:
    """Through a relay that knows the sender. The same documents give the same bytes: sent again, it is the same one."""
    message = EmailMessage()
    message["Authentication-Results"] = f"{RELAY}; dmarc=pass header.from=example.com"
    message["Received"] = f"from example.com by {RELAY}; Mon, 2 Mar 2026 10:00:00 +0000"
    message["From"], message["To"], message["Subject"] = sender, to, "Our bills"
    message["Message-ID"] = name
    message.set_content("See attached.")
    for document in documents:
        message.add_attachment(document.content, maintype="application", subtype="pdf", filename=document.name)
    message.set_boundary("=" * 12 + documents[0].sha256[:20])
    return message.as_bytes(policy=SMTP)
