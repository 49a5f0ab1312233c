"""The service of the crash harness: started, watched as an init system would, found process by process, and killed."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crash_api import end_with_parent, plain_environment
from crash_report import Plan
from program import command

START_AGAIN_SECONDS = 0.2
ACCOUNT = "acme"
SETTINGS = """
drain_seconds = 5
log_format = "json"
{database}
records_dir = "{disk}/records"
[accounts.acme]
domains = ["example.com"]
recipients = ["bills@localhost"]
sender_check = "envelope"
peers = ["127.0.0.0/8"]
environment = "sandbox"
api_key = "{key}"
base_url = "{api}"
inbox = "{disk}/inbox"
max_messages_per_minute = 100000
[smtp]
port = {smtp}
max_messages_per_minute = 100000
processes = {listeners}
[web]
port = {web}
[folder]
stable_seconds = 0.2
rescan_seconds = 2
[polling]
first_seconds = 0.2
max_seconds = 3
[ocr]
children = 0
[limits]
lease_seconds = {lease}
parser_children = {children}
{store}
"""


@dataclass(frozen=True, slots=True)
class Process:
    """One of the service's processes."""

    pid: int
    parent: int
    kind: str


class Service:
    """Two machines where there are two workers, one otherwise. Its processes are known by their temporary folder."""

    def __init__(self, root: Path, plan: Plan, *, api: str, key: str, database_url: str | None) -> None:
        self.root = root
        self.disk = root / "disk"
        self.temporary = root / "tmp"
        self.temporary.mkdir()
        self.settings = root / "settings.toml"
        self.smtp_port, self.web_port = _free_port(), _free_port()
        self.machines = [self.disk / f"machine-{number}" for number in range(1, plan.workers + 1)]
        self.shared = self.disk / "shared" if plan.workers > 1 else None
        self.database_url = database_url or f"sqlite+aiosqlite:///{self.machines[0]}/ledger.sqlite3"
        self.endings: Counter[str] = Counter()
        self._keepers: list[asyncio.Task[None]] = []
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = False
        self._log = (root / "service.log").open("ab")
        if self.shared:
            self.shared.mkdir()
        store = f'[store]\nurl = "{self.shared}"' if self.shared else ""
        database = f'database_url = "{database_url}"' if database_url else ""
        self.settings.write_text(
            SETTINGS.format(
                disk=self.disk, api=api, key=key, database=database, store=store, smtp=self.smtp_port,
                web=self.web_port, listeners=plan.listeners, lease=plan.lease, children=plan.children,
            )
        )  # fmt: skip

    @property
    def stores(self) -> list[Path]:
        """Folders that hold documents and mails."""
        return [*self.machines, *([self.shared] if self.shared else [])]

    def start(self) -> None:
        """All roles on the first machine, a worker on each further one; what ends is started again."""
        self._keep("all roles", self.machines[0], "serve", "--json")
        for number, machine in enumerate(self.machines[1:], 2):
            self._keep(f"worker {number}", machine, "serve", "--role", "worker", "--json")

    def _keep(self, name: str, machine: Path, *words: str) -> None:
        self._keepers.append(asyncio.create_task(self._kept(name, machine, words), name=name))

    async def _kept(self, name: str, machine: Path, words: Sequence[str]) -> None:
        while not self._stopping:
            process = self._running[name] = await self.run(words, machine)
            code = await process.wait()
            if not self._stopping:
                self.endings[f"{name}: {code}"] += 1
                await asyncio.sleep(START_AGAIN_SECONDS)

    async def run(
        self, words: Sequence[str | Path], machine: Path, stdout: int = subprocess.DEVNULL
    ) -> asyncio.subprocess.Process:
        """A command of the program on a machine."""
        return await asyncio.create_subprocess_exec(
            *command(*words),
            cwd=self.root,
            env=self.environment(machine),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=self._log,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )

    def environment(self, machine: Path) -> dict[str, str]:
        mine = {"TMPDIR": self.temporary, "BILL_INGEST_CONFIG": self.settings, "BILL_INGEST_DATA_DIR": machine}
        return plain_environment() | {name: str(value) for name, value in mine.items()}

    def is_up(self) -> bool:
        """Whether every role says that it is ready, and none of those that said so has been killed since."""
        try:
            for port in (self.smtp_port, self.web_port):
                socket.create_connection(("127.0.0.1", port), 1).close()
            notes = [note for machine in self.machines for note in machine.glob("worker*.json")]
            said = {json.loads(note.read_text())["pid"] for note in notes}  # an import that works by itself says so too
        except (OSError, ValueError):
            return False
        workers = {process.pid for process in self.processes() if process.kind == "worker"}
        return len(workers) >= len(self.machines) and workers <= said

    async def stop(self, seconds: float) -> dict[str, int]:
        """SIGTERM, as an init system stops it; the exit codes."""
        self._stopping = True
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(seconds):
            await asyncio.gather(*self._keepers)
        return {name: process.returncode or 0 for name, process in self._running.items()}

    def processes(self) -> list[Process]:
        """All of them that live now."""
        mark = f"TMPDIR={self.temporary}".encode()
        found: dict[int, tuple[int, list[str]]] = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            with contextlib.suppress(OSError):  # it ended, or is somebody else's
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    words = (folder / "cmdline").read_text(errors="replace").split("\0")
                    parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                    found[int(folder.name)] = parent, words
        return [Process(pid, parent, _kind(pid, found)) for pid, (parent, _) in found.items()]

    def kill(self, pid: int) -> bool:
        """SIGKILL; False when it was gone already, or its number is somebody else's by now."""
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            return False
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes()
            if f"TMPDIR={self.temporary}".encode() not in environment.split(b"\0"):
                return False
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        except (ProcessLookupError, FileNotFoundError):
            return False
        finally:
            os.close(handle)
        return True

    def last_words(self) -> str:
        """The end of what it wrote to its log."""
        return (self.root / "service.log").read_text(errors="replace")[-5000:]

    def close(self) -> None:
        """Whatever still runs ends now."""
        self._stopping = True
        for keeper in self._keepers:
            keeper.cancel()
        for process in self.processes():
            self.kill(process.pid)
        self._log.close()


def _kind(pid: int, found: dict[int, tuple[int, list[str]]]) -> str:
    parent, words = found[pid]
    if "--role" in words:
        return words[words.index("--role") + 1]
    if "ingest.mail.child" in words:
        return "mail child"
    if "parsers.child" in words:
        owner = _kind(parent, found) if parent in found else "orphan"
        return f"parser child of {owner}"
    if "import" in words:
        return "import"
    return "supervisor" if "serve" in words else "other"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
