"""The sample bills of Citizens Energy Group: invented customers, meters and amounts."""

import datetime as dt

from samples.files import Sample
from samples.layouts.case import Rows, draw_rows
from samples.layouts.gas import GasCase, home, works
from samples.money import dollars

DAY = "%m/%d/%y"
ACCOUNT = "##########"
RATE = "Rate D4 - General Heating Delivery Standard"


def _draw(case: GasCase) -> bytes:
    account = case.account(ACCOUNT)
    before = case.billed - dt.timedelta(30)
    late = dollars(case.amount_due + 5_00)
    front: Rows = [
        ((40, "Amount Due"), (-200, dollars(case.amount_due)), (300, "Date Due"), (400, f"{case.due:{DAY}}")),
        ((40, "ACCOUNT SUMMARY"),),
        ((40, f"Account Balance as of {before:{DAY}}"), (-300, dollars(case.previous))),
        ((40, f"Payment(s) Received {before:{DAY}}"), (-300, f"{dollars(case.paid)} cr")),
        ((40, "Previous Balance"), (-300, dollars(case.balance))),
        ((40, "Utility Charges"),),
        ((50, "Gas Delivery Charge"), (-300, dollars(case.delivery))),
        ((50, "Gas Cost"), (-300, dollars(case.gas_cost))),
        ((50, "Sales Tax"), (-300, dollars(case.taxes))),
        ((50, "Utility Subtotal"), (-300, dollars(case.total))),
        ((40, "Supplier Charges"),),
        ((40, f"Account Balance as of {case.billed:{DAY}}"), (-300, dollars(case.amount_due))),
        ((40, "HISTORICAL INFORMATION"), (330, "GAS USAGE")),
        ((40, RATE),),
        ((40, "Meter Number"), (-300, case.meter)),
        ((40, "Days of Service"), (-300, str(case.days))),
        ((40, f"Previous Read {case.start:{DAY}}"), (-300, f"{case.before} Actual")),
        ((40, f"Current Read {case.end:{DAY}}"), (-300, f"{case.now} Actual")),
        ((40, "CCF Used"), (-300, f"{case.ccf}.00")),
        ((40, "THERM Conversion"), (-300, case.factor)),
        ((40, "THERM Used"), (-300, str(case.therms))),
        ((40, ""),),
        (
            (40, f"Account Number: {account}"),
            (300, f"Amount Due by {case.due:{DAY}}"),
            (-570, dollars(case.amount_due)),
        ),
        ((40, "Service Address:"), (130, case.street), (300, f"Amount Due After {case.due:{DAY}}"), (-570, late)),
        ((130, f"{case.town}, {case.state} {case.postal_code}"),),
    ]
    return draw_rows([front], head="Citizens Energy Group", site="CitizensEnergyGroup.com")


def samples() -> list[Sample]:
    cases = {"2023-01_home": home(75, "IN"), "2023-06_business_partly_paid": works(76, "IN")}
    return [
        Sample(
            f"citizens_energy_group/{name}.pdf",
            _draw(case),
            case.expected("citizens_energy_group", case.account(ACCOUNT), meter={"tariff": RATE}),
        )
        for name, case in cases.items()
    ]
