"""What the samples of a begun parser say: months, numbers and identities that nobody has."""

import datetime as dt
from dataclasses import dataclass
from itertools import cycle, islice

from ingest.new_parser.plan import Plan
from parsers.sketch import Idea

AMOUNTS = ("delivery_charge", "supply_charge", "electricity_amount", "gas_amount", "outstanding_balance",
           "total_amount", "amount_due", "community_solar_bill_credit")  # fmt: skip


@dataclass(frozen=True)
class Month:
    """An invented month: its bill's name, days and numbers."""

    name: str
    billed_on: dt.date
    due_on: dt.date
    start: dt.date
    end: dt.date
    used: int
    delivered: int
    supplied: int
    balance: int
    digits: str


MONTHS = (
    Month("2025-06_home", dt.date(2025, 6, 13), dt.date(2025, 7, 7), dt.date(2025, 5, 12), dt.date(2025, 6, 11),
           812, 52_66, 89_55, 30_00, "9900550017"),
    Month("2025-11_shop", dt.date(2025, 11, 14), dt.date(2025, 12, 8), dt.date(2025, 10, 13), dt.date(2025, 11, 12),
           1_467, 84_10, 151_32, 0, "9900550028"),
)  # fmt: skip


def invented(field: str, idea: Idea, month: Month, plan: Plan) -> str:
    """The value of a field in a month, as Python writes it."""
    days = {
        "billed_on": month.billed_on,
        "due_on": month.due_on,
        "billing_period_from": month.start,
        "billing_period_to": month.end,
    }
    if field in days:
        day = days[field]
        return f"dt.date({day.year}, {day.month}, {day.day})"
    if field in AMOUNTS:
        cents = _amounts(month, plan)[field]
        return f"{cents // 100}_{cents % 100:02}" if cents > 99 else str(cents)
    if field.endswith("consumption"):
        return str(month.used if idea.form.startswith("energy") else month.used // 20)
    texts = {
        "meter_demand_kw": str(month.used // 100),
        "meter_address": f'("{month.used} EXAMPLE ST", "SAMPLETON")',
        "supplier_name": '"EXAMPLE ENERGY LLC"',
        "meter_tariff": '"SAMPLE RATE"',
    }
    return texts.get(field, f'"{_number(idea.form, month, shift=5 * (field == "meter_id"))}"')


def _amounts(month: Month, plan: Plan) -> dict[str, int]:
    """Amounts that add up, whichever of them the bill prints."""
    total = month.delivered + month.supplied
    gas = 41_20 if len(plan.services) == 2 else total
    electric = total - gas if len(plan.services) == 2 else total
    same = {field: ideas[0].value_at for field, ideas in plan.rules.items()}
    shared = same.get("electricity_amount") == same.get("total_amount")
    balance = month.balance if plan.has("outstanding_balance") else 0
    return {
        "delivery_charge": month.delivered,
        "supply_charge": month.supplied,
        "electricity_amount": total if shared else electric,
        "gas_amount": gas,
        "outstanding_balance": balance,
        "total_amount": total,
        "amount_due": total + balance,
        "community_solar_bill_credit": 0,
    }


def _number(form: str, month: Month, shift: int) -> str:
    """An invented number in the form of the printed one."""
    shape = form.partition(" ")[2]
    digits = islice(cycle(month.digits), shift, None)
    return "".join(next(digits) if char == "0" else "X" if char == "A" else char for char in shape)
