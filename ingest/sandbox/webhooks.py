"""Events out: ``{"event": …, "object": …}`` to each configured URL, tried a few times."""

import asyncio
from collections.abc import Sequence
from typing import Any, Literal

import aiohttp
import structlog

Event = Literal["new_bill", "new_unparsed_bill", "updated_bill"]

TIMEOUT = aiohttp.ClientTimeout(total=10)
log = structlog.get_logger(__name__)


class Webhooks:
    """Sends events. ``pauses`` are the seconds before each try after the first."""

    def __init__(self, session: aiohttp.ClientSession, urls: Sequence[str], pauses: Sequence[float]) -> None:
        self._session = session
        self._urls = urls
        self._pauses = pauses

    async def send(self, event: Event, bill: dict[str, Any]) -> None:
        """Tell all URLs, at the same time; returns when each has taken it or has been given up."""
        async with asyncio.TaskGroup() as group:
            for url in self._urls:
                group.create_task(self._send(url, {"event": event, "object": bill}))

    async def _send(self, url: str, body: dict[str, Any]) -> None:
        problem = ""
        for pause in (0.0, *self._pauses):
            await asyncio.sleep(pause)
            problem = await self._try(url, body)
            if not problem:
                return
        log.warning("gave up a webhook", url=url, webhook=body["event"], bill=body["object"]["id"], problem=problem)

    async def _try(self, url: str, body: dict[str, Any]) -> str:
        """What went wrong, or an empty text."""
        try:
            async with self._session.post(url, json=body, timeout=TIMEOUT, allow_redirects=False) as response:
                return "" if response.status < 300 else f"answered {response.status}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return str(error) or type(error).__name__
