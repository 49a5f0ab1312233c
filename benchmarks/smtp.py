"""Mail on the way in: durable acceptance against stock aiosmtpd that throws every message away, in the same run.

``python benchmarks/smtp.py [--quick] [--rounds N] [--only 50kB,1MB,20MB]``. ``kept`` is our listener with every message
durable and unopened: as much as an SMTP server does. ``whole`` is all of it, until the bills of the message are in
their store and in the ledger. ``ratio`` is to stock's rate. The listeners take turns; figures are medians over the
rounds, stalls of the loop the longest of all rounds (``held``: without what it waited for a processor). The sender is a
process of its own; its share of a processor is printed, since it must not be what is measured. Processor
time is that of the listener's process and, apart, of its children.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from ingest.footprint import ENVIRONMENT

HERE = Path(__file__).parent
KINDS = ("stock", "kept", "whole")
SIZES = {"50kB": 50_000, "1MB": 1_000_000, "20MB": 20_000_000}
CONNECTIONS = (1, 10, 100)
MESSAGES = {"50kB": (300, 600, 1000), "1MB": (40, 80, 200), "20MB": (6, 10, 100)}
QUICK = {"50kB": (40, 80, 120), "1MB": (8, 10), "20MB": (2,)}
TICKS = os.sysconf("SC_CLK_TCK")
IDLE = 500
ENV = {**ENVIRONMENT, **os.environ, "PYTHONPATH": str(HERE.parent)}


@dataclass
class Server:
    """A listener in a process of its own."""

    process: "subprocess.Popen[str]"
    port: int

    def stalls(self) -> dict[str, float]:
        """The longest stall since it was asked last, in milliseconds."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        said: dict[str, float] = json.loads(self.process.stdout.readline())
        return said

    def cpu(self) -> tuple[float, float]:
        """Seconds of processor time so far: its own, and its living children's."""
        return _cpu(self.process.pid), sum(map(_cpu, self.children()))

    def children(self) -> list[int]:
        """Their process ids."""
        tasks = Path(f"/proc/{self.process.pid}/task")
        return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory(pid: int) -> tuple[float, float]:
    """The highest resident set since it was reset, and the present proportional one, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return _field(status, "VmHWM:"), _field(rollup, "Pss:")


def _field(text: str, name: str) -> float:
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith(name)) / 1024


@contextmanager
def running(kind: str, folder: Path) -> Iterator[Server]:
    """A listener for as long as the context lasts."""
    command = [sys.executable, str(HERE / "smtp_servers.py"), kind, str(folder / "data")]
    with (folder / f"{kind}.log").open("a") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
            env=ENV,
        )  # fmt: skip
        assert process.stdin and process.stdout
        try:
            yield Server(process, int(process.stdout.readline()))
        finally:
            process.stdin.close()
            process.wait(60)


def load(port: int, connections: int, messages: int, size: int) -> dict[str, Any]:
    """What a sender tells of its run; see ``smtp_load``. Ends the benchmark when a message was refused."""
    command = [sys.executable, str(HERE / "smtp_load.py"), *map(str, (port, connections, messages, size))]
    said: dict[str, Any] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    if said["refused_count"]:
        raise SystemExit(f"{said['refused_count']} messages were refused: {said['refused']}")
    return said


@dataclass
class Measured:
    """One run of one listener. Times of the processor are milliseconds a message."""

    rate: float
    megabytes: float
    own: float
    children: float
    sender: float
    stall: float
    held: float


def measure(server: Server, connections: int, messages: int, size: int) -> Measured:
    """Sends, and says what it cost."""
    server.stalls()
    before = server.cpu()
    said = load(server.port, connections, messages, size)
    after, stalls = server.cpu(), server.stalls()
    own, children = (1000 * (b - a) / messages for a, b in zip(before, after, strict=True))
    rate = messages / said["seconds"]
    return Measured(
        rate=rate, megabytes=rate * said["bytes"] / 1e6, own=own, children=children,
        sender=said["cpu"] / said["seconds"], stall=stalls["stall"], held=stalls["held"],
    )  # fmt: skip


def table(servers: dict[str, Server], sizes: list[str], rounds: int, counts: dict[str, tuple[int, ...]]) -> None:
    """A line for each size and number of connections."""
    print(
        f"{'':6} {'conns':>5} | {'stock /s':>8} {'MB/s':>6} {'CPU ms':>6} | {'kept /s':>8} {'MB/s':>6} {'CPU ms':>6}"
        f" {'stall':>6} {'held':>5} {'ratio':>5} | {'whole /s':>8} {'MB/s':>6} {'CPU ms':>6} {'+ child':>7}"
        f" {'stall':>6} {'held':>5} {'ratio':>5} | sender's share"
    )
    for name in sizes:
        for connections, messages in zip(CONNECTIONS, counts[name], strict=False):
            runs = 1 if connections * SIZES[name] > 10**9 else rounds
            found: dict[str, list[Measured]] = {kind: [] for kind in servers}
            for _ in range(runs):
                for kind, server in servers.items():
                    found[kind].append(measure(server, connections, messages, SIZES[name]))
            _line(name, connections, *(_median(found[kind]) for kind in KINDS))


def _median(runs: list[Measured]) -> Measured:
    """Stalls are the worst of all, everything else is the median."""
    values = {name: statistics.median(getattr(run, name) for run in runs) for name in Measured.__dataclass_fields__}
    return Measured(**{**values, "stall": max(run.stall for run in runs), "held": max(run.held for run in runs)})


def _line(name: str, connections: int, stock: Measured, kept: Measured, whole: Measured) -> None:
    print(
        f"{name:>6} {connections:5} | {stock.rate:8.1f} {stock.megabytes:6.1f} {stock.own:6.2f} | "
        f"{kept.rate:8.1f} {kept.megabytes:6.1f} {kept.own:6.2f} {kept.stall:6.1f} {kept.held:5.1f} "
        f"{kept.rate / stock.rate:5.2f} | "
        f"{whole.rate:8.1f} {whole.megabytes:6.1f} {whole.own:6.2f} {whole.children:7.2f} {whole.stall:6.1f} "
        f"{whole.held:5.1f} {whole.rate / stock.rate:5.2f} | "
        + ", ".join(f"{each.sender:.0%}" for each in (stock, kept, whole)),
        flush=True,
    )


def memory(server: Server, connections: int, size: int) -> None:
    """The peak while each connection sends one message."""
    pids = [server.process.pid, *server.children()]
    before = [_memory(pid) for pid in pids]
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    sender = subprocess.Popen(
        [sys.executable, str(HERE / "smtp_load.py"), *map(str, (server.port, connections, connections, size))],
        stdout=subprocess.PIPE,
    )
    shared: dict[int, float] = {}
    while sender.poll() is None:
        for pid in (server.process.pid, *server.children()):
            shared[pid] = max(shared.get(pid, 0), _memory(pid)[1])
        time.sleep(0.2)
    assert sender.stdout
    said = json.loads(sender.stdout.read())
    print(f"\n{connections} connections, {size / 1e6:.0f} MB each, {said['refused_count']} refused: ", end="")
    print("MB resident (proportional)")
    for name, pid, old in zip(["listener", *("child" for _ in pids[1:])], pids, before, strict=True):
        if Path(f"/proc/{pid}").exists():
            peak = _memory(pid)[0]
            print(f"{name:>9}: at rest {old[0]:.0f} ({old[1]:.0f}), peak {peak:.0f} ({shared.get(pid, 0):.0f})")


def crowd(server: Server, messages: int) -> None:
    """How much a normal message is held up by idle connections and one that drips."""
    import socket
    import threading

    plain = load(server.port, 1, messages, SIZES["50kB"])["waits"]
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(IDLE)]
    stop = threading.Event()

    def drip() -> None:
        with socket.create_connection(("127.0.0.1", server.port)) as slow:
            for line in ("EHLO slow.example", "MAIL FROM:<clerk@example.com>", "RCPT TO:<bills@localhost>", "DATA"):
                slow.recv(4096)
                slow.sendall(line.encode() + b"\r\n")
            while not stop.wait(0.01):
                slow.sendall(b"x\r\n")

    dripping = threading.Thread(target=drip)
    dripping.start()
    time.sleep(1)
    crowded = load(server.port, 1, messages, SIZES["50kB"])["waits"]
    stop.set()
    dripping.join()
    for connection in idle:
        connection.close()
    print(f"\n50 kB on one connection, {messages} messages, milliseconds: median (worst)")
    for name, waits in (("alone", plain), (f"beside {IDLE} idle connections and a dripping one", crowded)):
        print(f"{name:>50}: {1000 * statistics.median(waits):.1f} ({1000 * max(waits):.1f})")


def main() -> None:
    """Prints everything."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--quick", action="store_true", help="a few messages of each kind")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--only", default=",".join(SIZES), help="sizes, with commas between")
    arguments.add_argument("--parts", default="table,crowd,memory", help="what to measure, with commas between")
    chosen = arguments.parse_args()
    counts = QUICK if chosen.quick else MESSAGES
    base = Path(tempfile.mkdtemp(prefix="bill-ingest-benchmark-", dir=HERE.parent))
    try:
        subprocess.run(
            [sys.executable, str(HERE / "smtp_servers.py"), "prepare", str(base / "data")], env=ENV, check=True
        )
        began = time.perf_counter()
        with running("whole", base) as ours, running("stock", base) as stock, running("kept", base) as kept:
            print(f"all listen after {time.perf_counter() - began:.1f} s")
            if "memory" in chosen.parts:  # first: at rest means that nothing has come yet
                memory(ours, 5 if chosen.quick else 100, SIZES["20MB"])
            if "table" in chosen.parts:
                rounds = 1 if chosen.quick else chosen.rounds
                table({"stock": stock, "kept": kept, "whole": ours}, chosen.only.split(","), rounds, counts)
            if "crowd" in chosen.parts:
                crowd(ours, 20 if chosen.quick else 200)
    finally:
        shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    main()
