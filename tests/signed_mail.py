"""Messages with real signatures, made with keys that live as long as the test session."""

import asyncio
import base64
import functools
from collections.abc import Sequence
from pathlib import Path

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from ingest.mail.authentication.signatures import Keys
from ingest.mail.authentication.verifier import Signatures, verify_file

BODY = (
    b"--b1\r\nContent-Type: text/plain\r\n\r\nThe bill.\r\n"
    b"--b1\r\nContent-Type: application/pdf\r\n\r\n%PDF-\r\n--b1--\r\n"
)


@functools.cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """One for the session."""
    return rsa.generate_private_key(65537, bits)


@functools.cache
def ed25519_key() -> ed25519.Ed25519PrivateKey:
    """One for the session."""
    return ed25519.Ed25519PrivateKey.generate()


def rsa_record(key: rsa.RSAPrivateKey | None = None, flags: str = "") -> str:
    """Its key record; ``flags`` are further tags, such as ``t=y; ``."""
    public = (key or rsa_key()).public_key()
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; {flags}p={base64.b64encode(der).decode()}"


def ed25519_record() -> str:
    """Its key record."""
    raw = ed25519_key().public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}"


def pem(key: rsa.RSAPrivateKey) -> bytes:
    """As dkimpy wants it."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def _private(algorithm: str) -> bytes:
    if algorithm.startswith("ed25519"):
        raw = ed25519_key().private_bytes(
            serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
        )
        return base64.b64encode(raw)
    return pem(rsa_key())


def sign(
    message: bytes,
    domain: str,
    selector: str = "s1",
    *,
    algorithm: str = "rsa-sha256",
    names: Sequence[str] | None = None,
    length: bool = False,
    canonical: str = "relaxed/relaxed",
) -> bytes:
    """The message with one more DKIM-Signature on top."""
    signature: bytes = dkim.sign(
        message,
        selector.encode(),
        domain.encode(),
        _private(algorithm),
        signature_algorithm=algorithm.encode(),
        canonicalize=tuple(part.encode() for part in canonical.split("/")),
        include_headers=names and [name.encode() for name in names],
        length=length,
    )
    return signature + message


def sign_with_tags(
    message: bytes,
    domain: str,
    tags: str,
    selector: str = "s1",
    signed: Sequence[bytes] = (b"from", b"subject", b"date", b"to", b"content-type"),
) -> bytes:
    """As ``sign``, with further tags inside the signature and names that dkimpy's signer does not write."""
    signer = dkim.DKIM(message)
    canonical = dkim.CanonicalizationPolicy.from_c_value(b"relaxed/relaxed")
    signer.hasher = dkim.HASH_ALGORITHMS[b"rsa-sha256"]
    names = [name for name in signed if any(found.lower() == name for found, _ in signer.headers)]
    digest = base64.b64encode(signer.hasher(canonical.canonicalize_body(signer.body)).digest())
    fields = [(b"v", b"1"), (b"a", b"rsa-sha256"), (b"c", b"relaxed/relaxed"), (b"d", domain.encode())]
    fields += [(b"s", selector.encode()), *(tuple(tag.encode().split(b"=", 1)) for tag in tags.split("; "))]
    fields += [(b"h", b":".join(names)), (b"bh", digest), (b"b", b"0" * 60)]
    key = dkim.parse_pem_private_key(_private("rsa"))
    value: bytes = signer.gen_header(fields, names, canonical, b"DKIM-Signature", key)
    return b"DKIM-Signature: " + value + message


def seal(message: bytes, domain: str, results: str, selector: str = "s1") -> bytes:
    """The message with one more ARC set on top; ``results`` is what the sealer says that it found."""
    field = f"Authentication-Results: {domain}; {results}\r\n".encode()
    names = [b"from", b"subject", b"date", b"to", b"content-type"]
    added = dkim.arc_sign(
        field + message, selector.encode(), domain.encode(), pem(rsa_key()), domain.encode(), include_headers=names
    )
    assert added, "dkimpy made a set"
    return b"".join(added) + message


def mail(sender: str | bytes = "Ann <ann@corp.example>", *extra: str | bytes, body: bytes = BODY) -> bytes:
    """A message with a From header and further header fields on top of the usual ones."""
    fields = [
        *extra,
        b"From: " + (sender.encode() if isinstance(sender, str) else sender),
        "To: bills@in.example",
        "Subject: Bill",
        "Date: Mon, 02 Mar 2026 10:00:00 +0000",
        "Message-ID: <1@corp.example>",
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="b1"',
    ]
    lines = [field.encode() if isinstance(field, str) else field for field in fields]
    return b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


class ThreadVerifier:
    """Verifies in a thread, where the service has a child for it."""

    async def verify_dkim(self, message: Path, keys: Keys) -> Signatures:
        return await asyncio.to_thread(verify_file, message, keys)
