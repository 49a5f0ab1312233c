"""The service of the crash harness: started, watched as an init system would, found process by process, and killed."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from crash_api import end_with_parent, plain_environment
from crash_bills import RELAY
from crash_receiver import SECRET
from crash_report import Plan
from program import command

START_AGAIN_SECONDS = 0.2
ACCOUNT = "acme"
ROLES = {"worker", "smtp", "folder", "web"}
SETTINGS = """
drain_seconds = 5
log_format = "json"
{database}
records_dir = "{disk}/records"
[accounts.acme]
domains = ["example.com"]
recipients = ["bills@localhost"]
sender_check = "relay"
authserv_id = "{relay}"
peers = ["127.0.0.0/8"]
receipts = true
webhook_urls = ["{hook}"]
webhook_secret = "{secret}"
environment = "sandbox"
api_key = "{key}"
base_url = "{api}"
inbox = "{disk}/inbox"
max_messages_per_minute = 100000
[smarthost]
host = "127.0.0.1"
port = {smarthost}
tls = "none"
sender = "intake@receipts.example"
[smtp]
max_messages_per_minute = 100000
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What the service talks to: the API's URL and key, the URL of the webhooks' receiver, the smarthost's port."""

    api: str
    key: str
    hook: str
    smarthost: int


class Service:
    """Two machines where there are two workers, one otherwise. Its processes are known by their temporary folder."""

    def __init__(self, root: Path, plan: Plan, outside: Outside, database_url: str | None) -> None:
        self.root = root
        self.disk = root / "disk"
        self.temporary = root / "tmp"
        self.temporary.mkdir()
        self.settings = root / "settings.toml"
        self.web_port = _free_port()
        self.machines = [self.disk / f"machine-{number}" for number in range(1, plan.workers + 1)]
        self.smtp_ports = [_free_port() for _ in self.machines[: plan.listeners]]
        self._listeners = plan.listeners - len(self.smtp_ports) + 1
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
                disk=self.disk, api=outside.api, key=outside.key, hook=outside.hook, secret=SECRET, relay=RELAY,
                smarthost=outside.smarthost, database=database, store=store, web=self.web_port,
                lease=plan.lease, children=plan.children,
            )
        )  # fmt: skip

    @property
    def stores(self) -> list[Path]:
        """Folders that hold documents and mails."""
        return [*self.machines, *([self.shared] if self.shared else [])]

    def start(self) -> None:
        """All roles on the first machine, on each further one a worker and a listener; what ends is started again."""
        self._keep("all roles", self.machines[0], "serve", "--json")
        for number, machine in enumerate(self.machines[1:], 2):
            self._keep(f"worker {number}", machine, "serve", "--role", "worker", "--json")
            if number <= len(self.smtp_ports):
                self._keep(f"listener {number}", machine, "serve", "--role", "smtp", "--json")

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
        number = self.machines.index(machine)
        mine = {
            "TMPDIR": self.temporary,
            "BILL_INGEST_CONFIG": self.settings,
            "BILL_INGEST_DATA_DIR": machine,
            "BILL_INGEST_SMTP__PORT": self.smtp_ports[number] if number < len(self.smtp_ports) else 0,
            "BILL_INGEST_SMTP__PROCESSES": 1 if number else self._listeners,
        }
        return plain_environment() | {name: str(value) for name, value in mine.items()}

    def is_up(self) -> bool:
        """Whether every role says that it is ready, and none of those that said so has been killed since."""
        roles = [process for process in self.processes() if process.kind in ROLES]
        kinds = Counter(process.kind for process in roles)
        listeners = self._listeners + len(self.smtp_ports) - 1
        there = kinds["worker"] >= len(self.machines) and kinds["smtp"] >= listeners and kinds["web"] > 0
        return there and len(self.ready(roles)) == len(roles)

    def ready(self, roles: Sequence[Process]) -> list[Process]:
        """Those of them that say so themselves."""
        try:
            notes = [note for machine in self.machines for note in machine.glob("*.json")]
            said = {json.loads(note.read_text()).get("pid") for note in notes}
        except (OSError, ValueError):  # one is written, or the disk is full
            return []
        return [one for one in roles if (_answers(self.web_port) if one.kind == "web" else one.pid in said)]

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
        with self.held(pid) as send:
            return send(signal.SIGKILL)

    @contextlib.contextmanager
    def held(self, pid: int) -> Iterator[Callable[[signal.Signals], bool]]:
        """What sends signals to this process and to no other; False when it is gone."""
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            yield lambda _: False
            return

        def send(number: signal.Signals) -> bool:
            try:
                signal.pidfd_send_signal(handle, number)
            except ProcessLookupError:
                return False
            return True

        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            environment = b""
        try:
            yield send if f"TMPDIR={self.temporary}".encode() in environment.split(b"\0") else lambda _: False
        finally:
            os.close(handle)

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


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
