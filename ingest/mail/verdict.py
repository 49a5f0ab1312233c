"""The judgement on a sender, with everything that it rests on: kept with the record, shown, logged."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from ingest.mail.authentication.signatures import SignatureResult
from ingest.mail.authentication.spf import SpfResult
from ingest.reasons import Reason

Mode = Literal["dmarc", "relay", "envelope"]


@dataclass(frozen=True, slots=True)
class SpfEvidence:
    """``aligned``: the domain that was checked speaks for the From header's."""

    result: str
    domain: str | None
    aligned: bool
    detail: str = ""

    @classmethod
    def of(cls, found: SpfResult, *, aligned: bool) -> "SpfEvidence":
        """What is kept of a check."""
        return cls(found.result, found.domain, aligned, found.detail)


@dataclass(frozen=True, slots=True)
class DkimEvidence:
    """One signature."""

    domain: str | None
    selector: str | None
    result: str
    reason: str
    aligned: bool

    @classmethod
    def of(cls, found: SignatureResult, *, aligned: bool) -> "DkimEvidence":
        """What is kept of a signature."""
        return cls(found.domain, found.selector, found.result, found.reason, aligned)


@dataclass(frozen=True, slots=True)
class DmarcEvidence:
    """``domain`` is where the record was found, ``policy`` what it asks for (RFC 9989); None where none was found."""

    domain: str | None
    policy: str | None
    result: Literal["pass", "fail", "temperror"]


@dataclass(frozen=True, slots=True)
class ArcEvidence:
    """``sealers`` from the newest to the oldest."""

    result: str
    sealers: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RelayEvidence:
    """What the relay's Authentication-Results said; ``results`` are ``method=result`` with the domain that it names."""

    authserv_id: str
    result: str
    results: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``reason`` is None for an allowed sender; ``detail`` is one sentence for the sender and the log."""

    mode: Mode
    peer: str | None = None
    helo: str | None = None
    envelope_from: str | None
    header_from: str | None
    reason: Reason | None = None
    detail: str = ""
    spf: SpfEvidence | None = None
    dkim: tuple[DkimEvidence, ...] = ()
    dmarc: DmarcEvidence | None = None
    arc: ArcEvidence | None = None
    relay: RelayEvidence | None = None
    redirect: str | None = None
    """The rule by which an automatic redirect was taken."""

    @property
    def allowed(self) -> bool:
        """Whether the documents may be taken."""
        return self.reason is None

    @property
    def authenticated(self) -> bool:
        """Whether the From header's mailbox was shown to be true: ``envelope`` shows nothing."""
        return self.allowed and self.mode != "envelope"

    def as_json(self) -> dict[str, Any]:
        """What is kept with the record."""
        return {**asdict(self), "reason": self.reason and self.reason.value, "allowed": self.allowed}
