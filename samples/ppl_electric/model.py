"""A bill of PPL Electric Utilities as numbers; what follows from them is reckoned here."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from samples import expectation
from samples.money import charge

OWN_NAME = "PPL Electric Utilities"


@dataclass(frozen=True)
class Line:
    """One charge; the words may hold the quantity and price that it is reckoned from."""

    words: str
    quantity: str = "1"
    price: str = "0"  # dollars
    heading: bool = False

    @property
    def amount(self) -> int:
        return charge(self.quantity, self.price)


@dataclass(frozen=True, kw_only=True)
class Supply:
    """What a supplier charges for a run of days; PPL itself where the customer has chosen nobody."""

    name: str
    phone: str
    place: tuple[str, ...]
    start: dt.date
    end: dt.date
    lines: tuple[Line, ...]
    wrapped: tuple[str, ...] = ()  # the name as the first page breaks it, where it is too long for its column

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class PplBill:
    account: str
    customer: tuple[str, ...]
    street: str
    town: str
    postal_code: str
    due: dt.date
    balance_on: dt.date | None = None  # None: a first bill, which shows neither balance nor date
    previous: int = 0
    paid: int = 0
    paid_on: dt.date | None = None
    start: dt.date
    end: dt.date
    next_reading: dt.date
    meter: str
    reading: int
    previous_reading: int
    constant: int = 1
    demand: str = ""
    rate: str
    rate_words: str
    supplies: tuple[Supply, ...]
    effective: dt.date | None = None
    price_words: str
    compare: str = ""  # the price to compare, for homes and small businesses
    delivery: tuple[Line, ...]
    other: tuple[Line, ...] = ()
    late: int = 0  # a charge for late payment that stands beside the totals, under no heading
    notice: tuple[str, ...] = ()
    past_due: bool = False

    @property
    def used(self) -> int:
        return (self.reading - self.previous_reading) * self.constant

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def supplied(self) -> int:
        return sum(supply.total for supply in self.supplies)

    @property
    def delivered(self) -> int:
        return sum(line.amount for line in self.delivery)

    @property
    def usage_charges(self) -> int:
        return self.supplied + self.delivered

    @property
    def other_charges(self) -> int:
        return sum(line.amount for line in self.other)

    @property
    def forward(self) -> int:
        return self.previous - self.paid

    @property
    def amount_due(self) -> int:
        return self.forward + self.usage_charges + self.other_charges + self.late

    @property
    def supplier(self) -> str | None:
        name = self.supplies[-1].name
        return None if name == OWN_NAME else name

    def expected(self) -> dict[str, Any]:
        """A first bill prints neither its own date nor a balance."""
        meter = expectation.meter(
            id=self.meter,
            type="electric",
            billing_period_from=self.start,
            billing_period_to=self.end,
            consumption=self.used * 1000,
            demand_kw=Decimal(self.demand) if self.demand else None,
            tariff=self.rate,
            address=expectation.address(self.street, self.town, "PA", self.postal_code),
        )
        bill = expectation.bill(
            utility="ppl_electric",
            account_number=self.account,
            billed_on=self.balance_on,
            due_on=self.due,
            billing_period_from=self.start,
            billing_period_to=self.end,
            electricity_consumption=self.used * 1000,
            electricity_amount=self.usage_charges,
            delivery_charge=self.delivered,
            supply_charge=self.supplied,
            outstanding_balance=self.forward if self.balance_on else None,
            total_amount=self.usage_charges + self.other_charges + self.late,
            amount_due=self.amount_due,
            past_due=self.past_due,
            supplier_name=self.supplier,
            meters=[meter],
        )
        return expectation.document(bill)
