"""What compose.yaml says to bill-ingest is checked: commands, settings, healthchecks. No container runs here."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from program import run
from typer.main import get_command

from ingest.cli import app
from ingest.metrics import Metrics
from ingest.web.readiness import write_heartbeat

FILE = Path(__file__).parents[1] / "compose.yaml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if "build" in service}
VARIABLE = re.compile(r"\$\{(\w+):\?\}")


def environment(service: dict[str, Any]) -> dict[str, str]:
    """As compose makes it, with something for each variable that it asks for."""
    return {name: VARIABLE.sub("secret", str(value)) for name, value in service["environment"].items()}


def named_volumes() -> Iterator[str]:
    for service in COMPOSE["services"].values():
        yield from (volume.partition(":")[0] for volume in service.get("volumes", ()))


def test_all_roles_are_there() -> None:
    roles = sorted(service["command"][2] for service in OURS.values())
    assert roles == ["folder", "smtp", "smtp", "web", "worker"]


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_of_ours(name: str) -> None:
    word, *arguments = OURS[name]["command"]
    group = get_command(app)
    command = group.get_command(typer.Context(group), word)  # type: ignore[attr-defined]
    assert command.make_context(word, list(arguments)).params["role"] in {"smtp", "folder", "worker", "web"}


@pytest.mark.parametrize("name", ["smtp-1", "folder", "worker"])
def test_every_setting_is_one_of_ours(name: str, tmp_path: Path) -> None:
    """The folders of the image are not here: they are put below this test's own."""
    values = environment(OURS[name])
    assert values["BILL_INGEST_STORE__URL"] == "/documents"
    values["BILL_INGEST_FOLDER__INBOX"] = str(tmp_path)
    if "BILL_INGEST_RECORDS_DIR" in values:
        values["BILL_INGEST_RECORDS_DIR"] = str(tmp_path / "records")
    checked = run("check-config", cwd=tmp_path, **values)
    assert checked.returncode == 0, checked.stderr
    assert "The settings are fine." in checked.stdout


def test_the_roles_share_database_and_documents() -> None:
    assert len({environment(service)["BILL_INGEST_DATABASE_URL"] for service in OURS.values()}) == 1
    assert len({environment(service)["BILL_INGEST_STORE__URL"] for service in OURS.values()}) == 1
    assert all("documents:/documents" in service["volumes"] for service in OURS.values())


def test_what_a_listener_has_taken_outlives_its_container() -> None:
    listeners = [service for service in OURS.values() if service["command"][2] == "smtp"]
    kept = {
        volume for service in listeners for volume in service["volumes"] if volume.endswith(":/var/lib/bill-ingest")
    }
    assert len(kept) == len(listeners)


def test_every_role_is_asked_for_what_it_has(tmp_path: Path) -> None:
    """The image asks for the page that only the web role has. A role without a port tells in a file that it lives."""
    checks = {service["command"][2]: service.get("healthcheck") for service in OURS.values()}
    assert checks["web"] is None
    assert "2525" in checks["smtp"]["test"][-1]
    for role in ("folder", "worker"):
        folder = tmp_path / role
        folder.mkdir()
        python = checks[role]["test"][-1].replace("/var/lib/bill-ingest", str(folder))
        assert subprocess.run([sys.executable, "-c", python], check=False, stderr=subprocess.DEVNULL).returncode == 1
        write_heartbeat(folder, {}, Metrics(), role=role)
        assert subprocess.run([sys.executable, "-c", python], check=False).returncode == 0


def test_every_volume_is_declared() -> None:
    assert set(named_volumes()) == set(COMPOSE["volumes"])


def test_the_image_has_the_extras_and_the_folders() -> None:
    dockerfile = (FILE.parent / "Dockerfile").read_text()
    assert "'.[ocr,postgres,s3]'" in dockerfile
    assert "/inbox /documents" in dockerfile
