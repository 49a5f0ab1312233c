"""One worker owns a data folder: bills are claimed in its memory."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from ingest.errors import NotReady
from ingest.store.disk import disk_errors


@contextlib.contextmanager
def sole_worker(data_dir: Path) -> Iterator[None]:
    """One worker owns a data folder: bills are claimed in its memory."""
    with disk_errors():
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = os.open(data_dir / "worker.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            what = f"another worker runs on {data_dir}: stop it first, or name another data_dir"
            raise NotReady(what) from error
        yield
    finally:
        os.close(lock)


def is_running(data_dir: Path) -> bool:
    """Whether a worker runs on the data folder."""
    try:
        with sole_worker(data_dir):
            return False
    except NotReady:
        return True
