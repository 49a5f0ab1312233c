"""The multipart body of an upload, written to disk as it comes in."""

import asyncio
import hashlib
import io
import os
import uuid
from dataclasses import dataclass
from pathlib import Path

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


async def receive(request: web.Request, folder: Path, *, largest: int) -> Received:
    """Store the upload in ``folder`` under its hash. Raises ApiError, and then nothing is left behind."""
    temporary = folder / f".upload-{uuid.uuid4().hex}"
    try:
        fields, filename, sha256, size = await _parts(request, temporary, largest)
        if filename is None:
            raise errors.no_file_provided()
        if not await asyncio.to_thread(_is_pdf, temporary):
            raise errors.unsupported_file_format()
        path = folder / f"{sha256}.pdf"
        await asyncio.to_thread(_keep, temporary, path)
        return Received(path, sha256, size, filename, fields.get("customer_id"), fields.get("external_id"))
    finally:
        await asyncio.to_thread(temporary.unlink, missing_ok=True)


async def _parts(request: web.Request, target: Path, largest: int) -> tuple[dict[str, str], str | None, str, int]:
    """The text fields, and of the file its name (None without a file), hash and size; the file goes to ``target``."""
    if not request.content_type.startswith("multipart/"):
        raise errors.no_file_provided()
    fields: dict[str, str] = {}
    filename, sha256, size = None, "", 0
    try:
        async for part in await request.multipart():
            if part is None or isinstance(part, MultipartReader):
                raise errors.no_file_provided()
            if part.name == "file" and part.filename is not None:
                filename = part.filename
                sha256, size = await _write(part, target, largest)
            elif part.name is not None:
                fields[part.name] = await _text(part)
    except (ValueError, AssertionError) as error:  # aiohttp's words for a body that is not multipart
        raise errors.no_file_provided() from error
    return fields, filename, sha256, size


async def _text(part: BodyPartReader) -> str:
    value = await part.read_chunk(LONGEST_FIELD + 1)
    if len(value) > LONGEST_FIELD:
        raise errors.external_id_invalid_format()
    return value.decode("utf-8", "replace")


async def _write(part: BodyPartReader, target: Path, largest: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with await asyncio.to_thread(target.open, "wb") as file:
        while chunk := await part.read_chunk(CHUNK):
            size += len(chunk)
            if size > largest:
                raise errors.file_too_large(largest)
            digest.update(chunk)
            await asyncio.to_thread(file.write, chunk)
        await asyncio.to_thread(_flush, file)
    return digest.hexdigest(), size


def _flush(file: io.BufferedWriter) -> None:
    file.flush()
    os.fsync(file.fileno())


def _is_pdf(path: Path) -> bool:
    with path.open("rb") as file:
        return b"%PDF-" in file.read(MAGIC_WITHIN)


def _keep(temporary: Path, path: Path) -> None:
    """Under its final name, and durably so."""
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
