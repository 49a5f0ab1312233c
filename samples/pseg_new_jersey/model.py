"""A bill of PSE&G as numbers; what follows from them is reckoned here."""

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from samples import expectation
from samples.money import charge


@dataclass(frozen=True, kw_only=True)
class Meter:
    """One page of details. Gas is converted to therms; electricity may have a multiplier and a demand."""

    number: str
    kind: str = "electric"
    rate: str
    reading: int
    previous: int
    multiplier: int = 1
    demand: tuple[str, ...] = ()  # measured, then billed
    ccf: str = "1.012"
    heat: str = "1.033"
    service: int
    price: str
    supply_price: str = ""  # empty: a supplier's charges are listed on page 1
    pod: str

    @property
    def converted(self) -> Decimal:
        return (Decimal(self.reading - self.previous) * Decimal(self.ccf)).quantize(Decimal("0.001"), ROUND_HALF_UP)

    @property
    def used(self) -> Decimal:
        if self.kind == "gas":
            return (self.converted * Decimal(self.heat)).quantize(Decimal("0.001"), ROUND_HALF_UP)
        return Decimal(self.reading - self.previous) * self.multiplier

    @property
    def delivered(self) -> int:
        return self.service + charge(self.used, self.price)

    @property
    def supplied(self) -> int:
        return charge(self.used, self.supply_price) if self.supply_price else 0


@dataclass(frozen=True, kw_only=True)
class PsegBill:
    account: tuple[str, str]  # on page 1 and everywhere else
    customer: str
    street: str
    town: str
    postal_code: str
    billed: dt.date
    due: dt.date
    start: dt.date
    end: dt.date
    last: int
    paid: int
    paid_on: str = ""
    meters: tuple[Meter, ...]
    supplier: tuple[str, int] | None = None  # its name, and what it asks for electricity
    debit: bool = False
    notice: bool = False

    def of(self, kind: str) -> tuple[Meter, ...]:
        return tuple(meter for meter in self.meters if meter.kind == kind)

    def total(self, kind: str) -> int:
        return sum(meter.delivered + meter.supplied for meter in self.of(kind))

    @property
    def remaining(self) -> int:
        return self.last - self.paid

    @property
    def new(self) -> int:
        return self.total("electric") + self.total("gas") + (self.supplier[1] if self.supplier else 0)

    @property
    def amount_due(self) -> int:
        return self.remaining + self.new

    def expected(self) -> dict[str, Any]:
        electric, gas = self.of("electric"), self.of("gas")
        supplied = self.supplier[1] if self.supplier else sum(meter.supplied for meter in electric)
        return expectation.document(
            expectation.bill(
                utility="pseg_new_jersey",
                account_number=self.account[0],
                billed_on=self.billed,
                due_on=self.due,
                billing_period_from=self.start,
                billing_period_to=self.end,
                electricity_consumption=sum(meter.used for meter in electric) * 1000,
                electricity_amount=None if self.supplier else self.total("electric"),
                delivery_charge=sum(meter.delivered for meter in electric),
                supply_charge=supplied,
                gas_consumption=sum(meter.used for meter in gas) if gas else None,
                gas_consumption_unit="therms" if gas else None,
                gas_amount=self.total("gas") if gas else None,
                outstanding_balance=self.remaining,
                total_amount=self.new,
                amount_due=self.amount_due,
                past_due=self.notice,
                supplier_name=self.supplier[0] if self.supplier else None,
                meters=[self._meter(meter) for meter in self.meters],
            )
        )

    def _meter(self, meter: Meter) -> dict[str, Any]:
        return expectation.meter(
            id=meter.number,
            type=meter.kind,
            billing_period_from=self.start,
            billing_period_to=self.end,
            consumption=meter.used * 1000 if meter.kind == "electric" else meter.used,
            demand_kw=max(map(Decimal, meter.demand)) if meter.demand else None,
            tariff=meter.rate,
            address=expectation.address(self.street, self.town, "NJ", self.postal_code),
            additional_attributes={"pod_id": meter.pod},
        )
