"""``ppp-tui record``: events out of JSON lines, each checked like a logged one, and back as they were exported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import Run, environment

ROUTE = {"taskId": "T", "selectedAgent": "a", "routingStrategy": "random", "confidence": 0.5, "rationale": "secret"}


def record(home: Path, *lines: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """Pipe lines into the command: objects as JSON, texts as they are."""
    text = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    command = [sys.executable, "-m", "ppp_tui", "record"]
    variables = environment(home, **variables)
    return subprocess.run(command, input=text, env=variables, capture_output=True, text=True, check=False)


def exported(ppp: Run) -> list[dict[str, object]]:
    return [json.loads(line) for line in ppp("export", "--events", "--no-sync").stdout.splitlines()]


def test_lines_of_another_language_become_events_with_their_times(home: Path, ppp: Run) -> None:
    done = record(
        home,
        {"type": "routing-decision", "timestamp": "2025-10-13T08:00:00.000Z", "data": ROUTE},
        "",
        {"type": "task-execution", "timestamp": 1760342400500, "data": {"agentId": "a", "success": True}},
        {"type": "deployment-finished", "data": {"host": "x"}, "identifiers": ["host"]},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("3 events recorded in ")
    events = exported(ppp)
    assert [(event["type"], event["timestamp"]) for event in events[:2]] == [
        ("routing-decision", "2025-10-13T08:00:00.000Z"),
        ("task-execution", "2025-10-13T08:00:00.500Z"),
    ]
    assert events[2]["identifiers"] == ["host"]
    stats = json.loads(ppp("stats", "--json", "--no-sync").stdout)["rows"]
    assert [(row["name"], row["success_rate"]) for row in stats] == [("a", 1.0)]


def test_refused_lines_are_told_with_number_and_field_and_the_rest_recorded(home: Path, ppp: Run) -> None:
    done = record(
        home,
        {"type": "task-execution", "data": {"agentId": "a"}},
        "{",
        "[1]",
        {"type": "own", "data": {}, "extra": 1},
        {"type": "own", "data": {}, "timestamp": "sometime"},
        {"type": "own", "data": {}, "is_anonymized": 1},
        {"type": "evaluation-outcome", "data": {"taskId": "T", "evaluation": {"passed": 1, "score": 1}}},
        '{"type": "own", "data": {"x": "' + "y" * 2_000_000 + '"}}',
        '{"type": "own", "data": ' + "[" * 100_000 + "}",
        {"type": "own", "data": {"ok": True}},
    )
    assert done.returncode == 1
    reasons = done.stderr.splitlines()
    assert [line.partition(": ")[2].partition(":")[0] for line in reasons] == [f"line {n}" for n in range(1, 10)]
    assert reasons[0].endswith("outcome: Field required")
    assert reasons[1].endswith("line 2: it is no JSON")
    assert "an event is an object with type and data" in reasons[2]
    assert "extra is no field" in reasons[3]
    assert "timestamp: 'sometime' is not a time" in reasons[4]
    assert "evaluation.passed" in reasons[6]
    assert done.stdout.startswith("1 event recorded")
    assert [event["data"] for event in exported(ppp)] == [{"ok": True}]


def test_many_refused_lines_are_counted_instead_of_told(home: Path) -> None:
    done = record(home, *["x"] * 50)
    assert len(done.stderr.splitlines()) == 21
    assert done.stderr.splitlines()[-1] == "ppp-tui: 50 lines refused, of which the first 20 are told."


def test_export_of_one_database_is_recorded_into_another_unchanged(home: Path, ppp: Run, tmp_path: Path) -> None:
    record(home, {"type": "routing-decision", "timestamp": "2025-10-13T08:00:00.000Z", "data": ROUTE})
    before = exported(ppp)
    hashed = ppp("export", "--events", "--anonymize", "--no-sync").stdout
    (tmp_path / "events.jsonl").write_text(hashed)
    other = tmp_path / "other" / "archive.db"
    done = ppp(
        "record", str(tmp_path / "events.jsonl"), "--database", str(other), PPP_TUI_PPP__LOGGER__ANONYMIZE="true"
    )
    assert done.returncode == 0
    assert ppp("export", "--events", "--database", str(other)).stdout == hashed
    assert exported(ppp) == before


def test_settings_decide_what_is_kept_of_lines(home: Path, ppp: Run) -> None:
    config = home / "other.toml"
    config.write_text('[database]\ntext = "none"\n')
    (home / "events.jsonl").write_text(json.dumps({"type": "routing-decision", "data": ROUTE}) + "\n")
    assert ppp("record", str(home / "events.jsonl"), "--config", str(config)).returncode == 0
    [event] = exported(ppp)
    assert "secret" not in json.dumps(event)
    done = record(home, {"type": "own", "data": {}}, PPP_TUI_PPP__ENABLED="false")
    assert (done.returncode, "ppp.enabled" in done.stderr) == (1, True)
