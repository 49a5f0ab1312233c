"""A Bayou-compatible API on the local parsers, for tests, demonstrations and self-hosting.

What the API's documentation says about the calls for bills, it does, error bodies included. What is this program's
own: bills whose values come from the local parsers carry ``"values_from": "local_parsers"``; below ``/_control`` are
the faults, the canned bills and the list of all uploads.
"""

import base64
import hashlib
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.typedefs import Handler

from ingest.sandbox import control, errors, faults, uploads
from ingest.sandbox.bills import numeric_id
from ingest.sandbox.engine import Engine, Pool
from ingest.sandbox.faults import Faults
from ingest.sandbox.keys import ANSWERS, ENGINE, FAULTS, IGNORED, OPTIONS, WORKSPACE
from ingest.sandbox.options import Options
from ingest.sandbox.state import NewBill, NotUnique, StoredBill

EXTERNAL_ID = "external_id:"
API = "/api/v2"


def make_app(*, pool: Pool, options: Options | None = None) -> web.Application:
    """The sandbox. ``pool`` reads the documents; everything else it needs it makes and takes down itself."""
    chosen = options or Options()
    app = web.Application(middlewares=[_speak_json, _authenticate, _go_wrong], client_max_size=1024 * 1024)
    app[OPTIONS] = chosen
    app[FAULTS] = Faults(chosen.faults)
    app[ANSWERS] = Counter()

    async def engine(app: web.Application) -> AsyncIterator[None]:
        async with Engine.running(pool, chosen) as running:
            for key in chosen.keys:
                for name in chosen.customers:
                    await running.ask(running.state.customer, workspace(key), name, create=True)
            app[ENGINE] = running
            yield

    app.cleanup_ctx.append(engine)
    app.router.add_post(f"{API}/bills", upload, name="upload")
    app.router.add_get(f"{API}/bills/{{bill}}", get_bill, name="get", allow_head=False)
    app.router.add_patch(f"{API}/bills/{{bill}}", patch_bill, name="patch")
    app.router.add_get("/files/{bill}.pdf", get_file, name="file")
    control.add_routes(app)
    return app


@asynccontextmanager
async def serving(app: web.Application, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Listen, and give the base URL for a client (``http://127.0.0.1:8081/api/v2``). Raises OSError."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        taken = runner.addresses[0][1]
        yield f"http://{f'[{host}]' if ':' in host else host}:{taken}{API}"
    finally:
        await runner.cleanup()


def workspace(key: str) -> str:
    """What stands for an API key in the database: each key has customers and bills of its own."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


async def upload(request: web.Request) -> web.Response:
    """``POST /bills``. Answers when the bill is on disk."""
    engine, options = request.app[ENGINE], request.app[OPTIONS]
    received = await uploads.receive(request, engine.folder, largest=options.max_document_bytes)
    now = time.time()
    new = NewBill(
        workspace=request[WORKSPACE],
        external_id=None if request.get(IGNORED) else received.external_id or None,
        customer_id=await _customer(request, received.customer_id),
        sha256=received.sha256,
        size=received.size,
        filename=received.filename,
        origin=str(request.url.origin()),
        uploaded_at=now,
        ready_at=now + options.delay_seconds,
    )
    try:
        bill = await engine.ask(engine.state.add, new)
    except NotUnique as error:
        raise errors.external_id_not_unique(f"bill {error.owner}") from error
    engine.follow(bill)
    return web.json_response({"id": bill.id, "external_id": bill.external_id})


async def get_bill(request: web.Request) -> web.Response:
    """``GET /bills/{id}``."""
    return web.json_response(request.app[ENGINE].object_of(await _bill(request)))


async def patch_bill(request: web.Request) -> web.Response:
    """``PATCH /bills/{id}``: sets the external id."""
    engine, bill = request.app[ENGINE], await _bill(request)
    try:
        fields = json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise errors.external_id_invalid_format() from error
    external_id = fields.get("external_id", bill.external_id) if isinstance(fields, dict) else 0
    if not isinstance(external_id, str | None) or external_id == "":
        raise errors.external_id_invalid_format()
    try:
        changed = await engine.ask(engine.state.set_external_id, bill, external_id)
    except NotUnique as error:
        raise errors.external_id_not_unique(f"bill {error.owner}") from error
    return web.json_response(engine.object_of(changed))


async def get_file(request: web.Request) -> web.StreamResponse:
    """The PDF behind ``file_url``."""
    engine, number = request.app[ENGINE], numeric_id(request.match_info["bill"])
    expires, signature = request.query.get("expires", ""), request.query.get("signature", "")
    if number is None or not engine.links.holds(number, expires, signature, time.time()):
        return web.Response(status=403, text="The link is not valid, or not any more: it is for 15 minutes.")
    bill = await engine.ask(engine.state.bill_of_anyone, number)
    return web.FileResponse(engine.folder / f"{bill.sha256}.pdf", headers={"Content-Type": "application/pdf"})


async def _bill(request: web.Request) -> StoredBill:
    """The bill that the path names, by number or as ``external_id:…``."""
    engine, name = request.app[ENGINE], request.match_info["bill"]
    if name.startswith(EXTERNAL_ID):
        external_id = name.removeprefix(EXTERNAL_ID)
        bill = await engine.ask(engine.state.bill_by_external_id, request[WORKSPACE], external_id)
        missing = errors.external_id_invalid()
    elif (number := numeric_id(name)) is not None:
        bill = await engine.ask(engine.state.bill, request[WORKSPACE], number)
        missing = errors.bill_id_invalid()
    else:
        raise errors.bill_id_invalid_format()
    if bill is None:
        raise missing
    return bill


async def _customer(request: web.Request, name: str | None) -> int | None:
    """Numeric id of the customer that an upload names; None leaves it to the utility and account number."""
    engine, owner = request.app[ENGINE], request[WORKSPACE]
    if not name:
        return None
    if name.startswith(EXTERNAL_ID):
        external_id, create = name.removeprefix(EXTERNAL_ID), request.app[OPTIONS].create_customers
        if not external_id:
            raise errors.external_id_invalid_format()
        named: int | None = await engine.ask(engine.state.customer, owner, external_id, create=create)
        if named is None:
            raise errors.customer_id_invalid()  # for an upload no other code is documented
        return named
    number = numeric_id(name)
    if number is None:
        raise errors.customer_id_invalid_format()
    if not await engine.ask(engine.state.has_customer, owner, number):
        raise errors.customer_id_invalid()
    return number


@web.middleware
async def _speak_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors, those of the router too, in the documented form; and a note of each call of the API."""
    response = await _answer(request, handler)
    request.app[ANSWERS][f"{request.match_info.route.name or 'other'} {response.status}"] += 1
    return response


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except errors.ApiError as error:
        return error.response()
    except web.HTTPMethodNotAllowed as error:
        return errors.method_not_allowed(error.method, error.allowed_methods).response()
    except web.HTTPNotFound:
        return errors.request_path_invalid().response()


@web.middleware
async def _authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """HTTP Basic with a key as the user name; the links of files carry a right of their own."""
    if request.match_info.route.name != "file":
        key = _key(request.headers.get("Authorization", ""))
        if key not in request.app[OPTIONS].keys:
            raise errors.api_key_invalid()
        request[WORKSPACE] = workspace(key)
    return await handler(request)


def _key(header: str) -> str:
    """The user name of HTTP Basic, or an empty text."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode().partition(":")[0]
    except ValueError:
        return ""


@web.middleware
async def _go_wrong(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Faults strike here, behind the key: a control call is never struck."""
    call = request.match_info.route.name
    if call not in ("upload", "get", "patch"):
        return await handler(request)
    struck = request.app[FAULTS].due(call)
    request[IGNORED] = any(fault.kind == "ignore_external_id" for fault in struck)
    return await faults.carry_out(struck, request, handler)
