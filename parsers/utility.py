"""What a parser is: a class of data about the bills of one utility, checked when its module is imported."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from parsers.errors import DeclarationError
from parsers.finding.kinds import BILL_EVIDENCE, BILL_KINDS
from parsers.finding.meters import MeterRules
from parsers.finding.rules import Absent, Rule

Service = Literal["electric", "gas"]
Marks = tuple[str | tuple[str, ...], ...]
"""Texts that one page prints together; a tuple stands for any of its texts."""


@dataclass(frozen=True)
class NotABill:
    """A document of the issuer that is no bill: what it prints, and a sentence that says what it is."""

    sentence: str
    marks: Marks


@dataclass(frozen=True)
class OtherServices:
    """What a bill for other services alone prints: a charge for one of ``services``, and none of ``energy``."""

    services: tuple[str, ...]
    energy: tuple[str, ...]


_ELECTRIC = ("electricity_consumption", "electricity_amount", "delivery_charge", "supply_charge")
_GAS = ("gas_consumption", "gas_consumption_unit", "gas_amount")
PAST_DUE = (
    "past due balance",
    "past due amount",
    "Past due balance",
    "Past due amount",
    "Past Due Balance",
    "Past Due Amount",
    "Amount Past Due",
    "PAST DUE",
)
"""What a bill says of money that is overdue; the terms of payment in small print say it in other words."""

REBILL = (
    "This bill corrects a previous bill",
    "This bill replaces a previous bill",
    "This is a corrected bill",
    "CORRECTED BILL",
    "Corrected Bill",
)
"""What a bill that corrects an earlier one says at the beginning of a line."""

_FROM_METERS = (
    "billing_period_from",
    "billing_period_to",
    "electricity_consumption",
    "gas_consumption",
    "gas_consumption_unit",
)


class Utility:
    """The bills of one utility. A subclass holds data alone; the names of its rules are those of the record's fields.

    ``marks`` tell its bills from all others by what the issuer prints; ``begins`` is a regular expression for the text
    of a page on which a bill begins; pages that print one of ``covers`` (of a collective bill of many accounts) belong
    to none; pages that print one of ``skip_pages`` hold no values; ``not_bills`` names other documents of the issuer,
    ``without_energy`` its bills for water or the like. ``rebill_says`` are its words for a bill that corrects an
    earlier one, at the beginning of a line. ``proven`` is false until the rules have read a real bill; its records say
    so.

    What several companies of one group print alike is a family: ``class ExelonUtility(Utility, family=True)`` holds the
    shared rules and is checked in its members only, which add or replace what differs.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    marks: ClassVar[Marks]
    services: ClassVar[tuple[Service, ...]]
    proven: ClassVar[bool] = True
    begins: ClassVar[str] = r"\bPage 1 of \d"
    covers: ClassVar[tuple[str, ...]] = ()
    skip_pages: ClassVar[tuple[str, ...]] = ()
    not_bills: ClassVar[tuple[NotABill, ...]] = ()
    without_energy: ClassVar[OtherServices | None] = None
    meters: ClassVar[tuple[MeterRules, ...]]
    past_due_says: ClassVar[tuple[str, ...]] = PAST_DUE
    rebill_says: ClassVar[tuple[str, ...]] = REBILL
    evidence: ClassVar[Mapping[str, Rule]] = MappingProxyType({})
    rules: ClassVar[Mapping[str, Rule]]

    def __init_subclass__(cls, *, family: bool = False, **options: Any) -> None:
        super().__init_subclass__(**options)
        if family:
            return
        for required in ("code", "name", "marks", "services", "meters"):
            if not getattr(cls, required, None):
                raise DeclarationError(f"{cls.__name__} has no {required}")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", cls.code):
            raise DeclarationError(f"{cls.__name__}: the code {cls.code!r} is not in snake case")
        re.compile(cls.begins)
        cls.rules = _defaults(cls.services) | _declared(cls)
        _check(cls)


def _declared(cls: type[Utility]) -> dict[str, Rule]:
    values = {name: value for owner in reversed(cls.__mro__) for name, value in vars(owner).items()}
    declared = {name: value for name, value in values.items() if isinstance(value, Rule)}
    unknown = declared.keys() - BILL_KINDS.keys()
    if unknown:
        raise DeclarationError(f"{cls.__name__}: a bill has no field {', '.join(sorted(unknown))}")
    return declared


def _defaults(services: tuple[Service, ...]) -> dict[str, Rule]:
    """Rules for the fields of a service that the utility does not have."""
    absent: dict[str, Rule] = {}
    if "electric" not in services:
        absent |= dict.fromkeys((*_ELECTRIC, "community_solar_bill_credit"), Absent("no electric service"))
    if "gas" not in services:
        absent |= dict.fromkeys(_GAS, Absent("no gas service"))
    return absent


def _check(cls: type[Utility]) -> None:
    missing = BILL_KINDS.keys() - cls.rules.keys() - set(_FROM_METERS) - {"past_due"}
    if missing:
        raise DeclarationError(
            f"{cls.__name__} has no rule for {', '.join(sorted(missing))}; use absent() with a reason"
        )
    for name, rule in cls.rules.items():
        rule.check(name)
    for name, rule in cls.evidence.items():
        if name not in BILL_EVIDENCE:
            raise DeclarationError(f"{cls.__name__}: no check uses the evidence {name}")
        rule.check(name)
    if {meter.type for meter in cls.meters} - set(cls.services):
        raise DeclarationError(f"{cls.__name__} reads meters of a service that it does not have")
