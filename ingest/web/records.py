"""What the ledger holds, for reading: bills, one bill, and the documents that came in."""

import re
from collections.abc import Collection

from aiohttp import web

from ingest.store.ledger import Ledger
from ingest.store.rows import Step
from ingest.web import views
from ingest.web.answers import Refusal, as_json

DEFAULT_LIMIT = 100
LARGEST_LIMIT = 1000


class Records:
    """The handlers of ``/bills``, ``/bills/{id}`` and ``/arrivals``."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def bills(self, request: web.Request) -> web.Response:
        """Newest first; ``account``, ``step`` and ``limit`` narrow it down."""
        _only(request, {"account", "step", "limit"})
        found = await self._ledger.bills(account=_account(request), step=_step(request), limit=_limit(request))
        return as_json({"bills": [views.bill_summary(bill) for bill in found]})

    async def bill(self, request: web.Request) -> web.Response:
        """Everything about one bill."""
        bill_id = request.match_info["id"]
        bill = await self._ledger.bill(bill_id)
        if bill is None:
            raise Refusal(404, "bill_unknown", f"There is no bill {bill_id}.")
        children = await self._ledger.children(bill_id) if bill.step is Step.SPLIT else []
        return as_json(
            views.bill_view(
                bill,
                children,
                await self._ledger.events(bill_id),
                await self._ledger.deliveries(bill_id),
                await self._ledger.all_arrivals(bill),
            )
        )

    async def arrivals(self, request: web.Request) -> web.Response:
        """Newest first; ``account`` and ``limit`` narrow it down. Refused documents are here too."""
        _only(request, {"account", "limit"})
        found = await self._ledger.arrivals(account=_account(request), limit=_limit(request))
        return as_json({"arrivals": [views.arrival_view(arrival) for arrival in found]})


def _only(request: web.Request, known: Collection[str]) -> None:
    """A misspelt filter must not look like one that matches everything."""
    for name in request.query:
        if name not in known:
            allowed = ", ".join(sorted(known))
            raise Refusal(400, "unknown_filter", f"There is no filter {name!r}; there are {allowed}.")


def _account(request: web.Request) -> str | None:
    account = request.query.get("account")
    if account is not None and not re.fullmatch(r"[\w-]+", account):
        raise Refusal(400, "account_invalid", "An account's name is letters, digits, '-' and '_'.")
    return account


def _step(request: web.Request) -> Step | None:
    text = request.query.get("step")
    if text is None:
        return None
    try:
        return Step(text)
    except ValueError as error:
        allowed = ", ".join(step.value for step in Step)
        raise Refusal(400, "step_invalid", f"There is no step {text!r}; there are {allowed}.") from error


def _limit(request: web.Request) -> int:
    text = request.query.get("limit", str(DEFAULT_LIMIT))
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= LARGEST_LIMIT:
        raise Refusal(400, "limit_invalid", f"limit is a number from 1 to {LARGEST_LIMIT}.")
    return int(text)
