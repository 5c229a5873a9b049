"""Groups that were given the same task, their runs with all that scores rest on, and what lies behind a score."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.model.score import Technical, Verdicts
from ppp_tui.query.scores import consensus
from ppp_tui.query.scores.consensus import AgentRun, Group, GroupKey, ScoreWeights, rank
from tests.query.archive_fixture import NOON_MS, Archive

PLAN = GroupKey("SPEC-1", ("plan",))


def put_run(archive: Archive, number: int, agent: str, summary: dict[str, Any] | None = None, **columns: Any) -> None:
    """A trajectory of one finished turn for SPEC-1's plan."""
    facts = {"agent_name": agent, "spec_id": "SPEC-1", "stage": "plan", "run_id": "r1", **columns}
    archive.session(number, summary={"turns": 1, "last_turn_number": 1, **(summary or {})}, **facts)
    archive.turn(number, 1, prompt="Plan the shop")


def runs(archive: Archive, key: GroupKey = PLAN) -> dict[str, AgentRun]:
    return {run.agent_name: run for run in archive.ask(consensus.group_runs(key))}


def test_specifications_are_listed_by_stage_with_their_agents(archive: Archive) -> None:
    put_run(archive, 1, "claude", {"last_at": "2026-11-19 12:00:00.000"})
    put_run(archive, 2, "codex", stage="spec-plan", run_id="r2")
    put_run(archive, 3, "codex", stage="spec-plan", run_id="r2", attempt=2)
    put_run(archive, 4, "gemini", {"last_at": "2026-11-18 12:00:00.000"}, stage="audit")
    put_run(archive, 5, "helper", parent_id=4)
    archive.session(6, agent_name="claude")
    archive.put(
        "consensus_artifacts", spec_id="SPEC-1", stage="plan", agent_name="pro", created_at="2026-11-17 00:00:00"
    )
    plan, audit = archive.ask(consensus.groups_of_specs())
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
    assert archive.ask(consensus.groups_of_specs("SPEC-1")) == [plan, audit]
    assert archive.ask(consensus.groups_of_specs("' OR 1=1 --")) == []


def test_sessions_with_the_same_task_are_a_group(archive: Archive) -> None:
    tasks = ((1, "claude", 7), (2, "codex", 7), (3, "claude", 8), (4, "codex", None), (5, "claude", 8))
    for number, agent, key in tasks:
        archive.session(number, summary={"task_key": key, "turns": 1}, agent_name=agent)
        archive.turn(number, 1, prompt="Add a login\nto the shop")
    [group] = archive.ask(consensus.groups_of_tasks())
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
    assert sorted(runs(archive, group.key)) == ["claude", "codex"]
    assert runs(archive, GroupKey()) == {}


def test_a_group_holds_its_stage_and_run_alone(archive: Archive) -> None:
    put_run(archive, 1, "claude")
    put_run(archive, 2, "codex", run_id="r2")
    put_run(archive, 3, "gemini", stage="audit")
    put_run(archive, 4, "helper", parent_id=1)
    archive.session(5, summary={"turns": 1}, agent_name="explorer", parent_id=1)
    assert sorted(runs(archive)) == ["claude", "codex", "helper"]
    assert sorted(runs(archive, GroupKey("SPEC-1"))) == ["claude", "codex", "gemini", "helper"]
    assert sorted(runs(archive, GroupKey("SPEC-1", None, "r2"))) == ["codex"]
    assert runs(archive, GroupKey("SPEC-2")) == {}


def test_the_last_stated_score_is_the_technical_one(archive: Archive) -> None:
    put_run(archive, 1, "claude")
    for score in (0.2, 0.9, None):
        archive.put(
            "consensus_artifacts", trajectory_id=1, spec_id="SPEC-1", stage="plan", agent_name="claude", score=score
        )
    assert runs(archive)["claude"].technical == Technical(0.9, "stated")


def test_without_a_stated_score_the_last_artifact_is_measured(archive: Archive) -> None:
    put_run(archive, 1, "claude")
    for content in ("{}", '{"work_breakdown": ["a"]}'):
        archive.put(
            "consensus_artifacts",
            trajectory_id=1,
            spec_id="SPEC-1",
            stage="plan",
            agent_name="claude",
            content_json=content,
        )
    assert runs(archive)["claude"].technical == Technical(0.5, "artifact")


def test_an_artifact_without_a_trajectory_belongs_to_that_of_its_agent_and_run(archive: Archive) -> None:
    put_run(archive, 1, "claude")
    for agent, run_id, score in (("claude", "r1", 0.7), ("claude", "r9", 0.1), ("pro", "r1", 0.4)):
        archive.put("consensus_artifacts", spec_id="SPEC-1", stage="plan", agent_name=agent, run_id=run_id, score=score)
    found = archive.ask(consensus.group_runs(PLAN))
    assert [(run.agent_name, run.run_id, run.trajectory_id, run.technical) for run in found] == [
        ("claude", "r1", 1, Technical(0.7, "stated")),
        ("claude", "r9", None, Technical(0.1, "stated")),
        ("pro", "r1", None, Technical(0.4, "stated")),
    ]


def test_a_trajectory_that_delivered_for_a_stage_is_in_its_group(archive: Archive) -> None:
    put_run(archive, 1, "claude", stage="")
    archive.put("consensus_artifacts", trajectory_id=1, spec_id="SPEC-1", stage="plan", agent_name="claude", score=1)
    assert runs(archive)["claude"].trajectory_id == 1


def put_test_run(archive: Archive, number: int, **columns: Any) -> None:
    archive.put(
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
def test_else_the_last_test_run_tells(archive: Archive, last: dict[str, int], expected: float) -> None:
    put_run(archive, 1, "claude", {"steps": 4, "failed_steps": 1})
    put_test_run(archive, 1, total=1, passed=1 - int(expected > 0.5), failed=int(expected > 0.5))
    put_test_run(archive, 2, **last)
    put_test_run(archive, 3, total=2, skipped=2)
    # What a command is called tells nothing where its output was read.
    archive.step(1, 1, 9, target="pytest -q", exit_code=int(expected > 0.5), status="ok")
    known = runs(archive)["claude"].technical
    assert known is not None
    assert (known.basis, round(known.score, 6)) == ("work", round(expected, 6))


@pytest.mark.parametrize(("code", "expected"), [(0, (0.6 + 0.2 * 0.75) / 0.8), (1, 0.2 * 0.75 / 0.8)])
def test_the_exit_code_of_a_logged_command_tells_how_its_tests_ended(
    archive: Archive, code: int, expected: float
) -> None:
    put_run(archive, 1, "claude", {"steps": 4, "failed_steps": 1}, source="logger")
    archive.step(1, 1, 1, target="pytest -q", exit_code=1 - code, status="ok")
    archive.step(1, 1, 2, target="pytest -q", exit_code=code, status="ok")
    archive.step(1, 1, 3, target="cat test.log", exit_code=1 - code, status="ok")
    known = runs(archive)["claude"].technical
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
    archive: Archive, outcome: str, status: str, expected: float | None
) -> None:
    put_run(archive, 1, "claude", outcome=outcome)
    archive.writer.execute("UPDATE trajectory_turns SET status = ?", (status,))
    known = runs(archive)["claude"].technical
    assert (known.score if known else None) == expected


def test_vagueness_and_a_wrong_result_come_from_the_archive(archive: Archive) -> None:
    put_run(archive, 1, "claude", outcome="failed", source="logger")
    archive.writer.execute("UPDATE trajectory_turns SET prompt = 'Implement OAuth'")
    archive.put("consensus_artifacts", trajectory_id=1, spec_id="SPEC-1", stage="plan", agent_name="claude", score=0.5)
    run = runs(archive)["claude"]
    assert run.conduct is not None
    assert (run.conduct.is_vague, run.conduct.is_wrong) == (True, True)
    [agent] = rank([run], ScoreWeights(), "paper").agents
    assert (agent.proactivity, agent.personalization) == (-0.5, None)
    assert agent.final == pytest.approx(0.7 * 0.5 - 0.3 * 0.5)


@pytest.mark.parametrize("score", [0.99, 0.0])
def test_stated_score_below_the_full_one_is_not_a_wrong_result(archive: Archive, score: float) -> None:
    put_run(archive, 1, "claude", source="logger")
    archive.writer.execute("UPDATE trajectory_turns SET prompt = 'Implement OAuth'")
    archive.put(
        "consensus_artifacts", trajectory_id=1, spec_id="SPEC-1", stage="plan", agent_name="claude", score=score
    )
    run = runs(archive)["claude"]
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
    archive: Archive, source: str, summary: dict[str, int], expected: float | None
) -> None:
    put_run(archive, 1, "claude", summary, source=source)
    run = runs(archive)["claude"]
    assert (run.technical and round(run.technical.score, 6)) == expected
    assert bool(run.lack) is (expected is None)


def test_verdicts_are_counted_and_their_rewards_added(archive: Archive) -> None:
    put_run(archive, 1, "claude")
    for name, verdict, reward in (
        ("no_ask", "violated", -1.0),
        ("commas", "violated", -0.5),
        ("json", "kept", 0.0),
        ("joke", "unjudged", 0.0),
        ("length", "not_applicable", 0.0),
    ):
        archive.put(
            "preference_verdicts", trajectory_id=1, preference_name=name, verdict=verdict, reward=reward, method="m"
        )
    conduct = runs(archive)["claude"].conduct
    assert conduct is not None
    assert conduct.verdicts == Verdicts(kept=1, violated=2, unjudged=1, not_applicable=1, reward=-1.5)
    assert [line.preference_name for line in archive.ask(consensus.verdicts_of(1))] == [
        "commas",
        "joke",
        "json",
        "length",
        "no_ask",
    ]


def test_behind_a_score_stand_questions_and_violations_that_count(archive: Archive) -> None:
    archive.session(1)
    archive.turn(1, 1, is_copy=1)
    archive.turn(1, 2)
    for number, turn in ((1, 1), (2, 2)):
        place = {"id": (((1 << 20) + turn) << 20) + 1, "turn_id": (1 << 20) + turn}
        archive.put("trajectory_questions", **place, question_text=f"Which {number}?", effort_level="low")
        archive.put(
            "trajectory_violations", **place, preference_name=f"p{number}", expected="a", actual="b", severity="minor"
        )
    [question] = archive.ask(consensus.questions_of(1))
    [violation] = archive.ask(consensus.violations_of(1))
    assert (question.text, question.turn_number, violation.preference_name) == ("Which 2?", 2, "p2")
