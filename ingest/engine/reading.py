"""Rows that many jobs ask for at once, read with one query: what is asked while one runs goes into the next."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

MOST_IN_ONE_QUERY = 100

T = TypeVar("T")


class GroupReader(Generic[T]):
    """``read`` gets keys and returns what it found of them."""

    def __init__(self, read: Callable[[Sequence[str]], Awaitable[Mapping[str, T]]]) -> None:
        self._read = read
        self._waiting: list[tuple[str, asyncio.Future[T | None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def get(self, key: str) -> T | None:
        """The row as it is after this call; None when it is not found. Raises what ``read`` raises."""
        found: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, found))
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="reading rows")
        return await found

    async def _run(self) -> None:
        try:
            while self._waiting:
                some = self._waiting[:MOST_IN_ONE_QUERY]
                del self._waiting[:MOST_IN_ONE_QUERY]
                await self._answer(some)
        finally:
            self._task = None

    async def _answer(self, asked: Sequence[tuple[str, asyncio.Future[T | None]]]) -> None:
        try:
            rows = await self._read(sorted({key for key, _ in asked}))
        except Exception as error:  # noqa: BLE001 - whatever it is, each who asked gets it
            for _, found in asked:
                if not found.done():
                    found.set_exception(error)
            return
        for key, found in asked:
            if not found.done():
                found.set_result(rows.get(key))
