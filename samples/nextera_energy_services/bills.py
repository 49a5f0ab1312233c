"""The sample invoices of NextEra Energy Services, drawn from its printed labels."""

from samples.files import Sample
from samples.layouts.case import Case
from samples.layouts.invoice import company_samples
from samples.money import dollars

US = "%m/%d/%Y"


def lines(bill: Case, account: str) -> list[str]:
    return [
        f"Billing Account Number:|{account}",
        "Invoice Number: 99000555",
        f"Invoice Date:|{bill.billed:{US}}",
        f"Usage Period: {bill.start:{US}} - {bill.end:{US}}",
        f"Due Date|{bill.due:{US}}",
        f"Previous Balance|{dollars(bill.previous)}",
        f"Payment Received|({dollars(bill.paid)})",
        f"Balance Remaining|{dollars(bill.balance)}",
        f"Current Charges|{dollars(bill.total)}",
        f"Amount Due|{dollars(bill.amount_due)}",
        f"Usage Total|{bill.kwh} kWh",
    ]


def samples() -> list[Sample]:
    def meter(_: Case) -> dict[str, object]:
        return {"id": None, "address": None, "tariff": None, "demand_kw": None}

    return company_samples(
        "nextera_energy_services", "NextEra Energy Services", 307, "##########", lines, meter=meter, bill={}
    )
