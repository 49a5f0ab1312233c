"""A bill of Con Edison as numbers; what follows from them is reckoned here."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from samples import expectation
from samples.money import charge

Lines = tuple[tuple[str, int], ...]


@dataclass(frozen=True, kw_only=True)
class Meter:
    """Readings with two decimals; what is printed of their difference lacks its further digits."""

    number: str
    reading: str
    previous: str
    multiplier: int = 1
    demand: str = ""

    @property
    def difference(self) -> Decimal:
        return Decimal(self.reading) - Decimal(self.previous)

    @property
    def used(self) -> int:
        return int(self.difference * self.multiplier)


@dataclass(frozen=True, kw_only=True)
class Service:
    """Electricity or gas; the price of its supply is empty where a supplier bills apart."""

    meters: tuple[Meter, ...]
    rate: str
    delivery_price: str
    supply_price: str = ""
    fixed: Lines = ()

    @property
    def used(self) -> int:
        return sum(meter.used for meter in self.meters)

    @property
    def delivery(self) -> Lines:
        return (*self.fixed, ("Delivery", charge(self.used, self.delivery_price)))

    @property
    def delivered(self) -> int:
        return sum(amount for _, amount in self.delivery)

    @property
    def supplied(self) -> int:
        return charge(self.used, self.supply_price) if self.supply_price else 0

    @property
    def total(self) -> int:
        return self.delivered + self.supplied


@dataclass(frozen=True, kw_only=True)
class ConEdisonBill:
    account: str
    customer: str
    street: str
    billed: dt.date
    due: dt.date
    start: dt.date
    end: dt.date
    next_date: dt.date
    last: int
    paid: int
    electric: Service
    gas: Service | None = None
    supplier: str = ""
    extra: Lines = ()
    notice: str = ""  # the heading of a page that threatens to end the service
    old: bool = False

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def remaining(self) -> int:
        return self.last - self.paid

    @property
    def new(self) -> int:
        services = self.electric.total + (self.gas.total if self.gas else 0)
        return services + sum(amount for _, amount in self.extra)

    @property
    def due_amount(self) -> int:
        return self.remaining + self.new

    def expected(self) -> dict[str, Any]:
        gas = self.gas
        services = [("electric", self.electric), *([("gas", gas)] if gas else [])]
        return expectation.document(
            expectation.bill(
                utility="con_edison",
                account_number=self.account,
                billed_on=self.billed,
                due_on=self.due,
                billing_period_from=self.start,
                billing_period_to=self.end,
                electricity_consumption=self.electric.used * 1000,
                electricity_amount=self.electric.total,
                delivery_charge=self.electric.delivered,
                supply_charge=self.electric.supplied or None,
                gas_consumption=gas.used if gas else None,
                gas_consumption_unit="therms" if gas else None,
                gas_amount=gas.total if gas else None,
                outstanding_balance=self.remaining,
                total_amount=self.new,
                amount_due=self.due_amount,
                past_due=bool(self.notice),
                supplier_name=self.supplier or None,
                meters=[self._meter(name, service, meter) for name, service in services for meter in service.meters],
            )
        )

    def _meter(self, name: str, service: Service, meter: Meter) -> dict[str, Any]:
        street = {"line_1": self.street} | dict.fromkeys(expectation.ADDRESS_FIELDS[1:])
        return expectation.meter(
            id=meter.number,
            type=name,
            billing_period_from=self.start,
            billing_period_to=self.end,
            consumption=meter.used * 1000 if name == "electric" else meter.used,
            demand_kw=Decimal(meter.demand) if meter.demand else None,
            tariff=service.rate,
            address=street,
        )
