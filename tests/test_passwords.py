"""PDFs that open only with a password: every kind of encryption, the account's list, and secrets that stay secret."""

import asyncio
import hashlib
import io
import json
import os
import subprocess
import sys
import traceback
import unicodedata
import warnings
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

import hostile
import pikepdf
import pytest
import pytest_asyncio
from pipeline_world import BATCH, POWER, World, world
from program import run
from pydantic import SecretStr
from structlog.testing import capture_logs

from ingest import config
from ingest.errors import ConfigError
from ingest.intake import Intake
from ingest.parsing import ParserPool
from ingest.passwords import Passwords
from ingest.reasons import Reason
from ingest.store.documents import DocumentStore
from ingest.store.rows import Outcome, Step
from parsers.errors import DocumentError
from parsers.model import DocumentKind
from parsers.pdf.unlocking import forms, unlock

SECRET = "hunter2-Zählerstand"
REVISIONS = {2: "RC4, 40 bits", 3: "RC4, 128 bits", 4: "AES, 128 bits", 5: "AES, 256 bits, R5", 6: "AES, 256 bits, R6"}


def encrypted(pdf: Path, user: str, owner: str = "the owner's", revision: int = 6, *, metadata: bool = True) -> bytes:
    """As pikepdf encrypts it: each time with other salts, so with other bytes."""
    out = io.BytesIO()
    modern = revision >= 4
    how = pikepdf.Encryption(user=user, owner=owner, R=revision, aes=modern, metadata=modern and metadata)
    with warnings.catch_warnings(), pikepdf.open(pdf) as opened:
        warnings.simplefilter("ignore")  # that revision 5 is deprecated: bills have it all the same
        opened.save(out, encryption=how)
    return out.getvalue()


def values(pdf: Path) -> dict[str, object]:
    """What is read from it."""
    from parsers import read

    return read(pdf).to_json()


# -- one file


@pytest.mark.parametrize("revision", REVISIONS, ids=REVISIONS.values())
@pytest.mark.parametrize("password", ["geheim", "Zählernummer", "100 €"])
def test_every_encryption_is_taken_off(revision: int, password: str, tmp_path: Path) -> None:
    path, copy = tmp_path / "bill.pdf", tmp_path / "copy.pdf"
    path.write_bytes(encrypted(POWER, password, revision=revision))
    assert unlock(path, copy, ["wrong", password]) == 2
    with pikepdf.open(copy) as opened:
        assert not opened.is_encrypted
    first = copy.read_bytes()
    assert unlock(path, copy, [password]) == 1
    assert copy.read_bytes() == first, "the same file gives the same copy"


@pytest.mark.parametrize("revision", [3, 6])
def test_the_copy_is_read_as_the_file_without_encryption(revision: int, tmp_path: Path) -> None:
    path, copy = tmp_path / "bill.pdf", tmp_path / "copy.pdf"
    path.write_bytes(encrypted(POWER, "geheim", revision=revision, metadata=False))
    unlock(path, copy, ["geheim"])
    assert values(copy) == values(POWER)


@pytest.mark.parametrize(
    ("meant", "written"),
    [
        ("Zähler", "Zähler".encode("latin-1")),
        ("Zähler", "Zähler".encode()),
        ("100 €", "100 €".encode("cp1252")),
        ("100 €", b"100 \xa0"),
        ("pass\u00a0wort\u00ad", b"pass wort"),
        ("ﬁn", b"fin"),
        (unicodedata.normalize("NFD", "Zähler"), "Zähler".encode()),
        ("Zähler", unicodedata.normalize("NFD", "Zähler").encode()),
        ("пароль", "пароль".encode()),
    ],
)
def test_a_password_is_tried_in_each_form_that_programs_give_it(meant: str, written: bytes) -> None:
    tried = list(forms(meant))
    assert written in tried
    assert len(tried) == len(set(tried)) <= 7


def test_plain_passwords_have_one_form() -> None:
    assert list(forms("geheim")) == [b"geheim"]
    assert list(forms("")) == [b""]


@pytest.mark.parametrize("password", ["ﬁ\u00a0Ⅸ\u00ad", "ﬁ Ⅸ", "fi IX"])
def test_revision_6_as_the_standard_has_it(password: str, tmp_path: Path) -> None:
    """Encrypted with the text as SASLprep makes it, whichever way it is noted in the settings."""
    path, copy = tmp_path / "bill.pdf", tmp_path / "copy.pdf"
    path.write_bytes(encrypted(POWER, "fi IX"))
    assert unlock(path, copy, [password]) == 1


def test_the_owners_password_opens_it_too(tmp_path: Path) -> None:
    path, copy = tmp_path / "bill.pdf", tmp_path / "copy.pdf"
    path.write_bytes(encrypted(POWER, "geheim", "of the owner"))
    assert unlock(path, copy, ["of the owner"]) == 1


def test_none_fits(tmp_path: Path) -> None:
    path, copy = tmp_path / "bill.pdf", tmp_path / "copy.pdf"
    path.write_bytes(encrypted(POWER, "geheim"))
    assert unlock(path, copy, ["wrong", "geheim ", "GEHEIM"]) is None
    assert not copy.exists()


def without_xref(content: bytes) -> bytes:
    return content.replace(b"startxref", b"startxxxx").replace(b"\nxref", b"\nxxxx")


BROKEN = {
    "no pages": (lambda content: content[:200] + bytes(1500) + content[1700:], DocumentKind.DAMAGED),
    "half its keys": (lambda content: content.replace(b"/O <", b"/Z <"), DocumentKind.DAMAGED),
    "its encryption lost": (lambda content: content.replace(b"/Encrypt", b"/Fncrypt"), DocumentKind.DAMAGED),
    "no PDF": (lambda content: content.replace(b"%PDF-", b"%FDP-"), DocumentKind.NOT_A_PDF),
    "for a certificate": (
        lambda content: content.replace(b"/Filter /Standard", b"/Filter /Adobe.PubSec"),
        DocumentKind.PASSWORD_REQUIRED,
    ),
    "of a later standard": (lambda content: content.replace(b"/R 6", b"/R 9"), DocumentKind.PASSWORD_REQUIRED),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_no_password_can_open(name: str, tmp_path: Path) -> None:
    spoil, kind = BROKEN[name]
    path, copy = tmp_path / "bill.pdf", tmp_path / "copy.pdf"
    path.write_bytes(spoil(encrypted(POWER, "geheim")))
    with pytest.raises(DocumentError) as refused:
        unlock(path, copy, ["geheim"])
    assert refused.value.kind is kind
    assert not copy.exists()


def test_a_lost_table_of_objects_is_rebuilt(tmp_path: Path) -> None:
    path, copy = tmp_path / "bill.pdf", tmp_path / "copy.pdf"
    path.write_bytes(b"Received by a gateway\r\n" + without_xref(encrypted(POWER, "geheim")))
    assert unlock(path, copy, ["geheim"]) == 1
    assert values(copy) == values(POWER)


# -- through the one door


door = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[ParserPool]:
    async with ParserPool(size=2, wall_seconds=20) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def acme(tmp_path: Path, pool: ParserPool) -> AsyncIterator[World]:
    async with world(tmp_path, pool) as made:
        yield made


def give(acme: World, pool: ParserPool, *passwords: str) -> None:
    """The account's list from now on; the other account has another one."""
    lists = {"acme": passwords, "other": ("geheim",)}
    known = {name: Passwords([SecretStr(word) for word in words]) for name, words in lists.items()}
    acme.intake = Intake(acme.ledger, acme.documents, pool, acme.settings.limits, passwords=known)


def originals(acme: World) -> DocumentStore:
    return DocumentStore(acme.documents.folder.with_name("originals"), suffix="")


@door
async def test_a_bill_with_a_password_goes_all_the_way(acme: World, pool: ParserPool) -> None:
    give(acme, pool, "wrong", SECRET)
    content = encrypted(POWER, SECRET)
    receipt = await acme.offer(content, name="bill.pdf")
    assert receipt.outcome is Outcome.ACCEPTED
    assert receipt.detail == "It was opened with password 2 of the account's 2."
    assert receipt.bill_id
    bill = await acme.until(await acme.bill(receipt.bill_id), Step.RECONCILED)
    plain = await acme.until(await acme.take(POWER), Step.RECONCILED)
    assert bill.record
    assert plain.record
    assert bill.record["received"]["detail"] == receipt.detail
    assert bill.record["received"]["sha256"] == hashlib.sha256(content).hexdigest()
    for ours in ("id", "external_id", "bayou_id", "document", "received"):
        bill.record.pop(ours)
        plain.record.pop(ours)
    assert bill.record == plain.record

    stored = acme.documents.path(bill.sha256).read_bytes()
    with pikepdf.open(io.BytesIO(stored)) as opened:
        assert not opened.is_encrypted
    [arrival] = await acme.ledger.arrivals(bill_id=bill.id)
    assert arrival.sha256
    assert originals(acme).path(arrival.sha256).read_bytes() == content
    assert {upload["sha256"] for upload in await acme.uploads()} == {bill.sha256, plain.sha256}
    again = await acme.offer(content)
    assert (again.outcome, again.bill_id) == (Outcome.DUPLICATE, bill.id)


@door
async def test_several_bills_behind_a_password_are_cut_apart(acme: World, pool: ParserPool) -> None:
    give(acme, pool, SECRET)
    whole = await acme.until(await acme.take(encrypted(BATCH, SECRET)), Step.SPLIT)
    children = [await acme.until(bill, Step.RECONCILED) for bill in await acme.ledger.children(whole.id)]
    assert len(children) == 3
    assert all(bill.record for bill in children)


@door
@pytest.mark.parametrize(
    ("passwords", "detail"),
    [
        ((), "'May.pdf' opens only with one, and the account has none."),
        (("wrong",), "The account's one password does not open 'May.pdf'."),
        (("wrong", "worse"), "None of the account's 2 passwords opens 'May.pdf'."),
    ],
)
async def test_none_of_the_account_fits(acme: World, pool: ParserPool, passwords: Sequence[str], detail: str) -> None:
    """Though another account has the right one."""
    give(acme, pool, *passwords)
    receipt = await acme.offer(encrypted(POWER, "geheim"), name="May.pdf")
    assert (receipt.outcome, receipt.reason) == (Outcome.REFUSED, Reason.PASSWORD_REQUIRED)
    assert receipt.detail == detail
    assert "accounts.NAME.passwords" in Reason.PASSWORD_REQUIRED.next_step
    assert [path for path in acme.settings.data_dir.rglob("*") if path.is_file() and "ledger" not in path.name] == []


@door
async def test_what_was_refused_is_taken_once_its_password_is_known(acme: World, pool: ParserPool) -> None:
    content = encrypted(POWER, SECRET)
    give(acme, pool, "wrong")
    assert (await acme.offer(content)).reason is Reason.PASSWORD_REQUIRED
    give(acme, pool, "wrong", SECRET)
    assert (await acme.offer(content)).outcome is Outcome.ACCEPTED
    assert (await acme.offer(content)).outcome is Outcome.DUPLICATE


@door
async def test_an_owners_password_alone_keeps_nobody_out(acme: World, pool: ParserPool) -> None:
    """It is not asked for, so nothing is made of the file: it is read, cut and sent as it came."""
    give(acme, pool, "wrong")
    content = encrypted(BATCH, "", "of the owner")
    receipt = await acme.offer(content)
    assert (receipt.outcome, receipt.detail) == (Outcome.ACCEPTED, None)
    whole = await acme.until(await acme.bill(receipt.bill_id or ""), Step.SPLIT)
    assert acme.documents.path(whole.sha256).read_bytes() == content
    children = await acme.ledger.children(whole.id)
    assert len(children) == 3
    await acme.until(children[0], Step.RECONCILED)
    with pikepdf.open(acme.documents.path(children[0].sha256)) as cut:
        assert not cut.is_encrypted
    alone = encrypted(POWER, "", "of the owner")
    bill = await acme.until(await acme.take(alone), Step.RECONCILED)
    assert bill.record
    assert bill.record["document"]["parser"] == "central_maine_power"
    assert bill.sha256 in {upload["sha256"] for upload in await acme.uploads()}


@door
async def test_damage_is_no_lack_of_a_password(acme: World, pool: ParserPool) -> None:
    whole = encrypted(POWER, SECRET)
    for passwords in ((), (SECRET,)):
        give(acme, pool, *passwords)
        for content in (whole[:-900], whole.replace(b"/O <", b"/Z <")):
            assert (await acme.offer(content)).reason is Reason.DAMAGED
    too_long = await acme.offer(encrypted_pages(401, SECRET))
    assert too_long.reason is Reason.TOO_MANY_PAGES


def encrypted_pages(count: int, password: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(hostile.pages(count))) as opened:
        opened.save(out, encryption=pikepdf.Encryption(user=password, owner=password, R=6))
    return out.getvalue()


# -- the settings


@pytest.fixture
def settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "bill-ingest.toml"


def the_passwords() -> list[str]:
    settings = config.load()
    assert_secret(repr(settings) + str(settings.model_dump()) + settings.model_dump_json())
    return [secret.get_secret_value() for secret in settings.accounts["acme"].passwords]


def test_a_list_in_the_settings_file(settings_file: Path) -> None:
    settings_file.write_text(f"[accounts.acme]\npasswords = ['{SECRET}', ' with spaces ']\n")
    assert the_passwords() == [SECRET, " with spaces "]


@pytest.mark.parametrize("key", ["toml", "variable"])
def test_a_file_with_one_a_line(key: str, settings_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = settings_file.with_name("passwords")
    secrets.write_text(f"\ufeff{SECRET}\r\n\r\n  two words \r\n[3]\r\n", encoding="utf-8")
    settings_file.write_text("[accounts.acme]\n" + (f"passwords_file = '{secrets}'\n" if key == "toml" else ""))
    if key == "variable":
        monkeypatch.setenv("BILL_INGEST_ACCOUNTS__ACME__PASSWORDS_FILE", str(secrets))
    assert the_passwords() == [SECRET, "two words", "[3]"]


@pytest.mark.parametrize("text", [f"{SECRET}\n100", f'["{SECRET}", "100"]'])
def test_a_variable(text: str, settings_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings_file.touch()
    monkeypatch.setenv("BILL_INGEST_ACCOUNTS__ACME__PASSWORDS", text)
    assert the_passwords() == [SECRET, "100"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"passwords = {{ one = '{SECRET}' }}", r"accounts\.acme\.passwords: write it as a list of strings"),
        ("passwords = 4711", r"accounts\.acme\.passwords: write it as a list of strings"),
        (f"passwords = ['{SECRET}', 4711]", r"accounts\.acme\.passwords\.1: Input should be a valid string"),
        (f"passwords = ['{SECRET}', '']", r"accounts\.acme\.passwords: number 2 is empty"),
        (f"passwords = ['{SECRET * 10}']", r"number 1 is empty, or longer than 127 characters"),
        (f"passwords = {[SECRET] * 21}", r"at most 20 are tried on a file; there are 21"),
        (f"passwords_file = ['{SECRET}']", r"accounts\.acme\.passwords_file: there is no such setting"),
        (f"pasword = '{SECRET}'", r"accounts\.acme\.pasword: there is no such setting; allowed here: .*passwords"),
        (f"passwords = ['{SECRET}'", r"is not a TOML file"),
        (f"passwords = ['{SECRET}']\nenvironment = 'production'", r"needs an api_key"),
        ("passwords_file = 'latin-1'", r"passwords_file: latin-1 is no text in UTF-8; save it as UTF-8"),
        ("passwords_file = 'nowhere'", r"passwords_file: cannot read nowhere"),
    ],
)
def test_wrong_settings_are_refused_without_showing_a_secret(line: str, said: str, settings_file: Path) -> None:
    settings_file.write_text(f"[accounts.acme]\n{line}\n")
    settings_file.with_name("latin-1").write_bytes(SECRET.encode("latin-1"))
    with pytest.raises(ConfigError, match=said) as refused:
        config.load()
    assert_secret("".join(traceback.format_exception(refused.value)))
    assert "4711" not in str(refused.value)


def test_a_variable_that_is_no_json_is_refused(settings_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings_file.touch()
    monkeypatch.setenv("BILL_INGEST_ACCOUNTS", f'{{"acme": {{"passwords": ["{SECRET}"}}}}')
    with pytest.raises(ConfigError, match=r"BILL_INGEST_ACCOUNTS…: .* is not JSON") as refused:
        config.load()
    assert_secret("".join(traceback.format_exception(refused.value)))


def test_check_config_masks_them(settings_file: Path) -> None:
    settings_file.write_text(f"[accounts.acme]\ndomains = ['acme.example']\npasswords = ['{SECRET}', 'hunter3']\n")
    for words in (["check-config"], ["check-config", "--json"]):
        done = run(*words, cwd=settings_file.parent)
        assert "accounts.acme.passwords" in done.stdout or '"passwords"' in done.stdout
        assert_secret(done.stdout + done.stderr)


def test_parse_opens_files_with_passwords(tmp_path: Path) -> None:
    (tmp_path / "bill.pdf").write_bytes(encrypted(POWER, SECRET))
    (tmp_path / "other.pdf").write_bytes(encrypted(POWER, "another"))
    (tmp_path / "words").write_text(f"wrong\n{SECRET}\n", encoding="utf-8")
    done = run("parse", "bill.pdf", "other.pdf", "--json", "--jobs", "1", "--password-file", "words", cwd=tmp_path)
    opened, closed = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 1
    assert opened == {"file": "bill.pdf", **json.loads(json.dumps(values(POWER)))}
    assert closed["document"] == "password_required"
    explained = run("parse", "bill.pdf", "--explain", "--jobs", "1", "--password-file", "words", cwd=tmp_path)
    assert explained.returncode == 0
    assert "amount_due" in explained.stdout
    assert_secret(done.stdout + done.stderr + explained.stdout + explained.stderr)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot read words: No such file or directory"),
        (SECRET.encode("latin-1"), "words is no text in UTF-8"),
        (f"{SECRET}\n".encode() * 21, "at most 20 are tried on a file; there are 21"),
    ],
)
def test_a_password_file_that_cannot_be_used(content: bytes | None, said: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "words").write_bytes(content)
    done = run("parse", str(POWER), "--password-file", "words", cwd=tmp_path)
    assert done.returncode == 2
    assert f"--password-file: {said}" in done.stderr
    assert_secret(done.stdout + done.stderr)


# -- secrets stay secret


@door
async def test_a_child_that_was_told_passwords_reads_nothing_else(pool: ParserPool, tmp_path: Path) -> None:
    path, copy = tmp_path / "bill.pdf", tmp_path / "copy.pdf"
    path.write_bytes(encrypted(POWER, SECRET))
    async with ParserPool(size=1, wall_seconds=20) as own:
        await own.inspect(POWER)
        before = children_of(own)
        assert await own.unlock(path, copy, []) is None
        assert children_of(own) == before, "none was told"
        assert await own.unlock(path, copy, [SECRET]) == 1
        await own.inspect(POWER)
        told = children_of(own)
        assert told.isdisjoint(before)
        assert await own.unlock(path, copy, ["wrong"]) is None
        await own.inspect(POWER)
        assert children_of(own).isdisjoint(told)


def children_of(pool: ParserPool) -> set[int]:
    return {child.pid for child in pool._idle}


@door
async def test_secrets_stand_nowhere(acme: World, pool: ParserPool, capfd: pytest.CaptureFixture[str]) -> None:
    """In no log, no row, no file, no output, and not where ``ps`` looks."""
    give(acme, pool, SECRET, "hunter3")
    watching = asyncio.create_task(seen_command_lines())
    with capture_logs() as logged:
        taken = await acme.until(await acme.take(encrypted(POWER, SECRET)), Step.RECONCILED)
        refused = await acme.offer(encrypted(POWER, "another"))
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    assert refused.reason is Reason.PASSWORD_REQUIRED
    told = [*logged, taken, refused, await acme.ledger.events(taken.id), await acme.ledger.arrivals()]
    assert_secret("".join(map(repr, told)) + repr(vars(acme.intake)) + repr(capfd.readouterr()))
    files = [path for path in acme.settings.data_dir.rglob("*") if path.is_file()]
    assert any("ledger" in path.name for path in files)
    for path in files:
        assert b"hunter" not in path.read_bytes()


def assert_secret(text: str) -> None:
    assert "hunter" not in text
    assert "hlerstand" not in text


async def seen_command_lines() -> None:
    while True:
        assert b"hunter" not in await asyncio.to_thread(command_lines)
        await asyncio.sleep(0.02)


def command_lines() -> bytes:
    lines = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            lines.append(process.read_bytes())
    assert any(b"parsers.child" in line for line in lines)
    return b"".join(lines)


@door
async def test_a_child_that_dies_with_passwords_leaves_no_trace_of_them(tmp_path: Path) -> None:
    fifo = tmp_path / "bill.pdf"
    os.mkfifo(fifo)  # nobody ever writes to it
    async with ParserPool(size=1, wall_seconds=0.5) as impatient:
        with capture_logs() as logged, pytest.raises(DocumentError) as died:
            await Passwords([SecretStr(SECRET)]).unlock(impatient, fifo, tmp_path / "copy.pdf", "bill.pdf")
    assert died.value.kind is DocumentKind.TOO_LARGE
    assert_secret(repr(logged) + repr(died.value) + str(died.value))


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_traceback_in_the_log_shows_no_variables(form: str) -> None:
    words, env = [sys.executable, "-c", FAILING, form], os.environ | {"WORD": SECRET}
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=env)
    assert "ZeroDivisionError" in done.stderr
    assert_secret(done.stdout + done.stderr)


FAILING = """
import os, sys, structlog
from ingest import logs
logs.configure(sys.argv[1], "info")
def fails(word):
    try:
        1 / 0
    except ZeroDivisionError:
        structlog.get_logger().exception("it failed")
fails(os.environ["WORD"])
"""
