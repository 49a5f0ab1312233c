"""The layout: a summary with a stub, a page of small print, a page for each agreement, the breakdown of charges."""

import datetime as dt
from collections.abc import Sequence

from samples.dots import DotSheet
from samples.drawing import ASCENT, BOLD, REGULAR, Sheet
from samples.money import dollars, number
from samples.pacific_gas_and_electric.model import Agreement, Generation, Line, Part, PgeBill

LEFT, SIDE, RIGHT = 19.0, 397.0, 590.0
AMOUNTS = 375.0


def draw(bill: PgeBill) -> bytes:
    return _Drawing(bill).finish()


class _Drawing:
    def __init__(self, bill: PgeBill) -> None:
        self.bill = bill
        self.sheet = (DotSheet if bill.lying_fonts else Sheet)("Energy statement")
        self.page = 0
        self.pages = 3 + len(bill.agreements) + bool(bill.generation)

    def finish(self) -> bytes:
        self._front()
        self._small_print()
        for agreement in self.bill.agreements:
            self._details(agreement)
            if self.bill.generation and agreement.kind.startswith("PG&E"):
                self._generation(self.bill.generation, agreement)
        self._breakdown()
        return self.sheet.finish()

    def _write(self, x: float, baseline: float, text: str, *, size: float = 10, font: str = REGULAR) -> None:
        """Text at a baseline; a negative ``x`` is a right edge."""
        align = "right" if x < 0 else "left"
        self.sheet.text(abs(x), baseline - ASCENT * size, text, size=size, font=font, align=align)

    def _head(self) -> None:
        if self.page:
            self.sheet.next_page()
        self.page += 1
        self._write(66, 34, "ENERGY STATEMENT", size=15, font=BOLD)
        self._write(66, 52, "www.pge.com/MyEnergy", size=8, font=BOLD)
        self._write(421, 22, f"Account No: {self.bill.account}", size=12, font=BOLD)
        for y, label, day in ((40, "Statement Date:", self.bill.stated), (58, "Due Date:", self.bill.due)):
            self._write(-517, y, label, size=12, font=BOLD)
            self._write(525, y, f"{day:%m/%d/%Y}", size=12)
        self._write(504, 764, f"Page {self.page} of {self.pages}", size=8)

    def _front(self) -> None:
        self._head()
        bill = self.bill
        self._write(23, 93, "Service For:", font=BOLD)
        place = (*bill.customer, bill.street, f"{bill.town}, CA {bill.postal_code}")
        for n, text in enumerate((".", *place, "...")):
            self._write(23, 105 + 11.5 * n, text)
        self._write(23, 196, "Questions about your bill?", font=BOLD)
        self._write(22, 261, "Ways To Pay", font=BOLD)
        self._summary(91)
        for n, message in enumerate(bill.messages):
            if not n:
                self._write(235, 268, "Important Messages", font=BOLD)
            self._write(235, 280 + 11 * n, message, size=8)
        self._write(236, 316, "Electric Monthly Billing History", font=BOLD)
        self.sheet.bars(262, 390, [20 + 3 * n for n in range(12)], step=20)
        self._stub()

    def _summary(self, y: float) -> None:
        bill = self.bill
        self._write(235, y, "Your Account Summary", size=14, font=BOLD)
        rows: list[tuple[str, str]] = []
        if bill.previous is not None:
            state = ("Credit Balance", "Outstanding Credit Balance") if bill.previous < 0 else ("Amount Due", "")
            rows += [(f"{state[0]} on Previous Statement", dollars(bill.previous))]
            rows += [("Payment(s) Received Since Last Statement", number(-bill.paid))]
            rows += [(state[1] or "Previous Unpaid Balance", dollars(bill.remaining))]
        rows += [(label, number(amount) if n else dollars(amount)) for n, (label, amount) in enumerate(bill.current)]
        for label, amount in rows:
            y += 15
            self._write(235, y, label)
            self._write(-RIGHT, y, amount)
        if bill.amount_due >= 0:
            self._write(235, y + 25, f"Total Amount Due by {bill.due:%m/%d/%Y}", size=12, font=BOLD)
            self._write(-RIGHT, y + 25, dollars(bill.amount_due), size=12, font=BOLD)
            return
        self._write(235, y + 23, "CREDIT BALANCE - NO PAYMENT", size=12, font=BOLD)
        self._write(235, y + 39, "DUE", size=12, font=BOLD)
        self._write(-RIGHT, y + 31, dollars(bill.amount_due), size=12, font=BOLD)

    def _stub(self) -> None:
        bill = self.bill
        due = max(0, bill.amount_due)
        self._write(213, 582, f"9990{bill.account.replace('-', '')}00000{due:010}", size=8)
        stub = [(102, "Account Number:", bill.account), (309, "Total Amount Due:", dollars(due) if due else "")]
        if due:
            stub += [(198, "Due Date:", f"{bill.due:%m/%d/%Y}"), (432, "Amount Enclosed:", "$")]
        for x, label, value in stub:
            self._write(x, 622, label, font=BOLD)
            self._write(x, 637, value or "No Payment Due")
        for n, text in enumerate(bill.mailing):
            self._write(85, 719 + 10.6 * n, text)
        for n, text in enumerate(("PG&E", "BOX 997300", "SACRAMENTO, CA 95899-7300")):
            self._write(414, 702 + 11.5 * n, text)

    def _small_print(self) -> None:
        self._head()
        self._write(LEFT, 100, "Important Phone Numbers - Monday-Friday 7 a.m.-7 p.m.", font=BOLD)
        self._write(LEFT, 120, "Customer Service 1-800-743-5000", size=8)
        self._write(LEFT, 300, "Demand charge: Demand is the highest usage in any fifteen minutes, in kW.", size=8)
        self._write(LEFT, 312, "A Total Usage, a past due amount of $0.01 and other terms are explained here.", size=8)

    def _details(self, agreement: Agreement) -> None:
        self._section(f"Details of {agreement.kind} Charges", agreement, agreement.service_id, agreement.note)
        self._write(LEFT, 160, f"Rate Schedule: {agreement.rate}")
        y = 170.0
        for part in agreement.parts:
            y = self._part(part, y + 14)
        self._write(LEFT, y + 20, f"Total {agreement.kind} Charges", size=12, font=BOLD)
        self._write(-AMOUNTS, y + 20, dollars(agreement.total), size=12, font=BOLD)
        self._side(agreement)

    def _section(self, title: str, agreement: Agreement, service_id: str, note: str) -> None:
        self._head()
        self._write(24, 102, title, size=13, font=BOLD)
        days = (agreement.end - agreement.start).days + 1
        self._write(LEFT, 122, f"{self._period(agreement.start, agreement.end)} ({days} billing days)", font=BOLD)
        self._write(LEFT, 136, f"Service For: {agreement.street}")
        self._write(LEFT, 148, f"Service Agreement ID: {service_id} {note}".rstrip())

    def _period(self, start: dt.date, end: dt.date) -> str:
        return f"{start:%m/%d/%Y}{self.bill.to}{end:%m/%d/%Y}"

    def _part(self, part: Part, y: float) -> float:
        self._write(24, y, self._period(part.start, part.end), font=BOLD)
        self._write(LEFT, y + 12, ".")
        return self._charges(part.lines, y + 12)

    def _charges(self, lines: Sequence[Line | str], y: float) -> float:
        first = True
        for line in lines:
            y += 12
            if isinstance(line, str):
                self._write(LEFT, y, line, font=BOLD)
                continue
            label, _, rest = line.label.partition("\n")
            self._write(26, y, label)
            if line.quantity:
                self._write(-245, y, f"{line.quantity} {line.unit}")
                self._write(255, y, f"@ {'-' if line.price.startswith('-') else ''}${line.price.lstrip('-')}")
            self._write(-AMOUNTS, y, dollars(line.amount) if first else number(line.amount))
            first = False
            if rest:
                y += 11
                self._write(26, y, rest)
        return y

    def _side(self, agreement: Agreement) -> None:
        self._write(SIDE, 98, "Service Information", font=BOLD)
        rows = [("Meter #", agreement.meter), *agreement.about]
        rows += [("Total Usage", f"{float(agreement.used):,.6f} {agreement.unit}"), ("Serial", "X")]
        y = 112.0
        for label, value in rows:
            self._write(SIDE, y, label, size=8)
            self._write(-RIGHT, y, value, size=8)
            y += 12
        if agreement.message:
            self._write(SIDE, y + 20, "Additional Messages", font=BOLD)
        for n, text in enumerate(agreement.message):
            self._write(SIDE, y + 33 + 11 * n, text, size=8)
        days = (agreement.end - agreement.start).days + 1
        service = "Gas" if agreement.kind == "Gas" else "Electric"
        usage = f"{float(agreement.used):,.6f} {agreement.unit}"
        self._write(27, 605, f"{service} Usage This Period: {usage}, {days} billing days", font=BOLD)
        self._write(55, 621, f"{agreement.unit} = Average Daily Usage {float(agreement.used) / days:.2f}", size=8)

    def _generation(self, generation: Generation, agreement: Agreement) -> None:
        title = f"Details of {generation.supplier} Electric Generation Charges"
        self._section(title, agreement, generation.service_id, f"ESP Customer Number: {agreement.service_id}")
        self._write(24, 180, self._period(agreement.start, agreement.end), font=BOLD)
        self._write(LEFT, 204, f"Rate Schedule: {generation.rate}")
        y = self._charges(generation.lines, 204)
        self._write(227, y + 12, "Net Charges")
        self._write(-AMOUNTS, y + 12, number(generation.total))
        self._write(LEFT, y + 60, f"Total {generation.supplier} Electric", size=12, font=BOLD)
        self._write(LEFT, y + 76, "Generation Charges", size=12, font=BOLD)
        self._write(-AMOUNTS, y + 76, dollars(generation.total), size=12, font=BOLD)
        self._write(SIDE, 98, "For questions regarding charges on this page,", size=8)

    def _breakdown(self) -> None:
        self._head()
        own = [agreement for agreement in self.bill.agreements if agreement.kind != "Gas"]
        if not own:
            return
        self._write(24, 102, "Your Electric Charges Breakdown (from page 2)", font=BOLD)
        total = sum(agreement.total for agreement in own)
        for n, (label, amount) in enumerate((("Transmission", total // 3), ("Distribution", total - total // 3))):
            self._write(LEFT, 120 + 12 * n, label)
            self._write(-AMOUNTS, 120 + 12 * n, number(amount))
        self._write(LEFT, 146, "Total Electric Charges", font=BOLD)
        self._write(-AMOUNTS, 146, dollars(total), font=BOLD)
