"""DMARC (RFC 9989): which domains belong to one organisation, found by walking up the DNS, and what they ask for.

Our rule is stricter than the standard: a message passes when SPF or DKIM passes in alignment, whatever the policy says
and also where none is published; what is found is kept with the verdict.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ingest.mail.authentication.resolver import Lookups

MAX_QUERIES = 8
_VERSION = re.compile(r"v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)")

Identifier = Literal["adkim", "aspf"]


@dataclass(frozen=True, slots=True)
class DmarcRecord:
    """A record at ``_dmarc.<domain>``."""

    domain: str
    tags: Mapping[str, str] = field(hash=False)

    @property
    def suffix(self) -> Literal["y", "n", "u"]:
        """Tag psd: whether the domain is a public suffix; ``u`` leaves it to the walk."""
        psd = self.tags.get("psd", "u").lower()
        return "y" if psd == "y" else "n" if psd == "n" else "u"

    def is_strict(self, identifier: Identifier) -> bool:
        """Whether the domain must be the same to be aligned."""
        return self.tags.get(identifier, "r").lower() == "s"

    def policy_for(self, author: str) -> str:
        """What it asks for where nothing passes: ``none`` unless it says ``quarantine`` or ``reject``."""
        asked = self.tags.get("p", "none")
        if author != self.domain:
            asked = self.tags.get("sp", asked)
        asked = asked.lower()
        return asked if asked in ("quarantine", "reject") else "none"


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk from ``start`` found, the nearest record first."""

    start: str
    records: tuple[DmarcRecord, ...]

    @property
    def organization(self) -> str:
        """The Organizational Domain (section 4.10.2); ``start`` itself where no record says otherwise."""
        for record in self.records:
            if record.suffix == "n":
                return record.domain
            if record.suffix == "y" and record.domain != self.start:
                below = self.start.removesuffix(f".{record.domain}").rsplit(".", 1)[-1]
                return f"{below}.{record.domain}"
        return self.records[-1].domain if self.records else self.start

    @property
    def policy_record(self) -> DmarcRecord | None:
        """The record that applies to ``start`` (section 4.10.1): its own, its organisation's or its suffix's."""
        found = {record.domain: record for record in self.records}
        suffix = next((record for record in self.records if record.suffix == "y"), None)
        return found.get(self.start) or found.get(self.organization) or suffix


async def walk(lookups: Lookups, domain: str) -> Walk:
    """The tree walk of section 4.10: the domain itself and at most seven names above it. Raises DnsUnavailable."""
    records = []
    for name in _names(domain):
        record = read_records(name, await lookups.txt(f"_dmarc.{name}"))
        if record is not None:
            records.append(record)
            if record.suffix != "u":
                break
    return Walk(domain, tuple(records))


def read_records(domain: str, texts: Sequence[bytes]) -> DmarcRecord | None:
    """The one DMARC record among the TXT records. Of two, none counts; without its version, one is none."""
    found = [text for text in (_plain(text) for text in texts) if text is not None and _VERSION.match(text)]
    return DmarcRecord(domain, _tags(found[0])) if len(found) == 1 else None


async def is_aligned(lookups: Lookups, author: Walk, domain: str, identifier: Identifier) -> bool:
    """Whether an authenticated domain speaks for the domain of the From header. Raises DnsUnavailable.

    Two different domains are aligned when the walks from both end at the same organisation, unless the record asks for
    the strict mode. Stricter than the standard: a name of one label (``com``) is nobody's organisation, even if
    someone publishes a record there without saying that it is a public suffix.
    """
    if domain == author.start:
        return True
    if not could_align(author.start, domain):
        return False
    record = author.policy_record
    if record is None or record.is_strict(identifier):
        return False
    organization = author.organization
    return "." in organization and (await walk(lookups, domain)).organization == organization


def could_align(author: str, domain: str) -> bool:
    """Whether both can be of one organisation at all: the same name, or at least two labels in common at the end."""
    return author == domain or author.split(".")[-2:] == domain.split(".")[-2:]


def _names(domain: str) -> list[str]:
    labels = domain.split(".")
    above = labels[1:][-(MAX_QUERIES - 1) :]
    return [domain, *(".".join(above[place:]) for place in range(len(above)))]


def _plain(text: bytes) -> str | None:
    try:
        return text.decode("ascii")
    except UnicodeDecodeError:
        return None


def _tags(text: str) -> dict[str, str]:
    """Tag and value; unknown tags are kept, parts without ``=`` ignored, of a tag given twice the first counts."""
    tags: dict[str, str] = {}
    for part in text.split(";"):
        name, sign, value = part.partition("=")
        if sign:
            tags.setdefault(name.strip().lower(), value.strip())
    return tags
