"""The short form of the crash harness: kills, a full disk and cut connections, and nothing is lost or sent twice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).parent / "crash_harness.py"
KILLS = 10


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nothing_is_lost_or_sent_twice(database: str, tmp_path: Path) -> None:
    words = ["--kills", KILLS, "--database", database, "--seed", 5, "--pace", 0.8, "--rate", 4, "--folder", tmp_path]
    done = subprocess.run(
        [sys.executable, str(HARNESS), *map(str, words)], capture_output=True, text=True, timeout=580, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr[-5000:]
    report = json.loads(done.stdout)
    assert report["kills_in_all"] == KILLS
    assert {"mail", "folder", "import"} <= report["documents"].keys()
    assert report["bills"]["delivered"] == report["bills"]["uploads at the API"] > 0
    assert not list(tmp_path.iterdir())
