"""The sample invoices of Hudson Energy, drawn from its printed labels."""

from samples.files import Sample
from samples.layouts.case import Case
from samples.layouts.invoice import company_samples
from samples.money import dollars

US = "%-m/%-d/%Y"


def lines(bill: Case, account: str) -> list[str]:
    heads = "ESIID|Meter|Current|Previous|Mult|Usage|Demand|Period"
    period = f"{bill.start:{US}} - {bill.end:{US}}"
    row = f"{bill.meter}  {bill.now}  {bill.before}  {bill.constant}  {bill.kwh}  {bill.demand or '4.1'}  {period}"
    return [
        f"Acct #: {account}",
        "Invoice #: 99000555",
        f"Invoice Date: {bill.billed:{US}}",
        f"Amount Due:|{dollars(bill.amount_due)}",
        f"Due by:|{bill.due:{US}}",
        f"Amount Due After Due Date:|{dollars(bill.amount_due + 800)}",
        heads,
        row,
    ]


def samples() -> list[Sample]:
    def meter(case: Case) -> dict[str, object]:
        return {"address": None, "tariff": None} | ({} if case.demand else {"demand_kw": 4.1})

    unprinted = {"total_amount": None, "electricity_amount": None, "outstanding_balance": None}
    return company_samples("hudson_energy", "Hudson Energy", 305, "########", lines, meter=meter, bill=unprinted)
