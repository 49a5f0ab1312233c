"""``bill-ingest parse --explain --png``: pictures of the pages beside the words."""

import json
import os
import shutil
from pathlib import Path

import pytest
from program import PPL, SAMPLES, run

LETTER = SAMPLES / "_unknown" / "letter.pdf"


def test_every_page_becomes_a_picture_whatever_the_document_is(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    same_name = tmp_path / "other" / PPL.name
    same_name.parent.mkdir()
    shutil.copy(PPL, same_name)
    done = run("parse", "--explain", "--json", "--png", pictures, PPL, same_name, LETTER, cwd=tmp_path)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    names = [[Path(picture).name for picture in row["pictures"]] for row in rows]
    stem = PPL.stem
    assert names == [
        [f"{stem}-page-1.png", f"{stem}-page-2.png"],
        [f"{stem}-2-page-1.png", f"{stem}-2-page-2.png"],
        ["letter-page-1.png"],
    ]
    assert sorted(path.name for path in pictures.iterdir()) == sorted(name for row in names for name in row)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in pictures.iterdir())
    assert done.returncode == 1, "a letter is no bill"


def test_a_folder_for_pictures_that_is_missing_or_a_file_is_wrong_usage(tmp_path: Path) -> None:
    missing = run("parse", "--png", tmp_path / "nowhere", PPL, cwd=tmp_path)
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "there is no folder" in missing.stderr
    no_folder = run("parse", "--png", PPL, PPL, cwd=tmp_path)
    assert no_folder.returncode == 2
    assert "is not a folder" in no_folder.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_wrong_usage(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    done = run("parse", "--png", locked, PPL, cwd=tmp_path)
    assert done.returncode == 2
    assert "may not be written to" in done.stderr


def test_a_picture_that_cannot_be_written_is_told_and_the_words_are_not_lost(tmp_path: Path) -> None:
    taken = tmp_path / f"{PPL.stem}-page-1.png"
    taken.mkdir()  # a folder stands where the picture should
    done = run("parse", "--explain", "--png", tmp_path, PPL, cwd=tmp_path)
    assert done.returncode == 1
    assert f"{taken} could not be written: Is a directory" in done.stderr
    assert "account_number" in done.stdout
