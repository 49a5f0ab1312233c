"""Who is answered, and who never is (RFC 3834, section 2, and what this service adds)."""

import datetime as dt

from ingest.config import Settings
from ingest.mail.addresses import Address, MalformedAddress, parse_address
from ingest.mail.kind import is_system_address
from ingest.store.mail_rows import Message
from ingest.store.receipts import HourlyLimits

LIMITS = HourlyLimits(all=60, problems=1)
PATIENCE = dt.timedelta(minutes=10)
"""After that a receipt is sent although some of its documents are still to be read; it says which."""


def receipt_wanted(settings: Settings, account: str) -> bool:
    """Whether mails that come in now for this account are answered: ``NewMessage.receipt_wanted``."""
    known = settings.accounts.get(account)
    return known is not None and known.receipts and settings.smarthost.host is not None


def why_not(message: Message, settings: Settings) -> str | None:
    """Why nothing may be sent in answer to this mail, or None. The code is kept with it and shown by ``status``."""
    account = settings.accounts.get(message.account)
    if account is None:
        return "account_gone"
    if not account.receipts:
        return "receipts_off"
    if not message.envelope_from:
        return "null_sender"
    if message.unanswerable:
        return message.unanswerable
    if not message.authenticated:
        return "unauthenticated"
    return _why_not_to(message.header_from, account.domains, settings)


def _why_not_to(header_from: str | None, domains: tuple[str, ...], settings: Settings) -> str | None:
    if not header_from:
        return "no_address"
    if not header_from.isascii():
        return "smtputf8_address"
    try:
        address = parse_address(header_from)
    except MalformedAddress:
        return "no_address"
    if address.domain not in domains:
        return "address_of_others"  # a redirect: a utility wrote it, which must not hear of it
    if _is_ours(address, settings):
        return "own_address"
    return "nobody_reads_it" if is_system_address(address.local.strip('"')) else None


def _is_ours(address: Address, settings: Settings) -> bool:
    """An answer to ourselves would come in as the next mail. A customer behind a plus makes no other mailbox."""
    own = {recipient for account in settings.accounts.values() for recipient in account.recipients}
    own.add(settings.smarthost.sender or "")
    local = address.local.strip('"').lower()
    return not own.isdisjoint({f"{local}@{address.domain}", f"{local.partition('+')[0]}@{address.domain}"})
