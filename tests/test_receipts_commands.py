"""What ``status`` and ``check-config`` say of receipts."""

import json
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import SecretStr
from smarthost_world import SmarthostServer, mail_came, new_document, settings_for

from ingest.commands import check_config, status
from ingest.config import Settings
from ingest.reasons import Reason
from ingest.store.ledger import Ledger
from ingest.store.mail_rows import ReceiptState


async def shown(settings: Settings, item: str, capsys: pytest.CaptureFixture[str]) -> tuple[str, Any]:
    """The command's words, and its JSON."""
    assert await status.run(settings, item, as_json=False) == status.DONE
    words = " ".join(capsys.readouterr().out.split())
    assert await status.run(settings, item, as_json=True) == status.DONE
    return words, json.loads(capsys.readouterr().out)


async def test_status_of_a_mail_an_arrival_and_a_bill_shows_the_receipt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_for(SmarthostServer(port=25), tmp_path)
    settings.data_dir.mkdir()
    refused = new_document(2, sha256=None, reason=Reason.DAMAGED)
    async with await Ledger.open(settings.ledger_url) as ledger:
        message = await mail_came(ledger, new_document(1), refused)
        await ledger.receipts.ended(message, ReceiptState.SUPPRESSED, "list")
        good, bad = await ledger.receipts.arrivals(message.id)
    for item in (message.id, good.id, good.bill_id or "", bad.id):
        words, found = await shown(settings, item, capsys)
        assert f"receipt of {message.id}: suppressed (list)" in words
        [told] = found["messages"]
        assert (told["receipt"], told["receipt_reason"]) == ("suppressed", "list")
    words, found = await shown(settings, message.id, capsys)
    assert [arrival["name"] for arrival in found["arrivals"]] == ["bill-1.pdf", "bill-2.pdf"]


async def test_status_says_when_a_receipt_is_tried_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = settings_for(SmarthostServer(port=25), tmp_path)
    settings.data_dir.mkdir()
    async with await Ledger.open(settings.ledger_url) as ledger:
        message = await mail_came(ledger)
        await ledger.receipts.postponed(message, "the smarthost said 450 later", message.received_at)
    words, _ = await shown(settings, message.id, capsys)
    assert "receipt of" in words
    assert "after 1 attempts: the smarthost said 450 later" in words


def problems(folder: Path, account: dict[str, Any] | None = None, **smarthost: Any) -> list[str]:
    """What is wrong with mail settings that differ from good ones."""
    plain = settings_for(SmarthostServer(port=25), folder, **smarthost)
    changed = plain.accounts["acme"].model_copy(update=account or {})
    settings = plain.model_copy(update={"accounts": {"acme": changed}})
    return [problem for problem in check_config.problems(settings) if "smarthost" in problem or "accounts" in problem]


def test_check_config_names_what_stands_in_the_way_of_receipts(tmp_path: Path) -> None:
    good, bad, missing = tmp_path / "good.pem", tmp_path / "bad.pem", tmp_path / "missing.pem"
    trustme.CA().cert_pem.write_to_path(good)
    bad.write_text("no certificate")
    assert problems(tmp_path) == []
    assert problems(tmp_path, tls="starttls", ca_file=good) == []
    for file in (bad, missing):
        [problem] = problems(tmp_path, tls="implicit", ca_file=file)
        assert problem.startswith(f"smarthost.ca_file: {file} holds no certificates")
    login = {"username": "intake", "password": SecretStr("x")}
    assert problems(tmp_path, **login) == [], "on the own machine"
    [problem] = problems(tmp_path, host="mail.example", **login)
    assert "unprotected" in problem
    [problem] = problems(tmp_path, {"sender_check": "envelope"})
    assert "nobody is answered" in problem
    [problem] = problems(tmp_path, {"operator": "bills@in.example"})
    assert "digests would come in as mail" in problem
