"""``search``, ``export`` and ``doctor`` over a database with one session."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import SESSION, Run


@pytest.mark.usefixtures("database")
def test_words_are_found_where_they_stand(ppp: Run) -> None:
    done = ppp("search", "login")
    assert (done.returncode, done.stdout) == (
        0,
        "1#1  2026-11-20 10:00  claude  Add a login to the shop\n    Add a [login] to the shop\n",
    )


@pytest.mark.usefixtures("database")
def test_hits_as_json_hold_no_control_characters(ppp: Run) -> None:
    done = ppp("search", "--json", "done")
    assert json.loads(done.stdout)["rows"] == [
        {
            "session": 1,
            "turn": 1,
            "agent": "claude",
            "project": "/shop",
            "title": "Add a login to the shop",
            "at": "2026-11-20T10:00:01.000Z",
            "snippet": "[Done] \u202eso.",
        }
    ]
    assert done.stdout.isascii()


@pytest.mark.usefixtures("database")
def test_hits_for_people_show_what_a_terminal_would_obey(ppp: Run) -> None:
    assert "    [Done] ⟨RLO⟩so.\n" in ppp("search", "done").stdout


@pytest.mark.usefixtures("database")
def test_search_without_hits_says_what_was_searched(ppp: Run, database: Path) -> None:
    done = ppp("search", "elsewhere")
    place = f"Searched {database}: 1 session, 2026-11-20 to 2026-11-20."
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"No turns with elsewhere. {place}\n")


def test_missing_database_is_named_where_nothing_is_read_first(ppp: Run, home: Path) -> None:
    done = ppp("search", "login", "--no-sync")
    told = f"There is no database at {home}/.local/share/ppp-tui/archive.db yet: run ppp-tui ingest, or just ppp-tui."
    assert (done.returncode, done.stderr) == (1, f"ppp-tui: {told}\n")
    assert not (home / ".local").exists()


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("name", ["1", SESSION, SESSION[:8]])
def test_a_session_is_exported_by_any_of_its_names(ppp: Run, name: str) -> None:
    done = ppp("export", name)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "# `Add a login to the shop`")


@pytest.mark.usefixtures("database")
def test_lines_are_exported_for_programs(ppp: Run) -> None:
    lines = [json.loads(line) for line in ppp("export", "1", "--format", "jsonl").stdout.splitlines()]
    assert {line["type"] for line in lines} >= {"session", "turn", "usage"}


@pytest.mark.usefixtures("database")
def test_an_export_is_private_and_overwrites_nothing(ppp: Run, tmp_path: Path) -> None:
    target = tmp_path / "out.md"
    assert ppp("export", "1", "--output", str(target)).returncode == 0
    assert target.stat().st_mode & 0o777 == 0o600
    written = target.read_bytes()
    done = ppp("export", "1", "--output", str(target))
    assert (done.returncode, done.stderr) == (1, f"ppp-tui: {target}: File exists.\n")
    assert target.read_bytes() == written


def test_a_session_that_is_not_there_is_named(ppp: Run, database: Path) -> None:
    done = ppp("export", "abcdef")
    ways = "ppp-tui sessions lists them, ppp-tui search finds one by text."
    assert (done.returncode, done.stderr) == (1, f"ppp-tui: There is no session abcdef in {database}: {ways}\n")


def test_a_name_for_two_sessions_is_answered_with_both(ppp: Run, home: Path) -> None:
    first = home / ".claude" / "projects" / "-shop" / f"{SESSION}.jsonl"
    first.with_name(f"{SESSION[:8]}-0000-4000-8000-000000000000.jsonl").write_bytes(first.read_bytes())
    ppp("ingest")
    done = ppp("export", SESSION[:8])
    assert (done.returncode, done.stdout) == (1, "")
    assert "name it by its number" in done.stderr
    assert len([line for line in done.stderr.splitlines() if "Add a login to the shop" in line]) == 2


@pytest.mark.usefixtures("database")
def test_the_doctor_is_content_with_a_sound_database(ppp: Run) -> None:
    done = ppp("doctor")
    assert done.returncode == 0, done.stdout
    assert "claude_code: 1 file (1 ok), 683 B read" in done.stdout
    assert "Needs your attention" not in done.stdout


def test_the_doctor_wants_the_database_to_be_private(ppp: Run, database: Path) -> None:
    database.chmod(0o644)
    done = ppp("doctor", "--json")
    assert (done.returncode, json.loads(done.stdout)["warnings"]) == (
        1,
        [f"The database {database} can be read by others: chmod 600 {database}"],
    )


def test_the_doctor_of_a_new_house_has_nothing_to_complain_of(ppp: Run, home: Path) -> None:
    done = ppp("doctor", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["warnings"], report["database_bytes"]) == (0, [], None)
    assert {"source": "claude_code", "path": f"{home}/.claude/projects", "is_there": True} in report["places"]
    assert not (home / ".local").exists()
