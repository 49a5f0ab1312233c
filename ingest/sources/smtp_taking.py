"""A message that has arrived whole: who sent it, what it holds, and its way through the one door."""

import asyncio
from collections.abc import Sequence

import structlog

from ingest.config import Settings
from ingest.errors import Refused, Unavailable
from ingest.intake import Intake, Receipt
from ingest.mail.message import Summary, summarise
from ingest.mail.opening import MailOpener
from ingest.mail.sender import SenderCheck
from ingest.mail.verdict import Verdict
from ingest.reasons import Reason
from ingest.receipts.rules import receipt_wanted
from ingest.sources import smtp_replies as replies
from ingest.sources.smtp_letter import Judged, Letter
from ingest.sources.smtp_workplace import Workplace

MOST_AT_ONCE = 16
"""Messages on their way through disk, children and ledger. More would only wait there, and their steps would come in
bursts that hold the event loop: 120 ms with a hundred connections, 20 ms so. Those that wait for the DNS do not count:
whose DNS is asked is for strangers to say, and a silent one must hold up nobody else."""

log = structlog.get_logger()


class MessageTaker:
    """Takes messages; each goes on when its client hangs up after the final dot."""

    def __init__(self, settings: Settings, intake: Intake, senders: SenderCheck, opener: MailOpener) -> None:
        self._settings = settings
        self._intake = intake
        self._senders = senders
        self._opener = opener
        self._messages = intake.messages
        self._at_once = asyncio.Semaphore(MOST_AT_ONCE)
        self._running: dict[asyncio.Task[str], Letter] = {}

    async def take(self, letter: Letter) -> str:
        """The reply to the final dot."""
        letter.transaction.hand_over()
        taking = asyncio.create_task(self._reply(letter), name=f"message from {letter.peer}")
        self._running[taking] = letter
        taking.add_done_callback(self._running.pop)
        return await asyncio.shield(taking)

    async def finish(self) -> None:
        """Waits for every message that is being taken."""
        while self._running:
            await asyncio.wait(self._running)

    async def give_up(self) -> None:
        """Ends what is still being taken: no 250 was said for it, so that the sender's server sends it again."""
        letters = list(self._running.values())
        for taking in self._running:
            taking.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        for letter in letters:  # a task that was cancelled before it began has cleared nothing
            await asyncio.to_thread(letter.message.path.unlink, missing_ok=True)

    async def _reply(self, letter: Letter) -> str:
        transaction, peer = letter.transaction, letter.peer
        try:
            receipts = await self._take(letter)
        except Refused as refused:
            transaction.tell(peer, "refused", reason=refused.reason, detail=_for_log(refused))
            return replies.refusal(refused.reason, refused.detail)
        except Unavailable as error:
            transaction.tell(peer, "postponed", reason=error.reason, detail=str(error))
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
        place = Workplace(letter.message, self._messages)
        try:
            header = await place.header()
            verdict = await self._judge(letter, header)
            async with self._at_once:
                return await self._take_documents(letter, place, summarise(header), verdict)
        finally:
            await place.clear()

    async def _judge(self, letter: Letter, header: bytes) -> Verdict:
        verdict = await self._senders.judge(
            account=letter.recipient.account,
            peer=letter.peer,
            helo=letter.helo,
            sender=letter.transaction.sender,
            header=header,
            message=letter.message.path,
        )
        if verdict.reason is not None:
            raise Refused(verdict.reason, verdict.detail)
        return verdict

    async def _take_documents(
        self, letter: Letter, place: Workplace, summary: Summary, verdict: Verdict
    ) -> list[Receipt]:
        account = self._settings.accounts[letter.recipient.account]
        opened = await self._opener.open(
            letter.message.path,
            place.folder,
            null_sender=letter.transaction.sender is None,
            passwords=[password.get_secret_value() for password in account.passwords],
        )
        if not opened.documents:
            raise opened.why_empty()
        await place.durable()
        judged = Judged(letter=letter, account=account, summary=summary, verdict=verdict, opened=opened)
        wanted = receipt_wanted(self._settings, letter.recipient.account)
        return await self._intake.take(judged.offers(), judged.row(receipt_wanted=wanted), place.along)


def _for_log(refused: Refused) -> str | None:
    """Why a sender was refused; other details may name files."""
    about_sender = refused.reason in {Reason.SENDER_NOT_ALLOWED, Reason.SENDER_NOT_AUTHENTICATED}
    return refused.detail if about_sender else None


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
