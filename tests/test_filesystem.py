"""File systems: which one a path is on, by the kernel's own list of mounts."""

import shutil
import subprocess
from pathlib import Path

import pytest

from ingest.filesystem import FileSystem, file_system_of

MOUNTINFO = r"""22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
30 27 0:40 / /srv/bills rw,relatime shared:2 master:7 - nfs4 nas:/bills rw,vers=4.2
31 27 0:41 / /srv/with\040blank rw - cifs //nas/share rw
32 27 0:42 / /srv/cloud rw - fuse.s3fs s3fs rw
33 27 254:1 / /srv/bills/local rw - xfs /dev/vdb rw
34 27 254:2 / /srv/covered rw - ext4 /dev/vdc rw
35 34 0:43 / /srv/covered rw - smb3 //nas/other rw
36 27 0:44 / /srv/automatic rw - autofs systemd-1 rw
37 27 0:45 / /host rw - virtiofs host rw
38 27 254:3 / /usb rw - fuseblk /dev/sdb1 rw
39 27 0:46 / /srv/b\303\274ro rw - nfs nas:/b rw
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    place = tmp_path / "mountinfo"
    place.write_text(MOUNTINFO)
    return place


@pytest.mark.parametrize(
    ("path", "kind", "network", "tells_of_changes"),
    [
        ("/data/ledger.sqlite3", "ext4", False, True),
        ("/srv/bills", "nfs4", True, False),
        ("/srv/bills/inbox/acme", "nfs4", True, False),
        ("/srv/billsandmore", "ext4", False, True),
        ("/srv/bills/local/x", "xfs", False, True),
        ("/srv/with blank/x", "cifs", True, False),
        ("/srv/cloud/x", "fuse.s3fs", True, False),
        ("/srv/covered/x", "smb3", True, False),
        ("/srv/automatic", "autofs", True, False),
        ("/host/home", "virtiofs", False, False),
        ("/usb/x", "fuseblk", False, True),
        ("/srv/büro/x", "nfs", True, False),
    ],
)
def test_the_deepest_and_latest_mount_decides(
    mounts: Path, path: str, kind: str, network: bool, tells_of_changes: bool
) -> None:
    found = file_system_of(Path(path), mounts)
    assert (found.kind, found.network, found.tells_of_changes) == (kind, network, tells_of_changes)


def test_a_link_is_on_the_file_system_that_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"1 1 0:1 / / rw - ext4 x rw\n2 1 0:2 / {tmp_path}/there rw - nfs x rw\n")
    assert file_system_of(tmp_path / "link" / "inbox", mounts).kind == "nfs"


def test_lines_that_are_no_mounts_are_passed_over(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text("\nnonsense\n1 2 3 - \n27 1 254:0 / / rw - ext4 /dev/vda rw\n")
    assert file_system_of(Path("/x"), mounts) == FileSystem("ext4", Path("/"))


def test_without_a_list_of_mounts_nothing_is_claimed(tmp_path: Path) -> None:
    found = file_system_of(tmp_path, tmp_path / "none")
    assert (found.kind, found.network, found.tells_of_changes) == ("unknown", False, True)


@pytest.mark.skipif(shutil.which("findmnt") is None, reason="compares with util-linux's findmnt")
def test_this_machine_agrees_with_findmnt(tmp_path: Path) -> None:
    command = ["findmnt", "--noheadings", "--output", "FSTYPE", "--target", str(tmp_path)]
    expected = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    assert file_system_of(tmp_path).kind == expected
