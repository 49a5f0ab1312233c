"""One tenant: who may put bills on it, how that is checked, and where its bills go."""

import base64
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from ingest.config.kinds import Domain, MailAddress, Network, SecretLines, Section

CALLS_PER_SECOND = 20.0
"""The API documents no limit. Far more than people cause by hand; 50,000 bills go up in 42 minutes."""


def _check_webhook_secret(secret: str) -> None:
    """As Standard Webhooks wants it: 24 to 64 bytes in base64, with or without its prefix."""
    try:
        size = len(base64.b64decode(secret.removeprefix("whsec_"), validate=True))
    except ValueError as error:
        raise ValueError("webhook_secret must be base64, with or without 'whsec_' before it") from error
    if not 24 <= size <= 64:
        raise ValueError(f"webhook_secret must be 24 to 64 bytes in base64, not {size}")


class Redirects(Section):
    """Which automatic redirects are taken: a utility's own mail, passed on by the company's mail server."""

    utilities: tuple[Domain, ...] = Field(
        (),
        description="Utilities' domains; their DKIM signature must be valid, the envelope of the account's domains.",
    )
    arc_sealers: tuple[Domain, ...] = Field(
        (), description="Or: domains whose ARC seal is believed when it says that a utility's mail was authentic."
    )


class Account(Section):
    """One tenant: who may put bills on it, and where they go."""

    domains: tuple[Domain, ...] = Field((), description="Mail domains whose people may send bills to this account.")
    recipients: tuple[MailAddress, ...] = Field((), description="Addresses that belong to this account.")
    sender_check: Literal["dmarc", "relay", "envelope"] = Field(
        "dmarc",
        description="How the sender is checked: by SPF and DKIM; by a relay's Authentication-Results; not at all.",
    )
    peers: tuple[Network, ...] = Field(
        (), description="Networks of the servers that 'relay' and 'envelope' take mail from."
    )
    authserv_id: str | None = Field(
        None, description="Name under which the relay writes Authentication-Results ('relay')."
    )
    redirects: Redirects = Redirects()
    passwords: SecretLines = Field(
        (), description="Tried on PDFs and zip archives that open only with a password; at most 20."
    )
    max_messages_per_minute: int = Field(600, ge=1, description="Messages taken; more are answered 451.")
    receipts: bool = Field(False, description="Answer each message with a mail that says what became of it.")
    operator: MailAddress | None = Field(None, description="Who gets the daily digest.")
    environment: Literal["production", "staging", "sandbox"] = Field(
        "sandbox", description="Which API it uses; to be named where there is an api_key."
    )
    api_key: SecretStr | None = Field(None, description="The API key of that environment.")
    base_url: str | None = Field(None, description="Overrides the URL of the environment's API.")
    inbox: Path | None = Field(None, description="Watched folder of this account.")
    bills_in_work: int | None = Field(
        None,
        ge=1,
        description="Bills of this account that are read at the same time, of all workers together; scans, and what "
        "is at the API, by themselves. No limit of its own when not set.",
    )
    max_calls_in_flight: int = Field(8, ge=1, le=256, description="API calls at the same time.")
    calls_per_second: float | None = Field(
        None,
        gt=0,
        description="API calls a second, evenly spaced, of all workers together; when not set 20, and no limit in the "
        "sandbox.",
    )
    keep_days: int | None = Field(
        None,
        ge=1,
        description="Finished bills are purged so long after their document came in last; never when not set.",
    )
    purge_inbox: bool = Field(
        False, description="A purge also removes the file in the watched folder's 'processed' or 'rejected'."
    )
    webhook_urls: tuple[str, ...] = Field((), description="Where records are sent.")
    webhook_secret: SecretStr | None = Field(None, description="Signs them (Standard Webhooks, 'whsec_…').")

    @property
    def bills_at_the_api(self) -> int:
        """Bills with a call under way; each has one at a time."""
        return min(self.max_calls_in_flight, self.bills_in_work or self.max_calls_in_flight)

    @property
    def call_rate(self) -> float | None:
        """API calls a second; None without limit."""
        return self.calls_per_second or (None if self.environment == "sandbox" else CALLS_PER_SECOND)

    @model_validator(mode="after")
    def _sender_check_is_whole(self) -> Self:
        if self.sender_check != "dmarc" and not self.peers:
            raise ValueError(f"sender_check {self.sender_check!r} needs peers: the networks that may hand mail in")
        if self.sender_check == "relay" and not self.authserv_id:
            raise ValueError("sender_check 'relay' needs the authserv_id that the relay writes")
        return self

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.environment != "sandbox" and self.api_key is None and self.base_url is None:
            raise ValueError(
                f"environment {self.environment!r} needs an api_key (or api_key_file); without one use 'sandbox'"
            )
        if self.api_key is not None and self.base_url is None and "environment" not in self.model_fields_set:
            raise ValueError(
                "name its environment ('production' or 'staging') beside the api_key, or 'sandbox' explicitly"
            )
        if self.webhook_urls and self.webhook_secret is None:
            raise ValueError("webhook_urls needs a webhook_secret (or webhook_secret_file)")
        if self.webhook_secret is not None:
            _check_webhook_secret(self.webhook_secret.get_secret_value())
        for url in self.webhook_urls:
            if not url.startswith(("https://", "http://")):
                raise ValueError(f"webhook_urls: {url!r} must begin with https:// (or http://)")
        return self
