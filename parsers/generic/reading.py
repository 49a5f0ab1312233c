"""All that is found on the pages of one bill, each part of it looked for once."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property

from parsers.finding.meters import Commodity, MeterRead
from parsers.finding.outcome import Found, Missing, Outcome, Scope
from parsers.finding.region import Region, remembered
from parsers.generic.accounts import read_account
from parsers.generic.amounts import read_amounts
from parsers.generic.cells import Board
from parsers.generic.dates import Period, periods, read_billed, read_due, whole_period
from parsers.generic.descriptions import addresses, attributes, tariffs
from parsers.generic.evidence import evidence
from parsers.generic.meter_numbers import meter_numbers
from parsers.generic.meters import Printed, consumed, read_meters
from parsers.generic.names import read_supplier
from parsers.generic.pointing import Pointing
from parsers.generic.quantities import Unit, Used
from parsers.generic.usage import Settled, settle

_CORRECTION = re.compile(
    r"(?i)(?:credit |billing |bill )?corrections?\b.{0,40}|re-?bill(?:ed|ing)?(?: charges)?"
    r"|cancell?ed (?:bill|charges).*"
)
_OF_ONE_PERIOD = ("billing_period_from", "billing_period_to", "electricity_consumption", "gas_consumption")
_OF_ONE_METER = ("billing_period_from", "billing_period_to", "consumption", "demand_kw")
_CORRECTS = Missing("the bill corrects earlier ones: it prints several periods")


class Reading:
    """All that was found on the pages of one bill, each part of it once."""

    def __init__(self, boards: Sequence[Board]) -> None:
        self.boards = list(boards)
        self.pointing = Pointing(self.boards)

    @classmethod
    def of(cls, region: Region) -> "Reading":
        return remembered(region.memo, "generic reading", lambda: cls([Board(area.sheet) for area in region.areas]))

    @cached_property
    def evidence(self) -> list[Used]:
        return evidence(self.pointing)

    @cached_property
    def used(self) -> dict[Commodity, Settled | str]:
        return {service: settle(self.evidence, self.units(service)) for service in self.services}

    def units(self, service: Commodity) -> list[Unit]:
        """The units of a service; ccf count only where no therms are printed."""
        if service == "electric":
            return ["kwh"]
        therms = any("therm" in board.sheet.squeezed.casefold() for board in self.boards)
        return ["therms"] if therms else ["ccf"]

    @cached_property
    def services(self) -> list[Commodity]:
        """What the bill counts: told by the units of what is not merely mentioned."""
        counted = {used.unit for used in self.evidence if used.kind in ("labelled", "reading", "charged")}
        counted = counted or {used.unit for used in self.evidence}
        electric: list[Commodity] = ["electric"] if counted & {"kwh", "kw"} else []
        gas: list[Commodity] = ["gas"] if counted & {"therms", "ccf"} else []
        return electric + gas

    @cached_property
    def account(self) -> Outcome:
        return read_account(self.pointing)

    @cached_property
    def billed(self) -> tuple[Outcome, dt.date | None]:
        return read_billed(self.pointing)

    @cached_property
    def periods(self) -> list[Period]:
        return periods(self.pointing, self.boards, self.billed[1])

    @cached_property
    def period(self) -> tuple[Outcome, Outcome]:
        return whole_period(self.periods)

    @cached_property
    def amounts(self) -> dict[str, Outcome]:
        return read_amounts(self.pointing, electric="electric" in self.services, gas="gas" in self.services)

    def outcome(self, name: str, scope: Scope) -> Outcome:
        """A field of the bill."""
        if self.corrects and name in _OF_ONE_PERIOD:
            return _CORRECTS
        if name in self.amounts:
            return self.amounts[name]
        return self._others[name](scope) if name in self._others else Missing("no rule reads it")

    @cached_property
    def _others(self) -> dict[str, Callable[[Scope], Outcome]]:
        return {
            "account_number": lambda _: self.account,
            "billed_on": lambda _: self.billed[0],
            "due_on": lambda _: self._due(),
            "billing_period_from": lambda _: self.period[0],
            "billing_period_to": lambda _: self.period[1],
            "electricity_consumption": lambda scope: self.consumed("electric", scope),
            "gas_consumption": lambda scope: self.consumed("gas", scope),
            "gas_consumption_unit": lambda _: self._gas_unit(),
            "supplier_name": lambda _: read_supplier(self.pointing),
        }

    def _due(self) -> Outcome:
        billed = self.billed[0]
        return read_due(self.pointing, billed.value if isinstance(billed, Found) else None)

    def meters(self, scope: Scope) -> list[MeterRead]:
        """The meters, put together once."""
        return remembered(scope.bill.memo, "generic meters", lambda: self._meters(scope))

    def _meters(self, scope: Scope) -> list[MeterRead]:
        account = self.account.value if isinstance(self.account, Found) else None
        printed = Printed(
            self.periods,
            tariffs(self.pointing),
            addresses(self.pointing, scope),
            attributes(self.pointing),
            self.period,
        )
        numbers = meter_numbers(self.pointing, self.evidence, account)
        meters = read_meters(numbers, self.evidence, self.used, printed, self.units)
        if self.corrects:
            unsure: dict[str, Outcome] = dict.fromkeys(_OF_ONE_METER, _CORRECTS)
            meters = [replace(meter, fields=meter.fields | unsure) for meter in meters]
        return meters

    @cached_property
    def corrects(self) -> bool:
        """Whether it says that it takes earlier charges back: it prints the periods and the usage of several bills."""
        return any(_CORRECTION.fullmatch(cell.text) for board in self.boards for cell in board.cells if cell.leads)

    def consumed(self, service: Commodity, scope: Scope) -> Outcome:
        """What all meters of a service counted: as the bill totals it, or else their sum."""
        settled = self.used.get(service, f"no {service} service is counted")
        whole = consumed(settled) if isinstance(settled, Settled) else Missing(settled)
        meters = [meter for meter in self.meters(scope) if meter.type == service]
        parts = [meter.fields["consumption"] for meter in meters]
        if len(parts) < 2:
            return whole
        known = [part for part in parts if isinstance(part, Found)]
        total = sum(part.value for part in known)
        if isinstance(whole, Found) and whole.value == total:
            return whole
        if len(known) == len(parts):
            return replace(known[0], value=total, rule=f"sum of the meters: {known[0].rule}")
        if isinstance(whole, Found) and whole.value > total:
            return whole
        return Missing("not every meter's usage is read")

    def _gas_unit(self) -> Outcome:
        settled = self.used.get("gas", "no gas service is counted")
        if isinstance(settled, Settled):
            return Found(settled.unit, settled.source.cell.span, settled.rule)
        return Missing(settled)
