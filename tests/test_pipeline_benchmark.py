"""That the benchmark of the pipeline runs. What it prints is for people."""

import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "pipeline.py"


def test_its_quick_form_prints_a_line() -> None:
    command = [sys.executable, str(BENCHMARK), "--quick", "--engines", "sqlite"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr

    columns = done.stdout.splitlines()[-1].replace("|", " ").split()
    assert columns[:3] == ["sqlite", "10", "10"]
    assert len(columns) == 19
    door, ledger, rate, worker, client, _, engine = map(float, columns[3:10])
    assert min(door, ledger, rate, worker, client, engine) > 0
