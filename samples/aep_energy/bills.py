"""The sample invoices of AEP Energy, drawn from its printed labels."""

from samples.files import Sample
from samples.layouts.case import Case
from samples.layouts.invoice import company_samples
from samples.money import dollars

US = "%m/%d/%Y"


def lines(bill: Case, account: str) -> list[str]:
    return [
        "Your AEP Energy Bill Summary",
        f"From {bill.start:{US}} to {bill.end:{US}} ({bill.days} days)",
        f"Issued on {bill.billed:{US}}",
        f"AEP Energy Account Number|{account}",
        f"Utility Account Number|9900{bill.number:06d}",
        f"Service Address|{bill.street}, {bill.town}, {bill.state} {bill.postal_code}",
        f"Total Usage|{bill.kwh} kWh",
        f"DUE DATE|{bill.due:%B %d, %Y}",
        f"TOTAL AMOUNT|{dollars(bill.amount_due)}",
        f"If paid late|{dollars(bill.amount_due + 900)}",
    ]


def samples() -> list[Sample]:
    def meter(case: Case) -> dict[str, object]:
        attributes = {"supplier_account_number": f"9900{case.number:06d}"}
        return {"id": None, "tariff": None, "demand_kw": None, "additional_attributes": attributes}

    unprinted = {"total_amount": None, "electricity_amount": None, "outstanding_balance": None}
    return company_samples(
        "aep_energy", "AEP Energy", 303, "##########", lines, state="OH", meter=meter, bill=unprinted
    )
