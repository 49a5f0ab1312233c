"""What came out of a message: its documents as files, what could not be taken, and what kind of message it is."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from ingest.errors import Refused
from ingest.mail.kind import MessageKind
from ingest.reasons import BY_CODE, Reason


@dataclass(frozen=True, slots=True)
class MailDocument:
    """A PDF or photo of a message, in a file of its own that is on the disk (fsynced) and will not change."""

    name: str
    path: Path
    sha256: str
    size: int
    """Bytes."""
    part: str
    """Where in the message it stood first: ``2.1`` is the first part of the second."""
    copies: int = 1
    """How often the message holds it."""
    pages: int | None = None
    """Of a PDF that is sound, where that was looked at."""


@dataclass(frozen=True, slots=True)
class RefusedPart:
    """What may have been meant as a bill but cannot be taken. ``detail`` is a sentence for a person."""

    name: str
    part: str
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class OpenedMessage:
    """All that a message holds for us. ``not_answered`` says why nobody may be answered; None when one may."""

    documents: tuple[MailDocument, ...]
    refused: tuple[RefusedPart, ...]
    kind: MessageKind
    not_answered: str | None = None

    @property
    def answerable(self) -> bool:
        """Whether the sender may get a mail back."""
        return self.not_answered is None

    def why_empty(self) -> Refused:
        """The refusal of a message without documents: that of its only candidate, or that there is none."""
        if not self.refused:
            return Refused(Reason.NO_DOCUMENT, self.kind.sentence)
        first, others = self.refused[0], len(self.refused) - 1
        named = f"{first.name}: {first.detail}"
        return Refused(first.reason, f"{named} ({others} more could not be taken.)" if others else named)

    def looked_at(self, pages: Callable[[Path], int | None]) -> Self:
        """With the pages of its documents."""
        return replace(self, documents=tuple(replace(each, pages=pages(each.path)) for each in self.documents))

    def as_json(self) -> dict[str, Any]:
        """For ``from_json`` in another process."""
        return {
            "documents": [{**asdict(document), "path": str(document.path)} for document in self.documents],
            "refused": [asdict(part) for part in self.refused],
            "kind": self.kind,
            "not_answered": self.not_answered,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """What ``as_json`` made."""
        return cls(
            documents=tuple(MailDocument(**{**each, "path": Path(each["path"])}) for each in kept["documents"]),
            refused=tuple(RefusedPart(**{**each, "reason": BY_CODE[each["reason"]]}) for each in kept["refused"]),
            kind=MessageKind(kept["kind"]),
            not_answered=kept["not_answered"],
        )
