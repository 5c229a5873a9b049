"""Plain lines and runs of benchmarks from file to ranking: outcome, score, parent and damage in reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import Run


def append(path: Path, *lines: dict[str, Any] | str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.writelines((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)


def agent(name: str, outcome: str, *more: dict[str, Any]) -> list[dict[str, Any]]:
    at = "2026-11-20T10:00:00Z"
    start = {"type": "start", "at": at, "agent_name": name, "spec_id": "SPEC-9", "attempt": 2}
    turn = {"type": "turn", "at": at, "prompt": f"Plan with {name}", "response": "Planned."}
    return [start, turn, *more, {"type": "finish", "at": at, "outcome": outcome}]


def ranked(ppp: Run, spec: str) -> list[tuple[Any, ...]]:
    done = ppp("consensus", spec, "--json")
    assert done.returncode == 0, done.stderr
    (ranking,) = json.loads(done.stdout)["rows"]
    return [(row["agent"], row["technical"], row["basis"]) for row in ranking["agents"]]


def test_stated_scores_and_outcomes_rank_agents(home: Path, ppp: Run) -> None:
    folder = home / ".local" / "share" / "ppp-tui" / "sessions"
    append(folder / "a.jsonl", *agent("good", "completed", {"type": "artifact", "content": {"x": 1}, "score": 0.75}))
    append(folder / "b.jsonl", *agent("bad", "failed"))
    assert ppp("ingest").returncode == 0
    assert ranked(ppp, "SPEC-9") == [("good", 0.75, "stated"), ("bad", 0.0, "work")]


def test_lines_that_are_appended_later_continue_the_session_and_wrong_ones_are_told(home: Path, ppp: Run) -> None:
    file = home / ".local" / "share" / "ppp-tui" / "sessions" / "a.jsonl"
    append(file, {"type": "turn", "prompt": "One", "response": "1"})
    assert ppp("ingest").returncode == 0
    append(file, {"type": "turn"}, {"type": "turn", "prompt": "Two", "response": "2"})
    append(file, {"type": "start", "trajectory": "child", "parent": ""})
    append(file, {"type": "turn", "trajectory": "child", "prompt": "Help", "response": "3"})
    assert ppp("ingest").returncode == 0
    rows = json.loads(ppp("sessions", "--json", "agent:plain").stdout)["rows"]
    assert [(row["native_id"], row["turns"]) for row in rows] == [("a", 2)]
    assert "not a record" in ppp("doctor").stdout


def test_run_of_a_benchmark_has_the_score_of_its_evaluation(home: Path, ppp: Run, tmp_path: Path) -> None:
    for model, resolved in (("m1", True), ("m2", False)):
        folder = tmp_path / "runs" / model / "shop-1"
        folder.mkdir(parents=True)
        info = {"exit_status": "Submitted", "submission": "diff", "config": {"model": {"model_name": model}}}
        messages = [{"role": "user", "content": "Fix the shop"}, {"role": "assistant", "content": "Done."}]
        document = {"info": info, "messages": messages, "instance_id": "shop-1"}
        (folder / "shop-1.traj.json").write_text(json.dumps(document))
        (folder / "report.json").write_text(json.dumps({"shop-1": {"resolved": resolved}}))
    assert ppp("--source", f"swe_agent={tmp_path / 'runs'}", "ingest").returncode == 0
    assert ranked(ppp, "shop-1") == [("mini-swe-agent m1", 1.0, "stated"), ("mini-swe-agent m2", 0.0, "stated")]
