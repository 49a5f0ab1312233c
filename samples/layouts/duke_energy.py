"""An invented bill of a Duke Energy company as numbers: what its pages print and what must be read from them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from samples import expectation
from samples.money import charge, percent


@dataclass(frozen=True)
class Company:
    """What tells a company: its telephones and the sentence on the rates of its state."""

    code: str
    phone: str
    outage: str
    rates: str  # the state as the sentence names it
    state: str


@dataclass(frozen=True)
class Register:
    """A row of readings: ``KW`` ones show demand, ``KWH`` ones make the usage."""

    words: str
    before: str
    now: str
    constant: int
    unit: str = "KWH"

    @property
    def used(self) -> int:
        return int((Decimal(self.now) - Decimal(self.before)) * self.constant)


@dataclass(frozen=True)
class Meter:
    """A meter by its usage alone (``kwh``), or by rows of readings."""

    id: str
    kwh: str = ""
    demand: Sequence[tuple[str, str]] = ()
    registers: Sequence[Register] = ()
    before: int = 0
    now: int = 0

    @property
    def used(self) -> Decimal:
        if self.registers:
            return Decimal(sum(one.used for one in self.registers if one.unit == "KWH"))
        return Decimal(self.kwh or self.now - self.before)

    @property
    def highest(self) -> Decimal | None:
        shown = [Decimal(kw) for _, kw in self.demand]
        shown += [Decimal(one.used) for one in self.registers if one.unit == "KW"]
        return max(shown, default=None)


@dataclass(frozen=True, kw_only=True)
class DukeBill:
    """``listed`` names its charges on page 1, as bills of 2020 do; else page 1 shows their total."""

    company: Company
    account: str
    customer: str
    street: str
    town: str
    postal_code: str
    start: dt.date
    end: dt.date
    billed: dt.date
    due: dt.date
    meters: Sequence[Meter]
    rate: str
    fixed: int
    price: str
    credit: int = 0
    previous: int
    paid: int
    listed: bool = False
    lighting: int = 0  # kWh of street lights
    lighting_rate: str = ""
    gas: Meter | None = None
    gas_rate: str = ""
    supplier: str = ""

    @property
    def used(self) -> Decimal:
        return sum((meter.used for meter in self.meters), Decimal(0))

    @property
    def charges(self) -> list[tuple[str, int]]:
        lines = [("Basic Customer Charge", self.fixed), ("Energy Charge", charge(self.used, self.price))]
        return [*lines, ("Energy Conservation Credit", -self.credit)] if self.credit else lines

    @property
    def electric(self) -> int:
        return sum(amount for _, amount in self.charges)

    @property
    def supplied(self) -> int:
        return charge(self.used, "0.06115") if self.supplier else 0

    @property
    def lit(self) -> int:
        return charge(self.lighting, "0.20211")

    @property
    def gas_charges(self) -> int:
        return 33_30 + charge(self.gas.used, "0.61077") if self.gas else 0

    @property
    def taxes(self) -> int:
        return percent(self.electric + self.lit + self.gas_charges, "7.0")

    @property
    def amount_due(self) -> int:
        new = self.electric + self.supplied + self.lit + self.gas_charges + self.taxes
        return self.previous - self.paid + new

    @property
    def balance(self) -> int | None:
        """What the bill shows of it: nothing of what a part payment leaves."""
        return self.previous - self.paid if self.paid in (0, self.previous) else None

    def expected(self) -> dict[str, object]:
        mine = [*self._lights(), *(self._meter(meter) for meter in self.meters), *self._gas()]
        gas_used = self.gas.used if self.gas else None
        bill = expectation.bill(
            utility=self.company.code,
            account_number=self.account,
            billed_on=self.billed,
            due_on=self.due,
            billing_period_from=self.start,
            billing_period_to=self.end,
            electricity_consumption=int((self.used + self.lighting) * 1000),
            electricity_amount=None if self.listed or self.lighting or self.supplier else self.electric,
            delivery_charge=self.electric if self.supplier else None,
            supply_charge=self.supplied if self.supplier else None,
            gas_consumption=gas_used,
            gas_consumption_unit="ccf" if self.gas else None,
            gas_amount=self.gas_charges if self.gas else None,
            outstanding_balance=self.balance,
            amount_due=self.amount_due,
            supplier_name=self.supplier or None,
            meters=mine,
        )
        return expectation.document(bill)

    def _one(self, **values: Any) -> dict[str, Any]:
        place = expectation.address(self.street, self.town, self.company.state, self.postal_code)
        period = {"billing_period_from": self.start, "billing_period_to": self.end}
        return expectation.meter(**({"type": "electric", "address": place, **period} | values))

    def _meter(self, meter: Meter) -> dict[str, Any]:
        used = int(meter.used * 1000)
        return self._one(id=meter.id, consumption=used, demand_kw=meter.highest, tariff=self.rate)

    def _lights(self) -> list[dict[str, Any]]:
        return [self._one(consumption=self.lighting * 1000, tariff=self.lighting_rate)] if self.lighting else []

    def _gas(self) -> list[dict[str, Any]]:
        if self.gas is None:
            return []
        return [self._one(type="gas", id=self.gas.id, consumption=self.gas.used, tariff=self.gas_rate)]
