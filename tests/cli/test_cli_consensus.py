"""``consensus``, ``database`` and ``import``, run as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ppp_tui.ingest.lock import acquire_lock
from ppp_tui.store.connect import open_writer
from tests.cli.conftest import SESSION, Run


@pytest.fixture
def agents(database: Path) -> Path:
    """Two agents' plans for SPEC-1: a spotless one and a better one that asks hard questions, and a third unlogged."""
    connection = open_writer(database)
    for number, agent, high, score in ((8, "claude", 0, 0.85), (9, "cod\u202eex", 1, 0.95)):
        connection.execute(
            "INSERT INTO trajectories (id, spec_id, agent_name, run_id, source, native_id, stage) "
            "VALUES (?, 'SPEC-1', ?, 'r1', 'logger', ?, 'plan')",
            (number, agent, agent),
        )
        connection.execute(
            "INSERT INTO trajectory_summaries (trajectory_id, turns, high_questions, high_asks, scored_by) "
            "VALUES (?, 2, ?, ?, 'judge 1')",
            (number, high, high),
        )
        connection.execute(
            "INSERT INTO consensus_artifacts (trajectory_id, spec_id, stage, agent_name, run_id, score) "
            "VALUES (?, 'SPEC-1', 'plan', ?, 'r1', ?)",
            (number, agent, score),
        )
    connection.execute(
        "INSERT INTO consensus_artifacts (spec_id, stage, agent_name, score) VALUES ('SPEC-1', 'audit', 'gemini', 0.5)"
    )
    connection.close()
    return database


@pytest.mark.usefixtures("agents")
def test_agents_are_ranked_by_stage_in_a_table(ppp: Run) -> None:
    done = ppp("consensus", "SPEC-1")
    head = "rank agent final technical basis r_proact r_pers low medium high violations runs interval first"
    assert done.returncode == 0
    lines = [line for line in done.stdout.splitlines() if "─" not in line]
    assert [" ".join(line.split()) for line in lines] == [
        "SPEC-1, stage audit: profile spec, weights 0.8 and 0.2",
        "no agent has a turn on record: technical scores alone; one agent alone: nothing to compare",
        head,
        "1 gemini 0.500 0.500 stated – – 0 0 0 0 1 – –",
        "",
        "SPEC-1, stage plan: profile spec, weights 0.6 and 0.4",
        head,
        "1 claude 0.550 0.850 stated 0.050 0.050 0 0 0 0 1 – –",
        "2 cod⟨RLO⟩ex 0.390 0.950 stated -0.500 0.050 0 0 1 0 1 – –",
        "best: claude, confidence 0.550 (its final score, no probability)",
    ]
    assert len({line.index("0.850" if "claude" in line else "0.950") for line in lines[7:9]}) == 1


@pytest.mark.usefixtures("agents")
def test_programs_get_the_same_fields(ppp: Run) -> None:
    done = ppp("consensus", "SPEC-1", "--stage", "spec-plan", "--weights", "1,0", "--profile", "paper", "--json")
    [ranking] = json.loads(done.stdout)["rows"]
    assert done.returncode == 0
    assert (ranking["spec"], ranking["stage"], ranking["profile"], ranking["scale"]) == (
        "SPEC-1",
        "plan",
        "paper",
        "weighted",
    )
    assert (ranking["weights"], ranking["best"], ranking["confidence"]) == (
        {"technical": 1.0, "interaction": 0.0},
        ["cod\u202eex"],
        0.95,
    )
    assert ranking["agents"][1] == {
        "rank": 2,
        "agent": "claude",
        "final": 0.85,
        "technical": 0.85,
        "basis": "stated",
        "r_proact": 0.0,
        "r_pers": None,
        "low_questions": 0,
        "medium_questions": 0,
        "high_questions": 0,
        "low": 0,
        "medium": 0,
        "high": 0,
        "violations": 0,
        "runs": 1,
        "interval": None,
        "first": None,
        "note": "",
    }


@pytest.mark.usefixtures("agents")
def test_profile_and_weights_come_from_the_settings(ppp: Run) -> None:
    done = ppp(
        "consensus",
        "SPEC-1",
        "--stage",
        "plan",
        PPP_TUI_PPP__PROFILE="paper",
        PPP_TUI_PPP__STAGE_WEIGHTS__PLAN="0.9,0.1",
    )
    assert done.stdout.splitlines()[0] == "SPEC-1, stage plan: profile paper, weights 0.9 and 0.1"


@pytest.mark.usefixtures("agents")
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["SPEC-9"], 1, "There is no specification SPEC-9; there are SPEC-1."),
        (["SPEC-1", "--stage", "unlock"], 1, "SPEC-1 has no stage unlock; there are audit, plan."),
        (["SPEC-1", "--weights", "0.7,0.4"], 2, "0.7,0.4 must add up to 1, not to 1.1."),
        (["SPEC-1", "--weights", "nan,1"], 2, "nan,1 must be two numbers from 0 to 1."),
        (["SPEC-1", "--weights", "much"], 2, "much is not of the form 0.7,0.3: technical first, then interaction."),
    ],
)
def test_what_cannot_be_ranked_says_why(ppp: Run, arguments: list[str], code: int, message: str) -> None:
    done = ppp("consensus", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr


@pytest.mark.usefixtures("database")
def test_without_any_specification_that_is_said(ppp: Run) -> None:
    done = ppp("consensus", "SPEC-1")
    assert (done.returncode, done.stderr) == (
        1,
        "ppp-tui: There is no specification SPEC-1; no program has logged any yet.\n",
    )


def test_old_sessions_are_archived_and_imported_again(ppp: Run, database: Path, tmp_path: Path) -> None:
    age(database)
    old = tmp_path / "old.jsonl.zst"
    assert ppp("archive", "--older-than", "1h", "--dry-run").stdout == "1 trajectory would be archived\n"
    done = ppp("archive", "--older-than", "1h", "--to", str(old))
    assert (done.returncode, done.stdout) == (0, f"1 trajectory archived in {old}\n")
    assert ppp("search", "login").returncode == 1
    assert ppp("ingest").returncode == 0
    assert ppp("export", SESSION).returncode == 1
    assert ppp("archive", "--older-than", "1h").stdout == "Nothing is that old\n"
    assert ppp("import", str(old)).stdout == "1 trajectory and 1 turn imported; 0 were known\n"
    assert ppp("import", str(old)).stdout == "0 trajectories and 0 turns imported; 1 were known\n"
    assert ppp("ingest").returncode == 0
    assert ppp("search", "login").returncode == 0


def test_without_a_name_the_file_lies_beside_the_database(ppp: Run, database: Path) -> None:
    age(database)
    assert ppp("archive", PPP_TUI_PPP__ARCHIVAL__ENABLED="true").returncode == 0
    [file] = (database.parent / "archives").iterdir()
    assert (file.stat().st_mode & 0o777, file.name.endswith(".jsonl.zst")) == (0o600, True)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["archive"], 2, "Say how old, such as --older-than 30d, or set ppp.archival.enabled to true."),
        (["archive", "--older-than", "soon"], 2, "soon is not a time such as 12h, 30d or 8w."),
        (["import", "/nowhere/old.zst"], 1, "/nowhere/old.zst: No such file or directory."),
        (["import", "/dev/null"], 1, "/dev/null ends early"),
    ],
)
def test_what_cannot_be_moved_says_why(ppp: Run, arguments: list[str], code: int, message: str) -> None:
    done = ppp(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr


def test_a_file_that_is_there_stays_and_nothing_is_moved(ppp: Run, database: Path, tmp_path: Path) -> None:
    age(database)
    (tmp_path / "mine").write_text("mine")
    done = ppp("archive", "--older-than", "1h", "--to", str(tmp_path / "mine"))
    assert (done.returncode, done.stderr) == (1, f"ppp-tui: {tmp_path}/mine: File exists.\n")
    assert ((tmp_path / "mine").read_text(), ppp("search", "login").returncode) == ("mine", 0)


def test_beside_an_ingest_nothing_is_moved(ppp: Run, database: Path, tmp_path: Path) -> None:
    lock = acquire_lock(database)
    try:
        assert ppp("archive", "--older-than", "1h").returncode == 75
        assert ppp("import", str(tmp_path / "old.zst")).returncode == 75
    finally:
        lock.release()


def age(database: Path) -> None:
    """Let the last sign of life of every session lie far back."""
    connection = open_writer(database)
    connection.execute("UPDATE trajectory_summaries SET last_at = '2020-01-01 00:00:00.000'")
    connection.close()
