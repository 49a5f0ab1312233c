"""The sample bills of Washington Gas: invented customers, meters and amounts."""

from samples.files import Sample
from samples.layouts.case import Rows, draw_rows
from samples.layouts.gas import GasCase, home, works
from samples.money import dollars

DAY = "%b %-d, %Y"
ACCOUNT = "##########"


def _draw(case: GasCase, rate: str) -> bytes:
    front: Rows = [
        ((40, "Account number"), (140, case.account(ACCOUNT))),
        ((40, f"{case.start:{DAY}}-{case.end:{DAY}} ({case.days} Days)"),),
        ((40, f"Service address: {case.street}, {case.town}, {case.state} {case.postal_code}"),),
        ((40, "Total charges this period"), (-400, dollars(case.total))),
    ]
    detail: Rows = [
        ((40, f"Your next meter reading date is {case.due:%B %-d, %Y}"),),
        ((40, "Rate Class:"), (250, "Meter Number:")),
        ((40, rate), (250, case.meter)),
        ((40, "DISTRIBUTION SERVICE"),),
        ((40, "Customer Charge"), (-400, "19.30")),
        ((40, f"Distribution Charge {case.therms} Therms"), (-400, dollars(case.delivery))),
        ((40, f"Peak Usage Charge {case.therms + 3} Therms"), (-400, dollars(case.gas_cost))),
        ((40, "Delivery Tax"), (-400, dollars(case.taxes))),
        ((40, "Total Washington Gas Charges This Period"), (-400, dollars(case.total))),
    ]
    return draw_rows([front, detail], head="Washington Gas", site="Questions? 1-800-555-0100")


def samples() -> list[Sample]:
    cases = {
        "2023-01_home": (home(79, "MD"), "Residential Heating"),
        "2023-06_business": (works(80, "VA"), "Commercial Heating"),
    }
    unknown = dict.fromkeys(("billed_on", "due_on", "outstanding_balance", "amount_due"))
    return [
        Sample(
            f"washington_gas/{name}.pdf",
            _draw(case, rate),
            case.expected("washington_gas", case.account(ACCOUNT), meter={"tariff": rate}, **unknown),
        )
        for name, (case, rate) in cases.items()
    ]
