"""A message that has arrived whole: who sent it, what it holds, and its way through the one door."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from ingest.config import Account
from ingest.errors import Refused, Unavailable
from ingest.intake import Intake, Offer, Receipt
from ingest.mail.message import MailDocument, Summary, find_documents, summarise
from ingest.mail.recipients import Recipient
from ingest.mail.sender import Verdict, judge_by_envelope
from ingest.reasons import Reason
from ingest.sources import smtp_replies as replies
from ingest.sources.smtp_transaction import Transaction
from ingest.store.documents import DocumentStore, disk_errors
from ingest.store.spool import SpooledMessage

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message with all that the connection tells of it."""

    transaction: Transaction
    peer: str
    helo: str | None
    tls: dict[str, Any] | None

    @property
    def message(self) -> SpooledMessage:
        """The message as it came, the dots of SMTP removed."""
        assert self.transaction.message is not None  # noqa: S101 - it has arrived
        return self.transaction.message

    @property
    def recipient(self) -> Recipient:
        """Its account and customer."""
        assert self.transaction.recipient is not None  # noqa: S101 - DATA needs an accepted RCPT
        return self.transaction.recipient


class MessageTaker:
    """Takes messages; each goes on when its client hangs up after the final dot."""

    def __init__(self, accounts: Mapping[str, Account], intake: Intake, messages: DocumentStore) -> None:
        self._domains = {name: frozenset(account.domains) for name, account in accounts.items()}
        self._intake = intake
        self._messages = messages
        self._running: set[asyncio.Task[str]] = set()

    async def take(self, letter: Letter) -> str:
        """The reply to the final dot."""
        letter.transaction.hand_over()
        taking = asyncio.create_task(self._reply(letter), name=f"message from {letter.peer}")
        self._running.add(taking)
        taking.add_done_callback(self._running.discard)
        return await asyncio.shield(taking)

    async def finish(self) -> None:
        """Waits for every message that is being taken."""
        while self._running:
            await asyncio.wait(self._running)

    async def give_up(self) -> None:
        """Ends what is still being taken: no 250 was said for it, so that the sender's server sends it again."""
        for taking in self._running:
            taking.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _reply(self, letter: Letter) -> str:
        transaction, peer = letter.transaction, letter.peer
        try:
            receipts = await self._take(letter)
        except Refused as refused:
            transaction.tell(peer, "refused", reason=refused.reason)
            return replies.refusal(refused.reason, refused.detail)
        except Unavailable as error:
            transaction.tell(peer, "postponed", reason=error.reason)
            return replies.postponement(error)
        except asyncio.CancelledError:
            transaction.tell(peer, "cut_off")
            raise
        except Exception:
            log.exception("a message could not be taken", peer=peer)
            transaction.tell(peer, "postponed", reason=Reason.UNAVAILABLE)
            return replies.TRY_LATER
        _tell(letter, receipts)
        return replies.receipt(receipts)

    async def _take(self, letter: Letter) -> list[Receipt]:
        """Raises Refused when nothing in it can be taken, Unavailable when nothing can be taken now."""
        # The message is on the disk before a record is made, but comes into the store only with one.
        async with self._messages.adopted(letter.message.path, letter.message.sha256) as written:
            receipts = await self._take_documents(letter)
            if any(receipt.taken for receipt in receipts):
                await asyncio.to_thread(written.keep)
        return receipts

    async def _take_documents(self, letter: Letter) -> list[Receipt]:
        with disk_errors():
            content = await asyncio.to_thread(letter.message.path.read_bytes)
        summary = await asyncio.to_thread(summarise, content)
        verdict = judge_by_envelope(
            letter.transaction.sender, summary.from_fields, self._domains[letter.recipient.account]
        )
        if verdict.reason is not None:
            raise Refused(verdict.reason, verdict.detail)
        documents = await asyncio.to_thread(find_documents, content)
        if not documents:
            raise Refused(Reason.NO_DOCUMENT)
        about = _about(letter, summary, verdict)
        return await self._intake.take([_offer(letter, document, about) for document in documents])


def _offer(letter: Letter, document: MailDocument, about: dict[str, Any]) -> Offer:
    return Offer(
        account=letter.recipient.account,
        source="smtp",
        name=document.name,
        content=document.content,
        customer=letter.recipient.customer,
        message={**about, "part": document.part},
    )


def _about(letter: Letter, summary: Summary, verdict: Verdict) -> dict[str, Any]:
    """What the record keeps of the message. ``sha256`` is the name under which the message itself is kept."""
    transaction = letter.transaction
    return {
        **summary.as_json(),
        "envelope": {"from": transaction.mail_from, "to": list(transaction.rcpt_tos)},
        "peer": letter.peer,
        "helo": letter.helo,
        "tls": letter.tls,
        "verdict": verdict.as_json(),
        "sha256": letter.message.sha256,
        "bytes": letter.message.size,
    }


def _tell(letter: Letter, receipts: Sequence[Receipt]) -> None:
    taken = any(receipt.taken for receipt in receipts)
    refused = next((receipt.reason for receipt in receipts if not receipt.taken), None)
    letter.transaction.tell(
        letter.peer,
        "taken" if taken else "refused",
        reason=refused,
        documents=len(receipts),
        arrivals=[receipt.arrival_id for receipt in receipts],
    )
