"""One frozen ``Settings``, read once from a TOML file and the environment, and refused at the start when wrong.

Environment variables begin with ``BILL_INGEST_`` and name nested keys with two underscores
(``BILL_INGEST_SMTP__PORT=2525``). A secret can stand in a file: ``BILL_INGEST_ACCOUNTS__ACME__API_KEY_FILE=/run/…``, or
``api_key_file = "…"`` in the TOML file. The environment wins over the file.
"""

import os
import re
import tomllib
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from ingest.config.account import Account
from ingest.config.sections import Folder, Limits, Ocr, Polling, Sandbox, Web
from ingest.config.smtp import Dns, Smarthost, Smtp
from ingest.config.store import Store
from ingest.errors import ConfigError
from ingest.secret_files import SecretFiles
from ingest.store.urls import ledger_url_of

ENVIRONMENT_PREFIX = "BILL_INGEST_"
BASE_URLS = {
    "production": "https://bayou.energy/api/v2",
    "staging": "https://staging.bayou.energy/api/v2",
}

SECRETS = ("secret", "api_key", "password", "database_url")
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
EMBEDDED_ACCOUNT = Account(
    domains=("example.com",), recipients=("bills@localhost",), sender_check="envelope", peers=LOOPBACK
)


class Settings(BaseSettings):
    """All settings. ``load`` makes it; nothing else reads the environment."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter="__", case_sensitive=False
    )

    data_dir: Path = Field(Path("bill-ingest-data"), description="Ledger, documents, inbox and records.")
    database_url: str | None = Field(
        None, description="postgresql://user:password@host/name; SQLite in data_dir when not set."
    )
    records_dir: Path | None = Field(None, description="Where records are written; data_dir/records when not set.")
    log_format: Literal["auto", "console", "json"] = Field("auto", description="'auto': console on a terminal.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    drain_seconds: float = Field(20, ge=0, description="How long running steps may take after SIGTERM.")
    accounts: dict[str, Account] = Field(default_factory=dict, description="Tenants by name.")
    store: Store = Store()
    smtp: Smtp = Smtp()
    dns: Dns = Dns()
    smarthost: Smarthost = Smarthost()
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
        return accounts or {"demo": EMBEDDED_ACCOUNT}

    @field_validator("database_url", mode="after")
    @classmethod
    def _known_database(cls, url: str | None) -> str | None:
        try:
            return url and ledger_url_of(url)
        except ConfigError as error:
            raise ValueError(str(error)) from None

    @model_validator(mode="after")
    def _mail_can_be_sent(self) -> Self:
        for name, account in self.accounts.items():
            if (account.receipts or account.operator) and self.smarthost.host is None:
                raise ValueError(f"accounts.{name}: receipts and the operator's digest need smarthost.host")
        return self

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
    # Both quote the values, secrets too: they must not be in a traceback.
    except ValidationError as error:
        raise ConfigError("\n".join(_line(problem) for problem in error.errors())) from None
    except SettingsError as error:
        raise ConfigError(_not_json(error)) from None


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read the settings file {file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not a TOML file: {error}") from error


def _not_json(error: SettingsError) -> str:
    """Pydantic names the section alone."""
    found = re.search(r'field "(\w+)"', str(error))
    variables = f"{ENVIRONMENT_PREFIX}{found[1].upper()}…" if found else f"{ENVIRONMENT_PREFIX}…"
    return f'{variables}: a variable for a list or a section is not JSON; write a list as \'["a", "b"]\''


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
    plain = isinstance(shown, str | int | float | bool) and not any(word in key for word in SECRETS)
    return f"{key}: {message}" + (f" (it is {shown!r})" if plain and problem["type"] != "extra_forbidden" else "")


def _allowed(location: tuple[int | str, ...]) -> str:
    sections = {name: type(field.default) for name, field in Settings.model_fields.items()}
    sections["accounts"] = Account
    model: type[BaseModel] = sections.get(str(location[0]), Settings) if len(location) > 1 else Settings
    return "allowed here: " + ", ".join(sorted(model.model_fields))
