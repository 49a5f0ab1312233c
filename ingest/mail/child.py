"""A process that opens messages for another one (``python -m ingest.mail.child``), within limits.

Each line of JSON on stdin is answered with one on stdout (``parsers.serving``)::

    {"op": "open", "message": "/x", "folder": "/y", "null_sender": false, "passwords": [], "look": true}
                                                                                               {"ok": {"documents": …}}
    {"op": "verify", "message": "/x", "keys": {"s._domainkey.example.com": "v=DKIM1; …"}}      {"ok": […]}
                                                            {"error": {"kind": "refused", "reason": …, "detail": …}}

To ``look`` is to open the PDFs as well. A process that was told passwords ends with its answer (``last``). Other
``kind``s are ``unavailable`` (the disk),
``memory`` and ``failed`` (a mistake of ours).
"""

import errno
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

from ingest.errors import Refused
from ingest.mail.contents import open_file
from parsers.pdf.opening import sound_pages
from parsers.serving import Message, serve_stdin


def main() -> None:
    """Answers until stdin ends."""
    serve_stdin(answer)


def answer(request: Message) -> Message:
    """The reply to one request; whatever goes wrong with a message becomes one too."""
    try:
        return {"ok": _OPERATIONS[request["op"]](request), "last": bool(request.get("passwords"))}
    except Refused as refused:
        return {"error": {"kind": "refused", "reason": refused.reason, "detail": refused.detail}}
    except MemoryError:
        return {"error": {"kind": "memory", "detail": ""}, "last": True}
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        return {"error": {"kind": "full" if full else "unavailable", "detail": error.strerror or type(error).__name__}}
    except Exception as error:  # noqa: BLE001 - the one door: what our code did not expect must not end in silence
        return {"error": {"kind": "failed", "detail": f"{type(error).__name__} at {_place(error)}"}}


def _open(request: Message) -> Any:
    folder = Path(request["folder"])
    folder.mkdir(mode=0o700, exist_ok=True)
    opened = open_file(
        Path(request["message"]),
        folder,
        null_sender=request["null_sender"],
        passwords=request["passwords"],
    )
    return (opened.looked_at(sound_pages) if request["look"] else opened).as_json()


def _verify(request: Message) -> Any:
    """Imported with the first request, as the cryptography is large."""
    verifier = import_module("ingest.mail.authentication.verifier")
    return verifier.verify_file(Path(request["message"]), request["keys"]).as_json()


def _place(error: BaseException) -> str:
    """The line that failed. The message of an error may hold text of a bill, its place never does."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown line"


_OPERATIONS = {"open": _open, "verify": _verify}


if __name__ == "__main__":
    main()
