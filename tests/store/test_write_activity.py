"""How work goes, in the database: sums follow what comes and goes, and copies count once."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from ppp_tui.model.activity import AccessAction, AccessRow, ContextRow, RunRow, WorkRows
from ppp_tui.model.rows import TrajectoryDelta
from ppp_tui.store.connect import open_writer
from ppp_tui.store.migrate import migrate, steps
from ppp_tui.store.verify import dump
from ppp_tui.store.write import Writer
from tests.store.row_builders import batch, chain, delta, turn


def run(number: int, at: str, passed: int, failed: int, suite: str = "pytest") -> RunRow:
    return RunRow(
        turn_number=1,
        run_number=number,
        source="found",
        step_number=number,
        project="/shop",
        suite=suite,
        framework="pytest",
        unit="test",
        at=f"2026-11-20 {at}:00.000",
        model="m1",
        total=passed + failed,
        passed=passed,
        failed=failed,
        skipped=0,
        duration_ms=500,
        failures=tuple((f"t{index}", "no") for index in range(failed)),
    )


def access(number: int, path: str, action: AccessAction = "read", at: str = "10:00") -> AccessRow:
    return AccessRow(
        turn_number=1,
        access_number=number,
        step_number=number,
        project="/shop",
        path=path,
        action=action,
        at=f"2026-11-20 {at}:00.000",
        tokens=100,
    )


def worked(key: str = "", **work: object) -> TrajectoryDelta:
    rows = WorkRows()
    for name, value in work.items():
        setattr(rows, name, value)
    return delta(turns=[turn(1, key=key)], work=rows)


def ask(writer: Writer, sql: str) -> list[tuple[object, ...]]:
    return writer._connection.execute(sql).fetchall()


RUNS = (run(1, "10:00", 10, 0), run(2, "11:00", 8, 2), run(3, "12:00", 9, 1))
DROPS = "SELECT at, drop_points FROM test_runs ORDER BY at"


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_what_a_run_fell_by_does_not_depend_on_the_order_of_reading(writer: Writer, order: tuple[int, ...]) -> None:
    for index in order:
        writer.write([batch(f"/s/{index}.jsonl", worked(runs=[RUNS[index]]))])
    assert [drop for _, drop in ask(writer, DROPS)] == [None, 20.0, -10.0]


def test_when_a_run_goes_the_next_is_compared_with_the_one_before(writer: Writer) -> None:
    files = [writer.write([batch(f"/s/{index}.jsonl", worked(runs=[entry]))])[0] for index, entry in enumerate(RUNS)]
    writer.reset_file(files[1])
    assert [drop for _, drop in ask(writer, DROPS)] == [None, 10.0]
    assert ask(writer, "SELECT runs, passed, failed, red_runs, duration_ms, timed_runs FROM test_suites") == [
        (2, 19, 1, 1, 1000, 2)
    ]
    writer.reset_file(files[0])
    writer.reset_file(files[2])
    assert ask(writer, "SELECT count(*) FROM test_suites UNION ALL SELECT count(*) FROM test_days") == [(0,), (0,)]
    assert ask(writer, "SELECT count(*) FROM test_failures") == [(0,)]


def test_rows_that_come_again_change_nothing(writer: Writer) -> None:
    rows = worked(
        runs=[RUNS[1]],
        accesses=[access(1, "a.py")],
        chains=[chain(1, 2)],
        contexts=[
            ContextRow(
                turn_number=1,
                used_tokens=9,
                peak_tokens=9,
                window_tokens=20,
                system_tokens=1,
                file_tokens=2,
                tool_tokens=3,
                conversation_tokens=3,
                compactions=0,
                overflows=0,
            )
        ],
    )
    [file] = writer.write([batch("/s/a.jsonl", rows)])
    before = list(dump(writer._connection))
    writer.write([batch("/s/a.jsonl", rows, file_id=file.id)])
    assert list(dump(writer._connection)) == before
    assert {line.split()[0] for line in before} >= {
        "test_runs",
        "test_failures",
        "test_suites",
        "test_days",
        "file_accesses",
        "file_sums",
        "retry_chains",
        "retry_hours",
        "context_use",
    }


def test_a_chain_that_goes_on_is_counted_once(writer: Writer) -> None:
    [file] = writer.write([batch("/s/a.jsonl", worked(chains=[chain(1, 1)]))])
    writer.write([batch("/s/a.jsonl", worked(chains=[chain(1, 3, "recovered")]), file_id=file.id)])
    assert ask(writer, "SELECT hour, chains, attempts, recovered, recovered_attempts, wait_ms FROM retry_hours") == [
        ("2026-11-20 10", 1, 3, 1, 3, 200)
    ]


def test_a_copied_turn_counts_once_whichever_is_read_first(tmp_path: Path) -> None:
    dumps = []
    for number, order in enumerate(((0, 1), (1, 0))):
        writer = Writer(tmp_path / f"{number}.db")
        for index in order:
            rows = worked("k1", runs=[RUNS[1]], accesses=[access(1, "a.py", "edit")], chains=[chain(1, 2)])
            rows.started_at = f"2026-11-20 0{index + 1}:00:00.000"
            writer.write([batch(f"/s/{index}.jsonl", rows, born_ns=index)])
        assert ask(writer, "SELECT runs FROM test_suites") == [(1,)]
        assert ask(writer, "SELECT uses, edits FROM file_sums") == [(1, 1)]
        assert ask(writer, "SELECT chains FROM retry_hours") == [(1,)]
        assert ask(writer, "SELECT count(*) FROM test_failures") == [(4,)]
        dumps.append(list(dump(writer._connection)))
        writer.close()
    assert dumps[0] == dumps[1]


def test_a_file_is_summed_by_what_was_done_to_it(writer: Writer) -> None:
    first = [access(1, "a.py", at="10:00"), access(2, "a.py", "edit", "11:00"), access(3, "b.py", at="12:00")]
    files = writer.write(
        [
            batch("/s/a.jsonl", worked(accesses=first)),
            batch("/s/b.jsonl", worked(accesses=[access(1, "a.py", at="13:00")])),
        ]
    )
    sums = "SELECT path, uses, reads, edits, read_tokens, last_read_at, last_edit_at FROM file_sums ORDER BY path"
    assert ask(writer, sums)[0] == ("a.py", 3, 2, 1, 200, "2026-11-20 13:00:00.000", "2026-11-20 11:00:00.000")
    writer.reset_file(files[1])
    assert ask(writer, sums)[0] == ("a.py", 2, 1, 1, 100, "2026-11-20 10:00:00.000", "2026-11-20 11:00:00.000")
    writer.reset_file(files[0])
    assert ask(writer, sums) == []


def test_a_run_at_a_crowded_moment_costs_what_one_costs_alone(writer: Writer) -> None:
    steps = [0]

    def count() -> int:
        steps[0] += 1
        return 0

    def cost_of(numbers: range, at: str) -> int:
        rows = worked(runs=[run(number, at, 9 + number % 3, 0) for number in numbers])
        writer._connection.set_progress_handler(count, 100)
        before = steps[0]
        writer.write([batch(f"/s/{numbers[0]}.jsonl", rows)])
        writer._connection.set_progress_handler(None, 100)
        return steps[0] - before

    first = cost_of(range(1, 101), "10:00")
    cost_of(range(101, 601), "11:00")
    assert cost_of(range(601, 701), "10:00") < 2 * first
    assert cost_of(range(701, 801), "11:00") < 2 * first


def test_of_runs_at_one_moment_the_worst_is_what_the_next_is_compared_with(writer: Writer) -> None:
    runs = [run(1, "10:00", 10, 0), run(2, "10:00", 6, 4), run(3, "10:00", 8, 2), run(4, "11:00", 5, 5)]
    files = [writer.write([batch(f"/s/{index}.jsonl", worked(runs=[entry]))])[0] for index, entry in enumerate(runs)]
    last = "SELECT drop_points FROM test_runs WHERE at > '2026-11-20 10:30'"
    assert ask(writer, last) == [(10.0,)]
    writer.reset_file(files[1])
    assert ask(writer, last) == [(30.0,)]
    writer.reset_file(files[2])
    assert ask(writer, last) == [(50.0,)]
    writer.reset_file(files[0])
    assert ask(writer, last) == [(None,)]


def test_runs_of_single_tests_and_uncounted_ones_are_compared_with_nothing(writer: Writer) -> None:
    probe = run(2, "11:00", 0, 1)._replace(selection="-k pay")
    bare = run(3, "11:30", 0, 0)._replace(exit_failed=1)
    writer.write([batch("/s/a.jsonl", worked(runs=[RUNS[0], probe, bare, run(4, "12:00", 8, 2)]))])
    assert [drop for _, drop in ask(writer, DROPS)] == [None, None, None, 20.0]


def test_the_sums_of_a_session_count_no_copy(writer: Writer) -> None:
    sums = (
        "SELECT test_runs, tests_run, tests_failed, test_pass_rate, retry_chains, model_fallbacks "
        "FROM trajectory_summaries ORDER BY trajectory_id"
    )
    for index in (0, 1):
        rows = worked("k1", runs=[RUNS[1]], chains=[chain(1, 2)._replace(fallback_model="m2")])
        rows.started_at = f"2026-11-20 0{index + 1}:00:00.000"
        writer.write([batch(f"/s/{index}.jsonl", rows, born_ns=index)])
    assert ask(writer, sums) == [(1, 10, 2, 80.0, 1, 1), (0, 0, 0, None, 0, 0)]


def test_a_database_from_before_has_its_sums(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    old = open_writer(path)
    for step in steps():
        if step.number < 5:
            old.executescript(step.sql)
    old.executescript(
        "CREATE TABLE schema_steps (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT);"
        "INSERT INTO schema_steps (number, name) VALUES (4, '0004_work');"
        "INSERT INTO trajectories (id, spec_id, agent_name) VALUES (1, '', 'claude');"
        "INSERT INTO trajectory_summaries (trajectory_id) VALUES (1);"
        "INSERT INTO test_runs (id, suite, at, total, passed, failed, skipped) VALUES"
        f" ({(1 << 40) + 1}, 'pytest', '2026-11-20', 10, 8, 1, 1);"
        "INSERT INTO retry_chains (id, kind, reason, attempts, started_at, outcome, fallback_model) VALUES"
        f" ({(1 << 40) + 1}, 'request', 'overloaded', 3, '2026-11-20', 'gave_up', ''),"
        f" ({(1 << 40) + 2}, 'request', 'overloaded', 1, '2026-11-20', 'recovered', 'm2');"
    )
    migrate(old, path)
    found = old.execute(
        "SELECT test_runs, red_test_runs, tests_run, tests_passed, tests_failed, tests_skipped, retry_chains, "
        "max_retries_hit, model_fallbacks FROM trajectory_summaries"
    ).fetchall()
    old.close()
    assert found == [(1, 1, 9, 8, 1, 1, 2, 1, 1)]
