"""A bill of Florida Power & Light as numbers; what follows from them is reckoned here."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from samples import expectation
from samples.money import charge, percent


@dataclass(frozen=True)
class Meter:
    """``demand``: reading, constant and usage as they stand in a row."""

    id: str
    before: int
    now: int
    constant: int = 1
    demand: tuple[str, str, str] | None = None

    @property
    def used(self) -> int:
        return (self.now - self.before) * self.constant


@dataclass(frozen=True, kw_only=True)
class FplBill:
    """``budget``: what a budget plan asks for in place of the charges; ``drafted``: the day it is taken."""

    account: str
    customer: str
    street: str
    town: str
    postal_code: str
    start: dt.date
    end: dt.date
    due: dt.date
    drafted: dt.date | None = None
    meters: Sequence[Meter]
    unmetered: int = 0
    rate: str
    base: int
    price: str
    fuel: str
    solar_credit: int = 0
    last: int
    paid: int
    budget: int | None = None
    product: int = 0

    @property
    def used(self) -> int:
        return sum(meter.used for meter in self.meters) + self.unmetered

    @property
    def service(self) -> int:
        return self.base + charge(self.used, self.price) + charge(self.used, self.fuel) - self.solar_credit

    @property
    def taxes(self) -> int:
        return percent(self.service, "11.3")

    @property
    def electric(self) -> int:
        return self.service + self.taxes

    @property
    def new(self) -> int:
        return (self.electric if self.budget is None else self.budget) + self.product

    @property
    def balance(self) -> int:
        return self.last - self.paid

    def expected(self) -> dict[str, object]:
        period = {"billing_period_from": self.start, "billing_period_to": self.end}
        shared = {
            "type": "electric",
            "tariff": self.rate,
            "address": expectation.address(self.street, self.town, "FL", self.postal_code),
            **period,
        }
        mine = [
            expectation.meter(
                id=meter.id,
                consumption=meter.used * 1000,
                demand_kw=Decimal(meter.demand[2]) if meter.demand else None,
                **shared,
            )
            for meter in self.meters
        ]
        bill = expectation.bill(
            utility="florida_power_and_light",
            account_number=self.account,
            billed_on=self.end,
            due_on=self.drafted or self.due,
            electricity_consumption=self.used * 1000,
            electricity_amount=self.electric,
            community_solar_bill_credit=-self.solar_credit or None,
            outstanding_balance=self.balance,
            total_amount=self.new,
            amount_due=self.balance + self.new,
            meters=mine or [expectation.meter(consumption=self.used * 1000, **shared)],
            **period,
        )
        return expectation.document(bill)
