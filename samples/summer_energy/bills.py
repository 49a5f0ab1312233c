"""The sample invoices of Summer Energy, drawn from its printed labels."""

from samples.files import Sample
from samples.layouts.case import Case
from samples.layouts.invoice import company_samples, esi_id
from samples.money import dollars

US = "%m/%d/%Y"


def lines(bill: Case, account: str) -> list[str]:
    return [
        f"Billing Account Number {account}",
        f"Invoice Date: {bill.billed:%b %d, %Y}",
        "summerenergy.com",
        f"Service Period: {bill.start:{US}} - {bill.end:{US}}",
        f"ESI ID: {esi_id(bill)}",
        f"Meter Number: {bill.meter}",
        f"kWh Usage|{bill.kwh}",
        f"Current Charges|{dollars(bill.total)}",
        *[f"Amount Due {bill.due:%b %d, %Y} : {dollars(bill.amount_due)}"],
    ]


def samples() -> list[Sample]:
    def meter(case: Case) -> dict[str, object]:
        attributes = {"esi_id": esi_id(case)}
        return {"address": None, "tariff": None, "demand_kw": None, "additional_attributes": attributes}

    unprinted = {"outstanding_balance": None}
    return company_samples("summer_energy", "Summer Energy", 319, "########", lines, meter=meter, bill=unprinted)
