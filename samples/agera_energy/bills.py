"""The sample invoices of Agera Energy, drawn from its printed labels."""

from samples.files import Sample
from samples.layouts.case import Case
from samples.layouts.invoice import company_samples, esi_id
from samples.money import dollars

LONG = "%b %d, %Y"


def lines(bill: Case, account: str) -> list[str]:
    return [
        f"Account Number: {account}",
        f"Invoice Date: {bill.billed:{LONG}}",
        f"Due Date: {bill.due:{LONG}}",
        "Billing Summary",
        f"Current Energy Charges|{dollars(bill.supplied)}",
        f"TDU Delivery Charges|{dollars(bill.delivered)}",
        f"Sales and Use Tax|{dollars(bill.taxes)}",
        f"Current Amount Due|{dollars(bill.amount_due)}",
        "Invoice Detail",
        f"ESID #: {esi_id(bill)}",
        f"Service Period: {bill.start:{LONG}} to {bill.end:{LONG}}",
        f"Kilowatt Hours (kWh) {bill.kwh} 0.08460|{dollars(bill.supplied)}",
    ]


def samples() -> list[Sample]:
    def meter(case: Case) -> dict[str, object]:
        attributes = {"esi_id": esi_id(case)}
        return {"id": None, "address": None, "tariff": None, "demand_kw": None, "additional_attributes": attributes}

    unprinted = {"total_amount": None, "electricity_amount": None, "outstanding_balance": None}
    return company_samples("agera_energy", "Agera Energy", 311, "########", lines, meter=meter, bill=unprinted)
