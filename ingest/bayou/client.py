"""The API's client: one for each account, all of them on the process's one session.

It repeats only questions, and those only for a moment; an upload goes out once. Waiting longer is the pipeline's,
which is durable.
"""

import asyncio
import datetime as dt
import io
import itertools
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import aiohttp
import structlog
from yarl import URL

from ingest.bayou.answers import Answer, Call, Garbage, decode, failure, retry_after
from ingest.bayou.backoff import backoff
from ingest.bayou.breaker import Breaker
from ingest.bayou.errors import (
    BayouError,
    BillNotFound,
    ExternalIdMismatch,
    ExternalIdTaken,
    TemporaryFailure,
    Throttled,
    UploadUnknown,
)
from ingest.bayou.models import ApiBill, Drift, NotABill
from ingest.bayou.pace import Pace
from ingest.bayou.reading import Unreadable, identifier, number_id
from ingest.bayou.transport import Timeouts, exchange
from ingest.errors import ConfigError
from parsers.pdf.formats import PHOTO_SUFFIXES

LONGEST_REST = 300.0
"""Seconds for which one 429 holds all calls of an account back, whatever it asks for itself."""
EXTERNAL_ID = "external_id:"
"""In front of an id of ours where the API takes either."""

T = TypeVar("T")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """An upload that was taken. An ``external_id`` of None is not known to the API yet: keep the id, set it later."""

    id: int
    external_id: str | None


def _quickly(attempt: int) -> float:
    return backoff(attempt, base=0.2, cap=1.0, rng=random.SystemRandom())


class BayouClient:
    """Calls for one account.

    Every call raises ``ingest.bayou.errors.BayouError`` and nothing else, but for CancelledError, the LedgerBusy or
    StorageFull of a ledger that does not say whose turn it is (before anything was sent) and, from ``upload``, the
    OSError of a file that cannot be opened.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        base_url: str,
        api_key: str,
        timeouts: Timeouts | None = None,
        max_in_flight: int = 8,
        get_attempts: int = 3,
        pause: Callable[[int], float] = _quickly,
        on_drift: Drift | None = None,
        breaker: Breaker | None = None,
        pace: Pace | None = None,
    ) -> None:
        """``base_url`` includes ``/api/v2``. ``pause`` gives the seconds after failed attempt 1, 2, … of a question.
        ``breaker`` sees how each call ends; it is asked by those who decide whether to call. ``pace`` says when each
        call may go out, and hears when the API asks to wait.

        Raises ConfigError for a URL or a key that no request could be made with.
        """
        self._session = session
        self._base = _base(base_url)
        self._authorization = _authorization(api_key)
        self._timeouts = timeouts or Timeouts()
        self._slots = asyncio.Semaphore(max_in_flight)
        self._get_attempts = get_attempts
        self._pause = pause
        self._on_drift = on_drift
        self.breaker = breaker or Breaker()
        self.pace = pace or Pace()

    async def upload(
        self, path: Path, *, external_id: str, filename: str, customer_id: str | int | None = None
    ) -> Uploaded:
        """Send the PDF at ``path`` once; ``customer_id`` is numeric or ``external_id:<yours>``.

        TemporaryFailure proves that nothing was taken; after UploadUnknown, ask with ``bill_by_external_id`` first.
        Where the API ignored the external id, it is set with a second call. When that one fails the upload stands,
        and ``Uploaded.external_id`` is None.
        """
        file = await asyncio.to_thread(path.open, "rb")
        with file, self.breaker.watching():
            form = _form(file, external_id, filename, customer_id)
            answer = await self._exchange("upload", "POST", "bills", data=form)
            if not answer.succeeded:
                raise failure("upload", external_id, answer, dt.datetime.now(dt.UTC))
            uploaded = _taken(answer)
        if uploaded.external_id is None:
            return await self._name(uploaded.id, external_id)
        if uploaded.external_id != external_id:
            raise ExternalIdMismatch(uploaded.id, external_id, uploaded.external_id)
        return uploaded

    async def bill(self, bill: int | str) -> ApiBill:
        """The bill with this numeric id or ``external_id:<yours>``. Raises BillNotFound."""
        with self.breaker.watching():
            for attempt in itertools.count(1):
                try:
                    return await self._ask(bill)
                except Throttled:
                    raise
                except TemporaryFailure as error:
                    if attempt >= self._get_attempts or error.retry_after is not None or self.breaker.is_down:
                        raise
                await asyncio.sleep(self._pause(attempt))
        raise AssertionError("the loop above returns or raises")

    async def bill_by_external_id(self, external_id: str) -> ApiBill | None:
        """The bill under ``external_id``, or None where the API itself says that there is none."""
        try:
            return await self.bill(EXTERNAL_ID + external_id)
        except BillNotFound:
            return None

    async def set_external_id(self, bill_id: int, external_id: str) -> ApiBill:
        """Give a bill its external id. Raises ExternalIdTaken where it belongs to another bill."""
        with self.breaker.watching():
            return await self._set_external_id(bill_id, external_id)

    async def _set_external_id(self, bill_id: int, external_id: str) -> ApiBill:
        body = json.dumps({"external_id": external_id}).encode()
        answer = await self._exchange("patch", "PATCH", f"bills/{bill_id}", data=body, content_type="application/json")
        if not answer.succeeded:
            subject = external_id if answer.status == 409 else str(bill_id)
            raise failure("patch", subject, answer, dt.datetime.now(dt.UTC))
        bill = self._read(answer)
        if bill.id != bill_id or bill.external_id != external_id:
            raise TemporaryFailure(f"the answer to setting the external id of bill {bill_id} does not show it")
        return bill

    async def _ask(self, bill: int | str) -> ApiBill:
        answer = await self._exchange("get", "GET", f"bills/{quote(str(bill), safe=':')}")
        if not answer.succeeded:
            raise failure("get", str(bill), answer, dt.datetime.now(dt.UTC))
        found = self._read(answer)
        if str(bill) not in {str(found.id), f"{EXTERNAL_ID}{found.external_id}"}:
            raise TemporaryFailure(f"asked for bill {bill}, the API answered with bill {found.id}")
        return found

    async def _name(self, bill_id: int, external_id: str) -> Uploaded:
        """Set the external id that an upload did not take along; only a 409 is worth more than the id in hand."""
        try:
            await self.set_external_id(bill_id, external_id)
        except ExternalIdTaken:
            raise
        except BayouError as error:
            log.warning("the bill was uploaded, but its external id is not set", bill=bill_id, error=str(error))
            return Uploaded(bill_id, None)
        return Uploaded(bill_id, external_id)

    async def _exchange(
        self,
        call: Call,
        method: str,
        path: str,
        *,
        data: aiohttp.FormData | bytes | None = None,
        content_type: str | None = None,
    ) -> Answer:
        url = URL(f"{self._base}/{path}", encoded=True)
        async with self._slots:
            await self.pace.turn()
            answer = await exchange(
                self._session,
                call,
                method,
                url,
                authorization=self._authorization,
                timeouts=self._timeouts,
                data=data,
                content_type=content_type,
            )
            await self._remember_a_429(answer)
            return answer

    async def _remember_a_429(self, answer: Answer) -> None:
        """One call that was told to wait tells all others of the account; they do not even go out."""
        wish = retry_after(answer.headers, dt.datetime.now(dt.UTC)) if answer.status == 429 else None
        if wish:
            await self.pace.told_to_wait(min(wish, LONGEST_REST))

    def _read(self, answer: Answer) -> ApiBill:
        try:
            return ApiBill.read(decode(answer.body), on_drift=self._on_drift)
        except (Garbage, NotABill) as error:
            raise TemporaryFailure(f"answered {answer.status} with {error}") from error


def _taken(answer: Answer) -> Uploaded:
    """Id and external id of an upload that succeeded. Without a readable id it is unknown which bill it became."""
    try:
        value = decode(answer.body)
    except Garbage as error:
        raise UploadUnknown(f"answered {answer.status} with {error}") from error
    fields = value if isinstance(value, dict) else {}
    bill_id = _or_none(number_id, fields.get("id"))
    if bill_id is None:
        raise UploadUnknown(f"answered {answer.status} without a numeric id")
    return Uploaded(bill_id, _or_none(identifier, fields.get("external_id")))


def _or_none(reader: Callable[[object], T | None], value: object) -> T | None:
    try:
        return reader(value)
    except Unreadable:
        return None


def _form(file: io.BufferedReader, external_id: str, filename: str, customer_id: str | int | None) -> aiohttp.FormData:
    """The multipart body; aiohttp streams the file from disk."""
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("external_id", external_id)
    if customer_id is not None:
        form.add_field("customer_id", str(customer_id))
    form.add_field("file", file, filename=_header_safe(_pdf_name(filename)), content_type="application/pdf")
    return form


def _pdf_name(filename: str) -> str:
    """A photo goes up as the PDF that was made of it."""
    return f"{filename}.pdf" if filename.lower().endswith(PHOTO_SUFFIXES) else filename


def _header_safe(filename: str) -> str:
    printable = "".join(c if c.isprintable() else "_" for c in filename)
    return printable.encode("utf-8", "replace").decode()[-150:] or "bill.pdf"


def _base(base_url: str) -> str:
    try:
        url = URL(base_url)
    except ValueError as error:
        raise ConfigError(f"base_url: {base_url!r} is not a URL") from error
    if url.scheme not in {"http", "https"} or not url.host or url.user or url.query_string or url.fragment:
        raise ConfigError(f"base_url: {base_url!r} must look like https://bayou.energy/api/v2")
    return str(url).rstrip("/")


def _authorization(api_key: str) -> str:
    try:
        return aiohttp.encode_basic_auth(api_key, "")
    except ValueError as error:
        raise ConfigError("api_key: it must not contain a colon") from error
