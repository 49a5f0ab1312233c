"""Documents in object storage (S3 and its like), through obstore. Its errors become ours here and nowhere else."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import from_url

from ingest.config import Store
from ingest.errors import NotReady, StorageFull, Unavailable
from ingest.store.disk import CHUNK, disk_errors

RETRIES = 3
RETRY_SECONDS = 20
CONNECT_SECONDS = 5
PARTS_AT_ONCE = 2
"""Of a large document, 5 MiB each: what an upload holds in memory."""
FULL = ("QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "507 ")


class ObjectStorage:
    """One prefix of one bucket. Retries by itself for some seconds; then it raises Unavailable."""

    def __init__(self, chosen: Store) -> None:
        secret = chosen.secret_access_key
        config = {
            "endpoint": chosen.endpoint,
            "region": chosen.region,
            "access_key_id": chosen.access_key_id,
            "secret_access_key": secret and secret.get_secret_value(),
        }
        given: Any = {key: value for key, value in config.items() if value is not None}
        self._store = from_url(
            chosen.url or "",
            config=given,
            client_options={
                "allow_http": chosen.allow_http,
                "timeout": dt.timedelta(seconds=chosen.timeout_seconds),
                "connect_timeout": dt.timedelta(seconds=CONNECT_SECONDS),
            },
            retry_config={"max_retries": RETRIES, "retry_timeout": dt.timedelta(seconds=RETRY_SECONDS)},
        )

    async def put(self, key: str, file: Path) -> None:
        """An object is seen when all of it is there."""
        with storage_errors():
            await obstore.put_async(self._store, key, file, max_concurrency=PARTS_AT_ONCE)

    async def get(self, key: str, target: Path) -> bool:
        """In pieces: a document may be large."""
        try:
            with storage_errors():
                found = await obstore.get_async(self._store, key)
                with _opened(target) as file:
                    async for chunk in found.stream(min_chunk_size=CHUNK):
                        await asyncio.to_thread(_write, file, chunk)
        except NoObject:
            return False
        return True

    async def exists(self, key: str) -> bool:
        """Asks for its size."""
        try:
            with storage_errors():
                await obstore.head_async(self._store, key)
        except NoObject:
            return False
        return True

    async def delete(self, key: str) -> None:
        """One that is not there is no error."""
        try:
            with storage_errors():
                await obstore.delete_async(self._store, key)
        except NoObject:
            return


class NoObject(NotReady):
    """There is no object of that name (yet)."""


@contextmanager
def storage_errors() -> Iterator[None]:
    """The one door at which obstore's errors become ours. A bucket that is missing is no document that is missing."""
    try:
        yield
    except FileNotFoundError as error:
        if "NoSuchBucket" in str(error):
            raise NotReady("store.url: there is no such bucket; make it, or correct the setting") from error
        raise NoObject(_first_line(error)) from error
    except (PermissionDeniedError, UnauthenticatedError) as error:
        what = f"the document store refuses us; check store.access_key_id and its rights: {_first_line(error)}"
        raise NotReady(what) from error
    except (BaseError, ValueError) as error:
        text = str(error)
        if any(word in text for word in FULL):
            raise StorageFull(f"the document store is full: {_first_line(error)}") from error
        raise Unavailable(f"the document store does not answer: {_first_line(error)}") from error
    except OSError:
        with disk_errors():
            raise


def _opened(target: Path) -> IO[bytes]:
    with disk_errors():
        return target.open("wb")


def _write(file: IO[bytes], chunk: Any) -> None:
    with disk_errors():
        file.write(chunk)


def _first_line(error: BaseException) -> str:
    """What follows is obstore's own structure, many lines of it."""
    return str(error).partition("\n")[0][:300]
