"""Plain lines that any program appends: their events, what a wrong one costs, and the schema of their types."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, ClassVar

import pytest

from ppp_tui.model import event as e
from ppp_tui.sources.plain import SOURCE, records
from ppp_tui.sources.source import ParsedChunk, Payload
from ppp_tui.testing.source_contract import SourceContract
from tests.house.trees import ROOT

EXAMPLES = ROOT / "examples" / "plain"
PATH = Path("/home/me/.local/share/ppp-tui/sessions/nightly.jsonl")
T0 = 1_795_168_800_000
"""2026-11-20T10:00:00Z."""

SESSION = b"""\
{"type": "start", "at": 1795168800000, "agent_name": "nightly", "spec_id": "S-7", "run_id": "r1", "pid": 42}
{"type": "turn", "at": 1795168800000, "prompt": "Run the tests please", "key": "t1"}
{"type": "step", "at": 1795168801000, "kind": "shell", "key": "s1", "status": "running", "input": "pytest -q"}
{"type": "step", "at": 1795168803000, "key": "s1", "status": "failed", "exit_code": 1, "output": "1 fail"}
{"type": "question", "at": 1795168804000, "key": "q1", "text": "Shall I mend it?", "options": ["yes", "no"]}
{"type": "answer", "at": 1795168806000, "key": "q1", "answer": "yes"}
{"type": "violation", "at": 1795168806000, "preference_name": "brief", "expected": "one", "actual": "two"}
{"type": "usage", "at": 1795168807000, "model": "m1", "input_tokens": 9, "output_tokens": 4, "key": "r1", "cost_usd": 1}
{"type": "context", "used_tokens": 9, "window_tokens": 100}
{"type": "error", "message": "too many requests", "kind": "rate_limit", "status_code": 429, "attempt": 1}
{"type": "response", "at": 1795168808000, "text": "It is mended."}
{"type": "start", "trajectory": "helper", "parent": "", "agent_name": "helper"}
{"type": "turn", "trajectory": "helper", "at": 1795168809000, "prompt": "Look", "response": "Done.", "key": "t1"}
{"type": "artifact", "content": {"verdict": "fine"}, "score": 0.5}
{"type": "finish", "at": 1795168810000, "outcome": "completed"}
"""


class TestPlainContract(SourceContract):
    """All that every source must keep."""

    source = SOURCE
    sessions: ClassVar = {
        "nightly.jsonl": SESSION,
        "more/other.jsonl": b'{"type": "turn", "prompt": "Hi there", "key": "t1"}\n',
    }


def read(*lines: dict[str, Any] | bytes) -> ParsedChunk:
    content = b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines)
    return SOURCE.parser(PATH).feed(content, 0)


def test_running_step_ends_with_the_second_line_of_its_key() -> None:
    events = read(SESSION).events
    steps = [event for event in events if isinstance(event, e.ToolCallFinished)]
    assert [(step.key, step.status, step.exit_code, step.output) for step in steps] == [
        ("s1", "failed", 1, "1 fail"),
        ("q1", "ok", None, "yes"),
    ]
    assert [event.command for event in events if isinstance(event, e.ToolCallStarted)] == ["pytest -q", ""]


def test_answer_line_answers_the_question_of_its_key_only() -> None:
    question = {"type": "question", "key": "q1", "text": "Which?"}
    wrong, right = ({"type": "answer", "key": key, "answer": "this"} for key in ("q2", "q1"))
    assert not any(isinstance(event, e.QuestionAnswered) for event in read(question, wrong).events)
    assert e.QuestionAnswered(0, "q1", ("this",), "given") in read(question, right).events


def test_turn_with_a_response_begins_before_its_latency_and_is_over() -> None:
    line = {"type": "turn", "at": T0, "prompt": "Plan", "response": "Planned.", "latency_ms": 400, "token_count": 7}
    assert [event for event in read(line).events if not isinstance(event, e.AssistantMessage)] == [
        e.TurnStarted(T0 - 400, e.Ref(0, 116), "", "Plan", "logged"),
        e.TurnEnded(T0, "completed", 400, token_count=7),
    ]


def test_turn_of_a_known_key_is_not_counted_again() -> None:
    line = {"type": "turn", "prompt": "Plan", "key": "t1"}
    assert sum(isinstance(event, e.TurnStarted) for event in read(line, line).events) == 1


def test_keys_of_requests_hold_within_their_file_and_trajectory() -> None:
    line = {"type": "usage", "model": "m1", "input_tokens": 1, "output_tokens": 1, "key": "r1"}
    other_file = SOURCE.parser(Path("/home/me/other.jsonl")).feed(json.dumps(line).encode(), 0)
    events = [*read(line, {**line, "trajectory": "helper"}).events, *other_file.events]
    keys = {event.key for event in events if isinstance(event, e.RequestMeasured)}
    assert len(keys) == 3


def test_artifact_has_score_and_identity_of_its_trajectory() -> None:
    (artifact,) = read(SESSION).artifacts
    assert (artifact.trajectory, artifact.spec_id, artifact.agent_name, artifact.run_id, artifact.score) == (
        "",
        "S-7",
        "nightly",
        "r1",
        0.5,
    )
    assert json.loads(artifact.content_json) == {"verdict": "fine"}


@pytest.mark.parametrize(
    "line",
    [
        b'{"type": "turn"}',
        b'{"type": "step", "kind": "dance"}',
        b'{"type": "usage", "model": "m1", "input_tokens": -1, "output_tokens": 1}',
        b'{"type": "artifact", "content": "", "score": 2}',
        b"{}",
        b"not json",
    ],
)
def test_wrong_line_costs_itself_and_is_counted_as_damage(line: bytes) -> None:
    turn = b'{"type": "turn", "prompt": "Plan"}\n'
    reading = read(line + b"\n", turn)
    assert [type(event) for event in reading.events] == [e.TurnStarted]
    assert [(damage.offset, damage.length) for damage in reading.damage] == [(0, len(line))]


def test_type_of_a_later_version_is_unknown_and_no_damage() -> None:
    reading = read({"type": "mood", "text": "fine"})
    assert (reading.unknown, reading.damage, reading.events) == ({"mood": 1}, [], [])


def test_outcome_is_a_fact_and_closes_the_open_turn() -> None:
    events = read({"type": "turn", "prompt": "Plan"}, {"type": "finish", "outcome": "failed", "at": T0}).events
    assert e.TurnEnded(T0, "failed") in events
    assert e.MetadataLearned(T0, "outcome", "failed") in events


def test_payload_is_the_whole_of_a_step() -> None:
    record = b'{"type": "step", "key": "s1", "input": "pytest", "output": "2 passed"}'
    assert SOURCE.load_input(record, "s1") == Payload("pytest")
    assert SOURCE.load_output(record, "s1") == Payload("2 passed")


def test_schema_in_examples_is_that_of_the_types() -> None:
    assert json.loads((EXAMPLES / "plain.schema.json").read_text()) == records.schema()


def test_page_names_every_type_and_field() -> None:
    page = (ROOT / "ppp_tui" / "sources" / "PLAIN.md").read_text()
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `") and "`type`" not in line}
    assert rows.keys() == records.TYPES
    for kind in records.PlainRecord.__args__:
        fields = set(kind.__struct_fields__) - {"at", "trajectory"}
        assert [name for name in fields if f"`{name}`" not in rows[kind.__struct_config__.tag]] == []


@pytest.mark.parametrize(("program", "script"), [("sh", "agent.sh"), ("node", "agent.mjs")])
def test_example_writes_lines_that_are_read_without_loss(program: str, script: str, tmp_path: Path) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    file = tmp_path / "sessions" / "example.jsonl"
    subprocess.run([program, str(EXAMPLES / script), str(file)], check=True, timeout=60)
    reading = SOURCE.parser(file).feed(file.read_bytes(), 0)
    assert (reading.damage, reading.unknown) == ([], {})
    assert sum(isinstance(event, e.TurnEnded) for event in reading.events) >= 1
    assert any(isinstance(event, e.SessionEnded) for event in reading.events)
    assert file.stat().st_mode & 0o077 == 0


def test_go_example_writes_types_and_fields_of_the_schema() -> None:
    text = (EXAMPLES / "agent.go").read_text()
    calls = [line.strip() for line in text.splitlines() if line.strip().startswith('write("')]
    assert len(calls) == 6
    for call in calls:
        kind = call.split('"')[1]
        (record,) = [each for each in records.PlainRecord.__args__ if each.__struct_config__.tag == kind]
        names = [part.rpartition('"')[2] for part in call.partition("{")[2].split('":')[:-1]]
        assert names, call
        assert set(names) <= set(record.__struct_fields__), call
