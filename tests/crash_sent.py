"""What left the service for good: webhooks and receipts, against what docs/webhooks.md and docs/receipts.md promise."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from crash_blows import Blows
from crash_ledger import Row, State
from crash_load import SentMail
from crash_receiver import Post, Receiver
from crash_smarthost import Smarthost

from ingest.receipts.endings import CRASHED
from ingest.store.mail_rows import ReceiptState
from ingest.store.receipts import SAME_MAIL
from ingest.store.rows import FILE, Step

# -- webhooks: each at least once, under one id


def webhooks(state: State, receiver: Receiver, blows: Blows) -> Iterator[str]:
    """Each delivery was answered 2xx, with one id and one body; a bill is told of at least once.

    At least once is what is promised. So a webhook that was answered 2xx may come again, under its own id, when the
    process that had sent it ended or stood still, or the ledger could not be written, before that answer was noted.
    Where nothing of the kind happened until well after the answer, it must not.
    """
    yield from receiver.problems
    posts: dict[str, list[Post]] = defaultdict(list)
    for post in receiver.posts:
        posts[post.id].append(post)
    wanted = {delivery.id: delivery for delivery in state.deliveries if delivery.target != FILE}
    for unknown in posts.keys() - wanted.keys():
        yield f"the webhook {unknown} came, and the ledger does not know it"
    for delivery in wanted.values():
        came = posts[delivery.id]
        if not any(post.answered for post in came):
            yield f"{delivery.event} of {delivery.bill_id} ({delivery.id}) was not answered 2xx in {len(came)} attempts"
        if {(post.event, post.bill) for post in came} - {(delivery.event, delivery.bill_id)}:
            yield f"{delivery.id} is {delivery.event} of {delivery.bill_id}, something else came under its id"
        if len({post.body for post in came}) > 1:
            yield f"{delivery.id} came with different bodies"
        yield from _again(came, blows)
    told = {post.bill for post in receiver.posts if post.event == "new_bill" and post.answered}
    for bill in state.bills:
        if bill.step == Step.DELIVERED and bill.id not in told:
            yield f"{bill.id} is delivered, and no new_bill told of it"


def _again(came: Sequence[Post], blows: Blows) -> Iterator[str]:
    """What came after an answer that must have been noted."""
    for number, post in enumerate(came):
        if post.answered and came[number + 1 :] and not blows.excuse(post.began, post.answered):
            again = came[number + 1].began - post.answered
            yield f"{post.id} was answered 2xx at {post.answered:%H:%M:%S} and came again {again} later, for no reason"


def sent_again(receiver: Receiver) -> int:
    """How many webhooks came again after a 2xx, all with an excuse."""
    answered: Counter[str] = Counter(post.id for post in receiver.posts if post.answered)
    return sum(number - 1 for number in answered.values())


# -- receipts: at most once


def receipts(state: State, sent: Sequence[SentMail], smarthost: Smarthost, blows: Blows) -> Iterator[str]:
    """Each mail has one receipt at the smarthost, or a good reason for none; never two, whatever was killed."""
    taken = Counter(str(received.mail["Message-ID"]) for received in smarthost.received)
    rows: dict[str, list[Row]] = defaultdict(list)
    for message in state.messages:
        rows[message.message_id].append(message)
        number = taken.pop(f"<receipt.{message.id}@receipts.example>", 0)
        yield from (f"{message.id}: {problem}" for problem in _ending(message, number, blows))
    yield from (f"the smarthost took {unknown}, which is the receipt of no mail" for unknown in taken)
    for mail in sent:
        if mail.answered and not rows[mail.id]:
            yield f"the mail {mail.id} was answered 250 and is not in the ledger"
        if mail.answered and all(message.receipt == ReceiptState.SUPPRESSED for message in rows[mail.id]):
            yield f"the mail {mail.id} was never answered: {[message.receipt_reason for message in rows[mail.id]]}"
    answers = Counter(str(received.mail["In-Reply-To"]) for received in smarthost.received)
    yield from (f"the mail {mail} has {number} receipts" for mail, number in answers.items() if number > 1)
    yield from _unconfirmed(state, smarthost, blows)


def _ending(message: Row, taken: int, blows: Blows) -> Iterator[str]:
    """Of one row: how it ended against what the smarthost has."""
    stands = f"its receipt is {message.receipt} ({message.receipt_reason or message.last_error})"
    if message.due_at is not None or message.receipt not in (
        ReceiptState.SENT, ReceiptState.UNCONFIRMED, ReceiptState.SUPPRESSED,
    ):  # fmt: skip
        yield f"{stands}, due at {message.due_at}"
    if taken > 1:
        yield f"the smarthost took its receipt {taken} times"
    if message.receipt == ReceiptState.SENT and not taken:
        yield f"{stands}, and the smarthost did not take it"
    if message.receipt == ReceiptState.SUPPRESSED and (taken or message.receipt_reason != SAME_MAIL):
        yield f"{stands}, and the smarthost took it {taken} times"
    if message.receipt_reason == CRASHED and not blows.excuse(message.sent_at, message.sent_at):
        yield f"{stands} at {message.sent_at:%H:%M:%S}, and nothing had happened to the worker"


def _unconfirmed(state: State, smarthost: Smarthost, blows: Blows) -> Iterator[str]:
    """Answers that are said to be lost, of which the smarthost does not know."""
    lost = [
        message
        for message in state.messages
        if message.receipt == ReceiptState.UNCONFIRMED and message.receipt_reason != CRASHED
    ]
    if len(lost) > smarthost.answers_lost + sum(blows.excuse(message.sent_at, message.sent_at) for message in lost):
        yield f"{len(lost)} answers of the smarthost are said to be lost, {smarthost.answers_lost} were"
