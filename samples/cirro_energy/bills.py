"""The sample invoices of Cirro Energy, drawn from its printed labels."""

from samples.files import Sample
from samples.layouts.case import Case
from samples.layouts.invoice import company_samples, esi_id
from samples.money import dollars

US = "%m/%d/%Y"


def lines(bill: Case, account: str) -> list[str]:
    return [
        f"Account #: {account}",
        f"Bill Date: {bill.billed:{US}}",
        "cirroenergy.com",
        f"From {bill.start:{US}} To {bill.end:{US}}",
        f"ESI ID: {esi_id(bill)}",
        f"Meter Number: {bill.meter}",
        f"kWh Usage|{bill.kwh}",
        f"Current Charges|{dollars(bill.total)}",
        *[f"Total Amount Due by {bill.due:{US}}|{dollars(bill.amount_due)}"],
    ]


def samples() -> list[Sample]:
    def meter(case: Case) -> dict[str, object]:
        attributes = {"esi_id": esi_id(case)}
        return {"address": None, "tariff": None, "demand_kw": None, "additional_attributes": attributes}

    unprinted = {"outstanding_balance": None}
    return company_samples("cirro_energy", "Cirro Energy", 317, "########", lines, meter=meter, bill=unprinted)
