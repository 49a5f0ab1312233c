"""The sample bills of Puget Sound Energy, drawn from its printed labels."""

import datetime as dt
from dataclasses import replace
from typing import Any

from samples import expectation
from samples.files import Sample
from samples.layouts.case import Case, Rows, business, draw_rows, home
from samples.money import charge, dollars, number

CODE = "puget_sound_energy"
FORM = "############"
THERMS = 61


def slashed(day: dt.date) -> str:
    return f"{day.month}/{day.day}/{day.year}"


def gas_charge(gas: bool) -> int:
    return 12_50 + charge(THERMS, "1.10450") if gas else 0


def pages(bill: Case, gas: bool) -> list[Rows]:
    """The summary; electricity with its meter; for the home gas, of which only the usage is printed with words."""
    account = bill.account(FORM)
    due = bill.amount_due + gas_charge(gas)
    summary: Rows = [
        ((330, "Issued:"), (-570, f"{bill.billed:%B} {bill.billed.day}, {bill.billed.year}")),
        ((330, "Account Number:"), (-570, account)),
        ((330, "DUE DATE"), (-570, f"{bill.due:%B} {bill.due.day}, {bill.due.year}")),
        ((330, "TOTAL DUE"), (-570, dollars(due))),
        ((40, f"Serving: {bill.street}, {bill.town}"),),
        ((40, "Your Usage Information"),),
        ((300, "Your Account Summary"),),
        ((300, "Previous Charges:"),),
        ((300, f"Amount of Your Last Bill (dated {bill.start:%m/%d/%Y})"), (-570, f"$ {number(bill.previous)}")),
        ((300, f"Payment received {bill.end:%m/%d/%Y} - Thank you!"), (-570, number(-bill.paid))),
        ((300, "Total Previous Charges"), (-570, f"$ {number(bill.balance)}")),
        ((300, "Current Charges:"),),
        ((300, "Electric Charges"), (-570, f"$ {number(bill.total)}")),
    ]
    if gas:
        summary.append(((300, "Natural Gas Charges"), (-570, number(gas_charge(gas)))))
    summary += [
        ((300, "Total Current Charges"), (-570, f"$ {number(bill.total + gas_charge(gas))}")),
        ((300, "Total includes current and past due charges"), (-570, f"Total $ {number(due)}")),
        ((40, "Mail this coupon and make check payable to Puget Sound Energy"),),
    ]
    return [summary, details(bill, gas)]


def details(bill: Case, gas: bool) -> Rows:
    start, end = slashed(bill.start), slashed(bill.end)
    rows: Rows = [
        ((40, "Electric Detail Information"),),
        ((40, "Meter Number"), (120, "Start Date"), (190, "Start Read"), (400, "Kilowatt Hours (kWh)")),
    ]
    if not gas:
        cells = ((40, bill.meter), (120, start), (190, str(bill.before)), (250, end), (320, str(bill.now)))
        rows.append((*cells, (370, str(bill.constant)), (420, f"{bill.kwh:,}"), (480, "Actual")))
    rows += [
        ((40, f"Your Electric Charge Details ({bill.days} days)"), (330, "Rate x Unit ="), (-570, "Charge")),
        ((40, f"{bill.kwh:,} kWh used for service {start} - {end}"),),
        ((40, "Basic Charge"), (330, "$12.40 per month"), (-570, dollars(bill.fixed))),
        ((40, "Current Electric Charges"), (-570, dollars(bill.total))),
    ]
    if gas:
        rows += [
            ((40, f"Your Natural Gas Charge Details ({bill.days} days)"), (330, "Rate x Unit ="), (-570, "Charge")),
            ((40, f"{THERMS} therms used for service {start} - {end}"),),
            ((40, "Current Natural Gas Charges"), (-570, dollars(gas_charge(gas)))),
        ]
    return rows


def sample(name: str, bill: Case, gas: bool) -> Sample:
    bill = replace(bill, town=bill.town.title(), meter=f"P{bill.meter}")
    address = dict.fromkeys(expectation.ADDRESS_FIELDS) | {"line_1": bill.street, "city": bill.town}
    shown = {"id": None if gas else bill.meter, "tariff": None, "demand_kw": None, "address": address}
    expected: Any = bill.expected(CODE, bill.account(FORM), meter=shown, delivery_charge=None, supply_charge=None)
    if gas:
        record = expected["bills"][0]
        period = {key: record[key] for key in ("billing_period_from", "billing_period_to")}
        record["meters"].append(expectation.meter(type="gas", consumption=THERMS, address=address, **period))
        record |= {"gas_consumption": THERMS, "gas_consumption_unit": "therms", "gas_amount": gas_charge(gas)}
        record["total_amount"] += gas_charge(gas)
        record["amount_due"] += gas_charge(gas)
    content = draw_rows(pages(bill, gas), head="Puget Sound Energy", site="pse.com")
    return Sample(f"{CODE}/{name}.pdf", content, expected)


def samples() -> list[Sample]:
    return [
        sample("2024-01_home_with_gas", home(301, "WA"), gas=True),
        sample("2024-07_business_part_paid", business(302, "WA"), gas=False),
    ]
