"""A process that reads documents for another one, within limits of memory and processor time.

``python -m parsers.child --memory-mb N --cpu-seconds N`` answers each line of JSON on stdin with one on stdout::

    {"op": "read", "path": "/x.pdf", "options": {}}                      {"ok": {"document": "bill", ...}}
    {"op": "explain", "path": "/x.pdf", "options": {}}                   {"ok": {"text": "…", "document": "bill", …}}
    {"op": "draw", "path": "/x.pdf", "page": 1, "marks": […], "target": …}   {"ok": {}}
    {"op": "sketch", "path": "/x.pdf", "name": null}                     {"ok": {"ideas": […], …}}
    {"op": "inspect", "path": "/x.pdf"}                                  {"ok": {"page_count": 3, "encrypted": false}}
    {"op": "wrap", "path": "/x.jpg", "target": …}                        {"ok": null}
    {"op": "unlock", "path": "/x.pdf", "passwords": ["…"], "target": …}  {"ok": {"password": 1}}
    {"op": "cut", "path": "/x.pdf", "pieces": [{"first": 1, "last": 2, "target": …}]}  {"ok": null}
                                                                         {"error": {"kind": …, "detail": …}}

``kind`` is a ``DocumentKind``, or ``unavailable`` (the file itself could not be read) or ``failed`` (a mistake of
ours). A reply with ``"last": true`` is its last: it does not trust its memory any more, or there are passwords
in it, which no other document may come near. A document that breaks the process takes only this process with it; the
end of stdin ends it too. Its first line says that it is ready.
"""

import traceback
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2
from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

from parsers.errors import DocumentError
from parsers.model import Piece
from parsers.pdf.cutting import cut
from parsers.pdf.document import inspect
from parsers.pdf.photos import as_pdf
from parsers.pdf.unlocking import unlock
from parsers.reader import read  # before it is ready: a document's time is not for the parsers' start
from parsers.serving import Message, serve_stdin

UNAVAILABLE = "unavailable"
FAILED = "failed"

_LIBRARY_ERRORS = (pypdfium2.PdfiumError, pikepdf.PdfError, PdfminerException, MalformedPDFException, RecursionError)


def main() -> None:
    """Answers until stdin ends."""
    serve_stdin(answer)


def answer(request: Message) -> Message:
    """The reply to one request; whatever goes wrong with a document becomes one too."""
    try:
        reply: Message = {"ok": _OPERATIONS[request["op"]](request)}
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - the one door: pdf-oxide's panics are no Exceptions
        reply = failure(error)
    return reply | {"last": True} if request.get("passwords") else reply


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


def _unlock(request: Message) -> Message:
    return {"password": unlock(Path(request["path"]), Path(request["target"]), request["passwords"])}


def _cut(request: Message) -> None:
    cut(Path(request["path"]), [Piece.model_validate(piece) for piece in request["pieces"]])


_OPERATIONS: dict[str, Callable[[Message], Message | None]] = {
    "read": _read,
    "explain": _explain,
    "draw": _draw,
    "sketch": _sketch,
    "inspect": _inspect,
    "wrap": _wrap,
    "unlock": _unlock,
    "cut": _cut,
}


if __name__ == "__main__":
    main()
