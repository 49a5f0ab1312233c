"""``/_control``: what a test or a demonstration does to a running sandbox. With the key, like the API itself.

``POST /_control/faults`` arms one fault or a list (``ingest.sandbox.faults.Fault``), ``GET`` shows them, ``DELETE``
disarms them. ``POST /_control/canned`` takes ``{SHA-256 or filename pattern: bill}``. ``POST /_control/bills/{id}``
changes values of a bill and sends ``updated_bill``. ``GET /_control/uploads`` lists every upload that was taken, over
restarts too, and how often each call was answered how since the start.
"""

import dataclasses
import json
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from ingest.sandbox import errors
from ingest.sandbox.bills import numeric_id
from ingest.sandbox.faults import Fault
from ingest.sandbox.keys import ANSWERS, ENGINE, FAULTS, WORKSPACE

_FAULTS: TypeAdapter[list[Fault]] = TypeAdapter(list[Fault])
_SHOWN = ("id", "external_id", "customer_id", "customer_external_id", "sha256", "size", "filename", "uploaded_at")


def add_routes(app: web.Application) -> None:
    """Add the routes below ``/_control``."""
    app.router.add_post("/_control/faults", arm)
    app.router.add_get("/_control/faults", armed, allow_head=False)
    app.router.add_delete("/_control/faults", disarm)
    app.router.add_post("/_control/canned", can)
    app.router.add_post("/_control/bills/{bill}", change)
    app.router.add_get("/_control/uploads", uploads, allow_head=False)


async def arm(request: web.Request) -> web.Response:
    """Faults from now on."""
    body = await _json(request)
    try:
        faults = _FAULTS.validate_python(body if isinstance(body, list) else [body])
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise web.HTTPBadRequest(text=problems) from error
    request.app[FAULTS].arm(*faults)
    return await armed(request)


async def armed(request: web.Request) -> web.Response:
    """The faults that are still due."""
    return web.json_response(request.app[FAULTS].listing())


async def disarm(request: web.Request) -> web.Response:
    """No faults any more."""
    request.app[FAULTS].clear()
    return await armed(request)


async def can(request: web.Request) -> web.Response:
    """Further canned bills, for uploads from now on."""
    body = await _json(request)
    if not isinstance(body, dict) or not all(isinstance(value, dict) for value in body.values()):
        raise web.HTTPBadRequest(text="expected an object of bills by SHA-256 or filename pattern")
    request.app[ENGINE].canned.update(body)
    return web.json_response(sorted(request.app[ENGINE].canned))


async def change(request: web.Request) -> web.Response:
    """Change values of a bill."""
    engine, number, body = request.app[ENGINE], numeric_id(request.match_info["bill"]), await _json(request)
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="expected an object of values")
    bill = await engine.ask(engine.state.bill, request[WORKSPACE], number or 0)
    if bill is None:
        raise errors.bill_id_invalid()
    return web.json_response(engine.object_of(await engine.update(bill, body)))


async def uploads(request: web.Request) -> web.Response:
    """Every upload that was taken, in order."""
    engine, answers = request.app[ENGINE], request.app[ANSWERS]
    taken = [dataclasses.asdict(bill) for bill in await engine.ask(engine.state.bills)]
    shown = [{name: bill[name] for name in _SHOWN} for bill in taken]
    return web.json_response({"uploads": shown, "answers": dict(answers)})


async def _json(request: web.Request) -> Any:
    try:
        return json.loads(await request.read())
    except ValueError as error:
        raise web.HTTPBadRequest(text="expected JSON") from error
