"""The literal database of the other screens, and in it how work went: test runs, retries, files, a codebase."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.model.activity import AccessAction, AccessRow, ChainOutcome, ChainRow, RunRow, WorkRows
from ppp_tui.model.rows import TrajectoryDelta
from ppp_tui.store.write import Writer
from ppp_tui.store.writers.turn_rows import TurnRows
from tests.tui.database_of import API, HOUR, MINUTE, SHOP, at, write_database

PROJECT, OTHER = "/home/dev/shop", "/home/dev/api"
DAY = 24 * HOUR


def run(
    turn: int,
    number: int,
    before_ms: int,
    passed: int,
    failures: tuple[tuple[str, str], ...] = (),
    project: str = PROJECT,
) -> RunRow:
    """A run of pytest in which nothing failed but what is named."""
    failed = len(failures)
    return RunRow(
        turn_number=turn,
        run_number=number,
        source="found",
        step_number=None,
        project=project,
        suite="pytest",
        framework="pytest",
        unit="test",
        at=at(before_ms),
        model="opus-4-8",
        total=passed + failed,
        passed=passed,
        failed=failed,
        skipped=0,
        duration_ms=2_100,
        failures=failures,
    )


def flicker(turn: int, number: int, before_ms: int, passed: int) -> RunRow:
    """A run of one test that fails at times."""
    failures = () if passed else (("test_flicker", "timed out"),)
    found = run(turn, number, before_ms, passed, failures)
    return found._replace(selection="-k flicker", variant="1")


def chain(turn: int, number: int, reason: str, outcome: ChainOutcome, fallback: str = "") -> ChainRow:
    """Three requests that failed within a minute, half an hour ago."""
    return ChainRow(
        turn_number=turn,
        chain_number=number,
        kind="request",
        project=PROJECT,
        model="opus-4-8",
        fallback_model=fallback,
        tool="",
        target="",
        reason=reason,
        attempts=3,
        wait_ms=4_000,
        started_at=at(30 * MINUTE),
        ended_at=at(29 * MINUTE),
        outcome=outcome,
    )


def access(turn: int, number: int, path: str, action: AccessAction, before_ms: int) -> AccessRow:
    """A use of a file of 300 tokens."""
    return AccessRow(
        turn_number=turn,
        access_number=number,
        step_number=None,
        project=PROJECT,
        path=path,
        action=action,
        at=at(before_ms),
        tokens=300,
    )


SHOP_WORK = WorkRows(
    runs=[
        run(4, 1, 38 * MINUTE, 4),
        run(11, 1, 9 * MINUTE, 3, (("test_redirect", "302 is not 200"),)),
        run(12, 1, 2 * MINUTE, 4),
        flicker(11, 2, 50 * MINUTE, 0),
        flicker(12, 2, 48 * MINUTE, 1),
    ],
    chains=[chain(3, 1, "overloaded", "recovered"), chain(5, 1, "rate_limit", "gave_up")],
    accesses=[
        access(2, 1, "src/login.py", "edit", 45 * MINUTE),
        access(9, 1, "src/login.py", "read", 17 * MINUTE),
        access(12, 1, "src/session.py", "read", MINUTE),
        access(1, 1, "old.py", "read", 50 * DAY),
    ],
)
"""Of the shop: a regression in turn 11, a flaky test in 12, retries in 3 and 5."""

API_WORK = WorkRows(runs=[run(1, 1, 20 * DAY, 7, project=OTHER)])
"""Of the other project: one run, long ago."""


def write_work_database(folder: Path) -> Path:
    """The database with all of this in it."""
    path = write_database(folder)
    writer = Writer(path)
    with writer.transaction() as summaries:
        rows = TurnRows(writer._connection, summaries)
        for trajectory, agent, work in ((SHOP, "claude", SHOP_WORK), (API, "codex", API_WORK)):
            summary = writer._connection.execute(
                "SELECT scored_by FROM trajectory_summaries WHERE trajectory_id = ?", (trajectory,)
            ).fetchone()
            rows.add(trajectory, agent, TrajectoryDelta("", work=work, scored_by=summary[0]), is_new=False)
        rows.flush()
        writer._connection.execute(
            "INSERT INTO codebases (id, project, indexed_at, build_ms, counted_files, is_whole, files, bytes, code, "
            "comments, blanks, tokens) VALUES (1, ?, ?, 900, 12, 1, 12, 40960, 1200, 300, 200, 9800)",
            (PROJECT, at(5 * MINUTE)),
        )
        writer._connection.execute(
            "INSERT INTO codebase_types VALUES (1, 'Python', 11, 38912, 1200, 300, 200, 9800), "
            "(1, '', 1, 2048, 0, 0, 0, 0)"
        )
        writer._connection.execute(
            "INSERT INTO codebase_files VALUES (1, 'src/login.py', 'Python', 20480, 1, 700, 90, 80)"
        )
    writer.close()
    return path
