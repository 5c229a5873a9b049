"""``ppp-tui ingest``: how it ends, and what it says meanwhile."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ppp_tui.cli.commands import ingest as ingest_module
from ppp_tui.ingest.lock import acquire_lock
from ppp_tui.ingest.progress import IngestProgress
from ppp_tui.store.connect import create_private
from tests.cli.conftest import Run, environment, record


def database_of(home: Path) -> Path:
    return home / ".local" / "share" / "ppp-tui" / "archive.db"


def following(home: Path, *more: str) -> subprocess.Popen[str]:
    """An ingest that has read everything and waits for more."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ppp_tui", "ingest", "--follow", *more],
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    while '"phase": "following"' not in process.stdout.readline():
        assert process.poll() is None
    return process


def test_what_was_read_is_told(ppp: Run, home: Path) -> None:
    done = ppp("ingest")
    assert (done.returncode, done.stdout) == (0, f"1 file, 683 B read into {database_of(home)}\n")
    assert database_of(home).stat().st_mode & 0o777 == 0o600


def test_model_that_fails_is_told_and_ends_with_status_1(ppp: Run, home: Path) -> None:
    [session] = (home / ".claude").rglob("*.jsonl")
    asked = {"content": [{"type": "text", "text": "Which port should it use?"}], "stop_reason": "end_turn"}
    session.write_text(session.read_text() + record("assistant", 3, asked))
    done = ppp(
        "ingest",
        PPP_TUI_PPP__QUESTION_CLASSIFIER__METHOD="llm",
        PPP_TUI_PPP__QUESTION_CLASSIFIER__BASE_URL="http://127.0.0.1:1/v1",
        PPP_TUI_PPP__QUESTION_CLASSIFIER__LLM_MODEL="small",
    )
    assert (done.returncode, done.stdout) == (1, f"1 file, 1007 B read into {database_of(home)}\n")
    assert done.stderr == (
        "ppp-tui: The model that judges questions is left alone for a while (127.0.0.1 cannot be reached: "
        "ConnectionRefusedError): their wording judges.\n"
    )


def test_progress_is_told_as_json_lines(ppp: Run) -> None:
    last = json.loads(ppp("ingest", "--json").stdout.splitlines()[-1])
    assert (last["phase"], last["files_total"], last["files_done"]) == ("stopped", 1, 1)
    assert list(last) == [
        "schema",
        "generated_at",
        "phase",
        "files_total",
        "files_done",
        "bytes_total",
        "bytes_done",
        "bytes_per_s",
        "left_s",
        "trouble",
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_following_ends_well_when_it_is_told_to_stop(home: Path, number: signal.Signals) -> None:
    process = following(home, "--json")
    process.send_signal(number)
    assert process.communicate(timeout=30)[1] == ""
    assert process.returncode == 0


def test_following_continues_after_its_input_is_closed(home: Path) -> None:
    process = following(home, "--json")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.stdin = None
    with (home / ".claude" / "projects" / "-shop" / "x.jsonl").open("w") as file:
        file.write('{"type": "summary"}\n')
    while json.loads(process.stdout.readline())["files_total"] < 2:
        assert process.poll() is None
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_a_child_ends_when_its_parent_lets_go(home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "ppp_tui", "ingest", "--follow", "--child"],
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.communicate(timeout=30) == ("", "")
    assert process.returncode == 0


def test_a_run_that_was_interrupted_says_so(
    monkeypatch: pytest.MonkeyPatch, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ppp_tui.cli import main

    class Interrupted(ingest_module._Stop):
        def __init__(self) -> None:
            self.is_asked, self.signals, self._pipeline = False, [signal.SIGTERM], None

    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(ingest_module, "_Stop", Interrupted)
    assert main.run(["ingest", "--database", str(home / "a" / "x.db")]) == 143
    assert capsys.readouterr().out == ""


def test_a_second_ingest_gives_way(ppp: Run, home: Path) -> None:
    create_private(database_of(home))
    lock = acquire_lock(database_of(home))
    done = ppp("ingest")
    lock.release()
    assert (done.returncode, done.stderr) == (
        75,
        f"ppp-tui: Another ingest is at work on {database_of(home)}; its rows appear here all the same.\n",
    )


def test_a_database_of_another_program_is_left_alone(ppp: Run, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(b"not a database at all, but somebody's file" * 100)
    before = other.read_bytes()
    done = ppp("ingest", "--database", str(other))
    assert (done.returncode, done.stderr) == (
        1,
        f"ppp-tui: The file {other} is not a ppp-tui database: choose another with --database, or move it away.\n",
    )
    assert other.read_bytes() == before


def test_the_bar_tells_how_far_it_has_come(capsys: pytest.CaptureFixture[str]) -> None:
    ingest_module.draw_progress(
        IngestProgress(
            phase="backlog",
            files_total=4,
            files_done=1,
            bytes_total=4_000_000,
            bytes_done=1_000_000,
            started_ms=0,
            now_ms=1000,
            trouble="",
        )
    )
    assert capsys.readouterr().err.rstrip() == (
        "\r███████░░░░░░░░░░░░░░░░░░░░░░░  25%  1 of 4 files  977 kB/s  3s left"
    )
