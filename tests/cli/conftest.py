"""A home with one session of Claude Code, and the program run in it as a person runs it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.ingest.file_identity import stat_file
from ppp_tui.model.clock import SystemClock, to_text
from tests.ssh_server import SshServer
from tests.warm import Warm

SESSION = "01234567-89ab-4def-8123-456789abcdef"

SESSION_FILE = Path(".claude", "projects", "-shop", f"{SESSION}.jsonl")
DATA_FOLDER = Path(".local", "share", "ppp-tui")
"""Where in a home the session and the database lie."""

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


def make_home(folder: Path) -> Path:
    """Write the session into a new home at `folder`. Returns it."""
    session = folder / SESSION_FILE
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


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path / "home")


def environment(home: Path, **more: str) -> dict[str, str]:
    """The variables of a process in that home, whose output has any width unless COLUMNS is given."""
    return {**os.environ, "HOME": str(home), "COLUMNS": "", **more}


@pytest.fixture
def ppp(home: Path, warm: Warm) -> Run:
    """Run ``ppp-tui`` with arguments, and variables as keywords."""

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return warm.run(arguments, environment(home, **more))

    return run


def lead_database(made: Path, home: Path) -> Path:
    """Make the database in `home`, a copy of the one in `made`, as if `home` had just been read; return its path."""
    database = home / DATA_FOLDER / "archive.db"
    with closing(sqlite3.connect(database)) as connection, connection:
        for number, path in connection.execute("SELECT id, path FROM source_files").fetchall():
            file = str(home / Path(path).relative_to(made))
            stat = stat_file(file)
            connection.execute(
                "UPDATE source_files SET path = ?, device = ?, inode = ?, born_ns = ?, modified_ns = ? WHERE id = ?",
                (file, stat.device, stat.inode, stat.born_ns, stat.modified_ns, number),
            )
        now = to_text(SystemClock().now_ms())
        connection.execute("UPDATE ingest_status SET started_at = ?, at = ?", (now, now))
    return database


def copy_home(made: Path, home: Path) -> Path:
    """Copy a home whose sessions a database holds; return the copy."""
    shutil.copytree(made, home)
    lead_database(made, home)
    return home


@pytest.fixture(scope="session")
def ingested_home(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Path:
    """A home like a test's, whose session a database holds. No test changes it."""
    home = make_home(tmp_path_factory.mktemp("ingested") / "home")
    assert warm.run(["ingest"], environment(home)).returncode == 0
    return home


@pytest.fixture
def database(home: Path, ingested_home: Path) -> Path:
    """The database, which holds the home's session."""
    shutil.copytree(ingested_home / DATA_FOLDER, home / DATA_FOLDER)
    return lead_database(ingested_home, home)


@pytest.fixture
def path(build: SshServer) -> str:
    """The search path on which ``ssh`` leads to the other machine, which the module makes."""
    return f"{build.bin}:{os.environ['PATH']}"
