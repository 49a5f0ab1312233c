"""Settings of mail: the listener, the DNS that it asks, and the server through which it answers."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from ingest.config.kinds import MailAddress, MiB, NameServer, Network, Port, Section


class Smtp(Section):
    """The mail listener."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Port = Field(2525, description="Port to listen on.")
    hostname: str = Field("localhost", description="Name in the greeting.")
    tls_cert: Path | None = Field(
        None, description="Certificate chain (PEM); one that replaces it is taken without restart."
    )
    tls_key: Path | None = Field(None, description="Its private key (PEM).")
    require_tls: bool = Field(False, description="Refuse mail outside TLS.")
    tls_port: Port | None = Field(None, description="Further port with TLS from the first byte.")
    processes: int = Field(
        1, ge=1, le=32, description="Listener processes that share the port; all limits here are for each of them."
    )
    proxy_protocol_from: tuple[Network, ...] = Field(
        (), description="Load balancers whose PROXY header names the peer; theirs is required."
    )
    max_message_bytes: int = Field(35 * MiB, ge=1024, description="SIZE of a message.")
    max_recipients: int = Field(20, ge=1, description="Recipients of a message.")
    max_connections: int = Field(200, ge=1, description="Connections at the same time.")
    max_connections_per_peer: int = Field(50, ge=1, description="Connections of one address at the same time.")
    max_messages_per_connection: int = Field(100, ge=1, description="Messages before the connection is closed.")
    max_errors: int = Field(10, ge=1, description="Refused commands before the connection is closed.")
    max_messages_per_minute: int = Field(600, ge=1, description="Messages of one peer; more are answered 451.")
    timeout_seconds: float = Field(60, gt=0, description="How long a client may be silent.")
    message_seconds: float = Field(600, gt=0, description="How long the text of one message may take in all.")

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key go together")
        if self.require_tls and self.tls_cert is None:
            raise ValueError("require_tls needs tls_cert and tls_key")
        return self


class Dns(Section):
    """How SPF, DKIM and DMARC records are looked up."""

    servers: tuple[NameServer, ...] = Field((), description="'address' or 'address:port'; the system's when not set.")
    seconds: float = Field(15, gt=0, description="All lookups for one message; then it is answered 451.")
    cache_entries: int = Field(5000, ge=0, description="Answers kept for their time to live.")


class Smarthost(Section):
    """The mail server through which receipts and digests are sent."""

    host: str | None = Field(None, description="Its name; nothing is sent when not set.")
    port: Port = Field(587, description="Its port.")
    tls: Literal["starttls", "implicit", "none"] = Field("starttls", description="How the connection is protected.")
    ca_file: Path | None = Field(None, description="Certificates that are trusted instead of the system's.")
    username: str | None = Field(None, description="Login, where it wants one.")
    password: SecretStr | None = Field(None, description="Its password.")
    sender: MailAddress | None = Field(None, description="From address of receipts and digests.")
    digest_hour: int = Field(6, ge=0, le=23, description="Hour (UTC) at which the digest of the day before is sent.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.host is not None and self.sender is None:
            raise ValueError("host needs a sender address")
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together")
        return self
