"""What file system a path is on: whether it tells of changes, and whether other machines write to it as well."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")

NETWORK = frozenset({
    "afs", "autofs", "beegfs", "ceph", "cifs", "coda", "davfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs",
    "nfs4", "ocfs2", "orangefs", "pvfs2", "smb2", "smb3", "smbfs",
})  # fmt: skip
"""Other machines write there. ``autofs`` is a network share that is not mounted yet."""

SHARED_WITH_A_HOST = frozenset({"9p", "drvfs", "fakeowner", "prl_fs", "vboxsf", "virtiofs", "vmhgfs"})
"""A virtual machine's or container's view of its host's disk: what the host writes comes without an event."""


@dataclass(frozen=True, slots=True)
class FileSystem:
    """One mount. ``kind`` is the kernel's name for it, or 'unknown' where it cannot be told."""

    kind: str
    mount_point: Path

    @property
    def network(self) -> bool:
        """Whether other machines may write to it: locks and shared memory cannot be trusted, so no SQLite there."""
        return self.kind in NETWORK or self.kind == "fuse" or self.kind.startswith("fuse.")

    @property
    def tells_of_changes(self) -> bool:
        """Whether each change comes with an event (inotify); where not, look at it from time to time."""
        return not self.network and self.kind not in SHARED_WITH_A_HOST


def file_system_of(path: Path, mounts: Path = MOUNTS) -> FileSystem:
    """The file system that ``path`` is on, or will be on when it is made."""
    place = path.resolve()  # first: a look at an automatic mount point mounts it
    try:
        lines = mounts.read_bytes().splitlines()
    except FileNotFoundError:  # no Linux
        return FileSystem("unknown", Path("/"))
    found = FileSystem("unknown", Path("/"))
    for mounted in _parse(lines):
        deeper = len(mounted.mount_point.parts) >= len(found.mount_point.parts)
        if deeper and place.is_relative_to(mounted.mount_point):
            found = mounted  # of two mounts at one point, the later one covers the earlier
    return found


def is_network(path: Path) -> bool:
    """Whether other machines may write to the path's file system."""
    return file_system_of(path).network


def _parse(lines: Iterable[bytes]) -> Iterable[FileSystem]:
    """Lines of proc(5) mountinfo: ``36 35 98:0 /root /mount/point rw,… optional… - kind source options``."""
    for line in lines:
        before, dash, after = line.partition(b" - ")
        fields = before.split()
        if dash and len(fields) > 4 and after.split():
            yield FileSystem(after.split()[0].decode(), Path(os.fsdecode(_unescaped(fields[4]))))


def _unescaped(field: bytes) -> bytes:
    r"""Mount points write blank, tab, newline and backslash as ``\040`` and the like."""
    return re.sub(rb"\\([0-7]{3})", lambda octal: bytes([int(octal[1], 8)]), field)
