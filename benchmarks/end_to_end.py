"""Bills a second from import to delivered record, against the built-in sandbox; CPU and memory of each process.

``python benchmarks/end_to_end.py [--bills 200] [--sample PDF]``. Every bill is the same sample with another comment at
its end, so that each is a document of its own. The whole service runs as its users run it, only without the delay of
the sandbox. CPU outside parsing is that of all processes but the parser children.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

SAMPLE = Path(__file__).parents[1] / "samples" / "ppl_electric" / "2024-06_home.pdf"
TICKS = os.sysconf("SC_CLK_TCK")

Usage = dict[str, tuple[float, int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bills", type=int, default=200)
    parser.add_argument("--sample", type=Path, default=SAMPLE)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bill-ingest-bench-") as folder:
        bills = Path(folder) / "bills"
        bills.mkdir()
        content = chosen.sample.read_bytes()
        for number in range(chosen.bills):
            (bills / f"{number:05}.pdf").write_bytes(content + b"\n%% copy %d\n" % number)
        measure(Path(folder), bills, chosen.bills)


def measure(folder: Path, bills: Path, number: int) -> None:
    settings = {"SMTP__PORT": "0", "WEB__PORT": "0", "SANDBOX__PORT": "0", "SANDBOX__DELAY_SECONDS": "0"}
    settings |= {"LOG_LEVEL": "warning"}
    environment = {**os.environ, **{f"BILL_INGEST_{key}": value for key, value in settings.items()}}
    service = subprocess.Popen(
        [sys.executable, "-m", "ingest", "serve", "--json"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert service.stdout
        service.stdout.readline()
        before = usage(service.pid)
        began = time.monotonic()
        words = [sys.executable, "-m", "ingest", "import", str(bills), "--wait", "final", "--json"]
        done = subprocess.run(words, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        seconds = time.monotonic() - began
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        assert [row["step"] for row in rows] == ["delivered"] * number
        show(number, seconds, before, usage(service.pid))
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait()


def show(
    number: int, seconds: float, before: dict[str, tuple[float, int]], after: dict[str, tuple[float, int]]
) -> None:
    print(f"{number} bills in {seconds:.1f} s: {number / seconds:.1f} a second, from import to delivered record")
    print(f"{'process':24} {'CPU ms a bill':>14} {'peak memory MB':>15}")
    outside = 0.0
    for role, (cpu, memory) in sorted(after.items()):
        milliseconds = 1000 * (cpu - before.get(role, (0.0, 0))[0]) / number
        outside += 0 if role.startswith("parser") else milliseconds
        print(f"{role:24} {milliseconds:14.1f} {memory / 1024:15.0f}")
    print(f"{'outside parsing':24} {outside:14.1f}   (without the import command itself)")


def usage(root: int) -> Usage:
    """CPU seconds (summed) and peak memory in KiB (largest) of a process and all below it, by what they are."""
    found: dict[str, tuple[float, int]] = defaultdict(lambda: (0.0, 0))
    for pid in below(root):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            continue
        role = words[words.index("--role") + 1] if "--role" in words else "supervisor"
        role = "parser children" if "parsers.child" in words else role
        peak = int(status.split("VmHWM:")[1].split()[0])
        cpu, memory = found[role]
        found[role] = (cpu + (int(fields[11]) + int(fields[12])) / TICKS, max(memory, peak))
    return dict(found)


def below(root: int) -> list[int]:
    children = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            children[int(stat.read_text().rpartition(")")[2].split()[1])].append(int(stat.parent.name))
        except OSError:
            continue
    found = [root]
    for pid in found:
        found.extend(children[pid])
    return found


if __name__ == "__main__":
    main()
