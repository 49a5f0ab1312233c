"""What is left of an earlier balance, told from the amounts that the bill prints after it."""

from dataclasses import dataclass

from parsers.errors import DeclarationError
from parsers.finding.kinds import BILL_KINDS, MONEY
from parsers.finding.outcome import Field, Found, Missing, Outcome, Scope
from parsers.finding.rules import Rule


@dataclass(frozen=True)
class NothingLeft(Rule):
    """0, at the place of the amount due, where that is exactly the new charges and the bill counts a payment."""

    charges: str
    due: str
    payments: Rule

    def __str__(self) -> str:
        return f"{self.due} is {self.charges} alone"

    def check(self, name: str) -> None:
        if name != "outstanding_balance":
            raise DeclarationError(f"{self} is no rule for {name}")
        if not {self.charges, self.due} <= BILL_KINDS.keys():
            raise DeclarationError(f"{name}: a bill has no field {self.charges} or {self.due}")
        self.payments.check("payments")

    def read(self, scope: Scope, wanted: Field) -> Outcome:
        charges, due = scope.field(self.charges), scope.field(self.due)
        paid = self.payments.read(scope, Field("payments", wanted.path, MONEY))
        if isinstance(charges, Missing) or isinstance(due, Missing) or isinstance(paid, Missing):
            return scope.note(wanted, str(self), Missing(f"{self.charges}, {self.due} or the payments are not read"))
        if charges.value != due.value:
            return scope.note(wanted, str(self), Missing(f"{self.due} is not {self.charges} alone"))
        return scope.note(wanted, str(self), Found(0, due.span, str(self)))
