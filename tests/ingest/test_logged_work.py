"""What a program logs tells as much about its work as a session file: tests, files, failed requests, the window."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.fold.logged import derive
from ppp_tui.store.logged.entries import encode
from ppp_tui.store.logged.journal import Journal, journal_folder
from ppp_tui.store.logged.journal_replay import replay_next
from ppp_tui.store.write import Writer
from tests.ingest.house import House
from tests.ingest.test_claude_sessions import put
from tests.sources.claude_lines import T0, assistant, call, envelope, result, text, user

PROJECT = "/home/ada/kitchen"
FAILED = "FAILED tests/test_soup.py::test_salt - assert 1 == 2\n========= 1 failed, 3 passed in 0.12s ========="
PASSED = "========= 4 passed in 0.10s ========="
CHANGE = {"file_path": f"{PROJECT}/soup.py", "old_string": "1", "new_string": "2"}

SESSION = (
    user("p1", "Salt the soup", 0, cwd=PROJECT, parentUuid=None),
    envelope("system", "e1", 1, subtype="api_error", error={"status": 429, "error": {"message": "Slow down"}}),
    envelope("system", "e2", 2, subtype="api_error", error={"status": 429, "error": {"message": "Slow down"}}),
    assistant("a1", call("c1", "Read", file_path=f"{PROJECT}/soup.py"), 3),
    user("r1", result("c1", "salt = 1\n" * 4), 4),
    assistant("a2", call("c2", "Bash", command="pytest -q"), 5, message_id="msg_2", request="req_2"),
    user("r2", result("c2", f"Exit code 1\n{FAILED}", is_error=True), 6),
    assistant("a3", call("c3", "Edit", **CHANGE), 7, message_id="msg_3", request="req_3"),
    user("r3", result("c3", "ok"), 8),
    assistant("a4", call("c4", "Bash", command="pytest -q"), 9, message_id="msg_4", request="req_4"),
    user("r4", result("c4", PASSED), 10),
    assistant("a5", text("Salted."), 11, message_id="msg_5", request="req_5", stop="end_turn"),
)
T = "t" * 32


def entry(kind: str, second: int, *values: Any) -> bytes:
    """An entry of turn 1, or of the trajectory."""
    return encode((kind, T, T0 + second * 1000, 1, *values))


def step(second: int, *values: Any) -> bytes:
    """The end of a step that took a second."""
    kind, tool, target, status, exit_code, given, output = values
    return entry("stepped", second, kind, tool, target, status, "", exit_code, 1000, given, output)


def used(second: int) -> bytes:
    return entry("used", second, "claude-opus-4-5", 10, 5, None, 1000, 50, None)


LOGGED = (
    entry("started", 0, "SPEC", "me", None, "", 1, "", "", PROJECT, "", "claude-opus-4-5", 1),
    entry("turned", 0, "Salt the soup", "", None, None, "open", (), ()),
    entry("stepped", 1, "error", "", "Slow down", "failed", "", 429, None, "", ""),
    entry("stepped", 2, "error", "rate_limit", "429 Slow down", "failed", "", None, None, "", ""),
    used(3),
    step(4, "read", "Read", f"{PROJECT}/soup.py", "ok", None, "", "salt = 1\n" * 4),
    used(5),
    step(6, "shell", "Bash", "pytest -q", "failed", 1, "", FAILED),
    used(7),
    step(8, "edit", "Edit", f"{PROJECT}/soup.py", "ok", None, json.dumps(CHANGE), "ok"),
    used(9),
    entry("stepped", 9, "shell", "Bash", "pytest -q", "running", "c4", None, None, "", ""),
    entry("stepped", 10, "shell", "Bash", "pytest -q", "ok", "c4", 0, None, "", PASSED),
    used(11),
    entry("turned", 11, "Salt the soup", "Salted.", None, None, "completed", (), ()),
)

FIGURES = {
    "test_runs": "source, step_number IS NOT NULL, project, suite, framework, total, passed, failed, skipped, at",
    "retry_chains": "kind, project, reason, attempts, outcome, started_at, ended_at",
    "retries": "reason, status_code, is_final, at",
    "file_accesses": "step_number IS NOT NULL, project, path, action, at",
    "context_use": "used_tokens, peak_tokens, window_tokens, is_window_inferred",
    "trajectory_turns": "retries, context_tokens, context_window",
}


def figures(house: House, native_id: str) -> dict[str, list[tuple[Any, ...]]]:
    [(trajectory,)] = house.ask("SELECT id FROM trajectories WHERE native_id = ?", native_id)
    low = dict.fromkeys(FIGURES, 40) | {"context_use": 20, "trajectory_turns": 20}
    return {
        table: house.ask(f"SELECT {columns} FROM {table} WHERE id >> {low[table]} = ? ORDER BY id", trajectory)
        for table, columns in FIGURES.items()
    }


def leave(house: House, *contents: bytes) -> None:
    """A journal whose logger is gone."""
    journal = Journal.create(journal_folder(house.database), 1)
    for content in contents:
        journal.append(content)
    journal.close()


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_logged_work_has_the_figures_of_the_same_work_in_a_session_file(house: House) -> None:
    put(house, "first", *SESSION)
    leave(house, *LOGGED)
    house.ingest(sources=("claude_code",))
    logged = figures(house, T)
    assert logged == figures(house, "first")
    assert [row[5:9] for row in logged["test_runs"]] == [(4, 3, 1, 0), (4, 4, 0, 0)]
    assert [row[2:5] for row in logged["retry_chains"]] == [("rate_limit", 2, "recovered")]
    assert [row[2:4] for row in logged["file_accesses"]] == [("soup.py", "read"), ("soup.py", "edit")]
    assert logged["context_use"][0][0] == 1060


@pytest.mark.parametrize("cut", [2, 3, 7, 12, 14])
def test_another_process_goes_on_where_one_was_killed(house: House, cut: int) -> None:
    leave(house, *LOGGED)
    house.ingest()
    whole = figures(house, T)
    other = House(house.home.parent / "other")
    for part in (LOGGED[:cut], LOGGED[cut:]):
        leave(other, *part)
        other.ingest()
    assert figures(other, T) == whole


def test_a_replayed_entry_after_its_turn_counts_for_the_newest(house: House) -> None:
    late = encode(("stepped", T, T0 + 30_000, 1, "shell", "Bash", "pytest -q", "ok", "", 0, 1000, "", PASSED))
    second = encode(("turned", T, T0 + 20_000, 2, "More", "Done.", None, None, "completed", (), ()))
    leave(house, *LOGGED, second, late)
    writer = Writer(house.database)
    assert replay_next(writer, set(), derive)
    runs = writer._connection.execute("SELECT id >> 20 & 1048575, step_number FROM test_runs ORDER BY id").fetchall()
    assert runs == [(1, 4), (1, 6), (2, None)]
    writer.close()
