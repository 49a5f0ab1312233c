"""A file moves to another name, whatever the file system can do, and over nothing that lies there."""

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.shelving import move

CONTENT = b"%PDF invented"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    place = tmp_path / "bill.pdf"
    place.write_bytes(CONTENT)
    return place


@pytest.fixture(params=["links", "no-links", "other-device", "other-device-no-links"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where it goes: on each kind of file system."""
    if request.param.endswith("no-links"):
        monkeypatch.setattr(os, "link", without_links)
    memory = Path("/dev/shm")
    if not request.param.startswith("other-device"):
        (tmp_path / "processed").mkdir()
        yield tmp_path / "processed"
    elif not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs a second device")
    else:
        with tempfile.TemporaryDirectory(dir=memory) as other:
            yield Path(other)


def without_links(source: Path, target: Path, **_: bool) -> None:
    """As the kernel answers: other devices are told first."""
    code = errno.EXDEV if source.stat().st_dev != target.parent.stat().st_dev else errno.EPERM
    raise OSError(code, os.strerror(code))


def test_it_is_moved_whole_and_alone(source: Path, folder: Path) -> None:
    before = source.stat().st_mtime_ns
    move(source, folder / "bill.pdf")
    assert [path.name for path in folder.iterdir()] == ["bill.pdf"]
    assert (folder / "bill.pdf").read_bytes() == CONTENT
    assert (folder / "bill.pdf").stat().st_mtime_ns == before
    assert not source.exists()


@pytest.mark.parametrize("kind", ["file", "empty", "link-to-it", "link-to-nothing", "folder"])
def test_what_lies_there_is_left_and_so_is_the_source(source: Path, folder: Path, kind: str) -> None:
    target = folder / "bill.pdf"
    lie: dict[str, Callable[[], object]] = {
        "file": lambda: target.write_bytes(b"of somebody"),
        "empty": target.touch,
        "link-to-it": lambda: target.symlink_to(source),
        "link-to-nothing": lambda: target.symlink_to("gone"),
        "folder": target.mkdir,
    }
    lie[kind]()
    before = target.lstat()
    with pytest.raises(FileExistsError):
        move(source, target)
    assert os.path.samestat(target.lstat(), before)
    assert source.read_bytes() == CONTENT
    assert [path.name for path in folder.iterdir()] == ["bill.pdf"]


def test_a_file_with_both_names_loses_the_first(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "moved.pdf"
    os.link(source, target)
    move(source, target)
    assert (source.exists(), target.read_bytes()) == (False, CONTENT)


def test_what_somebody_puts_there_in_the_same_moment_is_not_overwritten(
    source: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = folder / "bill.pdf"
    real = os.link

    def late(one: Path, other: Path, **options: bool) -> None:
        if not target.exists():
            target.write_bytes(b"of somebody")
        real(one, other, **options)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(FileExistsError):
        move(source, target)
    assert (target.read_bytes(), source.read_bytes()) == (b"of somebody", CONTENT)


def test_a_move_that_fails_leaves_no_reservation(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "link", without_links)
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        move(source, tmp_path / "moved.pdf")
    assert [path.name for path in tmp_path.iterdir()] == ["bill.pdf"]


@pytest.mark.parametrize("folder", ["links", "other-device", "other-device-no-links"], indirect=True)
def test_the_new_name_is_durable_before_the_old_one_goes(
    source: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink() == folder and (folder / "bill.pdf").exists():
            seen.append(source.exists())
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    move(source, folder / "bill.pdf")
    assert seen
    assert all(seen)
