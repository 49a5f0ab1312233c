"""The sample bills of Philadelphia Gas Works: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.case import Rows, draw_rows
from samples.layouts.gas import GasCase, home, works
from samples.money import dollars

DAY = "%m/%d/%Y"
ACCOUNT = "##########"


def _draw(case: GasCase, *, receipt: bool) -> bytes:
    front: Rows = [
        ((40, "PHILADELPHIA GAS WORKS"), (320, "Account Number:"), (420, case.account(ACCOUNT))),
        ((320, "Please Pay"), (420, dollars(case.amount_due))),
        ((320, "Due By"), (420, f"{case.due:{DAY}}")),
        ((320, "Billing Date"), (420, f"{case.billed:%b %d, %Y}".upper())),
        ((40, f"Service From {case.start:{DAY}} - {case.end:{DAY}}"),),
        ((40, f"Thank you for your payment of {dollars(case.paid)}"),),
        ((40, "Current Charges"), (-300, dollars(case.total))),
        ((40, f"Meter Number: {case.meter}"), (320, f"Gas used: {case.ccf} Ccf")),
    ]
    paid: Rows = [((40, "KUBRAEZPAY"),), ((40, "Please Pay"), (200, "$1.00")), ((40, "Receipt of your payment"),)]
    return draw_rows([*([paid] if receipt else []), front], head="PGW", site="www.pgworks.com")


def samples() -> list[Sample]:
    made = []
    for name, case, receipt in (
        ("2023-01_home", home(77, "PA"), False),
        ("2023-06_business_receipt", works(78, "PA"), True),
    ):
        account = case.account(ACCOUNT)
        expected = case.expected(
            "philadelphia_gas_works", account, "ccf", meter={"address": None}, outstanding_balance=None
        )
        made.append(Sample(f"philadelphia_gas_works/{name}.pdf", _draw(case, receipt=receipt), expected))
    return made
