"""A bill of Xcel Energy as numbers, and what must be read from it; amounts in cents."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from samples import expectation
from samples.money import charge, percent


@dataclass(frozen=True)
class Service:
    """One service of a premises with its meter; gas readings are in ccf, ``factor`` makes therms (or Dth) of them."""

    type: Literal["electric", "gas"]
    meter: str
    start: dt.date
    end: dt.date
    rate: str
    used: int
    now: int | None = None
    constant: int = 1
    demand: str | None = None
    factor: str = "1.080000"
    dekatherms: bool = False

    @property
    def billed(self) -> Decimal:
        """kWh, or therms (or Dth) rounded to whole ones, as the bill rounds them."""
        if self.type == "electric":
            return Decimal(self.used * self.constant)
        heat = Decimal(self.used) * Decimal(self.factor)
        return heat.quantize(Decimal("0.01") if self.dekatherms else Decimal(1))

    @property
    def energy(self) -> int:
        return charge(self.billed, "0.13069" if self.type == "electric" else "0.38024")

    @property
    def subtotal(self) -> int:
        return 9_00 + self.energy

    @property
    def total(self) -> int:
        return self.subtotal + percent(self.subtotal, "6.875")

    def expected(self, site: "Premises") -> dict[str, object]:
        consumption: Decimal | int = self.billed if not self.dekatherms else self.used
        place = expectation.address(site.street, site.city, site.state, site.postal_code)
        return expectation.meter(
            id=self.meter,
            type=self.type,
            billing_period_from=self.start,
            billing_period_to=self.end,
            consumption=int(consumption) * 1000 if self.type == "electric" else consumption,
            demand_kw=Decimal(self.demand) if self.demand else None,
            tariff=self.rate,
            address=place,
            additional_attributes={"premises_number": site.number},
        )


@dataclass(frozen=True)
class Premises:
    """A place with its services."""

    number: str
    street: str
    city: str
    state: str
    postal_code: str
    services: tuple[Service, ...]

    @property
    def total(self) -> int:
        return sum(service.total for service in self.services)


@dataclass(frozen=True)
class XcelBill:
    """An invented bill."""

    account: str
    statement: str
    customer: str
    billed: dt.date
    due: dt.date
    previous: int
    paid: int
    premises: tuple[Premises, ...]

    @property
    def total(self) -> int:
        return sum(site.total for site in self.premises)

    @property
    def balance(self) -> int:
        return self.previous - self.paid

    @property
    def services(self) -> list[Service]:
        return [service for site in self.premises for service in site.services]


def expected(bill: XcelBill) -> dict[str, object]:
    one_place = len(bill.premises) == 1
    electric = [service for service in bill.services if service.type == "electric"]
    gas = [service for service in bill.services if service.type == "gas"]
    in_ccf = any(service.dekatherms for service in gas)
    return expectation.document(
        expectation.bill(
            utility="xcel_energy",
            account_number=bill.account,
            billed_on=bill.billed,
            due_on=bill.due,
            billing_period_from=min(service.start for service in bill.services),
            billing_period_to=max(service.end for service in bill.services),
            electricity_consumption=sum(int(service.billed) for service in electric) * 1000 if electric else None,
            electricity_amount=sum(service.total for service in electric) if electric and one_place else None,
            gas_consumption=sum(service.used if in_ccf else service.billed for service in gas) if gas else None,
            gas_consumption_unit=("ccf" if in_ccf else "therms") if gas else None,
            gas_amount=sum(service.total for service in gas) if gas and one_place else None,
            outstanding_balance=bill.balance,
            total_amount=bill.total,
            amount_due=bill.balance + bill.total,
            meters=[service.expected(site) for site in bill.premises for service in site.services],
        )
    )
