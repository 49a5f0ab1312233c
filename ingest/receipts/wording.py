"""The text of a receipt. It holds no text of a bill and no whole account number."""

import textwrap
from collections.abc import Iterator

from ingest.logs import mask
from ingest.reasons import Reason
from ingest.receipts.contents import Contents, ToldDocument
from ingest.receipts.text import advice, company, counted, date_of, day, dollars, moment, shown, without_numbers
from ingest.store.mail_rows import Message
from ingest.store.rows import Arrival, Step, WholeBill

WIDTH = 76
INDENT = "   "
DONE = (Step.RECONCILED, Step.DELIVERED)
UNREAD = "It is still to be read; its values will be in its record, and no further mail tells of it."
PENDING = {
    Step.RECEIVED: UNREAD,
    Step.SCANNED: f"Its pages are pictures, and text recognition has not come to it yet. {UNREAD}",
    Step.PARSED: "It waits to be uploaded to the API; until its answer comes, the values are those read here.",
    Step.UPLOADING: "It is being uploaded to the API; until its answer comes, the values are those read here.",
    Step.POLLING: "The API has not answered yet; until it does, the values are those read here.",
    Step.RESOLVED: "Its record is being completed.",
}
"""What a bill still waits for."""

FOOTER = (
    "This is an automatic answer. To have a document looked at, name the reference below it "
    "('bill-ingest status REFERENCE' shows everything that is known of it)."
)


def receipt_text(contents: Contents) -> str:
    """Lines of at most 76 characters, as far as words allow it."""
    lines = [*_wrapped(_opening(contents)), *_wrapped(_summary(contents)), ""]
    for number, document in enumerate(contents.documents, 1):
        lines += _document(number, document, contents)
        lines.append("")
    lines += _left_out(contents)
    return "\n".join([*lines, "-- ", *_wrapped(FOOTER), ""])


def _left_out(contents: Contents) -> list[str]:
    """What the hourly limit kept back is told with the next receipt."""
    if not contents.left_out:
        return []
    count = len(contents.left_out)
    opening = (
        f"Nothing was taken of {counted(count, 'earlier message')} of yours; of such messages only "
        "one an hour is answered at once:"
    )
    lines = [*_wrapped(opening), *(line for message in contents.left_out for line in _wrapped(_named(message), INDENT))]
    return [*lines, ""]


def _named(message: Message) -> str:
    subject = shown(message.subject or "")
    return f"{moment(message.received_at)}, “{subject}”: see 'bill-ingest status {message.id}'"


def _opening(contents: Contents) -> str:
    subject = shown(contents.message.subject or "")
    named = f" “{subject}”" if subject else ""
    return f"Your message{named} arrived on {moment(contents.message.received_at)}."


def _summary(contents: Contents) -> str:
    parts = [
        f"{contents.taken} taken" if contents.taken else "",
        f"{contents.known} known already" if contents.known else "",
        f"{contents.refused} not taken" if contents.refused else "",
    ]
    return f"{counted(len(contents.documents), 'document')}: {', '.join(filter(None, parts))}."


def _document(number: int, document: ToldDocument, contents: Contents) -> list[str]:
    name = shown(document.arrival.name)
    if document.known:
        return [f"{number}. {name}: known already", *_indented(_duplicate(document, contents))]
    if not document.taken:
        return [f"{number}. {name}: NOT TAKEN", *_indented(_refused(document))]
    return [f"{number}. {name}: taken", *_indented(_taken(document, contents))]


def _duplicate(document: ToldDocument, contents: Contents) -> Iterator[str]:
    first, bill = document.first, document.bill
    if first is not None and first.message_id == contents.message.id:
        yield f"The same document is in this message as {shown(first.name)}. {Reason.DUPLICATE.next_step}"
        return
    if first is not None:
        yield f"The same document came before, on {moment(first.received_at)}{_way(first)}."
    elif bill is not None:
        yield f"The same bill came before, on {moment(bill.received_at)}, as a part of another document."
    yield Reason.DUPLICATE.next_step
    if bill is not None:
        if bill.step is Step.REFUSED:
            yield f"It was not taken then: {_why(bill.reason, bill.detail)}"
        yield from _values(bill)
        yield f"Reference: {bill.id}"


def _way(first: Arrival) -> str:
    ways = {"smtp": " by mail", "folder": " through the folder", "batch": " by an import"}
    return ways.get(first.source, "")


def _refused(document: ToldDocument) -> Iterator[str]:
    bill, arrival = document.bill, document.arrival
    yield _why(bill.reason, bill.detail) if bill is not None else _why(arrival.reason, arrival.detail)
    yield f"Reference: {arrival.id}"


def _why(reason: Reason | None, detail: str | None) -> str:
    told = shown(without_numbers(detail or ""), 300)
    sentence, step = (reason.sentence, reason.next_step) if reason else ("It could not be taken.", "")
    return " ".join(filter(None, [sentence, told if told != sentence else "", step]))


def _taken(document: ToldDocument, contents: Contents) -> Iterator[str]:
    bill = document.bill
    assert bill is not None  # noqa: S101 - what is taken has a bill
    if bill.step is not Step.SPLIT:
        yield from _bill(bill, contents)
        return
    count = len(document.children) + document.more_children
    yield f"It holds {counted(count, 'bill')}, each of which has a record of its own:"
    for child in document.children:
        yield ""
        pages = "" if child.first_page is None else f"Pages {child.first_page} to {child.last_page}"
        yield from filter(None, [pages])
        yield from _bill(child, contents)
    if document.more_children:
        yield ""
        yield f"And {counted(document.more_children, 'more bill')}."


def _bill(bill: WholeBill, contents: Contents) -> Iterator[str]:
    yield from _values(bill)
    if bill.customer:
        yield f"Customer: {shown(bill.customer)}"
    if bill.step is Step.REFUSED:
        yield f"NOT TAKEN: {_why(bill.reason, bill.detail)}"
    yield from _pending(bill, contents)
    for line in advice((bill.record or {}).get("reasons") or ()):
        yield f"Please note: {line}"
    yield f"Reference: {bill.id}"


def _pending(bill: WholeBill, contents: Contents) -> Iterator[str]:
    if bill.step in DONE or bill.step not in PENDING:
        return
    yield f"Pending: {PENDING[bill.step]}"
    if contents.stopped is not None and bill.step in (Step.PARSED, Step.UPLOADING, Step.POLLING):
        yield f"Please note: {Reason.ACCOUNT_STOPPED.sentence} {Reason.ACCOUNT_STOPPED.next_step}"


def _values(bill: WholeBill) -> Iterator[str]:
    """Issuer, account, days and the amount, as far as they are known."""
    record = bill.record or {}
    if not record:
        return
    billed, first, last = (date_of(record.get(k)) for k in ("billed_on", "billing_period_from", "billing_period_to"))
    number = record.get("account_number")
    parts = [
        company(record["utility"]) if record.get("utility") else "utility not known",
        f"account {mask(shown(number))}" if number else "account number not read",
        f"bill of {day(billed)}" if billed else "",
        f"period {day(first)} to {day(last)}" if first and last else "",
    ]
    yield ", ".join(filter(None, parts))
    amount = record.get("amount_due")
    yield f"Amount due: {dollars(amount)}" if isinstance(amount, int) else "Amount due: not read"


def _indented(paragraphs: Iterator[str]) -> list[str]:
    return [line for text in paragraphs for line in (_wrapped(text, INDENT) if text else [""])]


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
