"""The sample bills of Peoples Gas: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.case import Rows, draw_rows
from samples.layouts.gas import GasCase, home, works
from samples.money import dollars

DAY = "%m/%d/%Y"
ACCOUNT = "##########-#####"
RATE = "Rate 2 - Rider CFY Mtr Class 2 Heating"


def _draw(case: GasCase, supplied: int) -> bytes:
    total = case.total + supplied
    summary: Rows = [
        ((40, "Customer Name"), (200, case.customer), (380, "Account Number:"), (470, case.account(ACCOUNT))),
        ((40, "Service Address"), (380, "Bill Date:"), (470, f"{case.billed:{DAY}}")),
        ((40, case.street), (380, "Due Date:"), (470, f"{case.due:{DAY}}")),
        ((40, f"{case.town}, {case.state} {case.postal_code}"),),
        ((40, ""),),
        ((40, "Activity Since Last Bill"),),
        ((40, f"Previous Balance {case.start:{DAY}}"), (-500, dollars(case.previous))),
        ((40, f"Payment Received {case.start:{DAY}}"), (-500, dollars(-case.paid))),
        ((40, "Balance"), (-500, dollars(case.balance))),
        ((40, "Total Current Charges"), (-500, dollars(total))),
        ((40, "Total Current Balance"), (-500, dollars(case.balance + total))),
    ]
    detail: Rows = [
        ((40, RATE),),
        ((40, f"Meter Number P{case.meter}"),),
        ((40, f"Actual Reading {case.end:{DAY}}"), (-300, str(case.now))),
        ((40, f"Actual Reading {case.start:{DAY}}"), (-300, str(case.before))),
        ((40, "Gas Used (CCF)"), (-300, str(case.ccf))),
        ((40, f"Therm Conversion {case.ccf} x {case.factor} BTU Factor = {case.therms} Therms"),),
        ((40, "Delivery Charge"), (-500, dollars(case.delivery))),
        ((50, "Under 5000 Therms"), (300, f"{case.therms} Therms at $0.1612")),
        ((50, "Storage Banking Charge"), (300, "900 Therms at $0.0100")),
        ((40, "Gas Charge"), (-500, dollars(case.gas_cost))),
        ((40, "Chicago Gas Use Tax"), (-500, dollars(case.taxes))),
        ((40, "Total Gas Service Charges"), (-500, dollars(case.total))),
    ]
    if supplied:
        detail.append(((40, "Example Gas Supply Inc"), (-500, dollars(supplied))))
    return draw_rows([summary, detail], head="Peoples Gas", site="Questions? 1-800-555-0100")


def samples() -> list[Sample]:
    alone, chosen = home(73, "IL"), works(74, "IL")
    supplied = 512_40
    total = chosen.total + supplied
    together = {"gas_amount": None, "total_amount": total, "amount_due": chosen.balance + total}
    return [
        Sample(
            "peoples_gas/2023-01_home.pdf",
            _draw(alone, 0),
            alone.expected("peoples_gas", alone.account(ACCOUNT), meter={"tariff": RATE, "id": f"P{alone.meter}"}),
        ),
        Sample(
            "peoples_gas/2023-06_business_supplier.pdf",
            _draw(chosen, supplied),
            chosen.expected(
                "peoples_gas",
                chosen.account(ACCOUNT),
                meter={"tariff": RATE, "id": f"P{chosen.meter}"},
                **together,
            ),
        ),
    ]
