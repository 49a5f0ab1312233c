"""Transfer encodings undone as a good mail reader does it: what is damaged costs itself, not the rest."""

import binascii
import re

MOST_PADDINGS = 1_000_000

_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
_RUN = re.compile(rb"[A-Za-z0-9+/]+")
_ENCODING = re.compile(rb"[A-Za-z0-9-]+")


def decode_transfer(body: bytes, encoding: bytes) -> bytes:
    """The body as it was before its Content-Transfer-Encoding; an unknown one is taken for none."""
    found = _ENCODING.search(encoding)
    name = found[0].lower() if found else b""
    if name == b"base64":
        return decode_base64(body)
    if name == b"quoted-printable":
        return binascii.a2b_qp(body)
    return body


def decode_base64(text: bytes) -> bytes:
    """Foreign characters are skipped, a cut end loses its last bits only, and text after padding goes on."""
    letters = text.translate(None, delete=_NOT_BASE64)
    if letters.rstrip(b"=").count(b"=") > MOST_PADDINGS:  # no encoder writes that; decoding each run would take long
        letters = letters.partition(b"=")[0]
    return b"".join(_decode_run(run[0]) for run in _RUN.finditer(letters))


def _decode_run(letters: bytes) -> bytes:
    usable = letters[: -1 if len(letters) % 4 == 1 else None]
    return binascii.a2b_base64(usable + b"=" * (-len(usable) % 4))
