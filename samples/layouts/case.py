"""Two invented customers, a home and a business, whose numbers any company's layout can print."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from samples import expectation
from samples.drawing import BOLD, Sheet
from samples.money import charge, percent

Rows = list[tuple[tuple[float, str], ...]]


@dataclass(frozen=True)
class Case:
    """One electric meter and its charges; amounts in cents. ``number`` makes identities of different companies differ."""

    number: int
    customer: str
    street: str
    town: str
    state: str
    postal_code: str
    rate: str
    start: dt.date
    end: dt.date
    billed: dt.date
    due: dt.date
    meter: str
    before: int
    now: int
    constant: int
    demand: str | None
    previous: int
    paid: int

    @property
    def difference(self) -> int:
        return self.now - self.before

    @property
    def kwh(self) -> int:
        return self.difference * self.constant

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def fixed(self) -> int:
        return 12_40

    @property
    def delivered(self) -> int:
        return self.fixed + charge(self.kwh, "0.05125")

    @property
    def supplied(self) -> int:
        return charge(self.kwh, "0.08460")

    @property
    def taxes(self) -> int:
        return percent(self.delivered + self.supplied, "4.0")

    @property
    def total(self) -> int:
        return self.delivered + self.supplied + self.taxes

    @property
    def balance(self) -> int:
        return self.previous - self.paid

    @property
    def amount_due(self) -> int:
        return self.balance + self.total

    def account(self, form: str) -> str:
        """An account number in a form like ``###-###``: digits that begin with 99."""
        digits = iter(f"99{self.number:04d}5550100077003300"[: form.count("#")])
        return "".join(next(digits) if char == "#" else char for char in form)

    def expected(
        self, code: str, account: str, *, meter: Mapping[str, Any] | None = None, **bill: Any
    ) -> dict[str, object]:
        """All of its values; ``meter`` and ``bill`` replace what a layout prints otherwise or not at all."""
        period = {"billing_period_from": self.start, "billing_period_to": self.end}
        one = {
            "id": self.meter,
            "type": "electric",
            "consumption": self.kwh * 1000,
            "demand_kw": Decimal(self.demand) if self.demand else None,
            "tariff": self.rate,
            "address": expectation.address(self.street, self.town, self.state, self.postal_code),
            **period,
        }
        values = {
            "utility": code,
            "account_number": account,
            "billed_on": self.billed,
            "due_on": self.due,
            "electricity_consumption": self.kwh * 1000,
            "electricity_amount": self.total,
            "delivery_charge": self.delivered,
            "supply_charge": self.supplied,
            "outstanding_balance": self.balance,
            "total_amount": self.total,
            "amount_due": self.amount_due,
            **period,
        }
        meters = [expectation.meter(**(one | dict(meter or {})))]
        return expectation.document(expectation.bill(**(values | {"meters": meters} | bill)))


def home(number: int, state: str, rate: str = "Residential Service") -> Case:
    """A home over the turn of a year, that has paid."""
    return Case(
        number,
        "SAM EXAMPLE",
        f"{number} SAMPLE ST",
        "SAMPLETON",
        state,
        "00501",
        rate,
        dt.date(2023, 12, 12),
        dt.date(2024, 1, 11),
        dt.date(2024, 1, 16),
        dt.date(2024, 2, 6),
        f"555{number:04d}01",
        31_204 + number,
        32_040 + 2 * number,
        1,
        None,
        118_20 + number,
        118_20 + number,
    )


def business(number: int, state: str, rate: str = "General Service") -> Case:
    """A business with a constant, demand, and a balance of which it has paid a part."""
    return Case(
        number,
        "EXAMPLE TOOLS LLC",
        f"{4000 + number} DEMO AVE",
        "EXAMPLEVILLE",
        state,
        "00544",
        rate,
        dt.date(2024, 6, 14),
        dt.date(2024, 7, 15),
        dt.date(2024, 7, 18),
        dt.date(2024, 8, 8),
        f"555{number:04d}02",
        2_210,
        2_371 + number,
        40,
        "31.5",
        804_00 + number,
        500_00,
    )


def draw_rows(pages: list[Rows], *, head: str, site: str, step: float = 15) -> bytes:
    """Pages of rows below each other, each row of texts at an x (a negative one is a right edge)."""
    sheet = Sheet(f"Sample bill of {head}")
    for n, rows in enumerate(pages, 1):
        if n > 1:
            sheet.next_page()
        sheet.text(40, 30, head, size=16, font=BOLD)
        sheet.row(30, (250, site), (-570, f"Page {n} of {len(pages)}"), size=8)
        for at, row in enumerate(rows):
            sheet.row(70 + step * at, *row)
    return sheet.finish()
