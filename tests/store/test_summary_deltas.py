"""Asks, severities and tasks in the sums: in step with the rows, by every way in which they change."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ppp_tui.model.event_values import Origin
from ppp_tui.model.ids import hash64
from ppp_tui.model.rows import ViolationRow
from ppp_tui.store import migrate as migration
from ppp_tui.store.connect import open_writer
from ppp_tui.store.write import Writer
from tests.store.row_builders import batch, delta, question, turn

PARTS = "low_asks, medium_asks, high_asks, minor_violations, major_violations, critical_violations"


def violation(turn_number: int, number: int, severity: str) -> ViolationRow:
    row: ViolationRow = ViolationRow(
        turn_number=turn_number,
        violation_number=number,
        preference_name="no_ask",
        expected="no questions",
        actual="one",
        severity=severity,  # type: ignore[arg-type]
        method="spec",
    )
    return row


def parts(connection: sqlite3.Connection, trajectory_id: int = 1) -> tuple[int, ...]:
    found: tuple[int, ...] = connection.execute(
        f"SELECT {PARTS} FROM trajectory_summaries WHERE trajectory_id = ?", (trajectory_id,)
    ).fetchone()
    return found


def task_key(writer: Writer, trajectory_id: int) -> int | None:
    key: int | None = writer._connection.execute(
        "SELECT task_key FROM trajectory_summaries WHERE trajectory_id = ?", (trajectory_id,)
    ).fetchone()[0]
    return key


def test_the_questions_of_one_call_are_one_ask_as_hard_as_the_hardest(writer: Writer) -> None:
    asked = [question(1, 1, "low", "call1"), question(1, 2, "high", "call1"), question(1, 3, "low", "call2")]
    writer.write([batch("/s/one.jsonl", delta(turns=[turn(1)], questions=asked))])
    assert parts(writer._connection) == (1, 0, 1, 0, 0, 0)


def test_the_prose_questions_of_a_turn_are_one_ask_and_those_of_the_next_another(writer: Writer) -> None:
    asked = [question(1, 1, "low"), question(1, 2, "medium"), question(2, 1, "low")]
    writer.write([batch("/s/one.jsonl", delta(turns=[turn(1), turn(2)], questions=asked))])
    assert parts(writer._connection) == (1, 1, 0, 0, 0, 0)


def test_an_ask_that_gains_a_harder_question_moves_and_is_not_counted_twice(writer: Writer) -> None:
    [file] = writer.write([batch("/s/one.jsonl", delta(turns=[turn(1)], questions=[question(1, 1, "low")]))])
    writer.write([batch("/s/one.jsonl", delta(questions=[question(1, 2, "high")]), file_id=file.id)])
    assert parts(writer._connection) == (0, 0, 1, 0, 0, 0)


def test_violations_are_counted_by_severity(writer: Writer) -> None:
    broken = [violation(1, 1, "minor"), violation(1, 2, "major"), violation(1, 3, "major"), violation(1, 4, "critical")]
    writer.write([batch("/s/one.jsonl", delta(turns=[turn(1)], violations=broken))])
    assert parts(writer._connection) == (0, 0, 0, 1, 2, 1)


def test_a_turn_that_is_rewritten_takes_its_parts_back(writer: Writer) -> None:
    first = delta(turns=[turn(1)], questions=[question(1, 1, "high")], violations=[violation(1, 1, "critical")])
    [file] = writer.write([batch("/s/one.jsonl", first)])
    writer.write([batch("/s/one.jsonl", delta(turns=[turn(1)], rewritten=[1]), file_id=file.id)])
    assert parts(writer._connection) == (0, 0, 0, 0, 0, 0)


def test_what_a_fork_copied_counts_where_it_was_asked(writer: Writer) -> None:
    asked = [question(1, 1, "high")]
    writer.write([batch("/s/one.jsonl", delta(turns=[turn(1, "same")], questions=asked))])
    forked = delta("2026-11-20 10:05:00.000", turns=[turn(1, "same")], questions=asked)
    writer.write([batch("/s/two.jsonl", forked)])
    assert (parts(writer._connection, 1), parts(writer._connection, 2)) == ((0, 0, 1, 0, 0, 0), (0, 0, 0, 0, 0, 0))


def test_a_task_is_named_by_project_and_first_prompt(writer: Writer) -> None:
    for path, project, prompt in (("a", "/shop", "Fix it"), ("b", "/shop", "Fix it"), ("c", "/docs", "Fix it")):
        writer.write([batch(path, delta(turns=[turn(1, prompt=prompt)], facts={"project": project}))])
    keys = [task_key(writer, number) for number in (1, 2, 3)]
    assert keys[0] == keys[1] == hash64("/shop\0Fix it")
    assert keys[2] == hash64("/docs\0Fix it")


def test_a_project_that_is_learned_later_names_the_task(writer: Writer) -> None:
    [file] = writer.write([batch("a", delta(turns=[turn(1)]))])
    assert task_key(writer, 1) is None
    writer.write([batch("a", delta(facts={"project": "/shop"}), file_id=file.id)])
    assert task_key(writer, 1) == hash64("/shop\0Fix it")


@pytest.mark.parametrize(
    ("prompts", "expected"),
    [
        (("/clear", "Fix it"), "Fix it"),
        (("/review-pr 12",), None),
        (("  \n\t",), None),
        (("", "Fix it"), "Fix it"),
        (("/etc/hosts is wrong",), "/etc/hosts is wrong"),
        (("/ what is this",), "/ what is this"),
    ],
)
def test_slash_commands_and_empty_prompts_are_no_tasks(
    writer: Writer, prompts: tuple[str, ...], expected: str | None
) -> None:
    turns = [turn(number, prompt=prompt) for number, prompt in enumerate(prompts, 1)]
    writer.write([batch("a", delta(turns=turns, facts={"project": "/shop"}))])
    assert task_key(writer, 1) == (None if expected is None else hash64(f"/shop\0{expected}"))


@pytest.mark.parametrize("origin", ["command", "system"])
def test_prompt_that_is_no_task_has_no_task_key(writer: Writer, origin: Origin) -> None:
    first = turn(1, prompt="! ls")._replace(origin=origin)
    writer.write([batch("a", delta(turns=[first], facts={"project": "/shop"}))])
    assert task_key(writer, 1) is None


def test_a_sub_agent_and_a_fork_have_no_task_of_their_own(writer: Writer) -> None:
    shop = {"project": "/shop"}
    writer.write([batch("a", delta(turns=[turn(1, "same")], facts=shop), native_id="main")])
    writer.write([batch("b", delta(turns=[turn(1)], facts=shop), parent="main")])
    writer.write([batch("c", delta("2026-11-20 10:05:00.000", turns=[turn(1, "same")], facts=shop))])
    assert (task_key(writer, 2), task_key(writer, 3)) == (None, None)


def test_a_forgotten_task_is_taken_back(writer: Writer) -> None:
    [file] = writer.write([batch("a", delta(turns=[turn(1)], facts={"project": "/shop"}))])
    writer.reset_file(file)
    assert task_key(writer, 1) is None


def test_verdicts_on_a_file_that_is_read_anew_are_given_anew(writer: Writer) -> None:
    [file] = writer.write([batch("a", delta(turns=[turn(1)]))])
    writer._connection.execute(
        "INSERT INTO preference_verdicts (trajectory_id, preference_name, verdict, method) "
        "VALUES (1, 'no_ask', 'kept', 'm')"
    )
    writer.reset_file(file)
    assert writer._connection.execute("SELECT count(*) FROM preference_verdicts").fetchone() == (0,)


def test_a_database_from_before_gets_its_sums_when_it_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migration.steps()
    connection = open_writer(tmp_path / "old.db")
    monkeypatch.setattr(migration, "steps", lambda: known[:1])
    migration.migrate(connection, tmp_path / "old.db")
    connection.executescript(
        "INSERT INTO trajectories (id, spec_id, agent_name, project) "
        "VALUES (1, 'SPEC-1', 'claude', '/shop'), (2, 'SPEC-1', 'codex', '/shop');"
        "INSERT INTO trajectory_summaries (trajectory_id, turns, low_questions, high_questions, violations) "
        "VALUES (1, 1, 2, 1, 2), (2, 1, 0, 0, 0);"
        "INSERT INTO trajectory_turns (id, trajectory_id, turn_number, prompt, prompt_length, response) "
        "VALUES ((1 << 20) + 1, 1, 1, 'Fix it', 6, ''), ((2 << 20) + 1, 2, 1, '', 0, '');"
        "INSERT INTO trajectory_questions (id, turn_id, question_text, effort_level, step_key) VALUES "
        "(((1 << 20) + 1 << 20) + 1, (1 << 20) + 1, 'a?', 'low', ''), "
        "(((1 << 20) + 1 << 20) + 2, (1 << 20) + 1, 'b?', 'high', ''), "
        "(((1 << 20) + 1 << 20) + 3, (1 << 20) + 1, 'c?', 'low', 'call');"
        "INSERT INTO trajectory_violations (id, turn_id, preference_name, expected, actual, severity) VALUES "
        "(((1 << 20) + 1 << 20) + 1, (1 << 20) + 1, 'no_ask', '', '', 'major'), "
        "(((1 << 20) + 1 << 20) + 2, (1 << 20) + 1, 'no_ask', '', '', 'minor');"
    )
    connection.close()
    monkeypatch.setattr(migration, "steps", lambda: known)
    writer = Writer(tmp_path / "old.db")
    assert (parts(writer._connection, 1), parts(writer._connection, 2)) == ((1, 0, 1, 1, 1, 0), (0, 0, 0, 0, 0, 0))
    assert (task_key(writer, 1), task_key(writer, 2)) == (hash64("/shop\0Fix it"), None)
    assert writer._connection.execute("SELECT name FROM archive_facts ORDER BY name").fetchall() == [
        ("database_id",),
        ("revision",),
    ]
    writer.close()
