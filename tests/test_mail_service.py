"""Mail as it is meant to run: the whole service, senders proven by a real DNS, receipts through a real smarthost."""

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest
from dns_world import DnsWorld
from program import PPL, command
from signed_mail import rsa_record, sign
from smarthost_world import SmarthostServer, smarthost_server
from source_world import eventually

from ingest.sources.smtp_taking import MOST_AT_ONCE

SENDER = "office@corp.example"
TO = "bills+ACME-77@in.example"


@dataclass
class World:
    """A running service with its DNS and its smarthost."""

    data_dir: Path
    host: str
    port: int
    smarthost: SmarthostServer
    dns: DnsWorld

    async def send(self, message: bytes, sender: str = SENDER) -> str:
        async with aiosmtplib.SMTP(hostname=self.host, port=self.port, start_tls=False) as client:
            _, said = await client.sendmail(sender, [TO], message)
        return said

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(path.read_text()) for path in self.data_dir.glob("records/acme/*.json")]

    def messages(self) -> list[Path]:
        return [path for path in (self.data_dir / "messages").rglob("*") if path.is_file()]


def bill_mail(sender: str = SENDER) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = f"The Office <{sender}>", TO, "Our bill"
    mail["Date"], mail["Message-ID"] = "Tue, 03 Mar 2026 10:00:00 +0000", "<march@corp.example>"
    mail.set_content("See attached.")
    mail.add_attachment(PPL.read_bytes(), maintype="application", subtype="pdf", filename="march.pdf")
    return bytes(mail)


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[World]:
    dns = DnsWorld().add("s1._domainkey.corp.example", "TXT", rsa_record()).add("corp.example", "TXT", "v=spf1 -all")
    dns.behave("lost.example", "servfail")
    dns.behave("silent.example", "silent")
    async with dns.serving(), smarthost_server(folder) as smarthost:
        settings = folder / "bill-ingest.toml"
        settings.write_text(
            f"""
            data_dir = "{folder}/data"
            smtp.port = 0
            web.port = 0
            sandbox.port = 0
            sandbox.delay_seconds = 0.1
            dns.servers = ["127.0.0.1:{dns.port}"]
            dns.seconds = 6
            smarthost = {{ host = "localhost", port = {smarthost.port}, tls = "none", sender = "intake@in.example" }}

            [accounts.acme]
            domains = ["corp.example", "lost.example"]
            recipients = ["bills@in.example"]
            receipts = true
            """
        )
        process = await asyncio.create_subprocess_exec(
            *command("serve", "--json", "--config", settings), env=dict(os.environ), stdout=subprocess.PIPE
        )
        try:
            assert process.stdout
            ready = json.loads(await process.stdout.readline())["ready"]
            host, port = ready["smtp"].rsplit(":", 1)
            yield World(folder / "data", host, int(port), smarthost, dns)
        finally:
            process.terminate()
            assert await process.wait() == 0


async def test_a_signed_bill_is_taken_and_answered_and_a_forged_one_is_refused(tmp_path: Path) -> None:
    async with serving(tmp_path) as world:
        with pytest.raises(aiosmtplib.SMTPDataError, match="sender_not_authenticated"):
            await world.send(bill_mail())
        with pytest.raises(aiosmtplib.SMTPDataError, match="sender_not_allowed"):
            await world.send(sign(bill_mail("office@corp.example.evil.example"), "corp.example"))
        with pytest.raises(aiosmtplib.SMTPDataError, match=r"4\.4\.3 unavailable: The DNS"):
            await world.send(bill_mail("office@lost.example"), "office@lost.example")
        assert not world.messages()
        said = await world.send(sign(bill_mail(), "corp.example"))
        assert said.startswith("2.6.0 1 document taken")
        await eventually(lambda: world.smarthost.received, "no receipt came")
        await eventually(lambda: [found for found in world.records() if found["status"] == "unlocked"])
    [record] = world.records()
    assert record["customer_external_id"] == "ACME-77"
    assert record["received"]["verified"] == "DKIM of corp.example"
    assert record["received"]["message_id"] == "<march@corp.example>"
    [receipt] = world.smarthost.received
    assert (receipt.sender, receipt.to) == ("", [SENDER])
    assert receipt.mail["In-Reply-To"] == "<march@corp.example>"
    assert receipt.mail["Auto-Submitted"] == "auto-replied"
    assert "PPL" in receipt.text
    assert record["account_number"] not in receipt.text


async def test_a_silent_dns_of_strangers_holds_up_nobody_else(tmp_path: Path) -> None:
    async with serving(tmp_path) as world:
        waiting = [asyncio.create_task(world.send(bill_mail(), "x@silent.example")) for _ in range(MOST_AT_ONCE + 4)]
        await eventually(lambda: world.dns.questions("silent.example"))
        assert (await world.send(sign(bill_mail(), "corp.example"))).startswith("2.6.0 1 document taken")
        assert not any(stranger.done() for stranger in waiting)
        answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert all("sender_not_authenticated" in str(answer) for answer in answers)
