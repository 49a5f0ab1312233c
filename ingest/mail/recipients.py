"""To which account an address belongs, and which customer its plus part names (``bills+<customer>@in.example.com``)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ingest.config import Account
from ingest.mail.addresses import Address

_CUSTOMER = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{0,64}")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where the documents of a message go. ``customer`` is as it was written: its case counts, nothing is decoded."""

    account: str
    customer: str | None


class Recipients:
    """All addresses of all accounts."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._owners = {address: name for name, account in accounts.items() for address in account.recipients}

    def find(self, address: Address) -> Recipient | None:
        """The account of the address, or None.

        Of the configured addresses the longest counts: where ``bills+staging`` is one, ``bills+staging+7`` names
        customer 7. A plus part that is no id (overlong, or with signs that only quotes allow) belongs to nobody: a
        bill must not come in without the customer that its sender named.
        """
        local = address.local
        if local.startswith('"'):
            local = local[1:-1]  # the quotes are no part of the name (RFC 5321 section 4.1.2)
        pluses = [at for at, sign in enumerate(local) if sign == "+"]
        for end in (len(local), *reversed(pluses)):
            account = self._owners.get(f"{local[:end].lower()}@{address.domain}")
            customer = local[end + 1 :]
            if account is not None:
                return Recipient(account, customer or None) if _CUSTOMER.fullmatch(customer) else None
        return None
