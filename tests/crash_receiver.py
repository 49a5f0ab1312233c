"""The receiver of the account's webhooks: a real server, which at times answers 500 or cuts the connection."""

import datetime as dt
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256

from aiohttp import web
from crash_blows import now
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

SECRET = "whsec_" + "Y3Jhc2gtY3Jhc2gtY3Jhc2gtY3Jhc2gtY3Jhc2g="
FATES = {"answered 500": 4, "cut before it was read": 1, "cut after it was read": 1}
"""What goes wrong, and how often compared with each other. A cut makes the sender leave the receiver alone for 5 s."""


@dataclass(slots=True)
class Post:
    """One webhook that came whole. ``answered`` is when its 2xx had left; None when it got none."""

    id: str
    event: str
    bill: str
    body: str
    began: dt.datetime
    answered: dt.datetime | None = None


class Receiver:
    """Remembers what came; ``calm`` ends its misbehaviour."""

    def __init__(self, rng: random.Random, share: float) -> None:
        """``share`` of the requests goes wrong."""
        self.posts: list[Post] = []
        self.problems: list[str] = []
        self.troubles: Counter[str] = Counter()
        self.calm = False
        self.url = ""
        self._rng, self._share = rng, share
        self._webhook = Webhook(SECRET)

    async def take(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        began, fate = now(), self._fate()
        if fate == "cut before it was read":
            return _cut(request)
        body = await request.read()
        try:
            said = self._webhook.verify(body, dict(request.headers))
        except WebhookVerificationError as error:
            self.problems.append(f"a webhook that cannot be verified came: {error}")
            return web.Response(status=401)
        name, record = request.headers["webhook-id"], said["object"]["id"]
        post = Post(name, said["event"], record, sha256(body).hexdigest(), began)
        self.posts.append(post)
        if fate == "cut after it was read":
            return _cut(request)
        if fate == "answered 500":
            return web.Response(status=500, text="not just now")
        answer = web.Response(status=204)
        await answer.prepare(request)
        await answer.write_eof()
        post.answered = now()
        return answer

    def _fate(self) -> str | None:
        if self.calm or self._rng.random() >= self._share:
            return None
        [fate] = self._rng.choices(list(FATES), list(FATES.values()))
        self.troubles[fate] += 1
        return fate


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


@asynccontextmanager
async def receiver(rng: random.Random, share: float) -> AsyncIterator[Receiver]:
    """A running one."""
    there = Receiver(rng, share)
    app = web.Application()
    app.router.add_post("/hook", there.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        there.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        yield there
    finally:
        await runner.cleanup()
