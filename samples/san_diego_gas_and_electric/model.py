"""A bill of San Diego Gas & Electric as numbers; what follows from them is reckoned here."""

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from samples import expectation
from samples.money import charge, percent

CODE = "san_diego_gas_and_electric"
CITY, CODES = "SAN DIEGO", "92199"


@dataclass(frozen=True, kw_only=True)
class Period:
    """A run of days with its usage; with readings, or (``reading`` is None) as the sum of its intervals."""

    start: dt.date
    end: dt.date
    net: int
    reading: int | None = None

    @property
    def days(self) -> int:
        return (self.end - self.start).days


@dataclass(frozen=True, kw_only=True)
class Electric:
    meter: str
    rate: str
    price: str
    periods: tuple[Period, ...]
    demand: str | None = None
    generation: str | None = None  # the price of the aggregator, where there is one
    credit: int = 0

    @property
    def used(self) -> int:
        return sum(period.net for period in self.periods)

    def charges(self, period: Period) -> int:
        return charge(period.net, self.price) - (self.credit if period is self.periods[0] else 0)

    def taxes(self, period: Period) -> int:
        return percent(self.charges(period), "5.78")

    def service(self, period: Period) -> int:
        return self.charges(period) + self.taxes(period)

    def supply(self, period: Period) -> int:
        return charge(period.net, self.generation or "0")

    @property
    def delivered(self) -> int:
        return sum(self.service(period) for period in self.periods)

    @property
    def supplied(self) -> int:
        return sum(self.supply(period) for period in self.periods)


@dataclass(frozen=True, kw_only=True)
class Gas:
    meter: str
    rate: str
    start: dt.date
    end: dt.date
    reading: int
    previous: int
    factor: str = "1.029"

    @property
    def therms(self) -> int:
        made = Decimal(self.reading - self.previous) * Decimal(self.factor)
        return int(made.quantize(Decimal(1), ROUND_HALF_UP))

    @property
    def total(self) -> int:
        return charge(self.therms, "1.41280")


@dataclass(frozen=True, kw_only=True)
class SdgeBill:
    account: str
    customer: str
    street: str
    mailed: dt.date
    due: dt.date | None
    previous: int
    paid_on: dt.date
    electric: Electric
    gas: Gas | None = None
    aggregator: str | None = None

    @property
    def electricity(self) -> int:
        return self.electric.delivered + self.electric.supplied

    @property
    def total(self) -> int:
        return self.electricity + (self.gas.total if self.gas else 0)

    def expected(self) -> dict[str, Any]:
        gas, electric = self.gas, self.electric
        starts = [period.start for period in electric.periods] + ([gas.start] if gas else [])
        ends = [period.end for period in electric.periods] + ([gas.end] if gas else [])
        bill = expectation.bill(
            utility=CODE,
            account_number=self.account,
            billed_on=self.mailed,
            due_on=self.due,
            billing_period_from=min(starts),
            billing_period_to=max(ends),
            electricity_consumption=electric.used * 1000,
            electricity_amount=self.electricity,
            delivery_charge=electric.delivered if self.aggregator else None,
            supply_charge=electric.supplied if self.aggregator else None,
            gas_consumption=gas.therms if gas else None,
            gas_consumption_unit="therms" if gas else None,
            gas_amount=gas.total if gas else None,
            outstanding_balance=0,
            total_amount=self.total,
            amount_due=self.total,
            supplier_name=self.aggregator,
            meters=self._meters(),
        )
        return expectation.document(bill)

    def _meters(self) -> list[dict[str, Any]]:
        shared = {"address": expectation.address(self.street, CITY, "CA", CODES)}
        gas, electric = self.gas, self.electric
        meters = [
            expectation.meter(
                id=electric.meter,
                type="electric",
                billing_period_from=electric.periods[0].start,
                billing_period_to=electric.periods[-1].end,
                consumption=electric.used * 1000,
                demand_kw=Decimal(electric.demand) if electric.demand else None,
                tariff=electric.rate,
                **shared,
            )
        ]
        if gas:
            meters.insert(
                0,
                expectation.meter(
                    id=gas.meter,
                    type="gas",
                    billing_period_from=gas.start,
                    billing_period_to=gas.end,
                    consumption=gas.therms,
                    tariff=gas.rate,
                    **shared,
                ),
            )
        return meters
