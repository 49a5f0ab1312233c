"""One attempt of one delivery, noted in the ledger. The ledger holds what is due; a scheduler calls ``deliver``."""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace

import aiohttp
import structlog
from yarl import URL

from ingest.config import Settings
from ingest.delivery import webhooks
from ingest.delivery.files import FileDelivery
from ingest.delivery.receivers import Receivers
from ingest.delivery.schedule import file_wait, webhook_wait
from ingest.delivery.webhooks import NotTaken
from ingest.errors import Unavailable
from ingest.metrics import Metrics
from ingest.store.ledger import Ledger
from ingest.store.rows import FILE, Delivery

NOT_CONFIGURED_WAIT = dt.timedelta(hours=1)
"""How soon a receiver that was taken out of the settings is looked for again."""

log = structlog.get_logger()


class _Later(Exception):
    """This attempt failed (or, with ``attempted`` False, was not made); it comes again after ``wait``."""

    def __init__(self, problem: str, wait: dt.timedelta, excerpt: str = "", attempted: bool = True) -> None:
        super().__init__(problem, wait, excerpt, attempted)
        self.problem = problem
        self.wait = wait
        self.excerpt = excerpt
        self.attempted = attempted


class Deliverer:
    """Writes files and posts webhooks. ``session`` must keep no cookies; ``timeout_seconds`` bounds one post."""

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        session: aiohttp.ClientSession,
        clock: Callable[[], dt.datetime],
        *,
        metrics: Metrics | None = None,
        timeout_seconds: float = webhooks.TIMEOUT_SECONDS,
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._session = session
        self._clock = clock
        self._metrics = metrics or Metrics()
        self._timeout_seconds = timeout_seconds
        self._files = FileDelivery(ledger, settings, clock)
        self._receivers = Receivers(dt.timedelta(seconds=timeout_seconds))
        self._random = random.SystemRandom()

    async def deliver(self, delivery: Delivery) -> None:
        """Makes one attempt and notes how it went. Raises LedgerBusy or StorageFull when that cannot be noted.

        A webhook whose success could not be noted is sent again, under the same ``webhook-id``.
        """
        kind, way = (FILE, self._to_file) if delivery.target == FILE else ("webhook", self._to_receiver)
        try:
            await way(delivery)
        except _Later as later:
            self._metrics.deliveries.labels(kind, "failed" if later.attempted else "postponed").inc()
            await self._note(delivery, later)
        else:
            self._metrics.deliveries.labels(kind, "delivered").inc()
            await self._ledger.delivered(delivery)

    async def _to_file(self, delivery: Delivery) -> None:
        try:
            await self._files.bring_up_to_date(delivery.bill_id)
        except Unavailable as error:
            raise _Later(str(error), file_wait(delivery.attempts + 1)) from error

    async def _to_receiver(self, delivery: Delivery) -> None:
        secret, url = self._secret(delivery), delivery.target
        rest = self._receivers.rest(url, self._clock())
        if rest is not None:
            wait = rest * (1 + self._random.random())
            raise _Later("waits: the receiver did not answer just before", wait, attempted=False)
        try:
            await webhooks.post(
                self._session, url, delivery.payload, message_id=delivery.id, secret=secret, at=self._clock(),
                timeout_seconds=self._timeout_seconds,
            )  # fmt: skip
        except NotTaken as error:
            self._remember(url, error)
            wait = webhook_wait(delivery.attempts + 1, self._random.random(), error.retry_after)
            raise _Later(error.problem, wait, error.excerpt) from error
        self._receivers.answered(url)

    def _secret(self, delivery: Delivery) -> str:
        """What signs it. Nothing is sent to an address that the settings no longer name."""
        account = self._settings.accounts.get(delivery.account)
        if account is None:
            raise _Later("the account is no longer configured", NOT_CONFIGURED_WAIT, attempted=False)
        if delivery.target not in account.webhook_urls or account.webhook_secret is None:
            raise _Later("the account's webhook_urls no longer name it", NOT_CONFIGURED_WAIT, attempted=False)
        return account.webhook_secret.get_secret_value()

    def _remember(self, url: str, error: NotTaken) -> None:
        if error.silent:
            self._receivers.was_silent(url, self._clock())
        else:
            self._receivers.answered(url)

    async def _note(self, delivery: Delivery, later: _Later) -> None:
        next_at = self._clock() + later.wait
        say = log.warning if later.attempted else log.debug
        say(
            "not delivered; it is tried again",
            delivery=delivery.id, bill=delivery.bill_id, account=delivery.account, to=_shown(delivery.target),
            problem=later.problem, attempts=delivery.attempts + later.attempted, next_at=next_at.isoformat(),
        )  # fmt: skip
        # the ledger adds one attempt, so one that was not made is taken off first
        counted = delivery if later.attempted else replace(delivery, attempts=delivery.attempts - 1)
        problem = ": ".join(filter(None, [later.problem, later.excerpt]))
        await self._ledger.not_delivered(counted, problem, next_at)


def _shown(target: str) -> str:
    """A target as a log may show it: an address can carry a secret in its path, query or user part."""
    if target == FILE:
        return target
    try:
        return URL(target).host or "?"
    except ValueError:
        return "?"
