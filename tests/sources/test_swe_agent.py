"""Runs of mini-SWE-agent and SWE-agent: steps, tokens, exit status, and the score that an evaluation left beside."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model import event as e
from ppp_tui.sources.source import Identity, ParsedChunk
from ppp_tui.sources.swe_agent import SOURCE
from tests.sources.polled import PolledSession, of

INSTANCE = "django__django-10914"
USAGE = {"prompt_tokens": 1563, "completion_tokens": 112, "prompt_tokens_details": {"cached_tokens": 320}}


def asked(number: int, command: str) -> dict[str, Any]:
    response = {"id": f"r{number}", "model": "deepseek-chat", "usage": USAGE}
    actions = [{"command": command, "tool_call_id": f"call_{number}"}]
    extra = {"actions": actions, "response": response, "cost": 0.25, "timestamp": 1_795_168_800.5}
    return {"role": "assistant", "content": "I look.", "extra": extra}


def returned(number: int, output: str, code: int) -> dict[str, Any]:
    extra = {"raw_output": output, "returncode": code, "timestamp": 1_795_168_802.5}
    return {"role": "tool", "tool_call_id": f"call_{number}", "content": output, "extra": extra}


MESSAGES = [
    {"role": "system", "content": "You are helpful."},
    {"role": "user", "content": "Fix the permissions"},
    asked(1, "pytest -q"),
    returned(1, "1 failed", 1),
]


class Run(PolledSession):
    """A run's file, and what was read of it so far."""

    source = SOURCE

    def __init__(self, folder: Path, name: str = f"{INSTANCE}.traj.json") -> None:
        super().__init__(folder / "bench-1" / INSTANCE / name)

    def write(self, **document: Any) -> ParsedChunk:
        self.path.write_text(json.dumps(document))
        return self.poll()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def mini(*messages: dict[str, Any], status: str = "", **more: Any) -> dict[str, Any]:
    info = {"config": {"model": {"model_name": "deepseek/deepseek-chat"}}, "exit_status": status, "submission": "diff"}
    return {"info": info, "messages": [*MESSAGES, *messages], "instance_id": INSTANCE, **more}


def test_run_tells_task_agent_and_steps(run: Run) -> None:
    reading = run.write(**mini())
    facts = {event.name: event.value for event in of(e.MetadataLearned, reading)}
    assert (facts["spec_id"], facts["agent_name"]) == (INSTANCE, "mini-swe-agent deepseek-chat")
    assert facts["run_id"] == f"bench-1/{INSTANCE}"
    assert [event.prompt for event in of(e.TurnStarted, reading)] == ["Fix the permissions"]
    (step,) = of(e.ToolCallFinished, reading)
    assert (step.status, step.exit_code, step.output) == ("failed", 1, "1 failed")
    assert SOURCE.identify(run.path) == Identity(INSTANCE)


def test_tokens_from_the_cache_are_no_fresh_input(run: Run) -> None:
    (request,) = of(e.RequestMeasured, run.write(**mini()))
    assert (request.input_tokens, request.cache_read_tokens, request.output_tokens) == (1243, 320, 112)
    assert request.reported_micros == 250_000


def test_document_that_grew_tells_its_new_messages_only(run: Run) -> None:
    run.write(**mini())
    reading = run.write(**mini(asked(2, "ls"), returned(2, "a.py", 0)))
    assert [event.key for event in of(e.ToolCallStarted, reading)] == ["call_2"]
    assert of(e.TurnStarted, reading) == []
    assert run.poll() == ParsedChunk()


def test_document_that_is_being_written_tells_nothing(run: Run) -> None:
    run.write(**mini())
    run.path.write_text(json.dumps(mini(asked(2, "ls")))[:-9])
    assert run.poll() == ParsedChunk()


def test_another_run_in_the_same_file_is_a_trajectory_of_its_own(run: Run) -> None:
    run.write(**mini(asked(2, "ls")))
    reading = run.write(**mini())
    assert e.TrajectorySwitched("run 2") in reading.events
    assert len(of(e.TurnStarted, reading)) == 1


@pytest.mark.parametrize(("status", "outcome"), [("Submitted", "completed"), ("LimitsExceeded", "failed")])
def test_exit_status_is_the_outcome_and_part_of_the_artifact(status: str, outcome: str, run: Run) -> None:
    reading = run.write(**mini(status=status))
    assert [event.status for event in of(e.TurnEnded, reading)] == [outcome]
    (artifact,) = reading.artifacts
    assert json.loads(artifact.content_json) == {"exit_status": status, "submission": "diff"}
    assert (artifact.spec_id, artifact.score) == (INSTANCE, None)


@pytest.mark.parametrize(
    ("place", "report", "score"),
    [
        ("report.json", {INSTANCE: {"resolved": True}}, 1.0),
        ("../results.json", {"resolved_ids": [], "completed_ids": [INSTANCE]}, 0.0),
        ("../results.json", {"resolved_ids": [INSTANCE]}, 1.0),
        ("../results.json", {"resolved_ids": ["another"]}, None),
        ("report.json", {INSTANCE: {"resolved": "yes"}}, None),
    ],
)
def test_score_is_whether_an_evaluation_beside_the_run_resolved_it(
    place: str, report: dict[str, Any], score: float | None, run: Run
) -> None:
    (run.path.parent / place).write_text(json.dumps(report))
    assert [artifact.score for artifact in run.write(**mini(status="Submitted")).artifacts] == [score]


def test_evaluation_after_the_run_adds_its_score(run: Run) -> None:
    run.write(**mini(status="Submitted"))
    (run.path.parent / "report.json").write_text(json.dumps({INSTANCE: {"resolved": True}}))
    reading = run.poll()
    assert [(artifact.score, artifact.spec_id) for artifact in reading.artifacts] == [(1.0, INSTANCE)]
    assert of(e.TurnEnded, reading) == []
    assert run.poll() == ParsedChunk()
    assert (run.path.parent / "report.json") in set(SOURCE.companions(run.path))


def test_commands_of_older_versions_stand_in_the_text(run: Run) -> None:
    messages = [
        *MESSAGES[:2],
        {"role": "assistant", "content": "I look.\n```bash\nls -la\n```"},
        {"role": "user", "content": "<returncode>2</returncode>\n<output>\nno\n</output>"},
    ]
    reading = run.write(info={}, messages=messages)
    assert [event.command for event in of(e.ToolCallStarted, reading)] == ["ls -la"]
    assert [(event.status, event.exit_code) for event in of(e.ToolCallFinished, reading)] == [("failed", 2)]
    assert len(of(e.TurnStarted, reading)) == 1


def test_steps_of_swe_agent_have_no_exit_code_and_one_sum_of_tokens(tmp_path: Path) -> None:
    run = Run(tmp_path, f"{INSTANCE}.traj")
    stats = {"tokens_sent": 900, "tokens_received": 40, "instance_cost": 0.5, "api_calls": 2}
    reading = run.write(
        trajectory=[{"thought": "Look.", "action": "ls -F\n", "observation": "a.py", "execution_time": 0.25}],
        history=[{"role": "system", "content": "x"}, {"role": "user", "content": [{"type": "text", "text": "Fix"}]}],
        info={"exit_status": "submitted", "submission": "diff", "model_stats": stats},
        replay_config=json.dumps({"agent": {"model": {"name": "openai/gpt-5"}}}),
    )
    (step,) = of(e.ToolCallFinished, reading)
    assert (step.status, step.exit_code, step.duration_ms, step.output) == ("unknown", None, 250, "a.py")
    (request,) = of(e.RequestMeasured, reading)
    assert (request.input_tokens, request.output_tokens, request.reported_micros) == (900, 40, 500_000)
    assert [event.prompt for event in of(e.TurnStarted, reading)] == ["Fix"]
    assert {event.value for event in of(e.MetadataLearned, reading)} >= {"SWE-agent gpt-5", INSTANCE}


@pytest.mark.parametrize(
    "document",
    [
        {"messages": 5},
        {"messages": [5, {"role": []}, {"role": "assistant", "content": {}, "extra": {"actions": [{"command": 1}]}}]},
        {"trajectory": [{"action": 7, "execution_time": "x"}, {"action": "ls", "execution_time": 1e400}], "history": 1},
        {"messages": [{"role": "user", "extra": {"timestamp": 1e300}}], "info": {"exit_status": ["x"]}},
    ],
)
def test_odd_values_cost_facts_and_raise_nothing(document: dict[str, Any], run: Run) -> None:
    run.write(**document)


def test_what_is_no_run_is_told(run: Run) -> None:
    with pytest.raises(OSError, match="no run"):
        run.write(name="x")
    os.truncate(run.path, 0)
    assert run.poll() == ParsedChunk()
