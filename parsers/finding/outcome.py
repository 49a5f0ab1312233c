"""What came of a rule: a value with its place, or the reason why there is none; and where all of it is noted down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from parsers.finding.kinds import Kind
from parsers.finding.lines import Span
from parsers.finding.region import Region
from parsers.model import Source

UNREADABLE = "a character of it cannot be read"


@dataclass(frozen=True)
class Found:
    """A value; ``parts`` are the values it is made of, where they have places of their own (an address).

    ``grounds`` are what the way in which it was found says of its certainty (``parsers.confidence``).
    """

    value: Any
    span: Span
    rule: str
    parts: Mapping[str, "Found"] = field(default_factory=dict)
    grounds: tuple[str, ...] = ()

    def because(self, *grounds: str) -> "Found":
        return replace(self, grounds=(*self.grounds, *grounds))

    @property
    def unreadable(self) -> bool:
        return self.span.unreadable or any(part.unreadable for part in self.parts.values())

    @property
    def source(self) -> Source:
        box = tuple(round(side, 2) for side in self.span.box)
        place = (box[0], box[1], box[2], box[3])
        grounds = self.grounds if self.span.agreed else (*self.grounds, "one_engine")
        return Source(page=self.span.page, box=place, text=self.span.text, rule=self.rule, grounds=grounds)


@dataclass(frozen=True)
class Missing:
    """No value; ``reason`` is a clause for people, without the bill's own data.

    ``unseen``: not even the place where it should stand is on the bill.
    """

    reason: str
    unseen: bool = False


Outcome = Found | Missing


@dataclass(frozen=True)
class Attempt:
    """One rule tried for one field, for ``--explain``."""

    path: str
    rule: str
    outcome: Outcome


@dataclass(frozen=True)
class Field:
    """What is being read: its name as in the record, its path there, the kind of its value."""

    name: str
    path: str
    kind: Kind


@dataclass
class Scope:
    """Where a rule searches: ``region`` is the part it is confined to, ``bill`` all pages of the bill.

    ``field`` reads another field of the bill by its name.
    """

    region: Region
    bill: Region
    field: Callable[[str], Outcome]
    attempts: list[Attempt]

    def confined(self, region: Region) -> "Scope":
        return replace(self, region=region)

    def note(self, wanted: Field, rule: str, outcome: Outcome) -> Outcome:
        """Notes the attempt down and gives its outcome; a value that holds an unknown character is none."""
        if isinstance(outcome, Found) and outcome.unreadable:
            outcome = Missing(UNREADABLE)
        self.attempts.append(Attempt(wanted.path, rule, outcome))
        return outcome
