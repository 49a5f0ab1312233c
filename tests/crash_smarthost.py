"""The smarthost of the crash harness: a real SMTP server, which at times says 451 or cuts the connection."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from smarthost_world import SmarthostServer, smarthost_server

LATER = "451 4.3.0 not just now"
FATES = {"MAIL": ["drop", LATER], "RCPT": [LATER], "DATA": ["take and drop", LATER, "drop"]}
"""By phase, in turn. ``take and drop``: it has the mail, and its answer is lost."""


class Smarthost(SmarthostServer):
    """What it took is in ``received``; ``calm`` ends its misbehaviour."""

    calm = False

    def begin(self, rng: random.Random, share: float) -> None:
        """``share`` of the commands of a phase goes wrong from now on, one of the first two already."""
        self.troubles: Counter[str] = Counter()
        self._every = round(1 / share)
        self._asked = Counter({phase: rng.randrange(2) for phase in FATES})

    def _next(self, phase: str) -> str | None:
        self._asked[phase] += not self.calm
        turn, rest = divmod(self._asked[phase] - 2, self._every)
        if self.calm or rest:
            return None
        fate = FATES[phase][turn % len(FATES[phase])]
        self.troubles[f"{phase} {fate}"] += 1
        return fate

    @property
    def answers_lost(self) -> int:
        """How often a text came and was answered by silence."""
        return self.troubles["DATA drop"] + self.troubles["DATA take and drop"]


@asynccontextmanager
async def smarthost(folder: Path, rng: random.Random, share: float) -> AsyncIterator[Smarthost]:
    """A running one."""
    there = Smarthost()
    there.begin(rng, share)
    async with smarthost_server(folder, server=there):
        yield there
