"""A bill of Southern California Edison as numbers; what follows from them is reckoned here."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from samples import expectation
from samples.money import charge

PERIODS = "On peak", "Mid peak", "Off peak", "Super off peak"
STATE_TAX = "0.00030"  # dollars a kWh


@dataclass(frozen=True)
class Line:
    """One line of charges: ``65 kW x $13.48000``; ``share`` is the part of the period, as ``27/30``."""

    label: str
    quantity: int = 0
    unit: str = "kWh"
    price: str = "0"
    share: str = ""
    fixed: int = 0

    @property
    def amount(self) -> int:
        if self.fixed:
            return self.fixed
        part, _, whole = self.share.partition("/")
        return charge(Decimal(self.quantity) * Decimal(part or 1) / Decimal(whole or 1), self.price)

    @property
    def reckoning(self) -> str:
        if self.fixed:
            return ""
        share = f" x {self.share} days" if self.share else ""
        price = Decimal(self.price)
        return f"{self.quantity:,} {self.unit} x {'-' if price < 0 else ''}${abs(price):.5f}{share}"


Charges = tuple[Line | str, ...]  # a str is a heading


def total(charges: Charges) -> int:
    return sum(line.amount for line in charges if isinstance(line, Line))


def of_unit(charges: Charges, unit: str) -> list[Line]:
    return [line for line in charges if isinstance(line, Line) and line.unit == unit]


@dataclass(frozen=True)
class Demand:
    """The highest demand of a season by price period, each with the time it was reached."""

    season: str
    reached: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True, kw_only=True)
class Aggregator:
    """A community choice aggregator, which sells the energy that the utility delivers."""

    name: str
    short: str
    rate: str
    charges: Charges

    @property
    def total(self) -> int:
        return total(self.charges)


@dataclass(frozen=True, kw_only=True)
class SceBill:
    customer: str
    mailing: tuple[str, ...]
    account: str
    service_account: str
    street: str
    town: str
    postal_code: str
    group: str
    pod: str
    prepared: dt.date
    due: dt.date
    previous: int
    payments: tuple[tuple[dt.date, int], ...] = ()
    past_due: bool = False
    start: dt.date
    end: dt.date
    next_end: dt.date
    season: str  # after the number of days; empty within one season
    rate: str
    meter: str
    used: int
    estimated: bool = False
    demand: int | None = None
    demands: tuple[Demand, ...] = ()
    reactive: int | None = None
    hours: tuple[str, ...] = ()
    delivery: Charges
    generation: Charges = ()
    other: Charges
    includes: tuple[str, ...] = ()
    aggregator: Aggregator | None = None

    @property
    def tax(self) -> int:
        return charge(self.used, STATE_TAX)

    @property
    def subtotal(self) -> int:
        return total(self.delivery) + total(self.generation) + total(self.other)

    @property
    def own_charges(self) -> int:
        """What the utility bills for itself; the whole unless there is an aggregator."""
        return self.subtotal + self.tax

    @property
    def new_charges(self) -> int:
        return self.own_charges + (self.aggregator.total if self.aggregator else 0)

    @property
    def forward(self) -> int:
        return self.previous - sum(amount for _, amount in self.payments)

    @property
    def amount_due(self) -> int:
        return self.forward + self.new_charges

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def energy(self, period: str) -> tuple[int, int]:
        """kWh (as delivered) and cost (delivery and generation) of a price period."""
        sold = self.aggregator.charges if self.aggregator else self.generation
        delivered = [line for line in of_unit(self.delivery, "kWh") if line.label == period]
        generated = [line for line in of_unit(sold, "kWh") if line.label == period]
        return sum(line.quantity for line in delivered), sum(line.amount for line in delivered + generated)

    def demand_charges(self) -> int:
        return total(tuple(of_unit(self.delivery + self.generation, "kW")))

    def expected(self) -> dict[str, Any]:
        """Delivery and supply are totalled only where an aggregator sells the energy."""
        meter = expectation.meter(
            id=self.meter,
            type="electric",
            billing_period_from=self.start,
            billing_period_to=self.end,
            consumption=self.used * 1000,
            demand_kw=self.demand,
            tariff=self.rate,
            address=expectation.address(self.street, self.town, "CA", self.postal_code),
            additional_attributes={"service_id": self.service_account},
        )
        bill = expectation.bill(
            utility="southern_california_edison",
            account_number=self.account,
            billed_on=self.prepared,
            due_on=self.due,
            billing_period_from=self.start,
            billing_period_to=self.end,
            electricity_consumption=self.used * 1000,
            electricity_amount=self.new_charges,
            delivery_charge=self.own_charges if self.aggregator else None,
            supply_charge=self.aggregator.total if self.aggregator else None,
            outstanding_balance=self.forward,
            total_amount=self.new_charges,
            amount_due=self.amount_due,
            past_due=self.past_due,
            supplier_name=self.aggregator.name if self.aggregator else None,
            meters=[meter],
        )
        return expectation.document(bill)
