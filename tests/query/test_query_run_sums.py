"""Reports of decisions, signals and versions tell the same with sums of days and months as run by run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ppp_tui.model.clock import from_text
from ppp_tui.query.quality.drilldown import conduct_sums
from ppp_tui.query.query import Query
from ppp_tui.query.scope import EVERYTHING, Scope
from ppp_tui.query.signals.correlations import correlations
from ppp_tui.query.signals.sums import decision_sums, signal_sums
from ppp_tui.query.signals.versions import version_changes, version_list
from ppp_tui.store.upkeep import run_sums
from ppp_tui.store.write import Writer
from tests.query.database_fixture import Database

DECEMBER_MS = from_text("2026-12-03 12:00:00.000")

SCOPES = (
    EVERYTHING,
    Scope(since_ms=from_text("2026-10-31 10:30:00.000"), until_ms=from_text("2026-12-02 09:00:00.000")),
    Scope(since_ms=from_text("2026-11-20 00:00:00.000")),
    Scope(until_ms=from_text("2026-11-20 11:00:00.000")),
    Scope(agent="claude"),
    Scope(project="/home/ann/shop", since_ms=from_text("2026-11-01 00:00:00.000")),
    Scope(model="m2"),
)


def reports(scope: Scope) -> Iterator[tuple[str, Query[Any]]]:
    for by in ("type", "code", "agent", "version"):
        yield f"decisions by {by}", decision_sums(scope, by)
        yield f"signals by {by}", signal_sums(scope, by)
    for failure in ("outcome", "tool", "model", "retrieval"):
        yield f"decisions with {failure}", correlations("decisions", scope, failure)
        yield f"signals with {failure}", correlations("signals", scope, failure)
    yield "versions", version_list(scope)
    yield "changes", version_changes("claude", "1.0", "2.0", scope)
    yield "conduct", conduct_sums(scope)


def answers(database: Database) -> dict[tuple[str, Scope], Any]:
    return {(name, scope): database.ask(query) for scope in SCOPES for name, query in reports(scope)}


def signal(
    database: Database, run: int, number: int, code: str, *, is_so: bool = True, source: str = "derived"
) -> None:
    database.put(
        "agent_quality_signals",
        signal_id=(((run << 20) | 1) << 20) | number,
        signal_type=code.partition("/")[0],
        signal_code=code.partition("/")[2],
        value=is_so,
        recorded_at="2026-11-20 11:00:00.000",
        source=source,
        rules=source == "derived",
    )


@pytest.fixture
def runs(database: Database) -> Database:
    """Forty runs on eight days of three months, one without a time, with what several reports tell apart."""
    for run in range(1, 41):
        day = ("10-30", "10-31", "11-01", "11-19", "11-20", "11-21", "12-01", "12-02")[run % 8]
        last_at = None if run == 40 else f"2026-{day} {8 + run % 5:02}:30:00.000"
        database.session(
            run,
            {"turns": run % 7, "last_turn_number": 1, "wall_ms": 1000 * run, "last_at": last_at}
            | {"failed_steps": run % 3, "retries": run % 2}
            | {"low_questions": run % 4, "medium_questions": run % 2, "high_questions": run % 5, "violations": run % 3},
            agent_name=("claude", "codex", "bot")[run % 3],
            agent_version=("1.0", "2.0", "", "1.0")[run % 4],
            outcome=("", "completed", "failed", "cancelled", "")[run % 5],
            model=f"m{run % 2 + 1}",
            project="/home/ann/shop" if run % 2 else "/home/ann/docs",
        )
        database.turn(run, 1, status="failed" if run % 4 else "completed")
        for number, reason in enumerate(("fresh_data_required", "accuracy_required")[: run % 3], 1):
            database.put(
                "agent_decisions",
                decision_id=(((run << 20) | 1) << 20) | number,
                decision_type="tool_selection",
                selected="web",
                reason_code=reason,
                confidence=0.25 if run % 2 else None,
                recorded_at="2026-11-20 11:00:00.000",
            )
        signal(database, run, 1, "tool_success/first_attempt", is_so=run % 4 > 0)
        signal(database, run, 2, "tool_success/first_attempt", source="stated")
        if run % 3 == 0:
            signal(database, run, 3, "tool_failure/timeout")
        if run % 5 == 0:
            signal(database, run, 4, "empty_retrieval/no_results", is_so=run % 2 == 0)
    return database


def sum_all(database: Database) -> list[str]:
    writer = Writer(database.path)
    spans = writer.ask(run_sums.unsummed_spans, DECEMBER_MS)
    for span in spans:
        with writer.transaction() as summaries:
            summaries.call(run_sums.sum_span, span)
    assert writer.ask(run_sums.unsummed_spans, DECEMBER_MS) == []
    writer.close()
    return spans


def spans_of(database: Database) -> set[str]:
    return {row[0] for row in database.writer.execute("SELECT span FROM run_spans")}


def test_sums_tell_what_runs_tell(runs: Database) -> None:
    before = answers(runs)
    assert sum_all(runs) == [
        *("2026-12-02", "2026-12-01", "2026-11-21", "2026-11-20", "2026-11-19", "2026-11-01"),
        *("2026-10-31", "2026-10-30", "2026-11", "2026-10"),
    ]
    assert answers(runs) == before
    (first, *_) = [line for line in runs.ask(decision_sums(EVERYTHING)) if line.reason_code == "fresh_data_required"]
    assert (first.decisions, first.runs, first.mean_confidence) == (23, 23, 0.25)


def test_reports_read_sums_where_a_span_lies_in_the_scope(runs: Database) -> None:
    sum_all(runs)
    runs.writer.execute("UPDATE entry_sums SET entries = 1000 WHERE span = '2026-11' AND subject = 'decisions'")
    assert all(line.decisions >= 1000 for line in runs.ask(decision_sums(EVERYTHING)))
    assert all(line.decisions < 1000 for line in runs.ask(decision_sums(SCOPES[2])))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE trajectory_summaries SET revision = 9, failed_steps = 5 WHERE trajectory_id = 3",
        "UPDATE trajectory_summaries SET last_at = '2026-12-03 10:00:00.000' WHERE trajectory_id = 3",
        "UPDATE trajectories SET outcome = 'failed' WHERE id = 3",
        "UPDATE trajectories SET agent_version = '2.0' WHERE id = 3",
        "DELETE FROM trajectories WHERE id = 3",
        "DELETE FROM agent_quality_signals WHERE signal_id >> 40 = 3",
        "UPDATE agent_quality_signals SET value = 1 - value WHERE signal_id >> 40 = 3",
    ],
)
def test_a_span_is_withdrawn_once_a_run_of_it_changes(runs: Database, change: str) -> None:
    sum_all(runs)
    runs.writer.execute("PRAGMA foreign_keys=ON")
    before = spans_of(runs)
    runs.writer.execute(change)
    assert before - spans_of(runs) == {"2026-11-19", "2026-11"}
    after = answers(runs)
    assert sum_all(runs) == ["2026-11-19", "2026-11"]
    assert answers(runs) == after


def test_a_run_that_is_read_later_withdraws_its_day(runs: Database) -> None:
    sum_all(runs)
    runs.session(50, {"turns": 1, "last_at": "2026-11-20 23:59:59.999"})
    assert spans_of(runs) == {"2026-10", "2026-10-30", "2026-10-31", "2026-11-01", "2026-11-19", "2026-11-21"} | {
        "2026-12-01",
        "2026-12-02",
    }


def test_a_month_waits_for_all_of_its_days(runs: Database) -> None:
    writer = Writer(runs.path)
    with writer.transaction() as summaries:
        summaries.call(run_sums.sum_span, "2026-11-19")
        summaries.call(run_sums.sum_span, "2026-11")
    writer.close()
    assert spans_of(runs) == {"2026-11-19"}
