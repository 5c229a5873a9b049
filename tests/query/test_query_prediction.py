"""Runs whose outcome is known: what a program stated goes before an evaluation, a model's before that of rules."""

from __future__ import annotations

from datetime import timedelta, timezone

from ppp_tui.query.scores.prediction import PlannedTask, SettledRun, settled_runs
from tests.query.database_fixture import Database

ZONE = timezone(timedelta(hours=2))


def test_outcome_is_what_was_stated_then_a_models_word_then_the_rules(database: Database) -> None:
    def session(number: int, verdicts: dict[str, str], **columns: str) -> None:
        at = f"2026-11-20 1{number}:00:00.000"
        database.session(number, {"last_at": at}, first_prompt=f"Fix {number}", model="m1", **columns)
        for method, verdict in verdicts.items():
            database.put("evaluations", trajectory_id=number, name="goal", method=method, verdict=verdict)

    session(1, {"rules-1": "good"})
    session(2, {"rules-1": "good", "llm-1 m": "mixed"})
    session(3, {"rules-1": "good"}, outcome="failed")
    session(4, {"rules-1": "bad"}, outcome="completed")
    session(5, {"rules-1": "unknown"})
    session(6, {"rules-1": "mixed", "llm-1 m": "unknown"})
    session(7, {})
    database.session(8, {"is_child": 1}, outcome="completed", parent_id=1)
    database.writer.execute("UPDATE trajectory_summaries SET is_child = 1 WHERE trajectory_id = 8")
    found = database.ask(settled_runs(ZONE))
    assert [(run.task.prompt, run.is_success) for run in found] == [
        ("Fix 1", True),
        ("Fix 2", False),
        ("Fix 3", False),
        ("Fix 4", True),
        ("Fix 6", False),
    ]
    assert found[0] == SettledRun(PlannedTask("claude", "Fix 1", "/home/ann/shop", "m1", 12), True)


def test_no_table_is_read_from_end_to_end(database: Database) -> None:
    assert database.plan(settled_runs()) - {"project_folders"} == set()
