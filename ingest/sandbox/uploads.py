"""The multipart body of an upload, written to disk as it comes in."""

import asyncio
import hashlib
import os
import uuid
from dataclasses import dataclass
from pathlib import Path

import aiofiles
from aiohttp import BodyPartReader, MultipartReader, web

from ingest.sandbox import errors

CHUNK = 256 * 1024
LONGEST_FIELD = 1024
MAGIC_WITHIN = 1024
"""Bytes at the start among which a PDF's ``%PDF-`` stands; some programs put something before it."""


@dataclass(frozen=True, slots=True)
class Received:
    """A PDF on disk, with the fields that came along."""

    path: Path
    sha256: str
    size: int
    filename: str
    customer_id: str | None
    external_id: str | None


@dataclass(slots=True)
class _File:
    """The file part, as far as it came."""

    filename: str
    digest: "hashlib._Hash"
    size: int = 0
    head: bytes = b""

    def take(self, chunk: bytes) -> bytes:
        self.digest.update(chunk)
        self.size += len(chunk)
        self.head += chunk[: MAGIC_WITHIN - len(self.head)]
        return chunk


async def receive(request: web.Request, folder: Path, *, largest: int) -> Received:
    """Store the upload in ``folder`` under its hash. Raises ApiError, and then nothing is left behind."""
    temporary = folder / f".upload-{uuid.uuid4().hex}"
    try:
        fields, file = await _parts(request, temporary, largest)
        sha256 = file.digest.hexdigest()
        path = folder / f"{sha256}.pdf"
        await asyncio.to_thread(_keep, temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return Received(path, sha256, file.size, file.filename, fields.get("customer_id"), fields.get("external_id"))


async def _parts(request: web.Request, target: Path, largest: int) -> tuple[dict[str, str], _File]:
    """The text fields and the PDF, whose bytes go to ``target``."""
    if not request.content_type.startswith("multipart/"):
        raise errors.no_file_provided()
    fields: dict[str, str] = {}
    file: _File | None = None
    try:
        async for part in await request.multipart():
            if part is None or isinstance(part, MultipartReader):
                raise errors.no_file_provided()
            if part.name == "file" and part.filename is not None:
                file = await _write(part, part.filename, target, largest)
            elif part.name is not None:
                fields[part.name] = await _text(part)
    except (ValueError, AssertionError) as error:  # aiohttp's words for a body that is not multipart
        raise errors.no_file_provided() from error
    if file is None:
        raise errors.no_file_provided()
    if b"%PDF-" not in file.head:
        raise errors.unsupported_file_format()
    return fields, file


async def _text(part: BodyPartReader) -> str:
    value = await part.read_chunk(LONGEST_FIELD + 1)
    if len(value) > LONGEST_FIELD:
        raise errors.external_id_invalid_format()
    return value.decode("utf-8", "replace")


async def _write(part: BodyPartReader, filename: str, target: Path, largest: int) -> _File:
    file = _File(filename, hashlib.sha256())
    async with aiofiles.open(target, "wb") as out:
        while chunk := await part.read_chunk(CHUNK):
            await out.write(file.take(chunk))
            if file.size > largest:
                raise errors.file_too_large(largest)
    return file


def _keep(temporary: Path, path: Path) -> None:
    """Onto the disk, and there under its final name."""
    _sync(temporary)
    temporary.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
