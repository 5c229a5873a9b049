"""A home with one session of Claude Code, and the program run in it as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.ssh_server import SshServer
from tests.warm import Warm

SESSION = "01234567-89ab-4def-8123-456789abcdef"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def record(kind: str, number: int, message: Mapping[str, object], **more: object) -> str:
    fields = {
        "type": kind,
        "uuid": f"{kind}-{number}",
        "parentUuid": None,
        "sessionId": SESSION,
        "cwd": "/shop",
        "version": "2.1.0",
        "timestamp": f"2026-11-20T10:00:0{number}.000Z",
        "message": {"role": kind, **message},
    }
    return json.dumps({**fields, **more}) + "\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    session = folder / ".claude" / "projects" / "-shop" / f"{SESSION}.jsonl"
    session.parent.mkdir(parents=True)
    answer = {
        "id": "msg_1",
        "model": "claude-sonnet-4-5",
        "stop_reason": "end_turn",
        "content": [{"type": "text", "text": "Done \u202eso."}],
        "usage": {"input_tokens": 10, "output_tokens": 5},
    }
    session.write_text(
        record("user", 1, {"content": "Add a login to the shop"}) + record("assistant", 2, answer, requestId="req_1")
    )
    return folder


def environment(home: Path, **more: str) -> dict[str, str]:
    """The variables of a process in that home, whose output has any width unless COLUMNS is given."""
    return {**os.environ, "HOME": str(home), "COLUMNS": "", **more}


@pytest.fixture
def ppp(home: Path, warm: Warm) -> Run:
    """Run ``ppp-tui`` with arguments, and variables as keywords."""

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return warm.run(arguments, environment(home, **more))

    return run


@pytest.fixture
def database(ppp: Run, home: Path) -> Path:
    """The database, which holds the home's session."""
    assert ppp("ingest").returncode == 0
    return home / ".local" / "share" / "ppp-tui" / "archive.db"


@pytest.fixture
def path(build: SshServer) -> str:
    """The search path on which ``ssh`` leads to the other machine, which the module makes."""
    return f"{build.bin}:{os.environ['PATH']}"
