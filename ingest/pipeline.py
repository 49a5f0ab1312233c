"""One bill from received to delivered, top to bottom. Each step ends with one commit and may be repeated after a crash.

received -> parsed -> uploading -> polling -> resolved -> reconciled -> delivered; between the first two is ``scanned``
what has pages without text, until OCR has read them. A document of several bills is ``split`` and each bill goes its
own way from ``parsed``; what nobody can read is ``refused``.

No bill is uploaded twice: ``uploading`` is written before the call, and whoever finds a bill there asks the API for
the bill's external id (made from the content's hash) before sending anything.
"""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from ingest.api_steps import ApiSteps
from ingest.bayou.client import BayouClient
from ingest.bayou.errors import AccountRefused
from ingest.config import Settings
from ingest.errors import Unavailable
from ingest.metrics import Metrics
from ingest.ocr import read_scan, wants_ocr
from ingest.parsing import ParserPool
from ingest.reasons import BY_CODE
from ingest.received import received
from ingest.record import make_record
from ingest.splitting import Splitter
from ingest.store.documents import DocumentStore
from ingest.store.ledger import Ledger
from ingest.store.rows import Bill, NewDelivery, Step, WholeBill
from parsers.errors import DocumentError
from parsers.model import Document, DocumentKind

REFUSED_KINDS = {
    DocumentKind.NOT_A_BILL, DocumentKind.NO_ENERGY, DocumentKind.NOT_A_PDF, DocumentKind.PASSWORD_REQUIRED,
    DocumentKind.TOO_MANY_PAGES,
}  # fmt: skip
"""What ends here. Everything else, readable for us or not, is put before the API."""

log = structlog.get_logger()


class Pipeline:
    """Runs the steps of bills. Errors that a step does not expect are the scheduler's."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        documents: DocumentStore,
        pool: ParserPool,
        clients: Mapping[str, BayouClient],
        settings: Settings,
        clock: Callable[[], dt.datetime],
        wake_delivery: Callable[[], None],
        metrics: Metrics | None = None,
        scans: ParserPool | None = None,
    ) -> None:
        """``scans`` are the children that read pages without text; None where there are none."""
        self._ledger = ledger
        self._documents = documents
        self._pool = pool
        self._scans = scans
        self._splitter = Splitter(pool, documents)
        self._settings = settings
        self._clock = clock
        self._wake_delivery = wake_delivery
        self._metrics = metrics or Metrics()
        api = ApiSteps(ledger, documents, clients, settings.polling, clock, self._metrics)
        self._steps: dict[Step, Callable[[Bill], Awaitable[Bill]]] = {
            Step.RECEIVED: self._parse,
            Step.SCANNED: self._parse_scan,
            Step.PARSED: api.upload,
            Step.UPLOADING: api.find_or_upload,
            Step.POLLING: api.poll,
            Step.RESOLVED: self._reconcile,
            Step.RECONCILED: api.look_again,
            Step.DELIVERED: api.look_again,
        }

    async def advance(self, bill: Bill) -> None:
        """Runs the bill's steps for as long as the next one is due."""
        account = self._settings.accounts.get(bill.account)
        if account is None:
            raise Unavailable(f"account {bill.account!r} is no longer configured")
        try:
            at = self._clock()
            while bill.step in self._steps and bill.is_due(at):
                before = bill.version
                bill = await self._steps[bill.step](bill)
                if bill.version == before or bill.step in (Step.PARSED, Step.SCANNED):
                    return  # from here on it is the ledger that says whose turn it is: at the API, or at the OCR
                at = bill.updated_at  # what was due only later then has a job of its own, however late it is now
        except AccountRefused as error:
            log.warning(
                "the API refuses this account; nothing more is sent for it", account=bill.account, error=str(error)
            )
            await self._ledger.stop_account(bill.account, str(error))

    # -- our own reading

    async def _parse(self, bill: Bill) -> Bill:
        """A bill that was split off was read together with its document."""
        known = (await self._ledger.whole(bill)).local
        document = Document.model_validate(known) if known is not None else await self._reading(bill)
        if self._scans and known is None and wants_ocr(document):
            values = {"step": Step.SCANNED, "local": document.to_json(), "wake_at": self._clock()}
            data = {"unread_pages": list(document.unread_pages)}
            return await self._ledger.change(bill, "scanned", values=values, data=data)
        return await self._read(bill, document)

    async def _parse_scan(self, bill: Bill) -> Bill:
        """What was switched off meanwhile leaves the reading of the text alone."""
        document = Document.model_validate((await self._ledger.whole(bill)).local)
        if self._scans:
            path = await self._documents.at_hand(bill.sha256)
            with self._metrics.ocr_seconds.time():
                document = await read_scan(self._scans, path, document, priority=bill.priority)
        return await self._read(bill, document)

    async def _read(self, bill: Bill, document: Document) -> Bill:
        if document.document in REFUSED_KINDS:
            return await self._refuse(bill, document)
        if len(document.bills) > 1:
            try:
                return await self._split(bill, document)
            except DocumentError as error:
                detail = f"It holds {len(document.bills)} bills that could not be cut apart: {error.detail}"
                return await self._refuse(bill, Document(document=error.kind, detail=detail))
        return await self._first_record(bill, document)

    async def _reading(self, bill: Bill) -> Document:
        path = await self._documents.at_hand(bill.sha256)
        with self._metrics.parse_seconds.time():
            return await self._pool.read(path, priority=bill.priority)

    async def _refuse(self, bill: Bill, document: Document) -> Bill:
        reason = BY_CODE[document.document.value]
        values = {"step": Step.REFUSED, "wake_at": None, "reason": reason, "detail": document.detail}
        done = await self._ledger.change(bill, "refused", values=values, send=[_to_file("document_refused")])
        self._wake_delivery()
        log.info("document refused", bill=bill.id, account=bill.account, reason=reason.value)
        return done

    async def _split(self, bill: Bill, document: Document) -> Bill:
        """Each bill becomes a PDF and a row of its own, its reading included, in one commit."""
        children = await self._splitter.split(bill, document, self._clock())
        values = {"step": Step.SPLIT, "wake_at": None, "local": {"document": "bill", "bills": len(children)}}
        done = await self._ledger.change(
            bill, "split", values=values, split=children, send=[_to_file("document_split")]
        )
        self._wake_delivery()
        log.info("document split", bill=bill.id, account=bill.account, bills=len(children))
        return done

    async def _first_record(self, bill: Bill, document: Document) -> Bill:
        """The first answer, long before the API's: sent as ``new_unparsed_bill``."""
        local = document.to_json()
        record = make_record(WholeBill.of(bill, local=local), await self._received(bill))
        values = {"step": Step.PARSED, "local": local, "record": record, "wake_at": self._clock()}
        data = {"document": document.document.value, "parser": document.parser, "detail": document.detail}
        send = self._to_all(bill.account, "new_unparsed_bill", record, final=False)
        parsed = await self._ledger.change(bill, "parsed", values=values, data=data, send=send)
        self._wake_delivery()
        return parsed

    # -- the record

    async def _reconcile(self, bill: Bill) -> Bill:
        whole = await self._ledger.whole(bill)
        known = (whole.record or {}).get("received")
        record = make_record(whole, known or await self._received(bill))
        event = "updated_bill" if await self._ledger.was_concluded(bill.id) else "new_bill"
        values = {"step": Step.RECONCILED, "record": record, "wake_at": None}
        data = {"reasons": record["reasons"], "sources": _sources(record)}
        send = self._to_all(bill.account, event, record, final=True)
        done = await self._ledger.change(bill, "reconciled", values=values, data=data, send=send)
        self._wake_delivery()
        log.info(
            "bill done",
            bill=bill.id, account=bill.account, utility=record["utility"], status=record["status"],
            reasons=record["reasons"], seconds=round((self._clock() - bill.received_at).total_seconds(), 2),
            **_sources(record),
        )  # fmt: skip
        return done

    async def _received(self, bill: Bill) -> dict[str, Any] | None:
        arrival = await self._ledger.first_arrival(bill.id)
        return received(arrival, self._settings.accounts[bill.account].environment) if arrival else None

    def _to_all(self, account: str, event: str, record: dict[str, Any], *, final: bool) -> list[NewDelivery]:
        payload = {"event": event, "object": record}
        urls = self._settings.accounts[account].webhook_urls
        return [
            NewDelivery(event=event, target="file", payload={}, final=final),
            *(NewDelivery(event=event, target=url, payload=payload, final=final) for url in urls),
        ]


def _to_file(event: str) -> NewDelivery:
    return NewDelivery(event=event, target="file", payload={})


def _sources(record: dict[str, Any]) -> dict[str, int]:
    """How many values came from where."""
    counts: dict[str, int] = {}
    for source in record["sources"].values():
        counts[f"from_{source['from']}"] = counts.get(f"from_{source['from']}", 0) + 1
    return counts
