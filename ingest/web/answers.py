"""Answers of the web port: JSON always, also for what goes wrong, and never kept by a cache."""

import json
from collections.abc import Mapping
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from ingest.errors import Unavailable

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "The body is larger than is taken here.",
}

log = structlog.get_logger()


class Refusal(Exception):
    """A request that cannot be answered as it is; ``message`` is a sentence for the one who made it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message


def as_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A JSON answer."""
    body = json.dumps(value, indent=2) + "\n"
    return web.Response(
        text=body, status=status, content_type="application/json", headers={**HEADERS, **(headers or {})}
    )


def problem(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """``{"error": code, "message": sentence}``."""
    return as_json({"error": code, "message": message}, status, headers)


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The one door at which errors become answers."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return problem(refusal.status, refusal.code, refusal.message)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        code = error.reason.lower().replace(" ", "_")
        return problem(error.status, code, SENTENCES.get(error.status, f"{error.reason}."), allow)
    except Unavailable as error:
        log.warning("a request could not be answered", error=str(error))
        return problem(503, error.reason.value, f"The service cannot answer just now: {error}", {"Retry-After": "5"})
    except Exception:
        log.exception("a request failed", method=request.method, route=_route(request))
        return problem(500, "internal_error", "Something went wrong here; the service's log says what.")


def _route(request: web.Request) -> str | None:
    """The pattern, not the path: a path can hold a secret."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else None
