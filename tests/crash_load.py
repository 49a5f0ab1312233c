"""Bills by all three sources at once. Each sender does what a good one does: it tries again until it has its answer."""

import asyncio
import errno
import json
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import aiosmtplib
from crash_bills import Bills, Document, mail
from crash_service import Service

BATCH_SHARE, TWICE_SHARE = 0.1, 0.05
IMPATIENT_SHARE, PATIENCE_SECONDS = 0.3, 0.3
"""Of the mails' senders some hang up within this time after they began with the text, and send the mail again."""
CUSTOMERS = 5
MOST_IN_INBOX = 20
MOST_REFUSALS = 5
PAUSE = 0.2
PROCESSED, REJECTED = "processed", "rejected"


@dataclass(slots=True)
class SentMail:
    """``id`` is its Message-ID; ``answered``: with 250, at last."""

    id: str
    answered: bool = False


class Load:
    """What was sent, what was confirmed, and what was refused because the process that looked at it was killed."""

    def __init__(self, service: Service, rng: random.Random, rate: float) -> None:
        """``rate`` of documents a second, all sources together."""
        self.bills = Bills()
        self.mails: list[SentMail] = []
        self.refusals: Counter[str] = Counter()
        self.again: Counter[str] = Counter()
        self.problems: list[str] = []
        self._service = service
        self._rng = rng
        self._rate = rate
        self._stopping = False
        self._dropped: dict[Path, Document] = {}
        self._refused: Counter[str] = Counter()
        self._inbox = service.disk / "inbox"
        self._staging = service.disk / "staging"
        self._imports = service.root / "imports"
        for folder in (self._inbox, self._staging, self._imports):
            folder.mkdir()

    async def run(self) -> None:
        """Until ``stop``, and then until everything that was begun is confirmed."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(3):
                tasks.create_task(self._mailing())
            tasks.create_task(self._dropping())
            tasks.create_task(self._importing())

    def stop(self) -> None:
        """Nothing new."""
        self._stopping = True

    def waiting(self) -> int:
        """Files that lie in the inbox."""
        return sum(path.exists() for path in self._dropped)

    # -- mail

    async def _mailing(self) -> None:
        while not self._stopping:
            documents = [self._document() for _ in range(self._rng.choice([1, 1, 1, 2, 3]))]
            await self._send(documents)
            if self._rng.random() < TWICE_SHARE:
                await self._drop(documents[0])
            await self._rest(len(documents), 0.5 / 3)

    async def _send(self, documents: list[Document]) -> None:
        """Each from another address: nobody gets more than 60 receipts an hour."""
        sender, recipient = f"office-{len(self.mails)}@example.com", f"bills+{self._customer()}@localhost"
        sent = SentMail(f"<{documents[0].name}@example.com>")
        self.mails.append(sent)
        content = mail(documents, sender=sender, to=recipient, name=sent.id)
        while True:
            try:
                await self._send_once(sender, recipient, content)
            except aiosmtplib.SMTPResponseException as error:
                self.again[f"mail {error.code}"] += 1
                if error.code >= 500 and self._is_wrong(documents[0].name, f"{error.code} {error.message}"):
                    return
            except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
                self.again[f"mail {type(error).__name__}"] += 1
            else:
                sent.answered = True
                for document in documents:
                    document.taken.add("mail")
                return
            await asyncio.sleep(PAUSE)

    async def _send_once(self, sender: str, recipient: str, content: bytes) -> None:
        """To any of the listeners, as a sender's server does that finds several under one name."""
        port = self._rng.choice(self._service.smtp_ports)
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, timeout=60)
        await client.connect()
        try:
            await client.mail(sender)
            await client.rcpt(recipient)
            patience = self._rng.uniform(0, PATIENCE_SECONDS) if self._rng.random() < IMPATIENT_SHARE else None
            async with asyncio.timeout(patience):
                await client.data(content)
        finally:
            client.close()

    # -- the watched folder

    async def _dropping(self) -> None:
        while not self._stopping:
            if self.waiting() < MOST_IN_INBOX:
                await self._drop(self._document())
            await self._rest(1, 0.25)
        while not self._all_taken():  # noqa: ASYNC110 - another process takes them
            await asyncio.sleep(PAUSE)

    async def _drop(self, document: Document) -> None:
        """Whole at once: by a rename. On a full disk whoever writes the file is told so, and tries again."""
        folder = self._inbox / self._customer()
        while True:
            try:
                folder.mkdir(exist_ok=True)
                written = self._staging / document.name
                written.write_bytes(document.content)
                break
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                await asyncio.sleep(PAUSE)
        self._dropped[written.rename(folder / document.name)] = document

    def _all_taken(self) -> bool:
        """Whether the inbox is empty; what was rejected is put in again, as its sender would."""
        for path, document in self._dropped.items():
            relative = path.relative_to(self._inbox)
            rejected = self._inbox / REJECTED / relative
            if rejected.exists():
                note = rejected.with_name(f"{rejected.name}.txt")
                if not self._is_wrong(document.name, note.read_text()):
                    note.unlink()
                    rejected.rename(path)
                    return False
            elif (self._inbox / PROCESSED / relative).exists():
                document.taken.add("folder")
        return not self.waiting()

    # -- batch import

    async def _importing(self) -> None:
        number = 0
        while not self._stopping:
            number += 1
            folder = self._imports / f"batch-{number}"
            folder.mkdir()
            documents = {document.name: document for document in (self._document() for _ in range(10))}
            for document in documents.values():
                (folder / document.name).write_bytes(document.content)
            await self._import(folder, documents)
            await self._rest(len(documents), 0.25)

    async def _import(self, folder: Path, documents: dict[str, Document]) -> None:
        report = self._imports / f"{folder.name}.jsonl"
        while True:
            words = ("import", folder, "--wait", "none", "--report", report)
            process = await self._service.run(words, self._service.machines[0])
            code = await process.wait()
            rows = [json.loads(line) for line in report.read_text().splitlines()] if report.exists() else []
            for row in rows:
                document = documents[Path(row["path"]).name]
                if row["outcome"] in ("accepted", "duplicate"):
                    document.taken.add("import")
                elif row["outcome"] == "refused" and self._is_wrong(document.name, f"{row['reason']} {row['detail']}"):
                    return
            if code == 0 and all("import" in document.taken for document in documents.values()):
                return
            self.again[f"import {code}"] += 1
            await asyncio.sleep(PAUSE)

    # -- all of them

    def _document(self) -> Document:
        return self.bills.document(3 if self._rng.random() < BATCH_SHARE else 1)

    def _customer(self) -> str:
        return f"C{self._rng.randrange(CUSTOMERS)}"

    async def _rest(self, documents: int, share: float) -> None:
        """A source's share of the rate."""
        rest = self._rng.expovariate(self._rate * share / documents)
        while rest > 0 and not self._stopping:
            await asyncio.sleep(min(PAUSE, rest))
            rest -= PAUSE

    def _is_wrong(self, name: str, why: str) -> bool:
        """A document whose child is killed twice is refused as too large: nobody can tell it from lack of memory."""
        self.refusals[why.strip().splitlines()[-1][:120]] += 1
        self._refused[name] += 1
        if self._refused[name] < MOST_REFUSALS and ("too_large" in why or "killed" in why):
            return False
        self.problems.append(f"{name} was refused: {why}")
        return True
