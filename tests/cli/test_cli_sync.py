"""Reports read new session files first; what is not new costs a look, and what must not be read is left alone."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from ppp_tui.cli.sync import has_unread_files, sync
from ppp_tui.ingest.lock import acquire_lock
from ppp_tui.store.connect import DatabaseError
from tests.cli.conftest import SESSION, Run, record

if TYPE_CHECKING:
    from ppp_tui.cli.invocation import Invocation

LLM = {
    "PPP_TUI_PPP__QUESTION_CLASSIFIER__METHOD": "llm",
    "PPP_TUI_PPP__QUESTION_CLASSIFIER__BASE_URL": "http://127.0.0.1:9/v1",
    "PPP_TUI_PPP__QUESTION_CLASSIFIER__MODEL": "judge",
}
OTHER = "76543210-89ab-4def-8123-456789abcdef"


@pytest.fixture
def database(home: Path) -> Path:
    return home / ".local" / "share" / "ppp-tui" / "archive.db"


def session_file(home: Path, name: str = SESSION, project: str = "-shop") -> Path:
    return home / ".claude" / "projects" / project / f"{name}.jsonl"


def prompts(ppp: Run, *arguments: str) -> list[Any]:
    return [row["prompt"] for row in json.loads(ppp("turns", "-1", "--json", *arguments).stdout)["rows"]]


def test_first_report_reads_all_session_files(ppp: Run, database: Path) -> None:
    assert not database.exists()
    assert prompts(ppp) == ["Add a login to the shop"]


def test_report_shows_what_was_written_since_the_last_one(ppp: Run, home: Path) -> None:
    assert prompts(ppp) == ["Add a login to the shop"]
    with session_file(home).open("a") as file:
        file.write(record("user", 3, {"content": "Serve it"}))
    assert prompts(ppp, "--no-sync") == ["Add a login to the shop"]
    assert prompts(ppp) == ["Add a login to the shop", "Serve it"]


def test_new_file_in_a_new_folder_is_noticed(ppp: Run, home: Path) -> None:
    assert len(json.loads(ppp("sessions", "--json").stdout)["rows"]) == 1
    other = session_file(home, OTHER, "-docs")
    other.parent.mkdir()
    other.write_text(session_file(home).read_text().replace(SESSION, OTHER).replace("msg_1", "msg_9"))
    assert len(json.loads(ppp("sessions", "--json").stdout)["rows"]) == 2


def test_usage_in_its_quick_form_reads_new_files_too(ppp: Run, home: Path) -> None:
    assert ppp("usage").returncode == 0
    answer = {
        "id": "msg_7",
        "model": "claude-sonnet-4-5",
        "stop_reason": "end_turn",
        "content": [{"type": "text", "text": "More."}],
        "usage": {"input_tokens": 7000, "output_tokens": 5},
    }
    with session_file(home).open("a") as file:
        file.write(record("assistant", 7, answer, requestId="req_7"))
    assert "7.0k" in ppp("usage").stdout


def test_files_are_unread_only_while_they_are_newer_than_the_last_look(ppp: Run, home: Path, database: Path) -> None:
    assert ppp("ingest").returncode == 0
    assert not has_unread_files(database)
    ahead = time.time() + 5
    os.utime(session_file(home), (ahead, ahead))
    assert has_unread_files(database)


def test_touched_file_is_looked_at_once(ppp: Run, home: Path, database: Path) -> None:
    assert ppp("ingest").returncode == 0
    os.utime(session_file(home))
    assert has_unread_files(database)
    assert ppp("sessions").returncode == 0
    assert not has_unread_files(database)


def test_database_named_on_the_command_line_is_read_as_it_is(ppp: Run, home: Path, database: Path) -> None:
    assert ppp("ingest").returncode == 0
    with session_file(home).open("a") as file:
        file.write(record("user", 3, {"content": "Serve it"}))
    assert prompts(ppp, "--database", str(database)) == ["Add a login to the shop"]
    missing = ppp("sessions", "--database", str(home / "none.db"))
    assert (missing.returncode, (home / "none.db").exists()) == (1, False)


def test_report_does_not_wait_for_an_ingest_at_work(ppp: Run, home: Path, database: Path) -> None:
    assert ppp("ingest").returncode == 0
    with session_file(home).open("a") as file:
        file.write(record("user", 3, {"content": "Serve it"}))
    lock = acquire_lock(database)
    try:
        assert prompts(ppp) == ["Add a login to the shop"]
    finally:
        lock.release()


def test_report_goes_on_with_a_warning_where_the_database_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "archive.db"

    def refuse(_path: Path) -> None:
        raise DatabaseError("The database cannot be written (Permission denied).")

    monkeypatch.setattr("ppp_tui.store.connect.create_private", refuse)
    settings = SimpleNamespace(database=path, classifier=SimpleNamespace(method="rules"), judges_sessions=False)
    invocation = SimpleNamespace(
        is_syncing=True,
        is_team=False,
        database=None,
        glance=SimpleNamespace(database=SimpleNamespace(path=path)),
        ingest_options=lambda: settings,
        is_current=True,
    )
    sync(cast("Invocation", invocation))
    assert not invocation.is_current
    assert "New session files are not read: The database cannot be written" in capsys.readouterr().err


def test_model_that_judges_is_not_asked_by_a_report(ppp: Run, database: Path) -> None:
    done = ppp("sessions", **LLM)
    assert "New session files are not read: your settings ask a model" in done.stderr
    assert not database.exists()


@pytest.mark.parametrize(
    "left", ["phase = 'failed'", "phase = 'backlog', pid = 4194303", "bytes_total = bytes_total + 1"]
)
def test_interrupted_read_goes_on_with_the_next_report(ppp: Run, database: Path, left: str) -> None:
    assert ppp("ingest").returncode == 0
    assert not has_unread_files(database)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(f"UPDATE ingest_status SET {left}")
    assert has_unread_files(database)
    assert ppp("sessions").returncode == 0
    assert not has_unread_files(database)
