"""To which account an address belongs, and which customer its plus part names (``bills+<customer>@in.example.com``)."""

from collections.abc import Mapping
from dataclasses import dataclass

from ingest.config import Account
from ingest.mail.addresses import Address


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where the documents of a message go. ``customer`` keeps the case in which it was written."""

    account: str
    customer: str | None


class Recipients:
    """All addresses of all accounts."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._owners = {address: name for name, account in accounts.items() for address in account.recipients}

    def find(self, address: Address) -> Recipient | None:
        """The account of the address, or None. An address that is configured with a plus part wins over one without."""
        whole = self._owners.get(f"{address.local.lower()}@{address.domain}")
        if whole is not None:
            return Recipient(whole, None)
        local, _, customer = address.local.partition("+")
        account = self._owners.get(f"{local.lower()}@{address.domain}")
        return Recipient(account, customer or None) if account is not None else None
