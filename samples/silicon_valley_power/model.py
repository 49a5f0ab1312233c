"""A bill of Silicon Valley Power as numbers; what follows from them is reckoned here."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from samples import expectation
from samples.money import charge

CODE = "silicon_valley_power"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the usage table; without readings it is read from afar."""

    start: dt.date
    end: dt.date
    used: int
    meter: str
    rate: str
    multiplier: int = 1
    reading: int | None = None

    @property
    def readings(self) -> tuple[str, str]:
        if self.reading is None:
            return "AMI", ""
        return str(self.reading), str(self.reading - self.used // self.multiplier)


@dataclass(frozen=True, kw_only=True)
class SvpBill:
    account: str
    customer: str
    street: str
    billed: dt.date
    due: dt.date
    previous: int
    paid_on: dt.date
    electric: tuple[Row, ...]
    water: tuple[Row, ...] = ()
    demand: tuple[str, str, str] | None = None  # actual, highest of the year, billed
    garbage: int = 0

    @property
    def energy(self) -> int:
        return charge(self.used, "0.11167")

    @property
    def demand_charge(self) -> int:
        return charge(self.demand[2], "8.40") if self.demand else 0

    @property
    def power(self) -> int:
        return 69_51 + self.energy + self.demand_charge

    @property
    def water_charge(self) -> int:
        return sum(charge(row.used, "6.43") for row in self.water)

    @property
    def total(self) -> int:
        return self.power + self.water_charge + self.garbage

    @property
    def used(self) -> int:
        return sum(row.used for row in self.electric)

    def expected(self) -> dict[str, Any]:
        """The bill prints the street alone, and no balance but where the payment settles it."""
        demand = max(Decimal(self.demand[0]), Decimal(self.demand[2])) if self.demand else None
        meters = [
            expectation.meter(
                id=row.meter,
                type="electric",
                billing_period_from=row.start,
                billing_period_to=row.end,
                consumption=row.used * 1000,
                demand_kw=demand,
                tariff=row.rate,
                address=dict.fromkeys(expectation.ADDRESS_FIELDS) | {"line_1": self.street},
            )
            for row in self.electric
        ]
        bill = expectation.bill(
            utility=CODE,
            account_number=self.account,
            billed_on=self.billed,
            due_on=self.due,
            billing_period_from=min(row.start for row in self.electric),
            billing_period_to=max(row.end for row in self.electric),
            electricity_consumption=self.used * 1000,
            electricity_amount=self.power,
            outstanding_balance=0,
            total_amount=self.total,
            amount_due=self.total,
            meters=meters,
        )
        return expectation.document(bill)
