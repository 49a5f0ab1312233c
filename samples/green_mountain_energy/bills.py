"""The sample invoices of Green Mountain Energy, drawn from its printed labels."""

from samples.files import Sample
from samples.layouts.case import Case
from samples.layouts.invoice import company_samples, esi_id
from samples.money import dollars

US = "%m/%d/%Y"


def lines(bill: Case, account: str) -> list[str]:
    return [
        f"Account Number: {account}",
        f"Bill Date: {bill.billed:{US}}",
        "Contract Expiration Date 05/01/2026",
        f"Service Period: {bill.start:{US}} - {bill.end:{US}}",
        f"ESI ID: {esi_id(bill)}",
        f"Meter Number: {bill.meter}",
        f"kWh Usage|{bill.kwh}",
        f"Current Charges|{dollars(bill.total)}",
        *[
            f"Date Due|{bill.due:{US}}",
            f"Amount Due|{dollars(bill.amount_due)}",
            f"After Due Date|{dollars(bill.amount_due + 700)}",
        ],
    ]


def samples() -> list[Sample]:
    def meter(case: Case) -> dict[str, object]:
        attributes = {"esi_id": esi_id(case)}
        return {"address": None, "tariff": None, "demand_kw": None, "additional_attributes": attributes}

    unprinted = {"outstanding_balance": None}
    return company_samples(
        "green_mountain_energy", "Green Mountain Energy", 313, "## ### ### - #", lines, meter=meter, bill=unprinted
    )
