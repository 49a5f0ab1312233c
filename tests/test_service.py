"""The program as its users run it: ``bill-ingest serve`` and the other commands as processes of their own."""

import contextlib
import json
import os
import signal
import smtplib
import socket
import sqlite3
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from program import BATCH, POWER, PPL, SAMPLES, command, eventually, run


def is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/ready", timeout=10) as answer:
            return bool(json.load(answer)["ready"])
    except urllib.error.HTTPError as error:
        error.close()
        return False


@dataclass
class Service:
    """A running service and what it said when it was ready."""

    process: "subprocess.Popen[str]"
    cwd: Path
    ready: dict[str, str]

    @property
    def data(self) -> Path:
        return self.cwd / "bill-ingest-data"

    def records(self, status: str) -> list[dict[str, Any]]:
        found = [json.loads(path.read_text()) for path in self.data.glob("records/demo/*.json")]
        return [record for record in found if record["status"] == status]

    def send(self, *documents: Path, sender: str = "pat@example.com", to: str = "bills@localhost") -> None:
        host, port = self.ready["smtp"].rsplit(":", 1)
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, to, "Our bills"
        mail.set_content("See attached.")
        for path in documents:
            mail.add_attachment(path.read_bytes(), maintype="application", subtype="pdf", filename=path.name)
        with smtplib.SMTP(host, int(port), timeout=20) as server:
            server.send_message(mail)


@contextlib.contextmanager
def serving(cwd: Path) -> Iterator[Service]:
    ports = {f"BILL_INGEST_{name}__PORT": "0" for name in ("SMTP", "WEB", "SANDBOX")}
    environment = {**os.environ, **ports, "BILL_INGEST_SANDBOX__DELAY_SECONDS": "0.1"}
    with subprocess.Popen(
        command("serve", "--json"), cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            yield Service(process, cwd, json.loads(line)["ready"])
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


def test_mail_and_folder_become_records_and_the_service_stops_when_told(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        service.send(PPL, to="bills+ACME-77@localhost")
        (service.data / "inbox" / "ACME-78").mkdir(parents=True)
        inbox = service.data / "inbox" / "ACME-78" / BATCH.name
        inbox.write_bytes(BATCH.read_bytes())
        eventually(lambda: len(service.records("unlocked")) == 4 or None)
        customers = {record["utility"]: record["customer_external_id"] for record in service.records("unlocked")}
        assert customers == {"ppl_electric": "ACME-77", "national_grid_new_york": "ACME-78"}
        taken = service.data / "inbox" / "processed" / "ACME-78" / BATCH.name
        assert taken.exists()
        assert not inbox.exists()
        sidecar = Path(f"{taken}.json")
        bills = eventually(lambda: _final_bills(sidecar))
        assert len(bills) == 3
        eventually(lambda: is_ready(service.ready["web"]) or None)
        with urllib.request.urlopen(f"{service.ready['web']}/bills", timeout=10) as answer:
            assert answer.status == 200
        with pytest.raises(smtplib.SMTPException, match="domain"):
            service.send(PPL, sender="eve@example.org")
        shown = run("status", "--json", cwd=tmp_path)
        assert shown.returncode == 0, shown.stderr
        assert {row["step"] for row in json.loads(shown.stdout)["bills"]} == {"split", "delivered"}
        bill_id = bills[0]["id"]
        one = json.loads(run("status", bill_id, "--json", cwd=tmp_path).stdout)
        assert [event["kind"] for event in one["events"]][-1] == "delivered"
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(timeout=60) == 0
    assert not (tmp_path / "bill-ingest-data" / "worker.sock").exists()


def _final_bills(sidecar: Path) -> list[dict[str, Any]] | None:
    bills: list[dict[str, Any]] = json.loads(sidecar.read_text())["bills"] if sidecar.exists() else []
    return bills if len(bills) == 3 and all(bill["status"] == "unlocked" for bill in bills) else None


def test_a_role_that_is_killed_comes_back(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        before = json.loads((service.data / "worker.json").read_text())["pid"]
        os.kill(before, signal.SIGKILL)
        service.send(POWER)
        eventually(lambda: service.records("unlocked") or None, 60)
        assert json.loads((service.data / "worker.json").read_text())["pid"] != before


def test_when_the_supervisor_is_killed_its_roles_end(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        worker = json.loads((service.data / "worker.json").read_text())["pid"]
        service.process.kill()
        eventually(lambda: not Path(f"/proc/{worker}").exists() or None, 60)


def test_a_second_signal_stops_everything_at_once(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        service.process.send_signal(signal.SIGSTOP)  # both signals are there when it looks again
        service.process.send_signal(signal.SIGINT)
        service.process.send_signal(signal.SIGTERM)
        service.process.send_signal(signal.SIGCONT)
        assert service.process.wait(timeout=10) == 130
        worker = json.loads((service.data / "worker.json").read_text())["pid"]
        eventually(lambda: not Path(f"/proc/{worker}").exists() or None, 10)


def test_a_port_that_is_taken_is_said_and_nothing_is_left_running(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run(
            "serve", cwd=tmp_path, BILL_INGEST_SMTP__PORT=port, BILL_INGEST_WEB__PORT="0", BILL_INGEST_SANDBOX__PORT="0"
        )
    assert done.returncode == 3
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "smtp.port" in done.stderr


def test_a_second_worker_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path):
        done = run("serve", "--role", "worker", cwd=tmp_path)
        assert done.returncode == 3
        assert "another worker runs" in done.stderr


def test_import_without_a_running_service(tmp_path: Path) -> None:
    manifest = tmp_path / "bills.csv"
    manifest.write_text(f"path,customer,external_id\n{PPL},ACME,INV-1\n{BATCH},,\nmissing.pdf,,\n")
    report = tmp_path / "report.jsonl"
    words = ("import", "--manifest", manifest, "--customer", "DEAL", "--report", report, "--wait", "final", "--json")
    done = run(*words, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert (first["outcome"], first["step"], first["utility"]) == ("accepted", "delivered", "ppl_electric")
    assert (second["step"], len(second["bills"])) == ("split", 3)
    assert (third["outcome"], third["reason"]) == ("missing", "file_missing")
    assert [json.loads(line)["customer"] for line in report.read_text().splitlines()] == ["ACME", "DEAL", "DEAL"]
    record = json.loads((tmp_path / f"bill-ingest-data/records/demo/{first['bill_id']}.json").read_text())
    assert (record["external_id"], record["status"]) == ("INV-1", "unlocked")
    again = run("import", PPL, "--json", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    row = json.loads(again.stdout)
    assert (row["outcome"], row["bill_id"]) == ("duplicate", first["bill_id"])


def test_parse_prints_one_line_for_each_file_in_order(tmp_path: Path) -> None:
    unknown = SAMPLES / "_unknown" / "letter.pdf"
    done = run("parse", "--json", POWER, unknown, BATCH, "no.pdf", cwd=tmp_path)
    assert done.returncode == 1
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["file"], line["document"], len(line["bills"])) for line in lines] == [
        (str(POWER), "bill", 1),
        (str(unknown), "unknown_utility", 0),
        (str(BATCH), "bill", 3),
    ]
    assert "no.pdf: there is no such file" in done.stderr


def test_parse_for_people_shows_the_source_of_each_value(tmp_path: Path) -> None:
    done = run("parse", POWER, cwd=tmp_path, COLUMNS="200")
    assert done.returncode == 0, done.stderr
    amount = next(line for line in done.stdout.splitlines() if line.strip().startswith("amount_due"))
    assert "$" in amount
    explained = run("parse", "--explain", POWER, cwd=tmp_path)
    assert "amount_due" in explained.stdout
    assert explained.returncode == 0, explained.stderr


def test_wrong_usage_and_wrong_settings_end_with_2(tmp_path: Path) -> None:
    assert run("serve", "--role", "cook", cwd=tmp_path).returncode == 2
    wrong = run("check-config", cwd=tmp_path, BILL_INGEST_SMTP__PROT="1")
    assert wrong.returncode == 2
    assert "smtp.prot" in wrong.stderr
    assert run("import", cwd=tmp_path).returncode == 2
    assert run("status", cwd=tmp_path).returncode == 2


def test_check_config_and_version(tmp_path: Path) -> None:
    fine = run("check-config", "--json", cwd=tmp_path)
    assert fine.returncode == 0
    assert json.loads(fine.stdout)["problems"] == []
    assert run("--version", cwd=tmp_path).stdout.startswith("bill-ingest ")
    broken = run("check-config", cwd=tmp_path, BILL_INGEST_FOLDER__INBOX="/mnt/not/mounted")
    assert broken.returncode == 2
    assert "is the share mounted?" in broken.stderr


@pytest.mark.parametrize("words", [("serve",), ("serve", "--role", "sandbox"), ("serve", "--role", "worker")])
def test_a_data_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "file").touch()
    done = run(*words, cwd=tmp_path, BILL_INGEST_DATA_DIR=str(tmp_path / "file" / "data"))
    assert done.returncode == 3, done.stderr
    assert "Not a directory" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_ledger_that_another_program_holds_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "bill-ingest-data").mkdir()
    with contextlib.closing(sqlite3.connect(tmp_path / "bill-ingest-data" / "ledger.sqlite3")) as other:
        other.execute("BEGIN EXCLUSIVE")
        done = run("serve", cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "the ledger answered: database is locked" in done.stderr
    assert "Traceback" not in done.stderr
