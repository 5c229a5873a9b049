"""A trajectory with something in every table, and all that a database holds, for tests of moving out and back."""

from __future__ import annotations

from typing import Any

from ppp_tui.model.activity import AccessRow, ChangeRow, ContextRow, RunRow, WorkRows
from ppp_tui.model.clock import from_text
from ppp_tui.model.rows import CommitRow, TimeRow, TrajectoryDelta, ViolationRow
from ppp_tui.store.write import Writer
from tests.store.row_builders import ROLLUPS, chain, delta, question, step, turn, usage

LATER_MS = from_text("2027-01-01 00:00:00.000")
AT = "2026-11-20 10:00:00.000"
ALL = 1000
TABLES = (
    "trajectories",
    "trajectory_summaries",
    "trajectory_turns",
    "trajectory_questions",
    "trajectory_violations",
    "steps",
    "token_usage",
    "retries",
    "rate_limits",
    "preference_verdicts",
    "consensus_artifacts",
    *ROLLUPS,
    "turn_times",
    "features",
    "session_reports",
    "raw_chunks",
    "test_runs",
    "test_failures",
    "project_changes",
    "retry_chains",
    "file_accesses",
    "context_use",
    "test_suites",
    "test_days",
    "retry_hours",
    "file_sums",
    "agent_decisions",
    "agent_quality_signals",
    "decision_counts",
    "signal_counts",
)


def work_of() -> WorkRows:
    """A test run that failed, and everything else that tells how a turn's work went."""
    run = RunRow(
        turn_number=1,
        run_number=1,
        source="found",
        step_number=1,
        project="/shop",
        suite="pytest",
        framework="pytest",
        unit="test",
        at=AT,
        model="m1",
        total=3,
        passed=2,
        failed=1,
        skipped=0,
        duration_ms=500,
        failures=(("t1", "no"),),
        selection="-k t",
        variant="1",
    )
    change = ChangeRow(1, 1, "/shop", AT)
    exhausted = chain(1, 2, "gave_up")._replace(is_exhausted=1)
    access = AccessRow(
        turn_number=1, access_number=1, step_number=1, project="/shop", path="till.py", action="edit", at=AT, tokens=100
    )
    context = ContextRow(
        turn_number=1,
        used_tokens=900,
        peak_tokens=950,
        window_tokens=1000,
        system_tokens=10,
        file_tokens=20,
        tool_tokens=30,
        conversation_tokens=840,
        compactions=1,
        overflows=0,
    )
    return WorkRows([run], [change], [exhausted], [access], [context])


def full(name: str = "", prompt: str = "Fix it") -> TrajectoryDelta:
    """A trajectory with something in every table."""
    asked = question(1, 1, "high")
    broken = ViolationRow(
        turn_number=1,
        violation_number=1,
        preference_name="no_ask",
        expected="no questions",
        actual="one",
        severity="major",
        method="spec",
    )
    return delta(
        name=name,
        turns=[turn(1, prompt=prompt), turn(2)],
        steps=[step(1, 1), step(2, 1, "failed")],
        usage=[usage(1, 1, f"a{name}{prompt}", 7), usage(2, 1, f"b{name}{prompt}", 5, cost=None)],
        questions=[asked],
        violations=[broken],
        times=[TimeRow(1, 300, 200, 100)],
        commits=[CommitRow(1, 1, "2026-11-20 10:00:01.000")],
        work=work_of(),
        facts={"project": "/shop", "title": "Mend the shop"},
    )


def put_logged(writer: Writer, native_id: str = "log-1") -> None:
    """A trajectory that a program logged, with a verdict and an artifact."""
    connection = writer._connection
    connection.execute(
        "INSERT INTO trajectories (spec_id, agent_name, run_id, source, native_id, stage, created_at) "
        "VALUES ('SPEC-1', 'claude', 'r1', 'logger', ?, 'plan', '2026-11-20 10:00:00.000')",
        (native_id,),
    )
    identity = connection.execute("SELECT max(id) FROM trajectories").fetchone()[0]
    connection.execute("INSERT INTO trajectory_summaries (trajectory_id, turns) VALUES (?, 1)", (identity,))
    connection.execute(
        "INSERT INTO trajectory_turns (id, trajectory_id, turn_number, prompt, response) VALUES (?, ?, 1, 'p', 'r')",
        ((identity << 20) + 1, identity),
    )
    connection.execute("INSERT INTO turn_verdicts VALUES (?, 'no_ask', 0, 1, 0)", ((identity << 20) + 1,))
    connection.execute(
        "INSERT INTO preference_verdicts (trajectory_id, preference_name, verdict, reward, method) "
        "VALUES (?, 'no_ask', 'violated', -1, 'spec')",
        (identity,),
    )
    connection.execute(
        "INSERT INTO consensus_artifacts (trajectory_id, spec_id, stage, agent_name, content_json, score) "
        "VALUES (?, 'SPEC-1', 'plan', 'claude', '{}', 0.5)",
        (identity,),
    )
    row = (((identity << 20) + 1) << 20) + 1
    connection.execute(
        "INSERT INTO agent_decisions (decision_id, step_number, decision_type, selected, reason_code, confidence, "
        "recorded_at) VALUES (?, 1, 'tool_selection', 'web', 'fresh_data_required', 0.5, ?)",
        (row, AT),
    )
    connection.execute(
        "INSERT INTO agent_quality_signals (signal_id, signal_type, signal_code, value, recorded_at, source, rules) "
        "VALUES (?, 'tool_success', 'first_attempt', 1, ?, 'derived', 1)",
        (row, AT),
    )


def contents(writer: Writer, *hidden: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows, without what every commit moves on."""
    found = {}
    for table in TABLES:
        cursor = writer._connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
        names = [entry[0] for entry in cursor.description]
        kept = [place for place, name in enumerate(names) if name not in ("revision", "pid", *hidden)]
        found[table] = [tuple(row[place] for place in kept) for row in cursor]
    return found
