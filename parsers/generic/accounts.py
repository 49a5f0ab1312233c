"""Whose bill it is, and which pages of a document are one bill."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from parsers.finding.lines import Span
from parsers.finding.outcome import Found, Missing, Outcome
from parsers.generic.cells import Board, Cell, bare
from parsers.generic.pointing import Label, Pointing

DIGITS = range(5, 23)
NEXT_WORTH = 0.67  # of the best: another number that is nearly as often printed makes it uncertain
_NUMBER = re.compile(
    r"[:#\s]*(?P<number>(?:[A-Z]{1,3}-?)?[0-9*X][0-9*X-]*(?: [0-9X*][0-9X*-]*){0,5}(?:-[A-Z])?)(?![\w/.,])"
)
_FIRST_PAGE = re.compile(r"\b(?:page|pg\.?)\s*:?\s*1\s*(?:of|/)\s*\d", re.IGNORECASE)
_GROUPS_APART = 1.0  # of the height: groups of one number stand nearer


@dataclass(frozen=True, eq=False)
class Account:
    """An account number at one place."""

    number: str
    span: Span
    label: Label
    worth: float

    @property
    def plain(self) -> str:
        return bare(self.number)


def accounts(pointing: Pointing) -> list[Account]:
    """Every account number that a label points to, in reading order."""
    return [account for label in pointing.labels.get("account_number", ()) for account in _at(label)]


def _at(label: Label) -> Iterator[Account]:
    worth = (3.0, 1.2, 0.8)[label.rank] * (1.0 if label.cell.leads else 0.35)
    beside = label.board.right_of(label.cell)
    near = [cell for cell in beside[:1] if cell.form != "words"]
    for cell in near:
        if account := _number(cell, label, worth):
            yield account
            return
    if label.rank == 1 and label.cell.bare in {"account", "acct"}:
        return
    for cell in label.board.below(label.cell, 4.5)[:2]:
        if account := _number(cell, label, worth * 0.95):
            yield account
            return
        if cell.form == "words" and len(cell.text.split()) > 2:
            return


def _number(cell: Cell, label: Label, worth: float) -> Account | None:
    match = _NUMBER.match(cell.line.text, cell.begin)
    if not match or match.start("number") > cell.end:
        return None
    begin, end = match.span("number")
    end = _without_far_groups(cell, begin, end)
    number = " ".join(cell.line.text[begin:end].split())
    if sum(char.isdigit() for char in number) not in DIGITS or re.fullmatch(r"1?-?\d{3}-\d{3}-\d{4}", number):
        return None
    return Account(number, cell.line.span(begin, end), label, worth)


def _without_far_groups(cell: Cell, begin: int, end: int) -> int:
    """Where the number ends: a wide gap parts it from the next column."""
    words = cell.line.words_between(begin, end)
    for left, right in pairwise(words):
        if right.x0 - left.x1 > _GROUPS_APART * cell.height:
            at = cell.line.words.index(right)
            return cell.line.starts[at] - 1
    return end


def read_account(pointing: Pointing) -> Outcome:
    """The number that most labels of an account point to."""
    found = accounts(pointing)
    if not found:
        return Missing("no label of it with a number")
    worth: Counter[str] = Counter()
    for account in found:
        before = worth[account.plain]
        worth[account.plain] = max(before, account.worth) + 0.3 * min(before, account.worth)  # type: ignore[assignment]
    (best, most), *others = worth.most_common()
    if most < 1.0 or (others and others[0][1] > NEXT_WORTH * most):
        return Missing("several account numbers are printed" if others else "its label is not certain")
    chosen = max((account for account in found if account.plain == best), key=lambda account: account.worth)
    return Found(chosen.number, chosen.span, f"beside {chosen.label}")


def bills_of(boards: Sequence[Board]) -> list[list[Board]]:
    """The pages of each bill: a new one begins where another account number begins, or the pages count from 1 again."""
    bills: list[list[Board]] = []
    current: set[str] = set()
    for board in boards:
        here = {account.plain for account in accounts(Pointing([board])) if account.worth >= 1.0}
        first_page = bool(_FIRST_PAGE.search(" ".join(board.sheet.page.plain_text.split())))
        other = bool(here and current and not here & current)
        again = first_page and bool(here & current) and len(bills[-1]) > 0 and _complete(bills[-1])
        if not bills or other or again:
            bills.append([])
            current = set()
        bills[-1].append(board)
        current |= here
    return bills


def _complete(boards: Sequence[Board]) -> bool:
    """Whether these pages are those of a bill that says what is due."""
    return any(label.rank == 0 for label in Pointing(list(boards)).labels.get("amount_due", ()))
