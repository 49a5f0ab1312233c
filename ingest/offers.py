"""What a source offers: one document with all that is known of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ingest.errors import Refused

SourceName = Literal["smtp", "folder", "batch"]


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A file of ours that is fsynced and may be renamed away."""

    sha256: str
    size: int
    """Bytes."""
    pages: int | None = None
    """Of a PDF that was opened already and is sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One document that a source offers. ``content`` is its bytes or the path of a file that will not change."""

    account: str
    source: SourceName
    name: str
    content: bytes | Path
    customer: str | None = None
    external_id: str | None = None
    message: dict[str, Any] | None = None
    place: str | None = None
    """Where the source will keep the file once it is taken; results are written beside it."""
    on_disk: OnDisk | None = None
    """Of any other ``content`` a copy is made."""
    refused: Refused | None = None
    """What the source itself found against it; it is noted, not stored."""
