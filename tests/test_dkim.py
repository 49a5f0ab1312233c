"""DKIM: our own part around dkimpy. Header, body hash, keys, selection; any bytes in bounded time."""

import base64
import hashlib
import re
import time
from pathlib import Path

import dkim
import pytest
from dkim.canonicalization import Relaxed, Simple
from hypothesis import given, settings
from hypothesis import strategies as st
from signed_mail import BODY, ThreadVerifier, ed25519_record, mail, rsa_key, rsa_record, sign

from ingest.mail.authentication.body_hash import body_hash
from ingest.mail.authentication.dkim_key import UnusableKey, key_record, read_key
from ingest.mail.authentication.header_fields import read_header
from ingest.mail.authentication.signatures import MAX_SIGNATURES, SignatureResult, key_names, verify
from ingest.mail.authentication.verifier import Signatures, verify_file

NAME = "s1._domainkey.corp.example"
KEYS: dict[str, str | None] = {NAME: rsa_record(), "e1._domainkey.corp.example": ed25519_record()}
SIGNED = sign(mail(), "corp.example")

lines = st.lists(st.sampled_from([b"\r\n", b" ", b"\t", b"a", b"bc", b"\r", b"\n", b"\0", b"\xff"]), max_size=40)


@given(lines.map(b"".join))
def test_the_hash_of_a_body_is_dkimpy_s(body: bytes) -> None:
    """dkimpy is the oracle; it takes the body with bare CRs and LFs as they are when it is given so."""
    for canonical, relaxed in ((Relaxed, True), (Simple, False)):
        expected = canonical.canonicalize_body(body)
        if not body and not relaxed:
            expected = b"\r\n"
        if relaxed and re.search(rb"[ \t]\Z", body):
            expected = canonical.canonicalize_body(body + b"\r\n")  # the last line's spaces go too (RFC 6376, 3.4.4)
        assert body_hash(b"head" + body, 4, relaxed=relaxed) == hashlib.sha256(expected).digest()


@pytest.mark.parametrize("size", [0, 1, 2, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1])
@pytest.mark.parametrize("filling", [b"a", b" ", b"\r\n", b" \r\n", b"\r\n\n"])
def test_pieces_do_not_change_the_hash(filling: bytes, size: int) -> None:
    body = b"x" * (size % 7) + filling * (size // len(filling)) + b"\r\nlast \r\n\r\n"
    for relaxed, canonical in ((True, Relaxed), (False, Simple)):
        if relaxed and filling == b" ":
            expected = b"x" * (size % 7) + b"\r\nlast\r\n"  # dkimpy takes quadratic time for it
        else:
            expected = canonical.canonicalize_body(body)
        assert body_hash(body, 0, relaxed=relaxed) == hashlib.sha256(expected).digest()


@pytest.mark.parametrize("filling", [b" ", b"\t \t", b"\r\n", b" \r\n", b"\r\n\n", b"\r", b"a"], ids=repr)
def test_hostile_bodies_take_linear_time(filling: bytes) -> None:
    body = filling * (4_000_000 // len(filling))
    started = time.process_time()
    body_hash(body, 0, relaxed=True)
    assert time.process_time() - started < 3


def outcomes(message: bytes, keys: dict[str, str | None] = KEYS) -> list[str]:
    return [found.result for found in verify(message, keys)]


def test_each_signature_has_its_result() -> None:
    message = sign(SIGNED, "corp.example", "e1", algorithm="ed25519-sha256")
    assert [found.selector for found in verify(message, KEYS)] == ["e1", "s1"]
    assert outcomes(message) == ["pass", "pass"]
    assert outcomes(message.replace(b"The bill", b"My bill")) == ["fail", "fail"]
    assert outcomes(message, {NAME: rsa_record()}) == ["pass"], "without its key one is left out"
    assert outcomes(message, {NAME: None}) == ["permerror"]
    assert outcomes(message, {}) == []
    assert outcomes(mail()) == []


def test_a_forged_header_causes_no_work_on_the_body() -> None:
    forged = SIGNED.replace(b"From: Ann", b"From: Bob") + b" \r\n" * 4_000_000
    started = time.process_time()
    assert outcomes(forged) == ["fail"]
    assert time.process_time() - started < 0.2


def test_only_so_many_are_looked_at() -> None:
    assert outcomes(SIGNED[: SIGNED.index(b"From:")] * 20 + mail()) == ["pass"] * MAX_SIGNATURES


def test_the_signatures_that_can_be_aligned_come_first() -> None:
    message = mail()
    for domain in ("corp.example", "mail.corp.example", "a.test", "b.test", "c.test", "d.test", "corp.example"):
        message = sign(message, domain)
    names = key_names(read_header(message), "corp.example")
    assert len(names) == MAX_SIGNATURES
    assert names[0] == NAME
    assert "s1._domainkey.mail.corp.example" in names


def test_results_go_from_process_to_process() -> None:
    found = Signatures(verify(SIGNED, KEYS))
    assert found.dkim[0].signed[0] == "from"
    assert Signatures.from_json(found.as_json()) == found
    assert isinstance(found.dkim[0], SignatureResult)


async def test_a_file_is_verified_where_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "message"
    path.write_bytes(SIGNED)
    assert await ThreadVerifier().verify_dkim(path, KEYS) == Signatures(verify(SIGNED, KEYS))
    path.write_bytes(b"")
    assert verify_file(path, KEYS) == Signatures(())


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([b"v=DKIM1; p=abc"], "v=DKIM1; p=abc"),
        ([b"p = abc"], "p = abc"),
        ([b"v=spf1 -all", b"p=abc"], "p=abc"),
        ([b"p=abc", b"p=def"], None),
        ([b"v=DKIM1; k=rsa"], None),
        ([], None),
    ],
)
def test_one_key_at_one_name(texts: list[bytes], expected: str | None) -> None:
    assert key_record(texts) == expected


def der(*numbers: int) -> str:
    """An RSA public key with these numbers."""
    parts = b""
    for number in numbers:
        raw = number.to_bytes(number.bit_length() // 8 + 1, "big")
        parts += b"\x02" + _length(len(raw)) + raw
    return base64.b64encode(b"\x30" + _length(len(parts)) + parts).decode()


def _length(size: int) -> bytes:
    return bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")


@pytest.mark.parametrize(
    ("modulus", "exponent", "why"),
    [
        (2**1022 + 1, 65537, "only 1023 bits"),
        (2**511 + 1, 65537, "only 512 bits"),
        (2**8192 + 1, 65537, "larger than any real one"),
        (2**2047 + 1, 2**100 + 1, "larger than any real one"),
        (2**2047 + 1, 1, "larger than any real one"),
    ],
)
def test_short_and_monstrous_keys_are_not_used(modulus: int, exponent: int, why: str) -> None:
    assert read_key(f"v=DKIM1; p={der(2**1023 + 1, 65537)}").bits == 1024
    with pytest.raises(UnusableKey, match=why):
        read_key(f"v=DKIM1; p={der(modulus, exponent)}")
    assert set(outcomes(SIGNED, {NAME: f"p={der(modulus, exponent)}"})) <= {"policy", "permerror"}


def test_a_key_of_1024_bits_is_long_enough() -> None:
    key = rsa_key(1024)
    assert read_key(rsa_record(key)).bits == 1024


@given(
    st.text(st.characters(max_codepoint=255), max_size=80)
    | st.binary(max_size=60).map(lambda raw: base64.b64encode(raw).decode())
)
def test_any_key_is_read_or_unusable(text: str) -> None:
    for record in (text, f"v=DKIM1; p={text}", f"k=ed25519; p={text}"):
        try:
            assert read_key(record).bits >= 256
        except UnusableKey:
            continue


SIGNATURE = (
    "DKIM-Signature: |v=1; |a=rsa-sha256; |d=corp.example; |s=s1; |h=from:subject; |bh=AAAA; |b=AAAA|l=1; |x=1; |i=@; "
)
OTHERS = "From: a@corp.example\r\n|ARC-Seal: |i=1; |cv=none; |c=x; |\r\n|\r\n |\r\n\r\n|\0|\r|\n|:|;|="
pieces = st.sampled_from([piece.encode() for piece in f"{SIGNATURE}|{OTHERS}".split("|")])


@settings(deadline=2000)
@given(st.lists(pieces | st.binary(max_size=4), max_size=40).map(b"".join))
def test_any_message_has_results_in_bounded_time(message: bytes) -> None:
    header = read_header(message)
    assert len(key_names(header, "corp.example")) <= MAX_SIGNATURES
    for found in verify(message, KEYS):
        assert found.result != "pass"


@settings(deadline=2000)
@given(st.data())
def test_no_change_of_a_signed_header_passes_unseen(data: st.DataObject) -> None:
    """One byte anywhere before the body: what passes still shows the same From, Subject and Content-Type."""
    end = SIGNED.index(b"\r\n\r\n")
    place = data.draw(st.integers(0, end))
    changed = SIGNED[:place] + data.draw(st.binary(max_size=3)) + SIGNED[place + data.draw(st.integers(0, 2)) :]
    if "pass" in outcomes(changed):
        shown = {name: _shown(changed, name) for name in ("from", "subject", "content-type")}
        assert shown == {name: _shown(SIGNED, name) for name in shown}


def _shown(message: bytes, name: str) -> list[bytes]:
    return [b" ".join(field.value.split()) for field in read_header(message).named(name)]


@pytest.mark.parametrize(
    "value",
    [
        b"b=" + b"\r\n " * 2500,
        b"v=1; d=corp.example; s=s1; b" + b" " * 8000,
        b"v=1; a=rsa-sha256; d=corp.example; s=s1; h=from; bh=AAAA; b=" + b"A " * 4000 + b"!",
        b"v=1; a=rsa-sha256; d=corp.example; s=s1; h=" + b"from:" * 1500 + b"x; bh=AAAA; b=AAAA",
        b"v=1; a=rsa-sha256; d=corp.example; s=s1; h=from; bh=" + b"A" * 7000 + b"!; b=AAAA",
        b";" * 8000,
        b"a=" * 4000,
        b"v=1; d=" + b"a." * 3000 + b"example; s=s1",
    ],
    ids=lambda value: repr(value[:40]),
)
def test_monstrous_signatures_take_no_time(value: bytes) -> None:
    message = (b"DKIM-Signature: " + value + b"\r\n") * 25 + mail()
    started = time.process_time()
    assert "pass" not in outcomes(message)
    assert time.process_time() - started < 1


def test_a_header_of_many_fields_takes_no_time() -> None:
    message = SIGNED[: SIGNED.index(b"From:")] * 5 + b"X: y\r\n" * 900 + mail()
    started = time.process_time()
    assert outcomes(message) == ["pass"] * 5
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"X: y",
        b"X: y\r\n" * 1001,
        b"X: " + b"y" * 300_000 + b"\r\n\r\n",
        b" x\r\n\r\n",
        b"no field\r\n\r\n",
        b"a b: c\r\n\r\n",
    ],
    ids=lambda header: repr(header[:10]),
)
def test_a_header_that_is_none(header: bytes) -> None:
    assert read_header(header).damage
    assert verify(header + BODY, KEYS) == ()


def test_dkimpy_is_silent_about_bad_input(caplog: pytest.LogCaptureFixture) -> None:
    outcomes(SIGNED.replace(b"bh=", b"bh=!"))
    assert dkim.__name__ not in {record.name for record in caplog.records}
