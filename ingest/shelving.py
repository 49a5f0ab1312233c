"""Moving a file to another name, over nothing that lies there, on every kind of file system."""

import errno
import os
import shutil
import tempfile
from pathlib import Path

from ingest.store.disk import fsync_folder

NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
"""Said by file systems without links, and where the file belongs to somebody else (Linux's protected_hardlinks)."""


def move(source: Path, target: Path) -> None:
    """FileExistsError when another file has that name; any other OSError leaves the source where it is. Blocks.

    The target is durable before the source goes. Interrupted at any point and called again, it ends the same way: a
    file that has both names already is only rid of the first.
    """
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        if not is_same(target, source):
            raise
    except OSError as error:
        if error.errno == errno.EXDEV:
            _copy(source, target)
        elif error.errno in NO_HARD_LINKS:
            _move_without_links(source, target)
            return
        else:
            raise
    fsync_folder(target.parent)
    source.unlink()


def is_same(one: Path, other: Path) -> bool:
    """Whether these are two names of one file. A link that points to a file is not the file."""
    try:
        return os.path.samestat(one.lstat(), other.lstat())
    except FileNotFoundError:
        return False


def _copy(source: Path, target: Path) -> None:
    """To another device: the name is taken only when all of the content is there."""
    descriptor, name = tempfile.mkstemp(prefix=".moving-", suffix=".part", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as copy, source.open("rb") as content:
            shutil.copyfileobj(content, copy)
            copy.flush()
            os.fsync(copy.fileno())
        shutil.copystat(source, temporary)
        move(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _move_without_links(source: Path, target: Path) -> None:
    """Reserves the name with an empty file, then replaces that. A crash between the two leaves the empty file."""
    with target.open("xb") as reserved:
        reservation = os.fstat(reserved.fileno())
    try:
        source.replace(target)
    except OSError:
        if os.path.samestat(reservation, target.lstat()):  # else it came to pass, and only the answer was lost
            target.unlink()
        raise
    fsync_folder(target.parent)
