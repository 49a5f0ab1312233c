"""The text of a daily digest: figures, reasons and domains, never an address or a value of a bill."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ingest.reasons import BY_CODE, Reason
from ingest.receipts.text import counted, day, moment, shown, without_numbers
from ingest.store.digest_figures import DigestFigures
from ingest.store.rows import Outcome, Step

MOST_DOMAINS = 5
STEPS = {step.value: place for place, step in enumerate(Step)}
STATES = {"failed": "failed", "unconfirmed": "sent perhaps (no answer)", "suppressed": "not sent by rule"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The UTC days that a digest tells of, both included."""

    first: dt.date
    last: dt.date

    @property
    def start(self) -> dt.datetime:
        """Its first moment."""
        return dt.datetime.combine(self.first, dt.time(), dt.UTC)

    @property
    def end(self) -> dt.datetime:
        """The first moment after it."""
        return dt.datetime.combine(self.last + dt.timedelta(days=1), dt.time(), dt.UTC)

    def __str__(self) -> str:
        return day(self.last) if self.first == self.last else f"{day(self.first)} to {day(self.last)}"


def digest_subject(account: str, days: Days, figures: DigestFigures) -> str:
    """What came, and whether somebody should look."""
    came = sum(figures.came.values())
    warning = "; ATTENTION" if _attention(figures) else ""
    return f"Bills of {account}, {days}: {counted(came, 'document')}{warning}"


def digest_text(account: str, days: Days, figures: DigestFigures) -> str:
    """One line where nothing happened and nothing waits."""
    sections = list(filter(None, map("\n".join, _sections(figures))))
    quiet = [] if figures.came else ["No document came in."]
    title = f"Account {account}, {days} (UTC)"
    return "\n\n".join([title, *quiet, *sections]) + "\n"


def _attention(figures: DigestFigures) -> bool:
    unsent = any(state != "suppressed" for state, _ in figures.receipts)
    return bool(figures.stopped or figures.late or figures.undelivered or unsent)


def _sections(figures: DigestFigures) -> Iterator[list[str]]:
    yield list(_stopped(figures))
    yield list(_waiting(figures))
    yield list(_came(figures))
    yield list(_refused(figures))
    yield _listed("Bills that came in, by where they stand now:", _by_step(figures.steps))
    yield _listed("Bills that were read and are none, by reason:", _by_reason(figures.ended))
    yield _listed("Bills with a remark in their record:", _by_reason(figures.flagged))
    yield _listed("Receipts that were not sent:", _unsent(figures.receipts))


def _stopped(figures: DigestFigures) -> Iterator[str]:
    if figures.stopped is not None:
        yield f"ATTENTION: {Reason.ACCOUNT_STOPPED.sentence} {Reason.ACCOUNT_STOPPED.next_step}"
        yield f"  The API said: {shown(without_numbers(figures.stopped), 300)}"


def _waiting(figures: DigestFigures) -> Iterator[str]:
    if figures.late and figures.late_since is not None:
        yield f"ATTENTION: {counted(sum(figures.late.values()), 'bill')} waited for more than a day."
        yield f"  The oldest stands at its step since {moment(figures.late_since)}."
        yield from (f"  {line}" for line in _by_step(figures.late))
        yield "  'bill-ingest status' names the newest ones; the worker's log says what they wait for."
    if figures.undelivered:
        yield f"ATTENTION: {counted(figures.undelivered, 'result')} could not be handed out yet and will be again."


def _came(figures: DigestFigures) -> Iterator[str]:
    outcomes = {Outcome.ACCEPTED: "taken", Outcome.DUPLICATE: "known already", Outcome.REFUSED: "refused"}
    sources: dict[str, dict[str, int]] = {}
    for (source, outcome), number in figures.came.items():
        sources.setdefault(source, {})[outcome] = number
    if sources:
        yield "Documents that came in:"
    for source, numbers in sorted(sources.items()):
        told = ", ".join(f"{numbers[outcome]} {word}" for outcome, word in outcomes.items() if outcome in numbers)
        yield f"  by {shown(source)}: {told}"


def _refused(figures: DigestFigures) -> Iterator[str]:
    if figures.refused:
        yield "Documents that were refused at the door:"
    for line, code in zip(_by_reason(figures.refused), _sorted(figures.refused), strict=True):
        yield f"  {line}"
        if code in figures.refused_senders:
            yield f"      sent from {_domains(figures.refused_senders[code])}"


def _domains(domains: Counter[str]) -> str:
    most = domains.most_common(MOST_DOMAINS)
    told = [f"{shown(domain, 80) or 'no address'} ({number})" for domain, number in most]
    more = len(domains) - len(most)
    return ", ".join([*told, counted(more, "further domain")] if more else told)


def _unsent(receipts: Mapping[tuple[str, str], int]) -> list[str]:
    return [
        f"{number} {STATES.get(state, state)}: {shown(without_numbers(reason), 200)}"
        for (state, reason), number in sorted(receipts.items())
    ]


def _by_step(numbers: Mapping[str, int]) -> list[str]:
    ordered = sorted(numbers.items(), key=lambda item: STEPS.get(item[0], len(STEPS)))
    return [f"{number} {step}" for step, number in ordered]


def _by_reason(numbers: Mapping[str, int]) -> list[str]:
    return [f"{numbers[code]} {_named(code)}" for code in _sorted(numbers)]


def _sorted(numbers: Mapping[str, int]) -> list[str]:
    """The most frequent first."""
    return sorted(numbers, key=lambda code: (-numbers[code], code))


def _named(code: str) -> str:
    reason = BY_CODE.get(code)
    return f"{code}: {reason.sentence}" if reason else shown(code)


def _listed(title: str, lines: list[str]) -> list[str]:
    return [title, *(f"  {line}" for line in lines)] if lines else []
