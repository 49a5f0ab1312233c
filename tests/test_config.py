"""Settings: file, environment, secrets in files, and refusals that name the key and what is allowed."""

from pathlib import Path

import pytest

from ingest import config
from ingest.errors import ConfigError


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings file of the folder that the tests happen to run in."""
    monkeypatch.chdir(tmp_path)


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    return file


def test_a_fresh_machine_needs_no_settings() -> None:
    settings = config.load()
    assert settings.needs_sandbox
    assert settings.accounts["demo"].domains == ("example.com",)
    assert settings.inbox("demo") == settings.data_dir / "inbox"
    assert settings.api_url("demo") == "http://127.0.0.1:8081/api/v2"


def test_file_and_environment_together_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(
        tmp_path,
        """
        [smtp]
        port = 2600
        hostname = "mail.example.org"
        [accounts.acme]
        domains = ["Acme.Example.", "münchen.example"]
        recipients = ["Bills@IN.Acme.example"]
        environment = "staging"
        api_key = "from-file"
        """,
    )
    monkeypatch.setenv("BILL_INGEST_SMTP__PORT", "2700")
    settings = config.load(file)
    assert (settings.smtp.port, settings.smtp.hostname) == (2700, "mail.example.org")
    account = settings.accounts["acme"]
    assert account.domains == ("acme.example", "xn--mnchen-3ya.example")
    assert account.recipients == ("bills@in.acme.example",)
    assert settings.api_url("acme") == "https://staging.bayou.energy/api/v2"
    assert not settings.needs_sandbox


def test_a_secret_in_a_file_by_variable_and_by_settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("s3cret\n")
    monkeypatch.setenv("BILL_INGEST_ACCOUNTS__ACME__API_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("BILL_INGEST_ACCOUNTS__ACME__ENVIRONMENT", "production")
    file = write(tmp_path, f'[web]\napi_webhook_secret_file = "{tmp_path / "key"}"\n')
    settings = config.load(file)
    key, secret = settings.accounts["acme"].api_key, settings.web.api_webhook_secret
    assert key is not None
    assert secret is not None
    assert key.get_secret_value() == secret.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(settings)
    assert "s3cret" not in settings.model_dump_json()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[smtp]\nprot = 25", r"smtp\.prot: there is no such setting; allowed here: .*port"),
        ("smpt = 25", r"smpt: there is no such setting; allowed here: .*smtp"),
        ("[smtp]\nport = 70000", r"smtp\.port: .*65535 \(it is 70000\)"),
        ("[accounts.a]\nenvironment = 'live'", r"accounts\.a\.environment: .*'production', 'staging' or 'sandbox'"),
        ("[accounts.a]\nenvironment = 'production'", r"accounts\.a: environment 'production' needs an api_key"),
        (
            "[accounts.a]\napi_key = 'k'",
            r"accounts\.a: name its environment \('production' or 'staging'\) beside the api_key, or 'sandbox' explic",
        ),
        ("[accounts.a]\ndomains = ['a b']", r"accounts\.a\.domains\.0: 'a b' is not a domain"),
        ("[accounts.a]\nrecipients = ['bills']", r"accounts\.a\.recipients\.0: 'bills' is not an address"),
        ("[accounts.a]\nwebhook_urls = ['http://x']", r"accounts\.a: webhook_urls needs a webhook_secret"),
        ("[accounts.a]\nwebhook_secret = 'whsec_c2hvcnQ='", r"webhook_secret must be 24 to 64 bytes in base64, not 5"),
        ("[accounts.a]\nwebhook_secret = '§'", r"webhook_secret must be base64"),
        (
            "[accounts.a]\ninbox = '/b'\n[accounts.b]\ninbox = '/b/c'",
            r"accounts\.b\.inbox: /b/c lies in the inbox of 'a'",
        ),
        ("[accounts.a]\napi_key_file = '/nowhere/key'", r"api_key_file: cannot read /nowhere/key"),
        ("[accounts.a]\nrecipients = ['b@x.y']\n[accounts.b]\nrecipients = ['B@X.Y']", r"belongs to 'a' already"),
        ("[smtp]\ntls_cert = 'x'", r"smtp: tls_cert and tls_key go together"),
        ("[smtp\nport = 1", r"is not a TOML file"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_name(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        config.load(write(tmp_path, text))


def test_a_key_says_which_environment_it_is_of_or_which_address(tmp_path: Path) -> None:
    """A key without either would send real bills to the sandbox, and nobody would be told."""
    file = write(
        tmp_path,
        """
        [accounts.tried]
        environment = "sandbox"
        api_key = "k-1"
        [accounts.elsewhere]
        base_url = "https://api.example.com/v2/"
        api_key = "k-2"
        """,
    )
    settings = config.load(file)
    assert settings.api_url("tried") == "http://127.0.0.1:8081/api/v2"
    assert settings.api_url("elsewhere") == "https://api.example.com/v2"


def test_a_key_is_not_shown_when_it_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        config.load(write(tmp_path, "[accounts.a]\napi_key = ['s3cret']"))
    assert "s3cret" not in str(refused.value)


def test_a_misspelt_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILL_INGEST_SMPT__PORT", "25")
    with pytest.raises(ConfigError, match=r"BILL_INGEST_SMPT__PORT: there is no such setting"):
        config.load()


def test_a_settings_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read the settings file"):
        config.load(tmp_path / "no.toml")


def test_settings_do_not_change() -> None:
    settings = config.load()
    with pytest.raises(ValueError, match="frozen"):
        settings.smtp.port = 1  # type: ignore[misc]
