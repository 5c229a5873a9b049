"""Logs of Inspect: samples as trajectories with task, score, steps and tokens, while the log grows and after."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
import zstandard

from ppp_tui.model import event as e
from ppp_tui.sources.inspect_eval import SOURCE
from ppp_tui.sources.inspect_eval.sample import share_of
from ppp_tui.sources.source import ParsedChunk
from tests.sources.polled import of

SPEC = {"eval_id": "e1", "task": "inspect_evals/shop", "model": "openai/gpt-5", "created": "2026-11-20T10:00:00+00:00"}
HASH = "5d41402abc4b2a76b9719d911017c592"


def sample(number: int, **more: Any) -> dict[str, Any]:
    usage = {"input_tokens": 90, "output_tokens": 7, "input_tokens_cache_read": 30, "reasoning_tokens": 2}
    choice = {"message": {"role": "assistant", "content": [{"type": "text", "text": "I look."}]}}
    model = {"event": "model", "uuid": f"m{number}", "timestamp": "2026-11-20T10:00:01+00:00", "model": "openai/gpt-5"}
    tool = {"event": "tool", "timestamp": "2026-11-20T10:00:02+00:00", "function": "bash", "working_time": 0.5}
    return {
        "id": number,
        "epoch": 1,
        "input": f"attachment://{HASH}",
        "attachments": {HASH: "Mend the shop"},
        "started_at": "2026-11-20T10:00:00+00:00",
        "completed_at": "2026-11-20T10:00:05+00:00",
        "events": [
            {"event": "sample_init"},
            {**model, "output": {"model": "gpt-5", "choices": [choice], "usage": usage}},
            {**tool, "arguments": {"cmd": "ls"}, "result": "a.py"},
        ],
        "scores": {"match": {"value": "C", "answer": "42"}},
        **more,
    }


def write(path: Path, *samples: dict[str, Any], is_over: bool = False) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_journal/start.json", json.dumps({"version": 2, "eval": SPEC}))
        for each in samples:
            archive.writestr(f"samples/{each['id']}_epoch_{each['epoch']}.json", json.dumps(each))
        if is_over:
            archive.writestr("header.json", json.dumps({"version": 2, "status": "success", "eval": SPEC}))
    return path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "2026-11-20_shop.eval"


def test_sample_has_its_task_score_steps_and_tokens(log: Path) -> None:
    reading = SOURCE.poll(write(log, sample(1), is_over=True)).reading
    facts = {event.name: event.value for event in of(e.MetadataLearned, reading)}
    assert (facts["spec_id"], facts["agent_name"], facts["model"]) == ("shop/1", "inspect gpt-5", "gpt-5")
    assert [event.prompt for event in of(e.TurnStarted, reading)] == ["Mend the shop"]
    (step,) = of(e.ToolCallFinished, reading)
    assert (step.status, step.output, step.duration_ms) == ("ok", "a.py", 500)
    (request,) = of(e.RequestMeasured, reading)
    assert (request.input_tokens, request.output_tokens, request.cache_read_tokens) == (90, 7, 30)
    assert [(artifact.spec_id, artifact.trajectory, artifact.score) for artifact in reading.artifacts] == [
        ("shop/1", "e1:1:1", 1.0)
    ]
    assert [event.status for event in of(e.TurnEnded, reading)] == ["completed"]


def test_log_that_runs_tells_each_sample_once_as_it_comes(log: Path) -> None:
    first = SOURCE.poll(write(log, sample(1)))
    second = SOURCE.poll(write(log, sample(1), sample(2), is_over=True), first.state)
    assert [event.name for event in of(e.TrajectorySwitched, second.reading)] == ["e1:2:1"]
    assert SOURCE.poll(log, second.state).reading == ParsedChunk()


def test_sample_that_is_scored_anew_gets_its_score_only(log: Path) -> None:
    first = SOURCE.poll(write(log, sample(1)))
    again = SOURCE.poll(write(log, sample(1, scores={"match": {"value": 0.25}})), first.state).reading
    assert [(artifact.score, artifact.spec_id) for artifact in again.artifacts] == [(0.25, "shop/1")]
    assert (of(e.TurnStarted, again), of(e.RequestMeasured, again)) == ([], [])


@pytest.mark.parametrize(
    ("more", "message"),
    [({"error": {"message": "no disk"}}, "no disk"), ({"limit": {"type": "token", "limit": 9}}, "limit of token")],
)
def test_sample_with_an_error_or_beyond_a_limit_failed(more: dict[str, Any], message: str, log: Path) -> None:
    reading = SOURCE.poll(write(log, sample(1, **more))).reading
    assert [event.status for event in of(e.TurnEnded, reading)] == ["failed"]
    assert [event.text for event in of(e.SystemNotice, reading)] == [message]


@pytest.mark.parametrize(
    ("value", "share"),
    [("C", 1.0), ("I", 0.0), ("P", 0.5), (True, 1.0), (0.25, 0.25), (7, None), ("maybe", None), ({"a": 1}, None)],
)
def test_score_is_a_share_or_unknown(value: object, share: float | None) -> None:
    assert share_of(value) == share


def test_sample_in_zstandard_is_read(log: Path) -> None:
    name, content = b"samples/1_epoch_1.json", json.dumps(sample(1)).encode()
    write(log)
    packed = zstandard.ZstdCompressor().compress(content)
    sizes = (len(packed), len(content), len(name), 0)
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 63, 0, 93, 0, 0, 0, *sizes) + name + packed
    with zipfile.ZipFile(log) as archive:
        kept = archive.start_dir
        entries = log.read_bytes()[kept:-22]
    central = struct.pack("<4s6H3I5H2I", b"PK\1\2", 63, 63, 0, 93, 0, 0, 0, *sizes, 0, 0, 0, 0, kept) + name
    directory = entries + central
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 2, 2, len(directory), kept + len(local), 0)
    log.write_bytes(log.read_bytes()[:kept] + local + directory + end)
    assert [event.prompt for event in of(e.TurnStarted, SOURCE.poll(log).reading)] == ["Mend the shop"]


def test_what_is_no_whole_log_is_told(log: Path) -> None:
    content = write(log, sample(1)).read_bytes()
    log.write_bytes(content[: len(content) // 2])
    with pytest.raises(OSError, match="ZIP"):
        SOURCE.poll(log)
    with zipfile.ZipFile(log, "w") as archive:
        archive.writestr("x.json", "{}")
    with pytest.raises(OSError, match="no log of Inspect"):
        SOURCE.poll(log)


@pytest.mark.parametrize(
    "more",
    [
        {"events": [5, {"event": "model", "output": 3}, {"event": "tool", "arguments": [], "working_time": "x"}]},
        {"scores": {"a": 5}, "id": {"x": 1}, "epoch": "one"},
        {"input": [{"role": "user", "content": 7}], "attachments": [], "started_at": 5},
    ],
)
def test_odd_values_cost_facts_and_raise_nothing(more: dict[str, Any], log: Path) -> None:
    with zipfile.ZipFile(log, "w") as archive:
        archive.writestr("header.json", json.dumps({"eval": {"task": 5}}))
        archive.writestr("samples/1_epoch_1.json", json.dumps({**sample(1), **more}))
    SOURCE.poll(log)


def test_entry_that_is_no_json_costs_itself(log: Path) -> None:
    write(log, sample(1))
    with zipfile.ZipFile(log, "a") as archive:
        archive.writestr("samples/2_epoch_1.json", "{")
    reading = SOURCE.poll(log).reading
    assert reading.unknown == {"unreadable sample": 1}
    assert len(of(e.TurnStarted, reading)) == 1


def test_logs_are_looked_for_where_inspect_is_told_to_write() -> None:
    home = Path("/home/me")
    assert SOURCE.roots({}, home) == []
    assert SOURCE.roots({"INSPECT_LOG_DIR": "/logs"}, home) == [Path("/logs")]
    assert SOURCE.roots({"INSPECT_LOG_DIR": "s3://bucket/logs"}, home) == []
