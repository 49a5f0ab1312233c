"""A bill of Central Maine Power as numbers; what follows from them is reckoned here."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from samples import expectation
from samples.money import charge, percent

SALES_TAX = "5.5"  # percent


@dataclass(frozen=True, kw_only=True)
class Block:
    """The delivery charges of one run of days at one price; a rate change in mid-period makes two."""

    start: dt.date
    end: dt.date
    service_charge: int
    kwh: int | None = None  # billed, which is less than metered with shared solar; None: no such line
    price: str = "0"

    @property
    def energy(self) -> int:
        return charge(self.kwh or 0, self.price)


@dataclass(frozen=True, kw_only=True)
class Supplier:
    """The part of a competitive supplier."""

    name: str
    phone: str
    account: str
    rate: str
    kwh: int
    price: str
    prior: int = 0

    @property
    def energy(self) -> int:
        return charge(self.kwh, self.price)

    @property
    def tax(self) -> int:
        return percent(self.energy, SALES_TAX)

    @property
    def total(self) -> int:
        return self.energy + self.tax


@dataclass(frozen=True, kw_only=True)
class Share:
    """One month of a share in a solar project; the newest is this bill's."""

    percentage: str
    start: dt.date
    end: dt.date
    usage: int
    allocated: int
    banked: int = 0


@dataclass(frozen=True, kw_only=True)
class CmpBill:
    account: str
    invoice: str
    customer: str
    street: str
    town: str
    postal_code: str
    mailing: tuple[str, ...]
    billed: dt.date
    due: dt.date
    next_reading: dt.date
    prior: int  # of delivery alone
    paid: int
    tariff: str
    service: str
    blocks: tuple[Block, ...]
    demand_kw: str | None = None
    meter: str
    reading: int
    prior_reading: int
    prior_read: dt.date
    cycle: str
    supplier: Supplier | None = None
    shares: tuple[Share, ...] = ()
    messages: tuple[str, ...] = ()
    past_due: bool = False

    @property
    def old_words(self) -> bool:
        """The labels changed at the end of 2022."""
        return self.billed.year < 2023

    @property
    def tax(self) -> int:
        return percent(sum(block.service_charge + block.energy for block in self.blocks), SALES_TAX)

    @property
    def delivery(self) -> int:
        return sum(block.service_charge + block.energy for block in self.blocks) + self.tax

    @property
    def supply(self) -> int:
        return self.supplier.total if self.supplier else 0

    @property
    def all_prior(self) -> int:
        return self.prior + (self.supplier.prior if self.supplier else 0)

    @property
    def all_paid(self) -> int:
        return self.paid + (self.supplier.prior if self.supplier else 0)

    @property
    def forward(self) -> int:
        return self.all_prior - self.all_paid

    @property
    def amount_due(self) -> int:
        return self.forward + self.delivery + self.supply

    @property
    def start(self) -> dt.date:
        return self.blocks[0].start

    @property
    def end(self) -> dt.date:
        return self.blocks[-1].end

    @property
    def metered(self) -> int:
        return self.reading - self.prior_reading

    def expected(self) -> dict[str, Any]:
        """With a supplier, no total of both is printed apart from the amount due."""
        meter = expectation.meter(
            id=self.meter,
            type="electric",
            billing_period_from=self.start,
            billing_period_to=self.end,
            consumption=self.metered * 1000,
            demand_kw=float(self.demand_kw) if self.demand_kw else None,
            tariff=self.tariff,
            address=expectation.address(self.street, self.town, "ME", self.postal_code),
            additional_attributes={"supplier_account_number": self.supplier.account} if self.supplier else {},
        )
        total = None if self.supplier else self.delivery
        bill = expectation.bill(
            utility="central_maine_power",
            account_number=self.account,
            billed_on=self.billed,
            due_on=self.due,
            billing_period_from=self.start,
            billing_period_to=self.end,
            electricity_consumption=self.metered * 1000,
            electricity_amount=total,
            delivery_charge=self.delivery,
            supply_charge=self.supplier.total if self.supplier else None,
            outstanding_balance=self.forward,
            total_amount=total,
            amount_due=self.amount_due,
            past_due=self.past_due,
            supplier_name=self.supplier.name if self.supplier else None,
            meters=[meter],
        )
        return expectation.document(bill)
