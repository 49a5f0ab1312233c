"""One attempt to hand a payload to a receiver, signed after Standard Webhooks.

What a receiver must do is in docs/webhooks.md.
"""

import datetime as dt
import io
import json
from typing import Any

import aiohttp
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from ingest.bayou.answers import retry_after

TIMEOUT_SECONDS = 20.0
EXCERPT_BYTES = 300
OVERLOADED = {429, 502, 503, 504}

HEADERS = {"Content-Type": "application/json", "User-Agent": "bill-ingest", "Accept-Encoding": "identity"}


class NotTaken(Exception):
    """The receiver did not answer 2xx.

    ``excerpt`` is the beginning of its answer: for the ledger, never for a log, as receivers echo what they were sent.
    ``silent``: it was out of reach or has too much to do, so other deliveries would not fare better just now.
    """

    def __init__(self, problem: str, excerpt: str = "", retry_after: float | None = None, silent: bool = False) -> None:
        super().__init__(problem, excerpt, retry_after, silent)
        self.problem = problem
        self.excerpt = excerpt
        self.retry_after = retry_after
        self.silent = silent


def sign(secret: str, message_id: str, at: dt.datetime, body: str) -> dict[str, str]:
    """The three headers. Raises NotTaken for a secret that nothing can be signed with."""
    try:
        signature = Webhook(secret).sign(message_id, at.astimezone(dt.UTC), body)
    except (ValueError, EmptyWebhookSecretError) as error:
        raise NotTaken("the account's webhook_secret is not 'whsec_' and base64") from error
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


async def post(
    session: aiohttp.ClientSession,
    url: str,
    payload: dict[str, Any],
    *,
    message_id: str,
    secret: str,
    at: dt.datetime,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> None:
    """Sends once; redirects are not followed. Raises NotTaken for anything but a 2xx."""
    body = json.dumps(payload, separators=(",", ":"))
    headers = HEADERS | sign(secret, message_id, at, body)
    timeout = aiohttp.ClientTimeout(total=timeout_seconds)
    try:
        async with session.post(
            url, data=io.BytesIO(body.encode("ascii")), headers=headers, timeout=timeout, allow_redirects=False,
            raise_for_status=False, auto_decompress=False,
        ) as response:  # fmt: skip
            if not 200 <= response.status < 300:
                raise await _refusal(response, at)
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
        raise NotTaken("its address is not an http URL") from error
    except TimeoutError as error:
        raise NotTaken(f"no answer within {timeout_seconds:g} seconds", silent=True) from error
    except (aiohttp.ClientError, OSError) as error:
        raise NotTaken(f"out of reach: {type(error).__name__}", excerpt=str(error), silent=True) from error


async def _refusal(response: aiohttp.ClientResponse, at: dt.datetime) -> NotTaken:
    problem = f"answered {response.status}"
    if response.status == 410:
        problem += " (it wants no more webhooks: remove it from webhook_urls)"
    elif 300 <= response.status < 400:
        problem += " (redirects are not followed: correct webhook_urls)"
    silent = response.status in OVERLOADED
    return NotTaken(problem, await _excerpt(response), retry_after(response.headers, at), silent)


async def _excerpt(response: aiohttp.ClientResponse) -> str:
    """The first words of an answer, on one line; of a compressed one nothing."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        return ""
    try:
        start = await response.content.read(EXCERPT_BYTES)
    except (aiohttp.ClientError, OSError, TimeoutError):
        return ""  # the status alone is the answer
    text = start.decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
