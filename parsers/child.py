"""A process that reads documents for another one, within limits of memory and processor time.

``python -m parsers.child --memory-mb N --cpu-seconds N`` answers each line of JSON on stdin with one on stdout::

    {"op": "read", "path": "/x.pdf", "options": {}}                      {"ok": {"document": "bill", ...}}
    {"op": "explain", "path": "/x.pdf", "options": {}}                   {"ok": {"text": "…", "document": "bill", …}}
    {"op": "draw", "path": "/x.pdf", "page": 1, "marks": […], "target": …}   {"ok": {}}
    {"op": "sketch", "path": "/x.pdf", "name": null}                     {"ok": {"ideas": […], …}}
    {"op": "inspect", "path": "/x.pdf"}                                  {"ok": {"page_count": 3, "encrypted": false}}
    {"op": "wrap", "path": "/x.jpg", "target": …}                        {"ok": null}
    {"op": "cut", "path": "/x.pdf", "pieces": [{"first": 1, "last": 2, "target": …}]}  {"ok": null}
                                                                         {"error": {"kind": …, "detail": …}}

``kind`` is a ``DocumentKind``, or ``unavailable`` (the file itself could not be read) or ``failed`` (a mistake of
ours). A reply with ``"last": true`` is its last: it does not trust its memory any more. A document that breaks the
process takes only this process with it; the end of stdin ends it too. Its first line says that it is ready.
"""

import argparse
import contextlib
import ctypes
import json
import logging
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TextIO

import pikepdf
import pypdfium2
from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

from parsers.errors import DocumentError
from parsers.model import Piece
from parsers.pdf.cutting import cut
from parsers.pdf.document import inspect
from parsers.pdf.photos import as_pdf
from parsers.reader import read  # before it is ready: a document's time is not for the parsers' start

UNAVAILABLE = "unavailable"
FAILED = "failed"

Message = dict[str, Any]

_PR_SET_PDEATHSIG = 1
_LIBRARY_ERRORS = (pypdfium2.PdfiumError, pikepdf.PdfError, PdfminerException, MalformedPDFException, RecursionError)


def main() -> None:
    """Answers until stdin ends."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--memory-mb", type=int, required=True)
    arguments.add_argument("--cpu-seconds", type=int, required=True)
    chosen = arguments.parse_args()
    replies = _own_stdout()
    _become_expendable()
    _limit(resource.RLIMIT_AS, chosen.memory_mb * 1024 * 1024)
    _limit(resource.RLIMIT_CORE, 0)
    logging.disable(logging.WARNING)
    serve(sys.stdin, replies, chosen.cpu_seconds)


def serve(requests: Iterable[str], replies: TextIO, cpu_seconds: int) -> None:
    """Answers each line; returns at the end of them, or after an error that it should not live on with."""
    _write(replies, {"ready": True})
    for line in requests:
        _limit(resource.RLIMIT_CPU, int(time.process_time()) + 1 + cpu_seconds)
        reply = answer(json.loads(line))
        _write(replies, reply)
        if reply.get("last"):
            return


def answer(request: Message) -> Message:
    """The reply to one request; whatever goes wrong with a document becomes one too."""
    try:
        return {"ok": _OPERATIONS[request["op"]](request)}
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - the one door: pdf-oxide's panics are no Exceptions
        return failure(error)


def failure(error: BaseException) -> Message:
    """An error as a reply. Its details name no text of the document."""
    match error:
        case DocumentError():
            return _error(error.kind, error.detail)
        case MemoryError():
            return _error("too_large", "It takes more memory to read than is allowed.") | {"last": True}
        case OSError():
            return _error(UNAVAILABLE, f"The file could not be read: {error.strerror or type(error).__name__}.")
        case _ if isinstance(error, _LIBRARY_ERRORS):
            return _error("damaged", f"The PDF is broken ({type(error).__name__}).")
        case Exception():
            return _error(FAILED, f"{type(error).__name__} at {_place(error)}")
        case _:
            return _error("damaged", f"The PDF is broken ({type(error).__name__}).") | {"last": True}


def _error(kind: str, detail: str) -> Message:
    return {"error": {"kind": str(kind), "detail": detail}}


def _place(error: BaseException) -> str:
    """The line of ours that failed last. The message of an error may hold text of a bill, its place never does."""
    frames = traceback.extract_tb(error.__traceback__)
    package = str(Path(__file__).parent)
    ours = [frame for frame in frames if frame.filename.startswith(package)] or frames
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "an unknown line"


def _read(request: Message) -> Message:
    document: Message = read(Path(request["path"]), **request.get("options", {})).to_json()
    return document


def _explain(request: Message) -> Message:
    from parsers import Explanation

    explanation = Explanation()
    document = read(Path(request["path"]), explain=explanation, **request.get("options", {}))
    pages = document.page_count or 0
    return {"text": explanation.text, "document": document.document.value, "pages": pages, "marks": explanation.marks}


def _draw(request: Message) -> Message:
    from parsers.marked import Mark
    from parsers.pdf.pictures import drawn

    marks = [Mark(page, tuple(box), text, tuple(names), sure) for page, box, text, names, sure in request["marks"]]
    picture = drawn(Path(request["path"]), request["page"], marks)
    try:
        picture.save(request["target"], format="PNG")
    except OSError as error:
        return {"not_written": error.strerror or type(error).__name__}
    return {}


def _sketch(request: Message) -> Message:
    from parsers.sketch import sketch

    return sketch(Path(request["path"]), request["name"]).model_dump(mode="json")


def _inspect(request: Message) -> Message:
    return inspect(Path(request["path"])).model_dump(mode="json")


def _wrap(request: Message) -> None:
    Path(request["target"]).write_bytes(as_pdf(Path(request["path"]).read_bytes()))


def _cut(request: Message) -> None:
    cut(Path(request["path"]), [Piece.model_validate(piece) for piece in request["pieces"]])


_OPERATIONS: dict[str, Callable[[Message], Message | None]] = {
    "read": _read,
    "explain": _explain,
    "draw": _draw,
    "sketch": _sketch,
    "inspect": _inspect,
    "wrap": _wrap,
    "cut": _cut,
}


def _write(replies: TextIO, reply: Message) -> None:
    replies.write(json.dumps(reply) + "\n")
    replies.flush()


def _own_stdout() -> TextIO:
    """The real stdout, for replies alone: what a library prints goes to stderr from now on."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return replies


def _limit(kind: int, soft: int) -> None:
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _become_expendable() -> None:
    """Dies with its parent, and before it when memory runs out; stopping the service is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        with contextlib.suppress(OSError):  # a container may forbid it
            Path("/proc/self/oom_score_adj").write_text("500")


if __name__ == "__main__":
    main()
