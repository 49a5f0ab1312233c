"""The program as a process of its own, and waiting for what it does."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

SAMPLES = Path(__file__).parents[1] / "samples"
POWER = SAMPLES / "central_maine_power" / "2022-08_supplier.pdf"
PPL = SAMPLES / "ppl_electric" / "2024-06_home.pdf"
BATCH = SAMPLES / "national_grid_new_york" / "2025-06_batch_of_three.pdf"
T = TypeVar("T")


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "ingest", *map(str, words)]


def run(*words: str | Path, cwd: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, **environment}
    return subprocess.run(command(*words), cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False)


def eventually(look: Callable[[], T | None], seconds: float = 30) -> T:
    """The first thing that ``look`` finds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come in time")
