"""Faults on demand: what a test or a demonstration wants to go wrong, how often, and at which calls."""

import asyncio
import random
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel, ConfigDict, Field

from ingest.sandbox import errors

Call = Literal["upload", "get", "patch"]

GARBAGE = b'<html><head><title>502 Bad Gateway</title></head><body>{"id": 1, "external_id"'


class Fault(BaseModel):
    """One thing that goes wrong.

    ``latency`` waits ``seconds`` and goes on; ``status`` answers ``status`` (with ``retry_after`` as the header);
    ``reset`` cuts the connection; ``garbage`` answers 200 with something that is no JSON; ``ignore_external_id``
    overlooks that field of an upload. With ``when="after"`` the call is carried out first, and its answer is lost.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["latency", "status", "reset", "garbage", "ignore_external_id"]
    call: Call | None = Field(None, description="only at these calls; all when null")
    when: Literal["before", "after"] = "before"
    count: int | None = Field(None, ge=1, description="how many times; always when null")
    probability: float = Field(1.0, gt=0, le=1)
    seconds: float = Field(1.0, ge=0, description="of a latency")
    status: int = Field(500, ge=400, le=599)
    retry_after: str | None = Field(None, description="seconds or an HTTP date")


class Faults:
    """The faults that are armed, with how often each is still due."""

    def __init__(self, faults: tuple[Fault, ...] = (), rng: random.Random | None = None) -> None:
        self._rng = rng or random.Random()  # noqa: S311 - chooses what goes wrong in a test
        self._armed: list[tuple[Fault, int | None]] = []
        self.arm(*faults)

    def arm(self, *faults: Fault) -> None:
        """Add to those that are armed."""
        self._armed += [(fault, fault.count) for fault in faults]

    def clear(self) -> None:
        """From now on all goes well."""
        self._armed.clear()

    def listing(self) -> list[dict[str, object]]:
        """What is armed, with ``count`` as how often it is still due."""
        return [fault.model_dump(mode="json") | {"count": left} for fault, left in self._armed]

    def due(self, call: str) -> list[Fault]:
        """The faults that strike this call of the API; each one counts as used."""
        struck, kept = [], []
        for fault, left in self._armed:
            strikes = fault.call in (None, call) and self._rng.random() < fault.probability
            if strikes:
                struck.append(fault)
            remaining = left - 1 if strikes and left is not None else left
            if remaining != 0:
                kept.append((fault, remaining))
        self._armed = kept
        return struck


async def carry_out(struck: list[Fault], request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a request as the faults that struck it want."""
    for fault in struck:
        if fault.kind == "latency":
            await asyncio.sleep(fault.seconds)
    fatal = next((f for f in struck if f.kind not in ("latency", "ignore_external_id")), None)
    if fatal is None:
        return await handler(request)
    if fatal.when == "after":
        await handler(request)
    return _wrong(fatal, request)


def _wrong(fault: Fault, request: web.Request) -> web.StreamResponse:
    if fault.kind == "reset":
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)  # goes nowhere: the connection is gone
    if fault.kind == "garbage":
        return web.Response(body=GARBAGE, content_type="application/json")
    if fault.status in (401, 403):
        raise errors.api_key_invalid(fault.status)
    raise errors.failed(fault.status, fault.retry_after)
