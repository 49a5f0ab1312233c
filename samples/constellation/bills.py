"""The sample invoices of Constellation, drawn from its printed labels."""

from samples.files import Sample
from samples.layouts.case import Case
from samples.layouts.invoice import company_samples
from samples.money import dollars

US = "%-m/%-d/%Y"


def lines(bill: Case, account: str) -> list[str]:
    return [
        "Monthly Invoice",
        f"Statement Date: {bill.billed:{US}}",
        "Statement Number: 99000555010",
        f"Rate Plan: {bill.rate}",
        f"Account ID: {account}",
        f"Utility Number: 9900{bill.number:06d}",
        f"Service Period: {bill.start:{US}} to {bill.end:{US}}",
        f"Previous Balance:|{dollars(bill.previous)}",
        f"Payments Since Last Invoice:|{dollars(-bill.paid)}",
        f"Unpaid Balance:|{dollars(bill.balance)}",
        f"Total New Charges:|{dollars(bill.total)}",
        f"Total Amount Due by {bill.due:{US}}|{dollars(bill.amount_due)}",
        "Meter Number:|Previous Meter Read Date|Current Meter Read Date|USAGE",
        f"{bill.meter}|{bill.start:{US}}|{bill.end:{US}}|{bill.kwh}",
        f"Energy-Fixed Price {bill.kwh} kWH|{dollars(bill.total)}",
    ]


def samples() -> list[Sample]:
    def meter(case: Case) -> dict[str, object]:
        attributes = {"supplier_account_number": f"9900{case.number:06d}"}
        return {"address": None, "demand_kw": None, "additional_attributes": attributes}

    return company_samples("constellation", "Constellation NewEnergy", 301, "#######", lines, meter=meter, bill={})
