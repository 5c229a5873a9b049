"""What is logged is in the tables, under the documents' names, with sums that follow."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from ppp_tui.logger.logger import TrajectoryLogger
from ppp_tui.model.clock import FrozenClock
from ppp_tui.model.live import LiveFacts, OpenStep
from ppp_tui.store.logged.entries import encode
from ppp_tui.store.write import Writer
from tests.logger.database_of import NOW_MS, Database
from tests.scoring.state_of import live_state

SUMS = (
    "SELECT turns, last_turn_number, low_questions, medium_questions, high_questions, violations, wall_ms, steps, "
    "failed_steps, requests, output_tokens FROM trajectory_summaries"
)


def state(database: Database, now_ms: int) -> tuple[str, str]:
    """The state's name and words as the Live screen says them."""
    facts = LiveFacts(*json.loads(database.one("SELECT live FROM trajectory_summaries")))
    facts = facts._replace(open_steps=tuple(OpenStep(*step) for step in facts.open_steps))
    judged = live_state(facts, now_ms, True)
    return judged.name, judged.words


def test_a_trajectory_stands_under_what_it_was_started_with(database: Database, log: TrajectoryLogger) -> None:
    trajectory = log.start("SPEC-1", "me", run_id="r1", stage="plan", attempt=2, project="/p", title="T", model="m")
    assert log.flush()
    assert database.one(
        "SELECT spec_id, agent_name, run_id, created_at, source, native_id, stage, attempt, project, title, model, "
        "outcome, ended_at FROM trajectories"
    ) == (
        "SPEC-1",
        "me",
        "r1",
        "2026-11-20 12:00:00.000",
        "logger",
        trajectory.id,
        "plan",
        2,
        "/p",
        "T",
        "m",
        "",
        None,
    )


def test_a_turn_comes_with_its_questions_and_violations(database: Database, log: TrajectoryLogger) -> None:
    log.start("SPEC-1", "me").log_turn(
        "Add OAuth",
        "Which provider?",
        token_count=50,
        latency_ms=200,
        questions=[{"text": "Which provider?", "effort": "low", "options": ["A", "B"]}, {"text": "Why?"}],
        violations=[{"preference_name": "no_ask", "expected": "none", "actual": "one", "severity": "major"}],
    )
    assert log.flush()
    assert database.one(
        "SELECT turn_number, prompt, response, token_count, latency_ms, timestamp, ended_at, origin, status, "
        "prompt_length, response_length, low_questions, medium_questions, violations, scored_by FROM trajectory_turns"
    ) == (
        1,
        "Add OAuth",
        "Which provider?",
        50,
        200,
        "2026-11-20 11:59:59.800",
        "2026-11-20 12:00:00.000",
        "logged",
        "completed",
        9,
        15,
        1,
        1,
        1,
        "",
    )
    assert database.ask(
        "SELECT question_text, effort_level, method, source, options FROM trajectory_questions ORDER BY id"
    ) == [
        ("Which provider?", "low", "stated", "stated", '["A", "B"]'),
        ("Why?", "medium", "", "stated", "[]"),
    ]
    assert database.ask(
        "SELECT preference_name, expected, actual, severity, method, source FROM trajectory_violations"
    ) == [("no_ask", "none", "one", "major", "stated", "stated")]
    assert database.one(SUMS) == (1, 1, 1, 1, 0, 1, 200, 0, 0, 0, 0)


def test_what_comes_after_its_turn_is_counted_with_it(database: Database, log: TrajectoryLogger) -> None:
    trajectory = log.start("SPEC-1", "me")
    first = trajectory.log_turn("a", "b", token_count=7, questions=[{"text": "Q1?", "effort": "low"}])
    trajectory.log_turn("c", "d")
    assert log.flush()
    trajectory.log_question("Q2?", effort="high", turn=first)
    trajectory.log_violation("no_ask", "none", "two", "critical", turn=1)
    trajectory.log_step("shell", "pytest", status="failed", exit_code=1)
    assert log.flush()
    assert database.ask(
        "SELECT turn_number, low_questions, high_questions, violations, failed_steps, token_count "
        "FROM trajectory_turns ORDER BY 1"
    ) == [(1, 1, 1, 1, 0, 7), (2, 0, 0, 0, 1, None)]
    assert database.one(SUMS) == (2, 2, 1, 0, 1, 1, 0, 1, 1, 0, 0)


def test_a_question_may_come_before_its_turn(database: Database, log: TrajectoryLogger, clock: FrozenClock) -> None:
    trajectory = log.start("SPEC-1", "me")
    trajectory.log_question("Which?", effort="low", turn=3)
    assert log.flush()
    assert database.one("SELECT turn_number, status, prompt FROM trajectory_turns") == (3, "open", "")
    clock.at_ms += 1500
    trajectory.log_turn("p", "r", number=3)
    assert log.flush()
    assert database.one("SELECT turn_number, status, prompt, latency_ms, low_questions FROM trajectory_turns") == (
        3,
        "completed",
        "p",
        1500,
        1,
    )
    assert database.one(SUMS)[:3] == (1, 3, 1)


def test_an_open_turn_is_completed_by_the_next(database: Database, log: TrajectoryLogger, clock: FrozenClock) -> None:
    trajectory = log.start("SPEC-1", "me")
    trajectory.log_turn("p", status="open")
    trajectory.log_step("shell", "pytest -q", status="running", key="c1")
    assert log.flush()
    assert state(database, clock.at_ms) == ("working", "runs pytest -q")
    clock.at_ms += 700
    trajectory.log_step("shell", "pytest -q", status="ok", key="c1", exit_code=0)
    turn = trajectory.log_turn("p", "r")
    assert turn.number == 1
    assert trajectory.log_turn("q", "s").number == 2
    assert log.flush()
    assert database.ask("SELECT turn_number, status, latency_ms, response FROM trajectory_turns ORDER BY 1") == [
        (1, "completed", 700, "r"),
        (2, "completed", None, "s"),
    ]
    assert database.ask("SELECT key, kind, status, started_at, ended_at, input_preview, text_end FROM steps") == [
        ("c1", "shell", "ok", "2026-11-20 12:00:00.000", "2026-11-20 12:00:00.700", "", None),
        ("", "message", "ok", "2026-11-20 12:00:00.700", "2026-11-20 12:00:00.700", "r", 1),
        ("", "message", "ok", "2026-11-20 12:00:00.700", "2026-11-20 12:00:00.700", "s", 1),
    ]


def test_a_turn_that_is_replaced_is_found_under_its_new_text_only(database: Database, log: TrajectoryLogger) -> None:
    trajectory = log.start("SPEC-1", "me")
    trajectory.log_turn("aardvark", "r", number=1)
    assert log.flush()
    writer = Writer(database.path)
    assert writer.index_some(10) == 0
    trajectory.log_turn("bandicoot", "r", number=1)
    assert log.flush()
    assert writer.index_some(10) == 0
    found = "SELECT count(*) FROM search_index WHERE search_index MATCH ?"
    assert [writer._connection.execute(found, (word,)).fetchone()[0] for word in ("aardvark", "bandicoot")] == [0, 1]
    writer.close()


def test_usage_is_in_the_sums_and_in_its_minute(database: Database, log: TrajectoryLogger) -> None:
    trajectory = log.start("SPEC-1", "me")
    turn = trajectory.log_turn("a", "b")
    trajectory.log_usage("m1", 100, 20, cache_read_tokens=7, cache_write_tokens=3, cost_micros=55, turn=turn)
    trajectory.log_usage("m1", 10, 2)
    assert log.flush()
    minutes = "SELECT minute, agent_name, model, requests, input_tokens, output_tokens, cost_micros, unpriced_requests "
    assert database.ask(f"{minutes} FROM usage_minutes") == [("2026-11-20 12:00", "me", "m1", 2, 110, 22, 55, 1)]
    assert database.one("SELECT requests, output_tokens, cost_micros, token_count FROM trajectory_turns") == (
        2,
        22,
        55,
        22,
    )
    assert database.one("SELECT count(*) FROM price_queue") == 1


def test_an_artifact_stands_under_its_trajectory(database: Database, log: TrajectoryLogger) -> None:
    trajectory = log.start("SPEC-1", "me", run_id="r", stage="plan")
    trajectory.log_artifact({"tasks": ["ä"]}, score=0.5)
    trajectory.log_artifact([1], stage="audit")
    assert log.flush()
    assert database.ask(
        "SELECT spec_id, stage, agent_name, run_id, content_json, score FROM consensus_artifacts ORDER BY id"
    ) == [("SPEC-1", "plan", "me", "r", '{"tasks": ["ä"]}', 0.5), ("SPEC-1", "audit", "me", "r", "[1]", None)]


def test_it_is_at_work_until_it_says_that_it_is_over(
    database: Database, log: TrajectoryLogger, clock: FrozenClock
) -> None:
    trajectory = log.start("SPEC-1", "me")
    trajectory.log_turn("p", "r")
    assert log.flush()
    assert state(database, clock.at_ms)[0] == "working"
    trajectory.log_question("Which one?", effort="low")
    assert log.flush()
    assert state(database, clock.at_ms) == ("asks", "asks: Which one?")
    trajectory.log_turn("The first", "r")
    trajectory.finish()
    assert log.flush()
    assert state(database, clock.at_ms) == ("finished", "finished")
    assert database.one("SELECT outcome, ended_at FROM trajectories") == ("completed", "2026-11-20 12:00:00.000")


def test_a_refused_request_limits_it_until_another_succeeds(
    database: Database, log: TrajectoryLogger, clock: FrozenClock
) -> None:
    trajectory = log.start("SPEC-1", "me")
    trajectory.log_turn("p", status="open")
    trajectory.log_step("error", "Too many requests", status="failed", exit_code=429)
    assert log.flush()
    assert state(database, clock.at_ms)[0] == "limited"
    trajectory.log_usage("m", 1, 1)
    assert log.flush()
    assert state(database, clock.at_ms)[0] == "working"


def test_one_that_failed_says_why_and_closes_its_open_turn(
    database: Database, log: TrajectoryLogger, clock: FrozenClock
) -> None:
    trajectory = log.start("SPEC-1", "me")
    trajectory.log_turn("p", status="open")
    trajectory.finish("failed", "no such model")
    assert log.flush()
    assert state(database, clock.at_ms) == ("failed", "failed: no such model")
    assert database.one("SELECT status, ended_at FROM trajectory_turns") == ("failed", "2026-11-20 12:00:00.000")


def test_children_hang_below_named_parents_and_paths_whichever_comes_first(
    database: Database, log: TrajectoryLogger
) -> None:
    log.start("S", "grandchild", run_id="r", path="/plan/a/b")
    log.start("S", "child", run_id="r", path="/plan/a")
    plan = log.start("S", "plan", run_id="r", path="/plan")
    log.start("S", "other run", run_id="q", path="/plan/a")
    log.start("S", "named", parent=plan)
    log.start("S", "late", parent="of-another-process")
    assert log.flush()
    assert database.ask(
        "SELECT t.agent_name, p.agent_name FROM trajectories AS t LEFT JOIN trajectories AS p ON p.id = t.parent_id "
        "ORDER BY t.id"
    ) == [
        ("grandchild", "child"),
        ("child", "plan"),
        ("plan", None),
        ("other run", None),
        ("named", "plan"),
        ("late", None),
    ]
    assert database.one("SELECT children FROM trajectory_summaries WHERE trajectory_id = 3") == 2


def test_where_no_text_is_kept_not_even_the_journal_holds_any(database: Database) -> None:
    environment = {"PPP_TUI_DATABASE__TEXT": "none"}
    with TrajectoryLogger.open(database.path, environment=environment) as log:
        trajectory = log.start("SPEC-1", "me")
        trajectory.log_turn("secret", "hidden", questions=[{"text": "hidden?", "effort": "low"}])
        trajectory.log_question("hidden?", effort="high")
        trajectory.log_step("shell", "cat secret", output="hidden")
        [journal] = database.journals()
        written = journal.read_bytes()
        assert log.flush()
    assert b"secret" not in written
    assert b"hidden" not in written
    assert database.one(
        "SELECT prompt, response, prompt_length, response_length, substr(prompt_hash, 1, 8), low_questions, "
        "high_questions FROM trajectory_turns"
    ) == ("", "", 6, 6, "2bb80d53", 1, 1)


def test_without_text_no_column_of_any_table_holds_any(database: Database) -> None:
    with TrajectoryLogger.open(database.path, environment={"PPP_TUI_DATABASE__TEXT": "none"}) as log:
        it = log.start("SPEC-1", "me", "r1", "plan", title="opal title", model="m1")
        it.log_turn(
            "opal prompt",
            "opal response",
            questions=[{"text": "opal?", "options": ["opal a", "opal b"], "answer": "opal c"}],
            violations=[{"preference_name": "no_ask", "expected": "opal", "actual": "opal"}],
        )
        it.log_question("opal?", options=["opal"], answer="opal")
        it.log_violation("no_ask", "opal", "opal")
        it.log_step("shell", "cat opal", tool="Bash", key="opal key", input="opal", output="opal", status="running")
        it.log_step("shell", "cat opal", tool="Bash", key="opal key", input="opal", output="opal")
        it.log_artifact({"work_breakdown": ["opal"], "acceptance_mapping": [], "opal": 1})
        it.finish("failed", "opal message")
        [journal] = database.journals()
        written = journal.read_bytes()
        assert log.flush()
    assert b"opal" not in written
    tables = [name for (name,) in database.ask("SELECT name FROM sqlite_master WHERE type = 'table'")]
    held = [table for table in tables if "opal" in repr(database.ask(f'SELECT * FROM "{table}"'))]
    assert held == []
    assert database.one("SELECT count(*) FROM steps WHERE kind = 'shell'") == 1
    assert database.one("SELECT content_json FROM consensus_artifacts") == (
        '{"acceptance_mapping": null, "work_breakdown": true}'
    )


def test_turn_of_a_journal_that_cannot_be_costs_itself_alone(database: Database, log: TrajectoryLogger) -> None:
    trajectory = log.start("SPEC-1", "me")
    trajectory._put(encode(("asked", trajectory.id, NOW_MS, 1 << 20, "Which?", "low", (), None)))
    trajectory.log_turn("a", "b")
    assert log.flush()
    assert database.ask("SELECT turn_number FROM trajectory_turns") == [(1,)]
    assert database.one("SELECT count(*) FROM trajectory_questions") == 0


STATED = "SELECT stated_tokens, tree_stated_tokens FROM trajectory_summaries ORDER BY trajectory_id"


def test_stated_tokens_count_until_a_request_tells_more(database: Database, log: TrajectoryLogger) -> None:
    parent = log.start("SPEC-1", "planner")
    parent.log_turn("a", "b", token_count=50)
    child = log.start("SPEC-1", "worker", parent=parent)
    child.log_turn("c", "d", token_count=7)
    child.log_turn("e", "f")
    assert log.flush()
    assert database.ask(STATED) == [(50, 57), (7, 7)]
    parent.log_turn("a", "b", token_count=60, number=1)
    child.log_usage("m", 3, 4, turn=1)
    assert log.flush()
    assert database.ask(STATED) == [(60, 60), (0, 0)]


def test_a_stated_token_count_outlives_what_comes_after(database: Database, log: TrajectoryLogger) -> None:
    trajectory = log.start("SPEC-1", "me")
    trajectory.log_turn("a", "b", token_count=9)
    assert log.flush()
    trajectory.log_step("read", "a.py")
    assert log.flush()
    assert database.one("SELECT token_count, steps FROM trajectory_turns") == (9, 1)
    assert database.one("SELECT last_at FROM trajectory_summaries") == "2026-11-20 12:00:00.000"


ANSWERS = "SELECT question_text, answer, answer_status FROM trajectory_questions ORDER BY id"


def test_stated_answers_are_kept_and_the_next_prompt_answers_the_rest(
    database: Database, log: TrajectoryLogger
) -> None:
    trajectory = log.start("SPEC-1", "me")
    trajectory.log_turn("Add OAuth", "?", questions=[{"text": "Which provider?", "answer": "GitHub"}, {"text": "Why?"}])
    trajectory.log_question("For whom?", answer="")
    trajectory.log_turn("Because I say so")
    assert log.flush()
    assert database.ask(ANSWERS) == [
        ("Which provider?", "GitHub", "given"),
        ("Why?", "Because I say so", "reply"),
        ("For whom?", None, "empty"),
    ]


def test_without_text_an_answer_is_known_and_not_told(database: Database) -> None:
    log = TrajectoryLogger.open(database.path, environment={"PPP_TUI_DATABASE__TEXT": "none"})
    trajectory = log.start("SPEC-1", "me")
    trajectory.log_turn("Add OAuth", "?", questions=[{"text": "Which?", "answer": "GitHub"}, {"text": "Why?"}])
    trajectory.log_question("For whom?", answer="me")
    trajectory.log_turn("Because")
    log.close()
    assert database.ask(ANSWERS) == [("", None, "given"), ("", None, "reply"), ("", None, "given")]


def test_turns_may_be_numbered_from_zero(database: Database, log: TrajectoryLogger) -> None:
    trajectory = log.start("SPEC-1", "me")
    first = trajectory.log_turn("Add OAuth", "Which?", number=0, questions=[{"text": "Which?", "effort": "low"}])
    trajectory.log_violation("no_ask", "none", "one", "major", turn=first)
    trajectory.log_turn("A", "Done.")
    assert log.flush()
    assert database.ask("SELECT turn_number, origin, prompt FROM trajectory_turns ORDER BY id") == [
        (0, "logged", "Add OAuth"),
        (1, "logged", "A"),
    ]
    assert database.one(SUMS)[:6] == (2, 1, 1, 0, 0, 1)


def test_what_precedes_any_turn_is_none_until_a_turn_zero_is_logged(database: Database, log: TrajectoryLogger) -> None:
    trajectory = log.start("SPEC-1", "me")
    trajectory.log_violation("lang", "Italian", "English")
    assert log.flush()
    assert database.ask("SELECT turn_number, origin, status FROM trajectory_turns") == [(0, "system", "unknown")]
    assert database.one(SUMS)[:6] == (0, 0, 0, 0, 0, 1)
    trajectory.log_turn("Add OAuth", "Done.", number=0)
    assert log.flush()
    assert database.ask("SELECT turn_number, origin, status FROM trajectory_turns") == [(0, "logged", "completed")]
    assert database.one(SUMS)[:6] == (1, 0, 0, 0, 0, 1)


def test_metadata_is_kept_under_one_spelling(database: Database, log: TrajectoryLogger) -> None:
    metadata: dict[str, str | int | float | bool] = {
        "Helicone-Session-Id": "talk-1",
        "Helicone-Session-Path": "/plan/agent-1",
        "try": 2,
        "is_dry": True,
    }
    log.start("SPEC-1", "me", metadata=metadata)
    assert log.flush()
    assert database.ask("SELECT name, value FROM trajectory_metadata ORDER BY name") == [
        ("helicone_session_id", "talk-1"),
        ("helicone_session_path", "/plan/agent-1"),
        ("is_dry", "True"),
        ("try", "2"),
    ]
    assert database.one("SELECT path, run_id FROM trajectories") == ("/plan/agent-1", "talk-1")


@pytest.mark.parametrize("metadata", [{"a b": "x"}, {"a": "x" * 1001}, {"a": ["x"]}, {f"k{n}": 1 for n in range(33)}])
def test_metadata_that_is_too_much_is_refused(log: TrajectoryLogger, metadata: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="metadata"):
        log.start("SPEC-1", "me", metadata=metadata)
