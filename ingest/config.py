"""One frozen ``Settings``, read once from a TOML file and the environment, and refused at the start when wrong.

Environment variables begin with ``BILL_INGEST_`` and name nested keys with two underscores
(``BILL_INGEST_SMTP__PORT=2525``). A secret can stand in a file: ``BILL_INGEST_ACCOUNTS__ACME__API_KEY_FILE=/run/…``, or
``api_key_file = "…"`` in the TOML file. The environment wins over the file.
"""

import base64
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from ingest.errors import ConfigError
from ingest.mail.addresses import MalformedAddress, normalise_domain, parse_address
from ingest.secret_files import SecretFiles

ENVIRONMENT_PREFIX = "BILL_INGEST_"
BASE_URLS = {
    "production": "https://bayou.energy/api/v2",
    "staging": "https://staging.bayou.energy/api/v2",
}

MiB = 1024 * 1024


def _domain(name: str) -> str:
    """A domain as it is compared: lower case, A-labels, no trailing dot."""
    try:
        return normalise_domain(name.strip())
    except MalformedAddress as error:
        raise ValueError(f"{name!r} is not a domain; write it as 'example.com'") from error


def _address(text: str) -> str:
    """A recipient address as it is compared: in lower case, the domain normalised."""
    try:
        address = parse_address(text.strip())
    except MalformedAddress as error:
        raise ValueError(f"{text!r} is not an address; write it as 'bills@in.example.com'") from error
    return f"{address.local.lower()}@{address.domain}"


Domain = Annotated[str, AfterValidator(_domain)]
MailAddress = Annotated[str, AfterValidator(_address)]
Port = Annotated[int, Field(ge=0, le=65535)]


def _check_webhook_secret(secret: str) -> None:
    """As Standard Webhooks wants it: 24 to 64 bytes in base64, with or without its prefix."""
    try:
        size = len(base64.b64decode(secret.removeprefix("whsec_"), validate=True))
    except ValueError as error:
        raise ValueError("webhook_secret must be base64, with or without 'whsec_' before it") from error
    if not 24 <= size <= 64:
        raise ValueError(f"webhook_secret must be 24 to 64 bytes in base64, not {size}")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Account(_Section):
    """One tenant: who may put bills on it, and where they go."""

    domains: tuple[Domain, ...] = Field((), description="Mail domains whose people may send bills to this account.")
    recipients: tuple[MailAddress, ...] = Field((), description="Addresses that belong to this account.")
    environment: Literal["production", "staging", "sandbox"] = Field(
        "sandbox", description="Which API it uses; to be named where there is an api_key."
    )
    api_key: SecretStr | None = Field(None, description="The API key of that environment.")
    base_url: str | None = Field(None, description="Overrides the URL of the environment's API.")
    inbox: Path | None = Field(None, description="Watched folder of this account.")
    max_calls_in_flight: int = Field(8, ge=1, le=256, description="API calls at the same time.")
    webhook_urls: tuple[str, ...] = Field((), description="Where records are sent.")
    webhook_secret: SecretStr | None = Field(None, description="Signs them (Standard Webhooks, 'whsec_…').")

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


class Smtp(_Section):
    """The mail listener."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Port = Field(2525, description="Port to listen on.")
    hostname: str = Field("localhost", description="Name in the greeting.")
    tls_cert: Path | None = Field(None, description="Certificate chain (PEM) for STARTTLS.")
    tls_key: Path | None = Field(None, description="Its private key (PEM).")
    require_tls: bool = Field(False, description="Refuse mail before STARTTLS.")
    max_message_bytes: int = Field(35 * MiB, ge=1024, description="SIZE of a message.")
    max_recipients: int = Field(20, ge=1, description="Recipients of a message.")
    max_connections: int = Field(200, ge=1, description="Connections at the same time.")
    max_connections_per_peer: int = Field(50, ge=1, description="Connections of one address at the same time.")
    timeout_seconds: float = Field(60, gt=0, description="How long a client may be silent.")

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key go together")
        if self.require_tls and self.tls_cert is None:
            raise ValueError("require_tls needs tls_cert and tls_key")
        return self


class Folder(_Section):
    """Watched folders."""

    inbox: Path | None = Field(None, description="Of a sole account without its own; data_dir/inbox when not set.")
    stable_seconds: float = Field(0.5, gt=0, description="A file is taken when size and time stood still so long.")
    rescan_seconds: float = Field(30, gt=0, description="Full look at the folder, whatever the events say.")
    poll_seconds: float = Field(2, gt=0, description="How often to look where there are no events (NFS, SMB).")
    force_polling: bool = Field(False, description="Poll even where events exist.")


class Web(_Section):
    """The HTTP port: health, metrics, records, webhooks from the API."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Port = Field(8080, description="Port to listen on.")
    api_webhook_secret: SecretStr | None = Field(
        None, description="Path part of the address that the API's webhooks are sent to; off when not set."
    )


class Sandbox(_Section):
    """The built-in API on the local parsers, used by accounts without an API key."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Port = Field(8081, description="Port to listen on.")
    delay_seconds: float = Field(1.0, ge=0, description="How long a bill stays 'unparsed'.")
    not_supported: tuple[str, ...] = Field((), description="Utilities answered with 'not_supported'.")


class Limits(_Section):
    """What a document may cost."""

    max_document_bytes: int = Field(50 * MiB, ge=1024, description="Size of a PDF.")
    max_pages: int = Field(400, ge=1, description="Pages of a PDF.")
    parser_children: int = Field(2, ge=1, le=64, description="Documents read at the same time.")
    parser_memory_mb: int = Field(1024, ge=128, description="Address space of a parser child.")
    parser_seconds: float = Field(45, gt=0, description="Wall time for one document.")
    bills_in_work: int = Field(64, ge=1, description="Bills whose next step runs at the same time.")


class Ocr(_Section):
    """Scans and photos; needs the extra bill-ingest[ocr]."""

    children: int = Field(1, ge=0, le=64, description="Scans and photos read at the same time; 0: none is.")
    memory_mb: int = Field(2048, ge=1024, description="Address space of an OCR child.")
    seconds: float = Field(300, gt=0, description="Wall time for one scan; a page takes 3 to 5 seconds.")


class Polling(_Section):
    """How the API is asked for an answer."""

    first_seconds: float = Field(2, gt=0, description="First question after the upload.")
    max_seconds: float = Field(3600, gt=0, description="Longest pause between two questions.")
    give_up_hours: float = Field(48, gt=0, description="Then the local values stand ('timed_out').")


class Settings(BaseSettings):
    """All settings. ``load`` makes it; nothing else reads the environment."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter="__", case_sensitive=False
    )

    data_dir: Path = Field(Path("bill-ingest-data"), description="Ledger, documents, inbox and records.")
    database_url: str | None = Field(None, description="SQLAlchemy URL; SQLite in data_dir when not set.")
    records_dir: Path | None = Field(None, description="Where records are written; data_dir/records when not set.")
    log_format: Literal["auto", "console", "json"] = Field("auto", description="'auto': console on a terminal.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    drain_seconds: float = Field(20, ge=0, description="How long running steps may take after SIGTERM.")
    accounts: dict[str, Account] = Field(default_factory=dict, description="Tenants by name.")
    smtp: Smtp = Smtp()
    folder: Folder = Folder()
    web: Web = Web()
    sandbox: Sandbox = Sandbox()
    limits: Limits = Limits()
    ocr: Ocr = Ocr()
    polling: Polling = Polling()

    @field_validator("accounts", mode="after")
    @classmethod
    def _embedded_account(cls, accounts: dict[str, Account]) -> dict[str, Account]:
        """With no account configured there is one, so that a fresh machine needs nothing."""
        return accounts or {"demo": Account(domains=("example.com",), recipients=("bills@localhost",))}

    @model_validator(mode="after")
    def _recipients_are_unique(self) -> Self:
        owners: dict[str, str] = {}
        for name, account in self.accounts.items():
            if not name.replace("-", "").replace("_", "").isalnum():
                raise ValueError(f"accounts.{name}: a name is letters, digits, '-' and '_'")
            for recipient in account.recipients:
                if recipient in owners:
                    raise ValueError(
                        f"accounts.{name}.recipients: {recipient} belongs to {owners[recipient]!r} already"
                    )
                owners[recipient] = name
        return self

    @model_validator(mode="after")
    def _inboxes_are_apart(self) -> Self:
        inboxes = {name: inbox.absolute() for name in self.accounts if (inbox := self.inbox(name))}
        for name, inbox in inboxes.items():
            for other, theirs in inboxes.items():
                if name != other and inbox.is_relative_to(theirs):
                    raise ValueError(f"accounts.{name}.inbox: {inbox} lies in the inbox of {other!r}; keep them apart")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, whose values come as arguments; secret files are opened last."""
        return (SecretFiles(env_settings), SecretFiles(init_settings))

    @property
    def ledger_url(self) -> str:
        """SQLAlchemy URL of the ledger."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'ledger.sqlite3'}"

    @property
    def documents_dir(self) -> Path:
        """Content-addressed documents."""
        return self.data_dir / "documents"

    @property
    def output_dir(self) -> Path:
        """Records as JSON, one folder an account."""
        return self.records_dir or self.data_dir / "records"

    def inbox(self, account: str) -> Path | None:
        """The account's watched folder; a sole account without one watches ``folder.inbox`` or ``data_dir/inbox``."""
        configured = self.accounts[account].inbox
        if configured is None and len(self.accounts) == 1:
            return self.folder.inbox or self.data_dir / "inbox"
        return configured

    def api_url(self, account: str) -> str:
        """Base URL of the account's API."""
        chosen = self.accounts[account]
        if chosen.base_url:
            return chosen.base_url.rstrip("/")
        return BASE_URLS.get(chosen.environment, f"http://{self.sandbox.host}:{self.sandbox.port}/api/v2")

    @property
    def needs_sandbox(self) -> bool:
        """Whether any account is answered by the built-in sandbox."""
        return any(a.environment == "sandbox" and a.base_url is None for a in self.accounts.values())


def load(path: Path | None = None) -> Settings:
    """Settings from ``path`` (or ``$BILL_INGEST_CONFIG``, or ``bill-ingest.toml`` where it exists) and the environment.

    Raises ConfigError with one line for each wrong key.
    """
    _refuse_unknown_variables()
    named = path or (Path(os.environ["BILL_INGEST_CONFIG"]) if "BILL_INGEST_CONFIG" in os.environ else None)
    file = named or Path("bill-ingest.toml")
    values: dict[str, Any] = {}
    if named or file.exists():
        values = _read_toml(file)
    try:
        return Settings(**values)
    except ValidationError as error:
        raise ConfigError("\n".join(_line(problem) for problem in error.errors())) from error


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read the settings file {file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not a TOML file: {error}") from error


def _refuse_unknown_variables() -> None:
    """A misspelt variable would otherwise be ignored, and with it what its author wanted."""
    known = {"CONFIG", *(name.upper() for name in Settings.model_fields)}
    for variable in os.environ:
        if variable.startswith(ENVIRONMENT_PREFIX):
            name = variable.removeprefix(ENVIRONMENT_PREFIX).split("__")[0].upper()
            if name not in known and name.removesuffix("_FILE") not in known:
                allowed = ", ".join(sorted(known))
                raise ConfigError(
                    f"{variable}: there is no such setting; after {ENVIRONMENT_PREFIX} comes one of {allowed}"
                )


def _line(problem: Any) -> str:
    key = ".".join(map(str, problem["loc"])) or "settings"
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        message = f"there is no such setting; {_allowed(problem['loc'])}"
    shown = problem.get("input")
    plain = isinstance(shown, str | int | float | bool) and "secret" not in key and "api_key" not in key
    return f"{key}: {message}" + (f" (it is {shown!r})" if plain and problem["type"] != "extra_forbidden" else "")


def _allowed(location: tuple[int | str, ...]) -> str:
    sections: dict[str, type[BaseModel]] = {
        "smtp": Smtp, "folder": Folder, "web": Web, "sandbox": Sandbox, "limits": Limits, "ocr": Ocr,
        "polling": Polling, "accounts": Account,
    }  # fmt: skip
    model: type[BaseModel] = sections.get(str(location[0]), Settings) if len(location) > 1 else Settings
    return "allowed here: " + ", ".join(sorted(model.model_fields))
