"""The rules of a bill of a company that nobody has written a parser for, and the whole way to such bills.

The rules give outcomes as every parser's do, so that years, sums, sources and reasons are dealt with as for all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from parsers.errors import DeclarationError
from parsers.finding.kinds import TEXT
from parsers.finding.meters import Commodity, MeterRead
from parsers.finding.outcome import Attempt, Field, Found, Outcome, Scope
from parsers.finding.region import Sheet
from parsers.finding.rules import Rule
from parsers.generic.accounts import bills_of
from parsers.generic.cells import Board
from parsers.generic.issuer import read_issuer
from parsers.generic.reading import Reading
from parsers.generic.recognising import Verdict, recognise
from parsers.model import Bill, Document, DocumentKind
from parsers.reading import read_bill
from parsers.utility import Utility

GENERIC = "generic"
"""The parser's code, and the reason that its bills carry."""
MOST_ALONE = 2  # bills of which none can be the cover of the others


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
    evidence = MappingProxyType({"previous_balance": Told(), "payments": Told()})


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
    if len(bills) <= MOST_ALONE or bills[0].meters:
        return list(bills)
    due = [bill.amount_due for bill in bills]
    return list(bills[1:]) if None not in due and due[0] == sum(map(int, filter(None, due[1:]))) else list(bills)


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
