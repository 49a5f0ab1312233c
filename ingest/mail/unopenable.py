"""Parts that may hold a bill but that nobody can open here: said rather than passed over."""

from ingest.errors import Refused
from ingest.mail.part import Part
from ingest.reasons import Reason

_BINHEX = b"(This file must be converted with BinHex"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_SEND_PDF = "send the bill as a PDF file"

_BY_TYPE = {
    "message/partial": "It is one piece of a message that was sent in several; send it as one.",
    "message/external-body": f"The file is only linked, not sent; {_SEND_PDF}.",
    "application/pgp-encrypted": f"The message is encrypted (OpenPGP); {_SEND_PDF}, not encrypted.",
    "application/pkcs7-mime": f"The message is encrypted or signed in one piece (S/MIME); {_SEND_PDF}, as it is.",
    "application/x-pkcs7-mime": f"The message is encrypted or signed in one piece (S/MIME); {_SEND_PDF}, as it is.",
}


def check_openable(part: Part, head: bytes) -> None:
    """Raises Refused for a part that holds something in a form that is not opened here."""
    sentence = _BY_TYPE.get(part.content_type)
    if sentence is not None:
        raise Refused(Reason.NOT_A_PDF, sentence)
    if _BINHEX in head[:2048]:
        raise Refused(Reason.NOT_A_PDF, f"It is packed with BinHex; {_SEND_PDF}.")
    if head.startswith(_OLE) and (part.name or "").lower().endswith(".msg"):
        raise Refused(Reason.NOT_A_PDF, f"It is a message saved by Outlook (.msg); forward it, or {_SEND_PDF}.")
    if _called_pdf(part):
        if not head:
            raise Refused(Reason.EMPTY, "It is called a PDF.")
        raise Refused(Reason.NOT_A_PDF, "It is called a PDF but is none.")


def _called_pdf(part: Part) -> bool:
    return part.content_type in {"application/pdf", "application/x-pdf"} or (part.name or "").lower().endswith(".pdf")
