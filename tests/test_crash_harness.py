"""The short form of the crash harness: kills, a full disk, cut connections, a worker that stands still past its lease.

Nothing is lost or sent twice, webhooks come at least once and receipts at most once, with two listeners each time.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).parent / "crash_harness.py"
KILLS = {"sqlite": 8, "postgresql": 6}
QUICKLY = ("--seed", "5", "--pace", "0.3", "--steady", "2", "--rate", "6", "--lease", "5", "--children", "1")


@pytest.mark.parametrize("database", KILLS)
def test_nothing_is_lost_or_sent_twice(database: str) -> None:
    words = ("--kills", str(KILLS[database]), "--database", database, *QUICKLY)
    done = subprocess.run(
        [sys.executable, str(HARNESS), *words], capture_output=True, text=True, timeout=580, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr[-5000:]
    report = json.loads(done.stdout)
    assert report["kills_in_all"] >= KILLS[database]
    assert {"mail", "folder", "import"} <= report["documents"].keys()
    assert report["bills"]["delivered"] == report["bills"]["uploads at the API"] > 0
    assert report["webhooks"]["new_bill"] >= report["bills"]["delivered"]
    assert report["receipts"]["sent"] > 0
    assert report["whole_roles_killed"] > 0
    assert report["plan"]["listeners"] == 2
    assert bool(report["zombies"].get("stopped")) == (database == "postgresql")
    assert report["folder"] is None
