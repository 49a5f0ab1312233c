"""A real S3-compatible server for tests, in a process of its own, that can be stopped, held up and started again."""

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from ingest.config import Store

PR_SET_PDEATHSIG = 1
START_SECONDS = 60
PROGRAM = "import sys; from moto.server import main; main(sys.argv[1:])"


class Server:
    """What it holds is in its memory: to stop the process for a while, it is held up or put behind a closed port."""

    def __init__(self) -> None:
        self.port = _free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Server":
        """Returns when it answers."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "--host", "127.0.0.1", "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - one system call, no lock
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the S3 server did not start: install the dev extra")
            time.sleep(0.05)
        return self

    def hold_up(self) -> None:
        """It takes connections and says nothing."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """All that it held is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=START_SECONDS)
            self._process = None

    def new_bucket(self) -> str:
        """A bucket that nobody else uses."""
        name = f"bills-{secrets.token_hex(4)}"
        self.make_bucket(name)
        return name

    def make_bucket(self, name: str) -> None:
        request = urllib.request.Request(f"{self.endpoint}/{name}", method="PUT")
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200

    def store(self, bucket: str, **values: Any) -> Store:
        """Settings for it."""
        plain: dict[str, Any] = {"url": f"s3://{bucket}/service", "endpoint": self.endpoint, "region": "us-east-1"}
        plain |= {"access_key_id": "test", "secret_access_key": "test", "allow_http": True, "timeout_seconds": 5}
        return Store(**{**plain, **values})

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False


def machine(tmp_path: Path, name: str) -> Path:
    """The data folder of a machine."""
    folder = tmp_path / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def age(path: Path, seconds: float) -> None:
    """Makes a file look as if it was used so long ago."""
    then = time.time() - seconds
    os.utime(path, (then, then))


def _end_with_parent() -> None:
    """When the test run is killed, its server goes as well."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
