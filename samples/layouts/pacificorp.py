"""The bill of PacifiCorp's companies as numbers, and what must be read from it."""

import datetime as dt
from dataclasses import dataclass

from samples import expectation
from samples.money import charge

DAY = "%b %-d, %Y"


@dataclass(frozen=True)
class Company:
    """What its bills print in words of their own."""

    code: str
    name: str
    site: str
    state: str
    town: str


@dataclass(frozen=True)
class Register:
    """A row of readings; ``unit`` is kwh, onkwh or offkwh."""

    before: int
    now: int
    unit: str = "kwh"


@dataclass(frozen=True)
class Item:
    """A service with its meter; amounts in cents."""

    street: str
    text: str
    schedule: str
    service: str
    meter: str
    start: dt.date
    end: dt.date
    registers: tuple[Register, ...]
    constant: int = 1
    demand: str | None = None
    load_size: int = 0

    @property
    def kwh(self) -> int:
        return sum(one.now - one.before for one in self.registers) * self.constant

    @property
    def charges(self) -> list[tuple[str, str, str, int]]:
        lines = [("Basic Charge", f"{self.load_size} kw" if self.load_size else "", "", 18_00)]
        for one in self.registers:
            used = (one.now - one.before) * self.constant
            lines.append(("Delivery Charge", f"{used:,} {one.unit}", "0.0370000", charge(used, "0.037")))
            lines.append(("Supply Energy", f"{used:,} {one.unit}", "0.0631700", charge(used, "0.06317")))
        return [*lines, ("Public Purpose", "", "0.0300000", 4_11)]

    @property
    def total(self) -> int:
        return sum(amount for *_, amount in self.charges)

    def expected(self, company: Company) -> dict[str, object]:
        place = expectation.address(self.street, company.town, company.state, "") | {"postal_code": None}
        kilowatts = [int(self.demand)] if self.demand else []
        return expectation.meter(
            id=self.meter,
            type="electric",
            billing_period_from=self.start,
            billing_period_to=self.end,
            consumption=self.kwh * 1000,
            demand_kw=max([*kilowatts, self.load_size]) or None,
            tariff=self.schedule,
            address=place,
            additional_attributes={"service_id": self.service},
        )


@dataclass(frozen=True)
class PacifiCorpBill:
    """An invented bill. ``older`` prints the address of an item a little above its line, as in early 2017."""

    account: str
    customer: str
    billed: dt.date
    due: dt.date
    previous: int
    paid: int
    items: tuple[Item, ...]
    contract: int = 0
    older: bool = False

    @property
    def total(self) -> int:
        return sum(item.total for item in self.items) + self.contract

    @property
    def amount_due(self) -> int:
        return self.previous - self.paid + self.total


def expected(company: Company, bill: PacifiCorpBill) -> dict[str, object]:
    settled = bill.previous == bill.paid
    return expectation.document(
        expectation.bill(
            utility=company.code,
            account_number=bill.account,
            billed_on=bill.billed,
            due_on=bill.due,
            billing_period_from=min(item.start for item in bill.items),
            billing_period_to=max(item.end for item in bill.items),
            electricity_consumption=sum(item.kwh for item in bill.items) * 1000,
            electricity_amount=bill.total,
            outstanding_balance=0 if settled else None,
            total_amount=bill.total,
            amount_due=bill.amount_due,
            meters=[item.expected(company) for item in bill.items],
        )
    )
