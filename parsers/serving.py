"""How a child process serves: within limits of memory and processor time, a line of JSON for each line of JSON."""

import argparse
import contextlib
import ctypes
import json
import logging
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TextIO

Message = dict[str, Any]
Answer = Callable[[Message], Message]
"""The reply to one request; it never raises. One with ``"last": true`` ends the process."""

_PR_SET_PDEATHSIG = 1


def serve_stdin(answer: Answer) -> None:
    """Answers each line of stdin until it ends, within ``--memory-mb`` in all and ``--cpu-seconds`` for each line."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--memory-mb", type=int, required=True)
    arguments.add_argument("--cpu-seconds", type=int, required=True)
    chosen = arguments.parse_args()
    replies = _own_stdout()
    _become_expendable()
    _limit(resource.RLIMIT_AS, chosen.memory_mb * 1024 * 1024)
    _limit(resource.RLIMIT_CORE, 0)
    logging.disable(logging.WARNING)
    serve(answer, sys.stdin, replies, chosen.cpu_seconds)


def serve(answer: Answer, requests: Iterable[str], replies: TextIO, cpu_seconds: int) -> None:
    """Answers each line; returns at the end of them, or after an error that it should not live on with."""
    _write(replies, {"ready": True})
    for line in requests:
        _limit(resource.RLIMIT_CPU, int(time.process_time()) + 1 + cpu_seconds)
        reply = answer(json.loads(line))
        _write(replies, reply)
        if reply.get("last"):
            return


def _write(replies: TextIO, reply: Message) -> None:
    replies.write(json.dumps(reply) + "\n")
    replies.flush()


def _own_stdout() -> TextIO:
    """The real stdout, for replies alone: what a library prints goes to stderr from now on."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return replies


def _limit(kind: int, soft: int) -> None:
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _become_expendable() -> None:
    """Dies with its parent, and before it when memory runs out; stopping the service is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        with contextlib.suppress(OSError):  # a container may forbid it
            Path("/proc/self/oom_score_adj").write_text("500")
