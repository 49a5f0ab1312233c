"""A folder inside the inbox (``processed/``, ``rejected/``) into which files are moved and never overwritten."""

import itertools
import os
import secrets
from collections.abc import Iterator
from pathlib import Path, PurePath

from ingest.shelving import is_same, move
from ingest.sources.names import LONGEST_NAME, printable, shortened

NUMBERED = 50


class Shelf:
    """Names are reserved before they are used, so that two files never choose the same one.

    ``beside`` is the suffix of a file that will lie beside each: its name must be free as well. All raise OSError.
    """

    def __init__(self, inbox: Path, name: str, beside: str = "") -> None:
        self._inbox = inbox
        self._name = name
        self._beside = beside
        self._reserved: set[str] = set()

    def reserve(self, relative: PurePath) -> Path:
        """A free path for a file whose path in the inbox is ``relative``; its folder exists afterwards."""
        folder = self._make_folder(relative.parent)
        for name in _candidates(printable(relative.name)):
            place = folder / name
            if self._free(place, self._inbox / relative):
                self._reserved |= self._keys(place)
                return place
        raise AssertionError("random names do not end")

    def release(self, place: Path) -> None:
        """The path is not needed any more."""
        self._reserved -= self._keys(place)

    def put(self, source: Path, place: Path) -> None:
        """Moves a file to its reserved path. FileExistsError when somebody else put a file there meanwhile."""
        move(source, place)

    def _make_folder(self, below: PurePath) -> Path:
        """One level after the other: a vanished inbox is not made anew at its mount point."""
        folder = self._inbox
        for part in (self._name, *below.parts):
            folder /= shortened(printable(part))
            folder.mkdir(exist_ok=True)
        return folder

    def _free(self, place: Path, source: Path) -> bool:
        if self._keys(place) & self._reserved or (os.path.lexists(place) and not is_same(place, source)):
            return False
        return not self._beside or not os.path.lexists(f"{place}{self._beside}")

    def _keys(self, place: Path) -> set[str]:
        """As a file system that does not tell small letters from capitals would see them."""
        return {str(place).casefold(), f"{place}{self._beside}".casefold()}


def _candidates(name: str) -> Iterator[str]:
    yield shortened(name)
    first = PurePath(shortened(name, LONGEST_NAME - 20))
    for number in itertools.count(2):
        mark = str(number) if number < NUMBERED else secrets.token_hex(4)
        yield f"{first.stem} ({mark}){first.suffix}"
