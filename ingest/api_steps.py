"""The steps of a bill that talk to the API: upload once, ask until there is an answer, look again when it changed.

No bill is uploaded twice: ``uploading`` is written before the call, and whoever finds a bill there asks the API for
the bill's external id (made from the content's hash) before sending anything.
"""

import datetime as dt
import functools
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from ingest.bayou.backoff import backoff
from ingest.bayou.breaker import Breaker
from ingest.bayou.client import BayouClient
from ingest.bayou.errors import (
    AccountRefused,
    BayouError,
    BillNotFound,
    CallRefused,
    ExternalIdMismatch,
    ExternalIdTaken,
    TemporaryFailure,
    Throttled,
    UploadRejected,
    UploadUnknown,
)
from ingest.bayou.models import ApiBill
from ingest.config import Polling
from ingest.errors import StaleVersion
from ingest.metrics import Metrics
from ingest.reasons import Reason
from ingest.reconcile import plain
from ingest.store.documents import DocumentStore
from ingest.store.ledger import Ledger
from ingest.store.rows import Bill, Step, WholeBill

WAITS_FOR_ANSWER = (Step.PARSED, Step.UPLOADING, Step.POLLING)
GIVEN_UP_AT_ONCE = 100

log = structlog.get_logger()

ApiStep = Callable[["ApiSteps", Bill], Awaitable[Bill]]


def _when_it_is_there(step: ApiStep) -> ApiStep:
    """While the account's API is down a bill stays as it is: no attempt is counted; only a probe goes through."""

    @functools.wraps(step)
    async def run(steps: "ApiSteps", bill: Bill) -> Bill:
        breaker = steps.breaker(bill.account)
        with breaker.admission() as admitted:
            if not admitted:
                return await steps.wait(bill)
            after = await step(steps, bill)
            if breaker.is_down:  # it was a probe, or the failure that was one too many
                await steps.give_up_old_ones(bill.account)
            return after

    return run


def external_id(bill: Bill) -> str:
    """The name under which the API knows this bill: the same bytes always have the same."""
    return external_id_of(bill.sha256)


def external_id_of(sha256: str) -> str:
    """The same, of a document."""
    return f"bill-ingest-{sha256[:40]}"


class ApiSteps:
    """Each method takes a bill at its step and returns it as the commit left it. AccountRefused stops the account."""

    def __init__(
        self,
        ledger: Ledger,
        documents: DocumentStore,
        clients: Mapping[str, BayouClient],
        polling: Polling,
        clock: Callable[[], dt.datetime],
        metrics: Metrics,
    ) -> None:
        self._ledger = ledger
        self._documents = documents
        self._clients = clients
        self._polling = polling
        self._clock = clock
        self._metrics = metrics
        self._random = random.SystemRandom()

    def breaker(self, account: str) -> Breaker:
        """What is known of the account's API."""
        return self._clients[account].breaker

    async def wait(self, bill: Bill) -> Bill:
        """Puts a bill off for which nothing can be done while the API is down; it is not changed."""
        if bill.step in WAITS_FOR_ANSWER and self._given_up(bill):
            return await self._resolve(bill, "timed_out", reason=Reason.TIMED_OUT, detail="the API is down")
        await self._ledger.hold(bill, self.breaker(bill.account).hold())
        return bill

    async def give_up_old_ones(self, account: str) -> None:
        """While the API is down nobody looks at the account's bills; for those that waited too long, it ends here."""
        before = self._clock() - dt.timedelta(hours=self._polling.give_up_hours)
        while old := await self._ledger.standing_since(account, WAITS_FOR_ANSWER, before, GIVEN_UP_AT_ONCE):
            for bill in old:
                try:
                    await self._resolve(bill, "timed_out", reason=Reason.TIMED_OUT, detail="the API is down")
                except StaleVersion:
                    continue  # it is under way after all

    @_when_it_is_there
    async def upload(self, bill: Bill) -> Bill:
        """From ``parsed``: the intent is written, then the document is sent."""
        intent = {"step": Step.UPLOADING, "attempts": 0, "wake_at": self._clock()}
        return await self._send(await self._ledger.change(bill, "uploading", values=intent))

    @_when_it_is_there
    async def find_or_upload(self, bill: Bill) -> Bill:
        """A bill found here may have been sent already: the answer was lost, or the process ended."""
        try:
            found = await self._client(bill).bill_by_external_id(external_id(bill))
        except (TemporaryFailure, CallRefused) as error:
            return await self._later(bill, error)
        return await self._adopt(bill, found) if found else await self._send(bill)

    async def _send(self, bill: Bill) -> Bill:
        client, name = self._client(bill), external_id(bill)
        path = await self._documents.at_hand(bill.sha256)
        try:
            uploaded = await client.upload(path, external_id=name, filename=bill.name, customer_id=_customer_id(bill))
        except ExternalIdTaken as error:
            return await self._find_taken(bill, error)
        except ExternalIdMismatch as error:
            return await self._taken(bill, "uploaded", error.bill_id, detail=str(error))
        except UploadRejected as error:
            self._metrics.uploads.labels(bill.account, "rejected").inc()
            return await self._resolve(bill, "rejected", reason=error.reason, detail=str(error))
        except (TemporaryFailure, UploadUnknown) as error:
            return await self._later(bill, error)
        return await self._taken(bill, "uploaded", uploaded.id)

    async def _find_taken(self, bill: Bill, taken: ExternalIdTaken) -> Bill:
        try:
            found = await self._client(bill).bill_by_external_id(external_id(bill))
        except (TemporaryFailure, CallRefused) as error:
            return await self._later(bill, error)
        return await self._adopt(bill, found) if found else await self._later(bill, taken)

    async def _adopt(self, bill: Bill, found: ApiBill) -> Bill:
        """The API has a bill under our external id: it is ours, unless it says otherwise."""
        mine = _account_number(await self._ledger.whole(bill))
        if mine and found.account_number and plain(mine) != plain(found.account_number):
            detail = f"The API's bill {found.id} under this external id is of another utility account."
            return await self._resolve(bill, "not_ours", reason=Reason.EXTERNAL_ID_TAKEN, detail=detail)
        return await self._taken(bill, "adopted", found.id)

    async def _taken(self, bill: Bill, kind: str, bayou_id: int, detail: str | None = None) -> Bill:
        at = self._clock()
        values: dict[str, Any] = {"step": Step.POLLING, "bayou_id": str(bayou_id), "uploaded_at": at}
        values |= {"attempts": 0, "detail": detail}
        values["wake_at"] = at + dt.timedelta(seconds=self._polling.first_seconds)
        self._metrics.uploads.labels(bill.account, kind).inc()
        log.info("bill uploaded", bill=bill.id, account=bill.account, bayou_id=bayou_id, how=kind)
        return await self._ledger.change(bill, kind, values=values)

    @_when_it_is_there
    async def poll(self, bill: Bill) -> Bill:
        """From ``polling``: any status but ``unparsed`` is the answer, also one that nobody knows."""
        try:
            found = await self._client(bill).bill(int(bill.bayou_id or 0))
        except BillNotFound as error:
            return await self._resolve(bill, "vanished", reason=Reason.REJECTED_BY_API, detail=str(error))
        except (TemporaryFailure, CallRefused) as error:
            return await self._later(bill, error)
        if not found.is_unparsed:
            return await self._resolve(bill, "answered", found=found)
        if found.external_id is None:
            await self._name(bill, found)
        if self._given_up(bill):
            return await self._resolve(bill, "timed_out", reason=Reason.TIMED_OUT)
        values: dict[str, Any] = {"api_status": found.status, "attempts": 0, "detail": None}
        values["wake_at"] = self._clock() + self._pause(bill, found)
        return await self._ledger.change(bill, "polled", values=values)

    async def _name(self, bill: Bill, found: ApiBill) -> None:
        """Sets an external id that the upload did not take along; it matters only for a later lost answer."""
        try:
            await self._client(bill).set_external_id(found.id, external_id(bill))
        except AccountRefused:
            raise
        except BayouError as error:
            log.warning("the bill's external id is not set yet", bill=bill.id, bayou_id=found.id, error=str(error))

    def _pause(self, bill: Bill, found: ApiBill) -> dt.timedelta:
        """Half of the bill's age again, more where the API promises its answer later, spread by a fifth."""
        age = (self._clock() - (bill.uploaded_at or bill.step_at)).total_seconds()
        promised = found.expected_within.total_seconds() if found.expected_within else 0.0
        seconds = max(self._polling.first_seconds, age / 2, promised / 100)
        return dt.timedelta(seconds=min(seconds, self._polling.max_seconds) * self._random.uniform(0.8, 1.2))

    async def _later(self, bill: Bill, error: BayouError) -> Bill:
        """The API is slow or down: the same step again, or the local values when it has taken too long."""
        if self._given_up(bill):
            return await self._resolve(bill, "timed_out", reason=Reason.TIMED_OUT, detail=str(error))
        return await self._postpone(bill, error)

    async def _until_its_turn(self, bill: Bill, seconds: float) -> Bill:
        """The account as a whole calls too often: that is no failure of the bill's. Those that wait come back apart."""
        await self._ledger.hold(bill, seconds + self._random.uniform(0.0, min(5.0, 0.5 + seconds / 10)))
        return bill

    async def _postpone(self, bill: Bill, error: BayouError) -> Bill:
        """The first failure in a row may be the bill's own and is counted as such; further ones are the API's."""
        breaker = self.breaker(bill.account)
        if isinstance(error, Throttled) and error.retry_after:
            return await self._until_its_turn(bill, error.retry_after)
        if breaker.is_to_blame:
            await self._ledger.hold(bill, breaker.hold())
            return bill
        attempts = bill.attempts + 1
        seconds = backoff(attempts, base=2.0, cap=self._polling.max_seconds, rng=self._random)
        wish = getattr(error, "retry_after", None) or 0.0
        values: dict[str, Any] = {"attempts": attempts, "detail": str(error)}
        values["wake_at"] = self._clock() + dt.timedelta(seconds=max(seconds, wish, 0.1))
        log.warning("the API did not answer; trying again", bill=bill.id, attempts=attempts, error=str(error))
        return await self._ledger.change(bill, "postponed", values=values)

    def _given_up(self, bill: Bill) -> bool:
        return self._clock() - bill.step_at > dt.timedelta(hours=self._polling.give_up_hours)

    async def _resolve(
        self,
        bill: Bill,
        kind: str,
        *,
        found: ApiBill | None = None,
        reason: Reason | None = None,
        detail: str | None = None,
    ) -> Bill:
        """Nothing more is expected of the API: its answer, or the reason why there is none."""
        values: dict[str, Any] = {"step": Step.RESOLVED, "wake_at": self._clock(), "attempts": 0}
        values |= {"reason": reason, "detail": detail}
        if found is not None:
            values |= {"api": found.model_dump(mode="json"), "api_status": found.status}
        return await self._ledger.change(bill, kind, values=values)

    @_when_it_is_there
    async def look_again(self, bill: Bill) -> Bill:
        """The API said that a delivered bill changed; only a different answer makes an update."""
        found: ApiBill | None = None
        if bill.bayou_id is not None:
            try:
                found = await self._client(bill).bill(int(bill.bayou_id))
            except TemporaryFailure as error:
                return await self._postpone(bill, error)
            except (BillNotFound, CallRefused) as error:
                log.warning("a delivered bill cannot be read again", bill=bill.id, error=str(error))
        if found is None or found.is_unparsed or await self._is_known(bill, found):
            return await self._ledger.change(bill, "unchanged", values={"wake_at": None, "attempts": 0})
        return await self._resolve(bill, "changed", found=found)

    async def _is_known(self, bill: Bill, found: ApiBill) -> bool:
        known = (await self._ledger.whole(bill)).api
        return _lasting(found.model_dump(mode="json")) == _lasting(known)

    def _client(self, bill: Bill) -> BayouClient:
        return self._clients[bill.account]


def _customer_id(bill: Bill) -> str | None:
    """A customer is the company's own id, unless it is written ``id:<number>``: then it is the API's."""
    if bill.customer is None:
        return None
    number = bill.customer.removeprefix("id:")
    return number if number != bill.customer and number.isdecimal() else f"external_id:{bill.customer}"


def _account_number(bill: WholeBill) -> str | None:
    bills = (bill.local or {}).get("bills") or [{}]
    number: str | None = bills[0].get("account_number")
    return number


def _lasting(answer: dict[str, Any] | None) -> dict[str, Any]:
    """An answer without its link, which is signed anew each time."""
    return {key: value for key, value in (answer or {}).items() if key != "file_url"}
