"""The sample invoices of Direct Energy Business, drawn from its printed labels."""

from samples.files import Sample
from samples.layouts.case import Case
from samples.layouts.invoice import company_samples, esi_id
from samples.money import dollars

US = "%m/%d/%Y"


def lines(bill: Case, account: str) -> list[str]:
    read = f"S {bill.start:{US}} {bill.end:{US}} {bill.days} {bill.before:,} {bill.now:,} {bill.constant} {bill.kwh:,}"
    return [
        f"Account # {account}",
        f"Invoice Date:|{bill.billed:%m/%d/%y}",
        f"Due Date:|{bill.due:%m/%d/%y}",
        f"Total Current Charges|{dollars(bill.total)}",
        f"Total Amount Due|{dollars(bill.amount_due)}",
        "CURRENT READINGS",
        f"ESIID: {esi_id(bill)}",
        f"Meter: {bill.meter}",
        "Your Energy Price is: 0.08460",
        f"{read} {bill.demand or '4.1'} 0 {dollars(bill.total)}",
        "(S) Standard (C) Cancel (F) Final (R) Rebill (E) Estimate",
    ]


def samples() -> list[Sample]:
    def meter(case: Case) -> dict[str, object]:
        known = {"address": None, "tariff": None, "additional_attributes": {"esi_id": esi_id(case)}}
        return known | ({} if case.demand else {"demand_kw": 4.1})

    unprinted = {"outstanding_balance": None}
    return company_samples(
        "direct_energy_business", "Direct Energy Business", 309, "#######", lines, meter=meter, bill=unprinted
    )
