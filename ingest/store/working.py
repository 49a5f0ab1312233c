"""Folders for what is made of a document, on the same disk as the documents.

They may hold what came encrypted, so that they do not lie in the system's temporary folder; what a killed process
leaves in them is found by its names (``ingest.leftovers``).
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.store.disk import disk_errors


@contextmanager
def working_folder(place: Path) -> Iterator[Path]:
    """A folder in ``place`` that is gone afterwards."""
    with disk_errors():
        place.mkdir(parents=True, exist_ok=True)
        folder = tempfile.TemporaryDirectory(prefix="opened-", dir=place)
    with folder as name:
        yield Path(name)


def working_name(number: int) -> str:
    """The name of the ``number``-th file in such a folder."""
    return f"incoming-{number:08}.part"
