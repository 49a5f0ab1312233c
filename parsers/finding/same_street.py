"""Service addresses of bills that print the street beside each meter, and one full address in another place."""

from dataclasses import dataclass

from parsers.errors import DeclarationError
from parsers.finding.lines import Span, squeezed
from parsers.finding.outcome import Field, Found, Missing, Outcome, Scope
from parsers.finding.places import Labelled
from parsers.finding.rules import Rule
from parsers.model import Address


@dataclass(frozen=True)
class AtStreet(Labelled, Rule):
    """The full address, where its street is the one to the right of a label; of another street the street alone."""

    labels: tuple[str, ...]
    full: Rule

    def __str__(self) -> str:
        return f"address at the street right of label '{self.labels[0]}'"

    def check(self, name: str) -> None:
        if name != "address":
            raise DeclarationError(f"{self} is no rule for {name}")
        self.full.check(name)

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        rows = [row for _, spot in self.spots(scope.region) if (row := spot.row())]
        streets = [row.span(*row.phrases[0]) for row in rows]
        if len({squeezed(street.text) for street in streets}) != 1:
            reason = "several streets are printed" if streets else "no street is printed"
            return scope.note(wanted, str(self), Missing(f"{self}: {reason}"))
        full = self.full.read(scope.confined(scope.bill), wanted)
        if isinstance(full, Found) and _street_of(full.value) == squeezed(streets[0].text):
            return full
        return scope.note(wanted, str(self), _alone(streets[0], str(self)))


def _street_of(address: Address) -> str:
    return squeezed(f"{address.line_1 or ''} {address.line_2 or ''}")


def _alone(street: Span, rule: str) -> Found:
    return Found(Address(line_1=street.text), street, rule, {"line_1": Found(street.text, street, rule)})
