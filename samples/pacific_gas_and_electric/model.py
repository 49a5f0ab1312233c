"""A bill of Pacific Gas and Electric as numbers, and what must be read from it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from samples import expectation
from samples.money import charge


@dataclass(frozen=True)
class Line:
    """A charge: quantity times price, or a fixed amount; ``label`` wraps at a newline."""

    label: str
    quantity: str = ""
    unit: str = "kWh"
    price: str = ""
    fixed: int = 0

    @property
    def amount(self) -> int:
        return charge(self.quantity, self.price) if self.quantity else self.fixed


@dataclass(frozen=True, kw_only=True)
class Part:
    """What is charged from one day to another, under prices that hold so long."""

    start: dt.date
    end: dt.date
    lines: tuple[Line | str, ...]

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines if isinstance(line, Line))


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """A service agreement: one meter, with a page of its own."""

    kind: Literal["Electric", "Electric Monthly", "PG&E Electric Delivery", "Gas"]
    service_id: str
    note: str = ""
    rate: str
    street: str
    parts: tuple[Part, ...]
    meter: str
    used: str
    about: tuple[tuple[str, str], ...] = ()
    message: tuple[str, ...] = ()
    demand: str | None = None

    @property
    def unit(self) -> str:
        return "Therms" if self.kind == "Gas" else "kWh"

    @property
    def start(self) -> dt.date:
        return self.parts[0].start

    @property
    def end(self) -> dt.date:
        return self.parts[-1].end

    @property
    def total(self) -> int:
        return sum(part.total for part in self.parts)

    @property
    def consumption(self) -> Decimal:
        used = Decimal(self.used)
        return used if self.kind == "Gas" else (used * 1000).quantize(Decimal(1), ROUND_HALF_UP)


@dataclass(frozen=True, kw_only=True)
class Generation:
    """The energy that a community choice aggregator sells, under an agreement of its own."""

    supplier: str
    service_id: str
    rate: str
    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class PgeBill:
    customer: tuple[str, ...]
    mailing: tuple[str, ...]
    street: str
    town: str
    postal_code: str
    account: str
    stated: dt.date
    due: dt.date
    previous: int | None  # None on a first bill
    paid: int = 0
    agreements: tuple[Agreement, ...]
    generation: Generation | None = None
    adjustment: int = 0  # of electricity, as the climate credit
    true_up: int = 0  # of a year of net metering
    messages: tuple[str, ...] = ()
    past_due: bool = False
    lying_fonts: bool = False
    to: str = " - "  # between the days of a period

    @property
    def remaining(self) -> int:
        return (self.previous or 0) - self.paid

    @property
    def current(self) -> Iterator[tuple[str, int]]:
        """The lines of new charges in the summary."""
        for kind in ("Electric", "Electric Monthly", "PG&E Electric Delivery"):
            if one := [agreement for agreement in self.agreements if agreement.kind == kind]:
                yield f"Current {kind} Charges", sum(agreement.total for agreement in one)
        if self.true_up:
            yield "Total NEM Charges", self.true_up
        if self.adjustment:
            yield "Electric Adjustments", self.adjustment
        if self.generation:
            yield f"{self.generation.supplier} Electric Generation Charges", self.generation.total
        if one := [agreement for agreement in self.agreements if agreement.kind == "Gas"]:
            yield "Current Gas Charges", sum(agreement.total for agreement in one)

    @property
    def amount_due(self) -> int:
        return self.remaining + sum(amount for _, amount in self.current)

    def expected(self) -> dict[str, Any]:
        """New charges are totalled only where nothing is left over, or where they are one line."""
        lines = dict(self.current)
        new = sum(lines.values())
        total = new if not self.remaining or len(lines) == 1 else None
        electric = [amount for label, amount in lines.items() if "Electric" in label]
        alone = total if len(electric) == len(lines) else None
        meters = [self._meter(agreement) for agreement in self.agreements]
        used = {"electric": Decimal(0), "gas": Decimal(0)}
        for agreement, meter in zip(self.agreements, meters, strict=True):
            used[meter["type"]] += agreement.consumption
        gas = lines.get("Current Gas Charges")
        bill = expectation.bill(
            utility="pacific_gas_and_electric",
            account_number=self.account,
            billed_on=self.stated,
            due_on=self.due,
            billing_period_from=min(agreement.start for agreement in self.agreements),
            billing_period_to=max(agreement.end for agreement in self.agreements),
            electricity_consumption=used["electric"] if electric else None,
            electricity_amount=None if self.true_up else lines.get("Current Electric Charges", alone),
            delivery_charge=lines.get("Current PG&E Electric Delivery Charges"),
            supply_charge=self.generation.total if self.generation else None,
            gas_consumption=used["gas"] if gas is not None else None,
            gas_consumption_unit="therms" if gas is not None else None,
            gas_amount=gas,
            outstanding_balance=None if self.previous is None else self.remaining,
            total_amount=total,
            amount_due=self.amount_due,
            past_due=self.past_due,
            supplier_name=self.generation.supplier if self.generation else None,
            meters=meters,
        )
        return expectation.document(bill)

    def _meter(self, agreement: Agreement) -> dict[str, Any]:
        here = agreement.street == self.street
        address = expectation.address(self.street, self.town, "CA", self.postal_code)
        return expectation.meter(
            id=agreement.meter,
            type="gas" if agreement.kind == "Gas" else "electric",
            billing_period_from=agreement.start,
            billing_period_to=agreement.end,
            consumption=agreement.consumption,
            demand_kw=Decimal(agreement.demand) if agreement.demand else None,
            tariff=agreement.rate,
            address=address if here else dict.fromkeys(address) | {"line_1": agreement.street},
            additional_attributes={"service_id": agreement.service_id},
        )
