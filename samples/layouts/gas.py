"""Two invented gas customers whose numbers any company's layout can print; amounts in cents."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from samples import expectation
from samples.money import charge, percent


@dataclass(frozen=True)
class GasCase:
    """One gas meter and its charges. ``number`` makes identities of different companies differ."""

    number: int
    customer: str
    street: str
    town: str
    state: str
    postal_code: str
    start: dt.date
    end: dt.date
    billed: dt.date
    due: dt.date
    meter: str
    before: int
    now: int
    previous: int
    paid: int
    factor: str = "1.0400"

    @property
    def ccf(self) -> int:
        return self.now - self.before

    @property
    def therms(self) -> Decimal:
        return (self.ccf * Decimal(self.factor)).quantize(Decimal("0.01"), ROUND_HALF_UP)

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def delivery(self) -> int:
        return 19_30 + charge(self.therms, "0.1612")

    @property
    def gas_cost(self) -> int:
        return charge(self.therms, "0.3281")

    @property
    def taxes(self) -> int:
        return percent(self.delivery + self.gas_cost, "5.0")

    @property
    def total(self) -> int:
        return self.delivery + self.gas_cost + self.taxes

    @property
    def balance(self) -> int:
        return self.previous - self.paid

    @property
    def amount_due(self) -> int:
        return self.balance + self.total

    def account(self, form: str) -> str:
        """An account number in a form like ``##-####``: digits that begin with 99."""
        digits = iter(f"99{self.number:04d}5550100077003300"[: form.count("#")])
        return "".join(next(digits) if char == "#" else char for char in form)

    def expected(
        self,
        code: str,
        account: str,
        unit: Literal["therms", "ccf"] = "therms",
        *,
        meter: Mapping[str, Any] | None = None,
        **bill: Any,
    ) -> dict[str, object]:
        """All of its values; ``meter`` and ``bill`` replace what a layout prints otherwise or not at all."""
        period = {"billing_period_from": self.start, "billing_period_to": self.end}
        used = self.therms if unit == "therms" else self.ccf
        place = expectation.address(self.street, self.town, self.state, self.postal_code)
        one = {"id": self.meter, "type": "gas", "consumption": used, "address": place, **period}
        values = {
            "utility": code,
            "account_number": account,
            "billed_on": self.billed,
            "due_on": self.due,
            "gas_consumption": used,
            "gas_consumption_unit": unit,
            "gas_amount": self.total,
            "outstanding_balance": self.balance,
            "total_amount": self.total,
            "amount_due": self.amount_due,
            **period,
        }
        meters = [expectation.meter(**(one | dict(meter or {})))]
        return expectation.document(expectation.bill(**(values | {"meters": meters} | bill)))


def home(number: int, state: str) -> GasCase:
    """A home over the turn of a year, that has paid."""
    days = [dt.date(2022, 12, 9), dt.date(2023, 1, 10), dt.date(2023, 1, 12), dt.date(2023, 2, 2)]
    place = f"{number} SAMPLE ST", "SAMPLETON", state, "00501"
    meter = f"555{number:04d}1", 4_210 + number, 4_352 + 2 * number
    return GasCase(number, "SAM EXAMPLE", *place, *days, *meter, 97_20 + number, 97_20 + number)


def works(number: int, state: str) -> GasCase:
    """A business that has paid a part of an earlier bill."""
    days = [dt.date(2023, 5, 9), dt.date(2023, 6, 8), dt.date(2023, 6, 13), dt.date(2023, 7, 3)]
    place = f"{4000 + number} DEMO AVE", "EXAMPLEVILLE", state, "00544"
    meter = f"555{number:04d}2", 31_200, 32_480 + number
    return GasCase(number, "EXAMPLE TOOLS LLC", *place, *days, *meter, 1_804_00 + number, 1_500_00)
