"""A bill of the Los Angeles Department of Water and Power as numbers; what follows from them is reckoned here."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from samples import expectation
from samples.money import charge, percent

CODE = "los_angeles_department_of_water_and_power"
TAX = "12.5"
SURCHARGE = "0.0003"
SERVICE_CHARGE = 7_00
PER_KW, PER_KWH = "5.36", "0.15480"


@dataclass(frozen=True)
class Register:
    """Two readings of a meter; ``period`` is the one of the agreement's parts that they belong to."""

    name: str
    reading: int
    previous: int
    part: int = 0


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """An electric service agreement: one meter, read in one part or (on a rebill) in several."""

    number: str
    rate: tuple[str, ...]
    meter: str
    registers: tuple[Register, ...]
    parts: tuple[tuple[dt.date, dt.date], ...]
    multiplier: int = 1
    demands: tuple[tuple[str, str], ...] = ()
    facilities: str | None = None

    @property
    def start(self) -> dt.date:
        return self.parts[0][0]

    @property
    def end(self) -> dt.date:
        return self.parts[-1][1]

    def used(self, part: int | None = None) -> int:
        chosen = [one for one in self.registers if part is None or one.part == part]
        return sum(one.reading - one.previous for one in chosen) * self.multiplier

    def lines(self, part: int) -> list[tuple[str, str, int]]:
        """Words, reckoning and amount of each charge of a part."""
        kwh = self.used(part)
        lines = [("Service Charge", "", SERVICE_CHARGE)]
        if self.facilities:
            reckoning = f"{self.facilities} kW x ${PER_KW}/kW"
            lines.append(("Facilities Charge", reckoning, charge(self.facilities, PER_KW)))
        return [*lines, ("Energy Charge", f"{kwh:,} kWh x ${PER_KWH}/kWh", charge(kwh, PER_KWH))]

    def subtotal(self, part: int) -> int:
        return sum(amount for _, _, amount in self.lines(part))

    def tax(self, part: int) -> int:
        return percent(self.subtotal(part), TAX)

    def surcharge(self, part: int) -> int:
        return charge(self.used(part), SURCHARGE)

    def part_total(self, part: int) -> int:
        return self.subtotal(part) + self.tax(part) + self.surcharge(part)

    @property
    def total(self) -> int:
        return sum(self.part_total(part) for part in range(len(self.parts)))

    @property
    def demand(self) -> Decimal | None:
        return max((Decimal(kw) for _, kw in (*self.demands, ("", self.facilities or "0")) if kw != "0"), default=None)


@dataclass(frozen=True)
class Other:
    """Water, fire or sewer service; ``usage`` in hundreds of cubic feet."""

    name: str
    amount: int
    usage: int | None = None
    sanitation: bool = False


@dataclass(frozen=True, kw_only=True)
class LadwpBill:
    account: str
    customer: str
    street: str
    postal_code: str
    billed: dt.date
    due: dt.date
    automatic: bool = False
    previous: int
    payments: tuple[tuple[dt.date, int], ...] = ()
    corrected: int = 0  # what an earlier bill charged and this one takes back
    agreements: tuple[Agreement, ...]
    others: Sequence[Other] = ()

    @property
    def electricity(self) -> int:
        return sum(one.total for one in self.agreements)

    @property
    def new_charges(self) -> int:
        return self.electricity + sum(other.amount for other in self.others)

    @property
    def remaining(self) -> int:
        return self.previous - sum(amount for _, amount in self.payments) - self.corrected

    @property
    def amount_due(self) -> int:
        return self.remaining + self.new_charges

    @property
    def used(self) -> int:
        return sum(one.used() for one in self.agreements)

    def expected(self) -> dict[str, Any]:
        bill = expectation.bill(
            utility=CODE,
            account_number=self.account,
            billed_on=self.billed,
            due_on=self.due,
            billing_period_from=min(one.start for one in self.agreements),
            billing_period_to=max(one.end for one in self.agreements),
            electricity_consumption=self.used * 1000,
            electricity_amount=self.electricity,
            outstanding_balance=self.remaining,
            total_amount=self.new_charges,
            amount_due=self.amount_due,
            meters=[self._meter(one) for one in self.agreements],
        )
        return expectation.document(bill)

    def _meter(self, agreement: Agreement) -> dict[str, Any]:
        return expectation.meter(
            id=agreement.meter,
            type="electric",
            billing_period_from=agreement.start,
            billing_period_to=agreement.end,
            consumption=agreement.used() * 1000,
            demand_kw=agreement.demand,
            tariff=" ".join(agreement.rate),
            address=expectation.address(self.street, "LOS ANGELES", "CA", self.postal_code),
        )
