"""Groups that were given the same task, their runs with all that scores rest on, and what lies behind a score."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.model.score import Technical, Verdicts
from ppp_tui.query.scores import consensus
from ppp_tui.query.scores.consensus import AgentRun, Group, GroupKey, ScoreWeights, rank
from tests.query.database_fixture import NOON_MS, Database

PLAN = GroupKey("SPEC-1", ("plan",))


def put_run(database: Database, number: int, agent: str, summary: dict[str, Any] | None = None, **columns: Any) -> None:
    """A trajectory of one finished turn for SPEC-1's plan."""
    facts = {"agent_name": agent, "spec_id": "SPEC-1", "stage": "plan", "run_id": "r1", **columns}
    database.session(number, summary={"turns": 1, "last_turn_number": 1, **(summary or {})}, **facts)
    database.turn(number, 1, prompt="Plan the shop")


def runs(database: Database, key: GroupKey = PLAN) -> dict[str, AgentRun]:
    return {run.agent_name: run for run in database.ask(consensus.group_runs(key))}


def test_specifications_are_listed_by_stage_with_their_agents(database: Database) -> None:
    put_run(database, 1, "claude", {"last_at": "2026-11-19 12:00:00.000"})
    put_run(database, 2, "codex", stage="spec-plan", run_id="r2")
    put_run(database, 3, "codex", stage="spec-plan", run_id="r2", attempt=2)
    put_run(database, 4, "gemini", {"last_at": "2026-11-18 12:00:00.000"}, stage="audit")
    put_run(database, 5, "helper", parent_id=4)
    database.session(6, agent_name="claude")
    database.put(
        "consensus_artifacts", spec_id="SPEC-1", stage="plan", agent_name="pro", created_at="2026-11-17 00:00:00"
    )
    plan, audit = database.ask(consensus.groups_of_specs())
    assert plan == Group(
        key=GroupKey("SPEC-1", ("plan", "spec-plan")),
        stage="plan",
        title="SPEC-1",
        project="",
        agents=("claude", "codex", "helper", "pro"),
        trajectories=4,
        runs=("r1", "r2"),
        last_at=NOON_MS,
    )
    assert (audit.stage, audit.agents, audit.trajectories, audit.is_consensus) == ("audit", ("gemini",), 1, False)
    assert database.ask(consensus.groups_of_specs("SPEC-1")) == [plan, audit]
    assert database.ask(consensus.groups_of_specs("' OR 1=1 --")) == []


def test_sessions_with_the_same_task_are_a_group(database: Database) -> None:
    tasks = ((1, "claude", 7), (2, "codex", 7), (3, "claude", 8), (4, "codex", None), (5, "claude", 8))
    for number, agent, key in tasks:
        database.session(number, summary={"task_key": key, "turns": 1}, agent_name=agent)
        database.turn(number, 1, prompt="Add a login\nto the shop")
    [group] = database.ask(consensus.groups_of_tasks())
    assert group == Group(
        key=GroupKey(task_key=7),
        stage="",
        title="Add a login",
        project="/home/ann/shop",
        agents=("claude", "codex"),
        trajectories=2,
        runs=(),
        last_at=NOON_MS,
    )
    assert group.is_consensus
    assert sorted(runs(database, group.key)) == ["claude", "codex"]
    assert runs(database, GroupKey()) == {}


def test_a_group_holds_its_stage_and_run_alone(database: Database) -> None:
    put_run(database, 1, "claude")
    put_run(database, 2, "codex", run_id="r2")
    put_run(database, 3, "gemini", stage="audit")
    put_run(database, 4, "helper", parent_id=1)
    database.session(5, summary={"turns": 1}, agent_name="explorer", parent_id=1)
    assert sorted(runs(database)) == ["claude", "codex", "helper"]
    assert sorted(runs(database, GroupKey("SPEC-1"))) == ["claude", "codex", "gemini", "helper"]
    assert sorted(runs(database, GroupKey("SPEC-1", None, "r2"))) == ["codex"]
    assert runs(database, GroupKey("SPEC-2")) == {}


def test_the_last_stated_score_is_the_technical_one(database: Database) -> None:
    put_run(database, 1, "claude")
    for score in (0.2, 0.9, None):
        database.put(
            "consensus_artifacts", trajectory_id=1, spec_id="SPEC-1", stage="plan", agent_name="claude", score=score
        )
    assert runs(database)["claude"].technical == Technical(0.9, "stated")


def test_without_a_stated_score_the_last_artifact_is_measured(database: Database) -> None:
    put_run(database, 1, "claude")
    for content in ("{}", '{"work_breakdown": ["a"]}'):
        database.put(
            "consensus_artifacts",
            trajectory_id=1,
            spec_id="SPEC-1",
            stage="plan",
            agent_name="claude",
            content_json=content,
        )
    assert runs(database)["claude"].technical == Technical(0.5, "artifact")


def test_an_artifact_without_a_trajectory_belongs_to_that_of_its_agent_and_run(database: Database) -> None:
    put_run(database, 1, "claude")
    for agent, run_id, score in (("claude", "r1", 0.7), ("claude", "r9", 0.1), ("pro", "r1", 0.4)):
        database.put(
            "consensus_artifacts", spec_id="SPEC-1", stage="plan", agent_name=agent, run_id=run_id, score=score
        )
    found = database.ask(consensus.group_runs(PLAN))
    assert [(run.agent_name, run.run_id, run.trajectory_id, run.technical) for run in found] == [
        ("claude", "r1", 1, Technical(0.7, "stated")),
        ("claude", "r9", None, Technical(0.1, "stated")),
        ("pro", "r1", None, Technical(0.4, "stated")),
    ]


def test_a_trajectory_that_delivered_for_a_stage_is_in_its_group(database: Database) -> None:
    put_run(database, 1, "claude", stage="")
    database.put("consensus_artifacts", trajectory_id=1, spec_id="SPEC-1", stage="plan", agent_name="claude", score=1)
    assert runs(database)["claude"].trajectory_id == 1


def put_test_run(database: Database, number: int, **columns: Any) -> None:
    database.put(
        "test_runs",
        **{
            "id": (((1 << 20) + 1) << 20) + number,
            "suite": "pytest",
            "at": "2026-11-20 11:00:00.000",
            "total": 0,
            "passed": 0,
            "failed": 0,
            "skipped": 0,
            **columns,
        },
    )


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ({"total": 3, "passed": 3}, 0.6 + 0.2 * 0.75 + 0.2),
        ({"total": 3, "passed": 2, "failed": 1}, 0.2 * 0.75 + 0.2),
        ({"exit_failed": 0}, 0.6 + 0.2 * 0.75 + 0.2),
        ({"exit_failed": 1}, 0.2 * 0.75 + 0.2),
    ],
)
def test_else_the_last_test_run_tells(database: Database, last: dict[str, int], expected: float) -> None:
    put_run(database, 1, "claude", {"steps": 4, "failed_steps": 1})
    put_test_run(database, 1, total=1, passed=1 - int(expected > 0.5), failed=int(expected > 0.5))
    put_test_run(database, 2, **last)
    put_test_run(database, 3, total=2, skipped=2)
    # What a command is called tells nothing where its output was read.
    database.step(1, 1, 9, target="pytest -q", exit_code=int(expected > 0.5), status="ok")
    known = runs(database)["claude"].technical
    assert known is not None
    assert (known.basis, round(known.score, 6)) == ("work", round(expected, 6))


@pytest.mark.parametrize(("code", "expected"), [(0, (0.6 + 0.2 * 0.75) / 0.8), (1, 0.2 * 0.75 / 0.8)])
def test_the_exit_code_of_a_logged_command_tells_how_its_tests_ended(
    database: Database, code: int, expected: float
) -> None:
    put_run(database, 1, "claude", {"steps": 4, "failed_steps": 1}, source="logger")
    database.step(1, 1, 1, target="pytest -q", exit_code=1 - code, status="ok")
    database.step(1, 1, 2, target="pytest -q", exit_code=code, status="ok")
    database.step(1, 1, 3, target="cat test.log", exit_code=1 - code, status="ok")
    known = runs(database)["claude"].technical
    assert known is not None
    assert round(known.score, 6) == round(expected, 6)


@pytest.mark.parametrize(
    ("outcome", "status", "expected"),
    [
        ("completed", "failed", 1.0),
        ("failed", "completed", 0.0),
        ("", "failed", 0.0),
        ("", "interrupted", None),
        ("", "completed", None),
        ("", "open", None),
    ],
)
def test_what_a_program_said_of_the_outcome_goes_first(
    database: Database, outcome: str, status: str, expected: float | None
) -> None:
    put_run(database, 1, "claude", outcome=outcome)
    database.writer.execute("UPDATE trajectory_turns SET status = ?", (status,))
    known = runs(database)["claude"].technical
    assert (known.score if known else None) == expected


def test_vagueness_and_a_wrong_result_come_from_the_database(database: Database) -> None:
    put_run(database, 1, "claude", outcome="failed", source="logger")
    database.writer.execute("UPDATE trajectory_turns SET prompt = 'Implement OAuth'")
    database.put("consensus_artifacts", trajectory_id=1, spec_id="SPEC-1", stage="plan", agent_name="claude", score=0.5)
    run = runs(database)["claude"]
    assert run.conduct is not None
    assert (run.conduct.is_vague, run.conduct.is_wrong) == (True, True)
    [agent] = rank([run], ScoreWeights(), "paper").agents
    assert (agent.proactivity, agent.personalization) == (-0.5, None)
    assert agent.final == pytest.approx(0.7 * 0.5 - 0.3 * 0.5)


@pytest.mark.parametrize("score", [0.99, 0.0])
def test_stated_score_below_the_full_one_is_not_a_wrong_result(database: Database, score: float) -> None:
    put_run(database, 1, "claude", source="logger")
    database.writer.execute("UPDATE trajectory_turns SET prompt = 'Implement OAuth'")
    database.put(
        "consensus_artifacts", trajectory_id=1, spec_id="SPEC-1", stage="plan", agent_name="claude", score=score
    )
    run = runs(database)["claude"]
    assert run.conduct is not None
    assert (run.conduct.is_vague, run.conduct.failing) == (True, "")
    assert rank([run], ScoreWeights(), "paper").agents[0].proactivity == 0.0


@pytest.mark.parametrize(
    ("source", "summary", "expected"),
    [
        ("logger", {}, None),
        ("claude_code", {}, None),
        ("logger", {"steps": 4, "failed_steps": 1}, 0.75),
        ("claude_code", {"steps": 4, "failed_steps": 1}, 0.875),
    ],
    ids=["logged and over", "read and over", "logged steps alone", "read steps and the end"],
)
def test_turn_that_a_program_logged_is_no_told_end(
    database: Database, source: str, summary: dict[str, int], expected: float | None
) -> None:
    put_run(database, 1, "claude", summary, source=source)
    run = runs(database)["claude"]
    assert (run.technical and round(run.technical.score, 6)) == expected
    assert bool(run.lack) is (expected is None)


def test_verdicts_are_counted_and_their_rewards_added(database: Database) -> None:
    put_run(database, 1, "claude")
    for name, verdict, reward in (
        ("no_ask", "violated", -1.0),
        ("commas", "violated", -0.5),
        ("json", "kept", 0.0),
        ("joke", "unjudged", 0.0),
        ("length", "not_applicable", 0.0),
    ):
        database.put(
            "preference_verdicts", trajectory_id=1, preference_name=name, verdict=verdict, reward=reward, method="m"
        )
    conduct = runs(database)["claude"].conduct
    assert conduct is not None
    assert conduct.verdicts == Verdicts(kept=1, violated=2, unjudged=1, not_applicable=1, reward=-1.5)
    assert [line.preference_name for line in database.ask(consensus.verdicts_of(1))] == [
        "commas",
        "joke",
        "json",
        "length",
        "no_ask",
    ]


def test_behind_a_score_stand_questions_and_violations_that_count(database: Database) -> None:
    database.session(1)
    database.turn(1, 1, is_copy=1)
    database.turn(1, 2)
    for number, turn in ((1, 1), (2, 2)):
        place = {"id": (((1 << 20) + turn) << 20) + 1, "turn_id": (1 << 20) + turn}
        database.put("trajectory_questions", **place, question_text=f"Which {number}?", effort_level="low")
        database.put(
            "trajectory_violations", **place, preference_name=f"p{number}", expected="a", actual="b", severity="minor"
        )
    [question] = database.ask(consensus.questions_of(1))
    [violation] = database.ask(consensus.violations_of(1))
    assert (question.text, question.turn_number, violation.preference_name) == ("Which 2?", 2, "p2")
