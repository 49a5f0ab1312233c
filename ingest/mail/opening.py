"""Messages are opened by children (``python -m ingest.mail.child``): what breaks one costs its own message only."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import structlog

from ingest.child_pool import ChildPool, Limits
from ingest.children import ChildDied, Message
from ingest.errors import Refused, StorageFull, Unavailable
from ingest.mail.authentication.signatures import Keys
from ingest.mail.authentication.verifier import Signatures
from ingest.mail.opened import OpenedMessage
from ingest.reasons import BY_CODE, Reason
from parsers.model import DocumentKind

log = structlog.get_logger()


class MailOpener(ChildPool):
    """Opens messages that lie in files. Calls raise ``Refused`` for a message that will never be opened, and
    ``Unavailable`` (``StorageFull``) where the message is not to blame.
    """

    COMMAND = (sys.executable, "-P", "-m", "ingest.mail.child")
    LIMITS: ClassVar[Limits] = {"memory_mb": 512, "cpu_seconds": 20, "wall_seconds": 60, "recycle_after": 10_000}

    async def open(
        self, message: Path, folder: Path, *, null_sender: bool = False, passwords: Sequence[str] = ()
    ) -> OpenedMessage:
        """Its documents, each in a file in ``folder`` (which is made) that is on the disk and may be renamed away.

        Where PDFs can be opened without any doubt, their pages are counted on the way.

        A message without documents is no error (``OpenedMessage.why_empty``). ``null_sender``: its envelope sender was
        ``<>``. ``passwords`` are told only when an archive needs one, to a child that ends with its answer.
        """
        request = {"op": "open", "message": str(message), "folder": str(folder), "null_sender": null_sender}
        opened = await self._open({**request, "passwords": []})
        if passwords and any(part.reason is Reason.PASSWORD_REQUIRED for part in opened.refused):
            return await self._open({**request, "passwords": list(passwords)})
        return opened

    async def _open(self, request: Message) -> OpenedMessage:
        """Where that is too much for the child, once more without a look at the PDFs: one must not cost the others."""
        try:
            return OpenedMessage.from_json(await self._answer({**request, "look": True}))
        except _TooMuch:
            return OpenedMessage.from_json(await self._answer({**request, "look": False}))

    async def verify_dkim(self, message: Path, keys: Keys) -> Signatures:
        """For ``SenderCheck``: what its signatures prove with these keys."""
        reply = await self._answer({"op": "verify", "message": str(message), "keys": dict(keys)})
        return Signatures.from_json(reply)

    async def _answer(self, request: Message) -> Any:
        try:
            reply = await self.ask(request)
        except ChildDied as death:
            raise _refusal(death) from death
        error = reply.get("error")
        if error is None:
            return reply["ok"]
        raise _ours(error)


class _TooMuch(Refused):
    """It broke its child, or would have."""


def _refusal(death: ChildDied) -> _TooMuch:
    if death.kind is DocumentKind.TOO_LARGE:
        return _TooMuch(Reason.TOO_LARGE, f"The message could not be opened. {death.detail}")
    return _TooMuch(Reason.DAMAGED, "The message could not be opened: the program that reads it crashed on it.")


def _ours(error: Message) -> Refused | Unavailable:
    match error["kind"]:
        case "refused":
            return Refused(BY_CODE[error["reason"]], error["detail"])
        case "memory":
            return _TooMuch(Reason.TOO_LARGE, "The message takes more memory to open than is allowed.")
        case "full":
            return StorageFull(f"no space left to open the message: {error['detail']}")
        case "unavailable":
            return Unavailable(f"the disk answered: {error['detail']}")
        case _:
            log.error("the mail code made a mistake", place=error["detail"])
            return Unavailable(f"The message could not be opened ({error['detail']}).")
