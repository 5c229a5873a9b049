"""Trajectories and groups side by side: every measure, turns in line, unknown figures unknown."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.query.scores import compare
from ppp_tui.query.scores.compare import METRICS, GroupName, RunFigures
from tests.query.database_fixture import Database


def values(one: RunFigures) -> dict[str, float | None]:
    return {metric.name: metric.value(one, "spec") for metric in METRICS}


def put(
    database: Database, number: int, agent: str = "claude", summary: dict[str, Any] | None = None, **columns: Any
) -> None:
    database.session(number, summary={"turns": 2, **(summary or {})}, agent_name=agent, **columns)


def test_every_measure_of_marked_trajectories_in_their_order(database: Database) -> None:
    sums = {
        "steps": 10,
        "failed_steps": 2,
        "retries": 1,
        "wall_ms": 5000,
        "high_questions": 1,
        "low_questions": 2,
        "high_asks": 1,
        "violations": 1,
        "major_violations": 1,
        "tree_input_tokens": 100,
        "tree_output_tokens": 50,
        "tree_cache_read_tokens": 300,
        "tree_cost_micros": 4000,
        "tree_requests": 3,
        "test_runs": 3,
        "tests_run": 20,
        "tests_passed": 18,
        "tests_failed": 2,
        "max_retries_hit": 1,
        "model_fallbacks": 2,
    }
    put(database, 1, summary=sums)
    put(database, 2, summary={"turns": 0})
    for name, method, score in (("goal", "rules-1", 0.5), ("goal", "llm-1 m", 1.0), ("coherence", "rules-1", 0.8)):
        database.put("evaluations", trajectory_id=1, name=name, method=method, verdict="good", score=score)
    database.put("evaluations", trajectory_id=1, name="retention", method="rules-1", verdict="unknown")
    second, first = database.ask(compare.run_figures([2, 1, 99, 2]))
    assert values(first) == {
        "technical": pytest.approx(0.8),
        "low_effort": 0.0,
        "proactivity": -0.5,
        "personalization": -0.03,
        "interaction": pytest.approx(-0.53),
        "turns": 2,
        "questions": 3,
        "high_questions": 1,
        "violations": 1,
        "steps": 10,
        "failed_share": 0.2,
        "retries": 1,
        "max_retries_hit": 1,
        "model_fallbacks": 2,
        "goal": 1.0,
        "retention": None,
        "coherence": 0.8,
        "progression": None,
        "test_runs": 3,
        "tests_run": 20,
        "test_pass_rate": 0.9,
        "wall_ms": 5000,
        "tokens": 450,
        "cache_hits": 0.75,
        "cost": 4000,
    }
    unknown = {name for name, value in values(second).items() if value is None}
    assert unknown == {
        "technical",
        "proactivity",
        "personalization",
        "interaction",
        "low_effort",
        "turns",
        "questions",
        "high_questions",
        "violations",
        "failed_share",
        "wall_ms",
        "tokens",
        "cache_hits",
        "cost",
        "test_pass_rate",
        "goal",
        "retention",
        "coherence",
        "progression",
    }


def test_a_cost_without_any_known_price_is_unknown(database: Database) -> None:
    put(database, 1, summary={"tree_requests": 2, "tree_unpriced_requests": 2})
    [one] = database.ask(compare.run_figures([1]))
    assert values(one)["cost"] is None


def test_failed_requests_that_an_agent_does_not_record_are_unknown_unless_there_are_some(database: Database) -> None:
    for number, source, retries in ((1, "claude_code", 0), (2, "gemini_cli", 0), (3, "gemini_cli", 2)):
        put(database, number, source=source, summary={"retries": retries, "max_retries_hit": 0})
    figures = database.ask(compare.run_figures([1, 2, 3]))
    told = {one.run.trajectory_id: (values(one)["retries"], values(one)["max_retries_hit"]) for one in figures}
    assert told == {1: (0, 0), 2: (None, None), 3: (2, 0)}


def test_turns_with_the_same_prompt_stand_in_line(database: Database) -> None:
    for number, prompts in ((1, ("Plan", "Build", "Ship")), (2, ("Plan", "What?", "Build", "Test"))):
        put(database, number)
        for place, prompt in enumerate(prompts, 1):
            database.turn(number, place, prompt=prompt)
    lines = database.ask(compare.aligned_turns([1, 2]))
    assert [(tuple(turn and turn.headline for turn in line.turns), line.is_same_prompt) for line in lines] == [
        (("Plan", "Plan"), True),
        ((None, "What?"), False),
        (("Build", "Build"), True),
        (("Ship", "Test"), False),
    ]
    assert database.ask(compare.aligned_turns([])) == []
    assert [line.turns[1] for line in database.ask(compare.aligned_turns([1, 99]))] == [None, None, None]


def test_groups_take_their_newest_sessions_without_sub_agents_and_empty_ones(database: Database) -> None:
    for number in (1, 2, 3):
        put(database, number, model="m1")
    put(database, 4, "codex", model="m2")
    put(database, 5, parent_id=3, model="m1")
    put(database, 6, summary={"turns": 0}, model="m1")
    put(database, 7, "worker", parent_id=3, spec_id="SPEC-1")
    found = database.ask(compare.samples("agent", ["claude", "codex", "nobody"], most=3))
    ids = {name: [one.run.trajectory_id for one in group] for name, group in found.items()}
    assert ids == {"claude": [3, 2], "codex": [4], "nobody": []}
    by_model = database.ask(compare.samples("model", ["m1", "m2"]))
    assert [one.run.trajectory_id for one in by_model["m1"]] == [3, 2, 1]
    assert database.ask(compare.group_names("agent")) == [
        GroupName("claude", 4),
        GroupName("codex", 1),
        GroupName("worker", 1),
    ]
    assert [one.run.trajectory_id for one in database.ask(compare.samples("agent", ["worker"]))["worker"]] == [7]


def test_two_groups_are_compared_in_every_measure(database: Database) -> None:
    for number in range(1, 7):
        put(database, number, "claude", {"high_questions": 2})
        put(database, number + 10, "codex")
    groups = database.ask(compare.samples("agent", ["claude", "codex"]))
    found = compare.compare_groups(("claude", groups["claude"]), ("codex", groups["codex"]), "spec")
    assert [entry.metric.name for entry in found] == [metric.name for metric in METRICS]
    by_name = {entry.metric.name: entry.difference for entry in found}
    assert (by_name["high_questions"].verdict, by_name["high_questions"].difference) == ("real", 2.0)
    assert by_name["turns"].sentence == "claude and codex are equal in turns. Their tasks were different."


def test_groups_that_share_tasks_are_compared_on_them(database: Database) -> None:
    for number in range(1, 6):
        put(database, number, "claude", {"task_key": number, "steps": 100 * number})
        put(database, number + 10, "codex", {"task_key": number, "steps": 100 * number + 5})
    groups = database.ask(compare.samples("agent", ["claude", "codex"]))
    found = compare.compare_groups(("claude", groups["claude"]), ("codex", groups["codex"]), "spec")
    steps = next(entry.difference for entry in found if entry.metric.name == "steps")
    assert (steps.tasks, steps.verdict, steps.difference) == ("paired", "real", -5.0)


def thought(database: Database, session: int, effort: str, requests: int, day: str = "2026-11-20 00:00") -> None:
    database.put(
        "session_days",
        day=day,
        trajectory_id=session,
        model="m1",
        reasoning_effort=effort,
        root_id=session,
        requests=requests,
        input_tokens=1,
        output_tokens=1,
        cache_read_tokens=0,
        cache_write_tokens=0,
        cost_micros=1,
        unpriced_requests=0,
        lower_bound_requests=0,
    )


def test_a_session_is_compared_under_the_reasoning_effort_of_most_of_its_requests(database: Database) -> None:
    for number in (1, 2, 3, 4):
        put(database, number)
    thought(database, 1, "high", 3)
    thought(database, 1, "low", 2)
    thought(database, 1, "low", 2, "2026-11-21 00:00")
    thought(database, 2, "high", 1)
    thought(database, 3, "", 5)
    thought(database, 3, "high", 1)
    assert database.ask(compare.group_names("reasoning_effort")) == [GroupName("high", 1), GroupName("low", 1)]
    drawn = database.ask(compare.samples("reasoning_effort", ["low", "high", "none"]))
    assert {name: [one.run.trajectory_id for one in group] for name, group in drawn.items()} == {
        "low": [1],
        "high": [2],
        "none": [],
    }
