"""Signatures of a message on disk, verified where nothing else waits for it."""

import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

from ingest.mail.authentication.arc import ArcChain, verify_chain
from ingest.mail.authentication.signatures import Keys, SignatureResult, verify


@dataclass(frozen=True, slots=True)
class Signatures:
    """``arc`` is None unless the key of the newest seal was given."""

    dkim: tuple[SignatureResult, ...]
    arc: ArcChain | None = None

    def as_json(self) -> dict[str, Any]:
        """For the way between two processes."""
        return {"dkim": [result.as_json() for result in self.dkim], "arc": self.arc and self.arc.as_json()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The counterpart of ``as_json``."""
        arc = value["arc"]
        return cls(tuple(map(SignatureResult.from_json, value["dkim"])), arc and ArcChain.from_json(arc))


class DkimVerifier(Protocol):
    """Whoever can run ``verify_file`` without holding up anybody."""

    async def verify_dkim(self, message: Path, keys: Keys) -> Signatures:
        """The results for the signatures whose keys are given.

        Raises Unavailable when it cannot be told now, Refused for a message that breaks whoever reads it.
        """


def verify_file(message: Path, keys: Keys) -> Signatures:
    """CPU-bound: up to a second for each 35 MB, several for hostile ones. The file is mapped, not read into memory."""
    with message.open("rb") as file:
        if message.stat().st_size == 0:
            return Signatures(())
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            return Signatures(verify(mapped, keys), verify_chain(mapped, keys))
