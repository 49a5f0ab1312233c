"""Files in a folder that people use: is the document still where it was put, and how it is moved aside.

Everything here blocks. Errors of the disk come as Unavailable (``ingest.store.documents.disk_errors``).
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from ingest.shelving import move
from ingest.store.disk import disk_errors, fsync_folder

LONGEST_NAME = 255
"""Bytes of a file's name on the file systems in use."""


def holds(place: Path, sha256: str | None) -> bool:
    """Whether a plain file with exactly these bytes lies there.

    Names are used again by people; the content tells whether it is still the document that came in.
    """
    with disk_errors():
        try:
            if not stat.S_ISREG(place.lstat().st_mode):
                return False
            with place.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except (FileNotFoundError, NotADirectoryError):
            return False


def beside(place: Path, suffix: str) -> Path:
    """``bill.pdf`` and ``.json`` give ``bill.pdf.json``. A name that would become too long is cut and made unique."""
    if len(os.fsencode(place.name + suffix)) <= LONGEST_NAME:
        return place.with_name(place.name + suffix)
    tail = f"~{hashlib.sha256(os.fsencode(place.name)).hexdigest()[:8]}{suffix}"
    return place.with_name(_cut(place.name, LONGEST_NAME - len(tail)) + tail)


def other_folder(place: Path, inbox: Path, old: str, new: str) -> Path | None:
    """``inbox/old/x/bill.pdf`` becomes ``inbox/new/x/bill.pdf``; None for a place that is not below ``inbox/old``."""
    try:
        return inbox.absolute() / new / place.absolute().relative_to(inbox.absolute() / old)
    except ValueError:
        return None


def move_aside(place: Path, wanted: Path, note: str) -> Path:
    """Moves a file to ``wanted``, or to ``name (2).pdf`` and so on where that is taken: where it lies then.

    Nothing is ever overwritten, and the name with the suffix ``note`` is free as well, as whoever else rejects a file
    writes its note first. Interrupted at any point and called again, it ends the same way.
    """
    with disk_errors():
        wanted.parent.mkdir(parents=True, exist_ok=True)
        for target in _names(wanted):
            if not os.path.lexists(beside(target, note)) and _moved(place, target):
                fsync_folder(place.parent)
                return target
    raise AssertionError("names never end")


def moved_before(wanted: Path, sha256: str | None, others: set[Path]) -> Path | None:
    """Where ``move_aside`` had put the document when a crash kept that from being noted. ``others`` are not it."""
    with disk_errors():
        try:
            there = sorted(wanted.parent.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return None
    named = (place for place in there if place.name == wanted.name or _is_numbered(place, wanted))
    return next((place for place in named if place not in others and holds(place, sha256)), None)


def _moved(place: Path, target: Path) -> bool:
    """Whether the file is at ``target`` now; False when another file has that name."""
    try:
        move(place, target)
    except FileExistsError:
        return False
    return True


def _names(wanted: Path) -> Iterator[Path]:
    yield wanted
    number = 2
    while True:
        tail = f" ({number}){wanted.suffix}"
        yield wanted.with_name(_cut(wanted.stem, LONGEST_NAME - len(os.fsencode(tail))) + tail)
        number += 1


def _is_numbered(place: Path, wanted: Path) -> bool:
    stem, space, number = place.stem.rpartition(" (")
    return (
        bool(space) and place.suffix == wanted.suffix and number.rstrip(")").isdigit() and wanted.stem.startswith(stem)
    )


def _cut(name: str, most_bytes: int) -> str:
    """The beginning of a name, in at most so many bytes, without half a character."""
    while len(os.fsencode(name)) > most_bytes:
        name = name[:-1]
    return name
