"""A bill of CPS Energy as numbers; what follows from them is reckoned here."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from samples import expectation
from samples.money import charge, percent

CODE = "cps_energy"


@dataclass(frozen=True, kw_only=True)
class Service:
    """Electricity or gas: its meter and its charges."""

    commodity: str
    rate: str
    meter: str
    reading: int
    previous: int
    multiplier: str = "1"
    price: str
    demand: tuple[int, int] | None = None  # measured and billed
    fixed: int

    @property
    def used(self) -> int:
        return int((Decimal(self.reading - self.previous) * Decimal(self.multiplier)).to_integral_value())

    @property
    def unit(self) -> str:
        return "kWh" if self.commodity == "electric" else "ccf"

    @property
    def demand_charge(self) -> int:
        return charge(self.demand[1], "8.16") if self.demand else 0

    @property
    def total(self) -> int:
        return self.fixed + self.demand_charge + charge(self.used, self.price)


@dataclass(frozen=True, kw_only=True)
class CpsBill:
    account: str
    customer: str
    street: str
    postal_code: str
    billed: dt.date
    due: dt.date
    previous: int
    previous_on: dt.date
    paid: int
    late: int = 0  # a charge on what was not paid
    start: dt.date
    end: dt.date
    services: tuple[Service, ...]
    city: int = 0

    @property
    def adjustments(self) -> int:
        return self.late - self.paid

    @property
    def balance(self) -> int:
        return self.previous + self.adjustments

    @property
    def energy(self) -> int:
        return sum(service.total for service in self.services)

    @property
    def taxes(self) -> int:
        return percent(self.energy, "8.25")

    @property
    def amount_due(self) -> int:
        return self.balance + self.energy + self.city + self.taxes

    def of(self, commodity: str) -> Service | None:
        return next((service for service in self.services if service.commodity == commodity), None)

    def expected(self) -> dict[str, Any]:
        electric, gas = self.of("electric"), self.of("gas")
        bill = expectation.bill(
            utility=CODE,
            account_number=self.account,
            billed_on=self.billed,
            due_on=self.due,
            billing_period_from=self.start,
            billing_period_to=self.end,
            electricity_consumption=electric.used * 1000 if electric else None,
            electricity_amount=electric.total if electric else None,
            gas_consumption=gas.used if gas else None,
            gas_consumption_unit="ccf" if gas else None,
            gas_amount=gas.total if gas else None,
            outstanding_balance=self.balance,
            amount_due=self.amount_due,
            past_due=bool(self.late),
            meters=[self._meter(service) for service in self.services],
        )
        return expectation.document(bill)

    def _meter(self, service: Service) -> dict[str, Any]:
        return expectation.meter(
            id=service.meter,
            type=service.commodity,
            billing_period_from=self.start,
            billing_period_to=self.end,
            consumption=service.used * (1000 if service.commodity == "electric" else 1),
            demand_kw=max(service.demand) if service.demand else None,
            tariff=service.rate,
            address=expectation.address(self.street, "SAN ANTONIO", "TX", self.postal_code),
        )
