"""``ppp-tui doctor`` over files that fare badly: each is named, with the place and the reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import zstandard

from ppp_tui.cli.commands import doctor
from ppp_tui.cli.invocation import Invocation
from tests.cli.conftest import SESSION, Run, record

TORN = '{"type": "assistant", "message": {"id": "msg_torn", "cont'


def session_of(home: Path) -> Path:
    return home / ".claude" / "projects" / "-shop" / f"{SESSION}.jsonl"


@pytest.fixture
def ill(ppp: Run, home: Path) -> Path:
    """A session with a torn line, NUL bytes and a record of no known kind, and a file that is no Zstandard data."""
    path = session_of(home)
    with path.open("a") as file:
        file.write(TORN + "\n" + "\0" * 200 + "\n")
        file.write(record("telepathy", 3, {}) + record("telepathy", 4, {}))
    rollouts = home / ".codex" / "archived_sessions"
    rollouts.mkdir(parents=True)
    name = "rollout-2026-11-20T10-00-00-01a1f8d0-4e00-7000-8000-000000000001.jsonl"
    (rollouts / f"{name}.zst").write_bytes(zstandard.compress(b"{}\n")[:-4] + b"oops")
    (home / ".claude" / "projects" / "-shop" / "gone.jsonl").write_text(record("user", 5, {"content": "Hello"}))
    assert ppp("ingest").returncode == 0
    (home / ".claude" / "projects" / "-shop" / "gone.jsonl").unlink()
    assert ppp("ingest").returncode == 0
    return path


def test_every_damage_is_told_with_its_file_and_place(ppp: Run, ill: Path) -> None:
    whole = ill.read_bytes()
    torn, nul = whole.index(TORN.encode()), whole.index(b"\0")
    report = json.loads(ppp("doctor", "--json").stdout)
    told = [(entry["path"], entry["kind"], entry["offset"], entry["length"]) for entry in report["news"]]
    assert (str(ill), "torn", torn, len(TORN)) in told
    assert (str(ill), "nul", nul, 200) in told
    lines = ppp("doctor").stdout.splitlines()
    assert f"  {ill}: torn at byte {torn}, {len(TORN)} bytes" in lines
    assert f"  {ill}: nul at byte {nul}, 200 bytes" in lines


def test_sources_tell_how_files_fare_and_what_they_do_not_know(ppp: Run, ill: Path) -> None:
    done = ppp("doctor")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("claude_code: 2 files"))
    assert lines[at].startswith("claude_code: 2 files (1 ok, 1 vanished), ")
    assert lines[at + 1 : at + 3] == ["  versions: 2.1.0 (2)", "  unknown records, left out: telepathy (2)"]
    assert "  codex: 1 file cannot be read, see above." in lines
    assert any(".jsonl.zst: unreadable (damaged Zstandard data" in line for line in lines)
    assert any("gone.jsonl: vanished" in line for line in lines)


@pytest.mark.parametrize("is_affected", [True, False])
def test_a_sqlite_with_the_wal_reset_bug_is_told(
    monkeypatch: pytest.MonkeyPatch, home: Path, is_affected: bool
) -> None:
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(doctor, "has_wal_reset_bug", lambda: is_affected)
    notes = doctor.doctor_report(Invocation())["notes"]
    assert any("can damage a database that two processes write at once" in note for note in notes) is is_affected


def test_names_that_a_terminal_would_obey_are_shown(ppp: Run, home: Path) -> None:
    odd = home / ".claude" / "projects" / "-shop" / "a\x1b[2J\u202e.jsonl"
    odd.write_text("{broken\n")
    ppp("ingest")
    told = ppp("doctor").stdout
    assert "a␛[2J⟨RLO⟩.jsonl: not json at byte 0, 7 bytes" in told
    assert "\x1b" not in told


def test_overridden_places_are_where_it_looks(ppp: Run, home: Path, tmp_path: Path) -> None:
    done = ppp(
        "doctor",
        "--json",
        "--source",
        f"trajectory_db={tmp_path}/t.db",
        CLAUDE_CONFIG_DIR=f"{tmp_path}/claude",
        CODEX_HOME=f"{tmp_path}/codex",
        PPP_TUI_SOURCES__CODEX=f"{tmp_path}/more",
    )
    places = [(entry["source"], entry["path"]) for entry in json.loads(done.stdout)["places"]]
    assert set(places) >= {
        ("claude_code", f"{tmp_path}/claude/projects"),
        ("codex", f"{tmp_path}/codex/sessions"),
        ("codex", f"{tmp_path}/codex/archived_sessions"),
        ("codex", f"{tmp_path}/more"),
        ("trajectory_db", f"{tmp_path}/t.db"),
    }
    assert ("claude_code", f"{home}/.claude/projects") not in places


def told_records(count: int, kind: str) -> str:
    return "".join(json.dumps({"type": kind, "sessionId": "5f0c1d9e", "uuid": f"u{n}"}) + "\n" for n in range(count))


@pytest.mark.parametrize(("count", "kind", "is_news"), [(2, "wondrous", True), (5, "mode", False), (6, "mode", True)])
def test_a_file_that_tells_nothing_is_news(ppp: Run, home: Path, count: int, kind: str, is_news: bool) -> None:
    quiet = session_of(home).with_name("5f0c1d9e.jsonl")
    quiet.write_text(told_records(count, kind))
    ppp("ingest")
    done = ppp("doctor", "--json")
    report = json.loads(done.stdout)
    sentence = (
        "claude_code: 1 file grew and told nothing, see above: the agent may write a newer format than this ppp-tui "
        "reads."
    )
    assert (sentence in report["warnings"], done.returncode) == (is_news, int(is_news))
    found = [
        (entry["offset"], entry["length"], entry["detail"]) for entry in report["news"] if entry["kind"] == "silent"
    ]
    assert found == ([(0, quiet.stat().st_size, f"{count} records")] if is_news else [])


def test_a_file_that_falls_silent_while_it_grows_is_news_until_it_speaks(ppp: Run, home: Path) -> None:
    path = session_of(home)
    begin = path.stat().st_size
    ppp("ingest")
    for count in (39, 1):
        with path.open("a") as file:
            file.write(told_records(count, "mode"))
        ppp("ingest")
    [news] = json.loads(ppp("doctor", "--json").stdout)["news"]
    assert (news["kind"], news["offset"], news["detail"]) == ("silent", begin, "40 records")
    with path.open("a") as file:
        file.write(record("user", 30, {"content": "Go on"}))
    ppp("ingest")
    assert json.loads(ppp("doctor", "--json").stdout)["news"] == []


def test_format_without_a_recording_is_told_as_such_and_one_with_recordings_is_not(ppp: Run, home: Path) -> None:
    conversation = home / ".openhands" / "conversations" / "c1"
    conversation.mkdir(parents=True)
    (conversation / "base_state.json").write_text('{"execution_status": "running"}')
    assert ppp("ingest").returncode == 0
    report = json.loads(ppp("doctor", "--json").stdout)
    assert report["rules_from"]["openhands"] == "documentation and public examples"
    assert "claude_code" not in report["rules_from"]
    lines = [line for line in ppp("doctor").stdout.splitlines() if "no recorded session was at hand" in line]
    assert lines == [
        "  read by rules from documentation and public examples: no recorded session was at hand, so say what is wrong"
    ]
