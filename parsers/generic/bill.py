"""The rules of a bill of a company that nobody has written a parser for: each field read by what its labels point to.

They give outcomes as every parser's rules do, so that years, sums, sources and reasons are dealt with as for all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from parsers.errors import DeclarationError
from parsers.generic.accounts import bills_of, read_account
from parsers.generic.amounts import read_amounts
from parsers.generic.cells import Board
from parsers.generic.dates import Period, periods, read_billed, read_due, whole_period
from parsers.generic.descriptions import addresses, attributes, tariffs
from parsers.generic.issuer import read_issuer
from parsers.generic.meters import Printed, consumed, meter_numbers, read_meters
from parsers.generic.names import read_supplier
from parsers.generic.pointing import Pointing
from parsers.generic.recognising import Verdict, recognise
from parsers.generic.usage import Settled, Unit, evidence, settle
from parsers.kinds import TEXT
from parsers.meters import Commodity, MeterRead
from parsers.model import Bill, Document, DocumentKind
from parsers.outcome import Attempt, Field, Found, Missing, Outcome, Scope
from parsers.reading import read_bill
from parsers.region import Region, Sheet, remembered
from parsers.rules import Rule
from parsers.utility import Utility

METERS = "generic meters"
GENERIC = "generic"
"""The parser's code, and the reason that its bills carry."""


MOST_ALONE = 2  # bills behind a cover, at the least


class Reading:
    """All that was found on the pages of one bill, each part of it once."""

    def __init__(self, boards: Sequence[Board]) -> None:
        self.boards = list(boards)
        self.pointing = Pointing(self.boards)

    @classmethod
    def of(cls, region: Region) -> "Reading":
        return remembered(region.memo, GENERIC, lambda: cls([Board(area.sheet) for area in region.areas]))

    @cached_property
    def evidence(self) -> list[Any]:
        return evidence(self.pointing)

    @cached_property
    def used(self) -> dict[Commodity, Settled | str]:
        return {service: settle(self.evidence, self.units(service)) for service in self.services}

    def units(self, service: Commodity) -> list[Unit]:
        """The units of a service; ccf count only where no therms are printed."""
        if service == "electric":
            return ["kwh"]
        therms = any("therm" in board.sheet.squeezed.casefold() for board in self.boards)
        return ["therms"] if therms else ["ccf"]

    @cached_property
    def services(self) -> list[Commodity]:
        """What the bill counts: told by the units of what is not merely mentioned."""
        counted = {used.unit for used in self.evidence if used.kind in ("labelled", "reading", "charged")}
        counted = counted or {used.unit for used in self.evidence}
        electric, gas = bool(counted & {"kwh", "kw"}), bool(counted & {"therms", "ccf"})
        return [service for service, there in (("electric", electric), ("gas", gas)) if there]  # type: ignore[misc]

    @cached_property
    def account(self) -> Outcome:
        return read_account(self.pointing)

    @cached_property
    def billed(self) -> tuple[Outcome, Any]:
        return read_billed(self.pointing)

    @cached_property
    def periods(self) -> list[Period]:
        return periods(self.pointing, self.boards, self.billed[1])

    @cached_property
    def period(self) -> tuple[Outcome, Outcome]:
        return whole_period(self.periods)

    @cached_property
    def amounts(self) -> dict[str, Outcome]:
        return read_amounts(self.pointing, electric="electric" in self.services, gas="gas" in self.services)

    def outcome(self, name: str, scope: Scope) -> Outcome:
        match name:
            case "account_number":
                return self.account
            case "billed_on":
                return self.billed[0]
            case "due_on":
                billed = self.billed[0]
                return read_due(self.pointing, billed.value if isinstance(billed, Found) else None)
            case "billing_period_from":
                return self.period[0]
            case "billing_period_to":
                return self.period[1]
            case "electricity_consumption":
                return self.consumed("electric", scope)
            case "gas_consumption":
                return self.consumed("gas", scope)
            case "gas_consumption_unit":
                return self._gas_unit()
            case "supplier_name":
                return read_supplier(self.pointing)
            case _:
                return self.amounts.get(name, Missing("no rule reads it"))

    def meters(self, scope: Scope) -> list[MeterRead]:
        """The meters, put together once."""
        return remembered(scope.bill.memo, METERS, lambda: self._meters(scope))

    def _meters(self, scope: Scope) -> list[MeterRead]:
        account = self.account.value if isinstance(self.account, Found) else None
        printed = Printed(
            self.periods,
            tariffs(self.pointing),
            addresses(self.pointing, scope),
            attributes(self.pointing),
            self.period,
        )
        numbers = meter_numbers(self.pointing, account)
        return read_meters(numbers, self.evidence, self.used, printed, self.units)

    def consumed(self, service: Commodity, scope: Scope) -> Outcome:
        """What all meters of a service counted: as the bill totals it, or else their sum."""
        settled = self.used.get(service, f"no {service} service is counted")
        whole = consumed(settled) if isinstance(settled, Settled) else Missing(settled)
        meters = [meter for meter in self.meters(scope) if meter.type == service]
        parts = [meter.fields["consumption"] for meter in meters]
        if len(parts) < 2:
            return whole
        known = [part for part in parts if isinstance(part, Found)]
        total = sum(part.value for part in known)
        if isinstance(whole, Found) and whole.value == total:
            return whole
        if len(known) == len(parts):
            return replace(known[0], value=total, rule=f"sum of the meters: {known[0].rule}")
        if isinstance(whole, Found) and whole.value > total:
            return whole
        return Missing("not every meter's usage is read")

    def _gas_unit(self) -> Outcome:
        settled = self.used.get("gas", "no gas service is counted")
        if isinstance(settled, Settled):
            return Found(settled.unit, settled.source.cell.span, settled.rule)
        return Missing(settled)


@dataclass(frozen=True)
class Told(Rule):
    """A field as the labels, the forms of the values and the sums of a bill tell it."""

    def __str__(self) -> str:
        return "generic"

    def check(self, name: str) -> None:
        if not name:
            raise DeclarationError("a field without a name")

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        outcome = Reading.of(scope.bill).outcome(wanted.name, scope)
        return scope.note(wanted, outcome.rule if isinstance(outcome, Found) else str(self), outcome)


@dataclass(frozen=True)
class ToldMeters:
    """The meters of a bill as its labels and readings tell them."""

    type: Commodity = "electric"

    def read(self, scope: Scope) -> list[MeterRead]:
        meters = Reading.of(scope.bill).meters(scope)
        for at, meter in enumerate(meters):
            for name, outcome in meter.fields.items():
                scope.note(Field(name, f"meter {at + 1}.{name}", TEXT), "generic", outcome)
        return meters


class GenericBill(Utility):
    """What any company's bill prints, read with the same means as a known one's."""

    code = GENERIC
    name = "a company without a parser of its own"
    marks = (("Account", "ACCOUNT", "account"),)
    services = ("electric", "gas")

    account_number = billed_on = due_on = Told()
    billing_period_from = billing_period_to = Told()
    electricity_consumption = gas_consumption = gas_consumption_unit = Told()
    electricity_amount = gas_amount = delivery_charge = supply_charge = Told()
    community_solar_bill_credit = Told()
    outstanding_balance = total_amount = amount_due = Told()
    supplier_name = Told()
    meters = (ToldMeters(),)
    evidence = {"previous_balance": Told(), "payments": Told()}


def read_generic(sheets: Sequence[Sheet], tried: list[list[Attempt]]) -> Document:
    """The bills of a document that no parser claims, or what it is instead."""
    boards = [Board(sheet) for sheet in sheets if sheet.page.usable_text]
    bills: list[Bill] = []
    verdicts: list[Verdict] = []
    for pages in bills_of(boards):
        reading = Reading(pages)
        verdict = recognise([board.sheet for board in pages], reading.pointing, reading.evidence)
        verdicts.append(verdict)
        if verdict.kind is DocumentKind.BILL:
            attempts: list[Attempt] = []
            bills.append(_bill([board.sheet for board in pages], attempts))
            tried.append(attempts)
    bills = _without_cover(bills)
    if bills:
        return Document(document=DocumentKind.BILL, page_count=len(sheets), parser=GENERIC, bills=tuple(bills))
    verdict = verdicts[0] if verdicts else Verdict(DocumentKind.UNKNOWN_UTILITY, "Nothing on it can be read.")
    return Document(document=verdict.kind, page_count=len(sheets), detail=verdict.detail)


def _without_cover(bills: Sequence[Bill]) -> list[Bill]:
    """The bills of single accounts, without the pages before them that only add them up."""
    first, *others = bills or [None]
    due = [bill.amount_due for bill in others if bill is not None and bill.amount_due is not None]
    if first is None or len(others) < MOST_ALONE or len(due) < len(others) or first.meters:
        return list(bills)
    return [bill for bill in others if bill] if first.amount_due == sum(due) else list(bills)


def _bill(sheets: Sequence[Sheet], attempts: list[Attempt]) -> Bill:
    bill = read_bill(GenericBill, sheets, attempts)
    state = next((meter.address.state for meter in bill.meters if meter.address and meter.address.state), None)
    issuer = read_issuer(sheets, state)
    sources = {path: source for path, source in bill.sources.items() if path != "utility"}
    missing = dict(bill.missing)
    if isinstance(issuer, Found):
        sources["utility"] = issuer.source
    else:
        missing["utility"] = issuer.reason
    return bill.model_copy(
        update={
            "utility": issuer.value if isinstance(issuer, Found) else None,
            "sources": sources,
            "missing": missing,
            "reasons": (*bill.reasons, GENERIC),
        }
    )
