"""The daily digest to each account's operator: once for a day, also over restarts; after a time of standstill one
digest tells of all its days."""

import datetime as dt
from collections.abc import Callable, Collection

from ingest.config import Settings
from ingest.metrics import Metrics
from ingest.receipts.composing import Mail, compose_digest
from ingest.receipts.digest_wording import Days, digest_subject, digest_text
from ingest.receipts.endings import CRASHED, Endings
from ingest.receipts.smarthost import SmarthostConnection
from ingest.store.ledger import Ledger
from ingest.store.mail_rows import Digest, ReceiptState

LATE = dt.timedelta(days=1)
MOST_DAYS = 31
"""Of one digest, after a longer standstill."""
DAY = dt.timedelta(days=1)


class DigestSender:
    """Opens the digest of a day when its hour has come, and sends it."""

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        smarthost: SmarthostConnection,
        clock: Callable[[], dt.datetime],
        metrics: Metrics | None = None,
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._smarthost = smarthost
        self._clock = clock
        self._endings = Endings("digest", ledger.digests, _about, clock, metrics or Metrics())
        self._opened: dict[str, str] = {}

    async def due(self, busy: Collection[str], limit: int) -> tuple[list[Digest], dt.datetime | None]:
        """For a Scheduler."""
        last, next_hour = self._days()
        for name, account in self._settings.accounts.items():
            if account.operator and self._opened.get(name) != last:
                await self._open(name, last)
                self._opened[name] = last
        found, again = await self._ledger.digests.due(busy, limit)
        return found, min(next_hour, again or next_hour)

    def _days(self) -> tuple[str, dt.datetime]:
        """The last day whose digest's hour has come, and when the next hour comes."""
        at = self._clock()
        today = at.replace(hour=self._settings.smarthost.digest_hour, minute=0, second=0, microsecond=0)
        hour = today if at >= today else today - DAY
        return (hour - DAY).date().isoformat(), hour + DAY

    async def _open(self, account: str, day: str) -> None:
        """The first digest of an account is that of the next day: nobody waits for one of the time before it was."""
        first = await self._ledger.digests.last(account) is None
        await self._ledger.digests.open(account, day, ReceiptState.NONE if first else ReceiptState.DUE)

    async def step(self, digest: Digest) -> None:
        """Makes one attempt and notes how it ended. Raises LedgerBusy or StorageFull when that cannot be noted."""
        account = self._settings.accounts.get(digest.account)
        if digest.state is ReceiptState.SENDING:
            await self._endings.end(digest, ReceiptState.UNCONFIRMED, CRASHED)
        elif account is None or account.operator is None:
            await self._endings.end(digest, ReceiptState.FAILED, "the account has no operator any more")
        else:
            await self._attempt(digest, account.operator)

    async def _attempt(self, digest: Digest, operator: str) -> None:
        async def before_text() -> None:
            await self._ledger.digests.begin(digest)

        mail = await self._mail(digest, operator)
        await self._endings.of(digest, self._smarthost.send(mail, before_text))

    async def _mail(self, digest: Digest, operator: str) -> Mail:
        days = await self._told_days(digest)
        at = self._clock()
        figures = await self._ledger.digests.figures(digest.account).during(days.start, days.end, late_before=at - LATE)
        sender = self._settings.smarthost.sender
        assert sender is not None  # noqa: S101 - settings with a smarthost have one
        return compose_digest(
            digest.account,
            digest.day,
            digest_subject(digest.account, days, figures),
            digest_text(digest.account, days, figures),
            to=operator,
            sender=sender,
            at=at,
        )

    async def _told_days(self, digest: Digest) -> Days:
        """From the day after the last one that was told of."""
        last = dt.date.fromisoformat(digest.day)
        told = await self._ledger.digests.last_told(digest.account, digest.day)
        first = dt.date.fromisoformat(told) + DAY if told else last
        return Days(first=max(first, last - (MOST_DAYS - 1) * DAY), last=last)


def _about(digest: Digest) -> dict[str, object]:
    return {"account": digest.account, "day": digest.day}
