"""``decisions``, ``signals``, ``correlate`` and ``versions``: what they print, in which form, and what they refuse."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.logger import TrajectoryLogger
from tests.cli.conftest import Run, environment


@pytest.fixture
def logged(home: Path, database: Path) -> None:
    """A database with a session that was read, and runs of two versions of an agent that logs."""
    with TrajectoryLogger.open(database, environment=environment(home)) as log:
        for version in ("1.0", "=2.0"):
            run = log.start("SPEC-1", "chooser", agent_version=version, project="/shop")
            run.log_turn("Find the hours", "9 to 5", latency_ms=1000)
            run.log_step("web", "hours", key="k", tool="WebSearch")
            run.log_decision("tool_selection", "=cache+web", "fresh_data_required", 0.5, {"tries": 2}, "k")
            run.log_quality_signal("empty_retrieval", "no_results", version == "1.0", 0.25, step="k")
            run.finish("completed" if version == "1.0" else "failed")
        assert log.flush()
        assert log.health.invalid == 2


def json_of(ppp: Run, *arguments: str) -> dict[str, Any]:
    done = ppp(*arguments, "--no-sync", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


@pytest.mark.usefixtures("logged")
def test_signals_are_summed_with_those_derived(ppp: Run) -> None:
    rows = {(row["signal_type"], row["signal_code"]): row for row in json_of(ppp, "signals")["rows"]}
    assert rows["empty_retrieval", "no_results"]["true_count"] == 1
    assert rows["empty_retrieval", "no_results"]["true_rate"] == 0.5
    assert rows["empty_retrieval", "no_results"]["derived"] == 0
    assert (rows["tool_success", "first_attempt"]["true_count"], rows["tool_success", "first_attempt"]["derived"]) == (
        2,
        2,
    )


@pytest.mark.usefixtures("logged")
def test_a_sessions_signals_name_turn_step_and_source(ppp: Run) -> None:
    shown = json_of(ppp, "signals", "2")
    assert shown["schema"] == "ppp-tui/signals/1"
    stated = [row for row in shown["rows"] if row["source"] == "stated"]
    assert [(row["turn"], row["tool"], row["code"], row["value"], row["weight"]) for row in stated] == [
        (1, "WebSearch", "no_results", True, 0.25)
    ]


@pytest.mark.usefixtures("logged")
def test_a_session_is_shown_whole_and_another_number_is_refused(ppp: Run) -> None:
    assert "a session is shown whole" in ppp("signals", "2", "--by", "type", "--no-sync").stderr
    assert "There is no session 99" in ppp("decisions", "99", "--no-sync").stderr


@pytest.mark.usefixtures("logged")
def test_signals_of_some_turns_are_those_of_no_others(ppp: Run) -> None:
    assert {row["turn"] for row in json_of(ppp, "signals", "2", "--turns", "1")["rows"]} == {1}
    assert ppp("signals", "2", "--turns", "2-9", "--no-sync").returncode == 1
    assert "9-x is no span of turns such as 3-9." in ppp("signals", "2", "--turns", "9-x", "--no-sync").stderr
    assert "9-3 ends before it begins" in ppp("signals", "2", "--turns", "9-3", "--no-sync").stderr
    assert "--turns are those of a session" in ppp("signals", "--turns", "1", "--no-sync").stderr


@pytest.mark.usefixtures("logged")
def test_versions_are_listed_and_a_formula_is_no_formula_in_csv(ppp: Run) -> None:
    done = ppp("versions", "--no-sync", "--csv")
    rows = list(csv.DictReader(done.stdout.splitlines()))
    # Which of the two was seen last is a matter of a millisecond.
    assert {(row["agent"], row["version"], row["runs"], row["failure_rate"]) for row in rows} == {
        ("chooser", "'=2.0", "1", "1.0"),
        ("chooser", "1.0", "1", "0.0"),
        ("claude", "2.1.0", "1", "0.0"),
    }


@pytest.mark.usefixtures("logged")
def test_two_versions_stand_beside_each_other_without_a_drift_of_few_runs(ppp: Run) -> None:
    shown = json_of(ppp, "versions", "1.0", "=2.0")
    assert (shown["agent"], shown["runs"], shown["min_runs"]) == ("chooser", [1, 1], 100)
    rows = {(row["type"], row["code"]): row for row in shown["rows"]}
    empty = rows["empty_retrieval", "no_results"]
    assert (empty["first_value"], empty["second_value"], empty["difference"], empty["severity"]) == (
        1.0,
        0.0,
        -1.0,
        None,
    )
    assert "A drift is told from 100 runs" in ppp("versions", "1.0", "=2.0", "--no-sync").stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("versions", "1.0"), "name two versions"),
        (("versions", "1.0", "1.0"), "FROM and TO are the same version"),
        (("versions", "1.0", "9.9"), "No agent has runs of both 1.0 and 9.9"),
        (("versions", "1.0", "=2.0", "--agent", "claude"), "No agent has runs of both"),
        (("correlate", "moods"), "is not one of"),
        (("decisions", "--by", "mood"), "is not one of"),
    ],
)
@pytest.mark.usefixtures("logged")
def test_what_cannot_be_shown_is_told(ppp: Run, arguments: tuple[str, ...], sentence: str) -> None:
    done = ppp(*arguments, "--no-sync")
    assert done.returncode != 0
    assert sentence in done.stderr


@pytest.mark.usefixtures("logged")
def test_a_correlation_over_few_runs_tells_rates_and_no_difference(ppp: Run) -> None:
    [row] = [row for row in json_of(ppp, "correlate", "signals")["rows"] if row["type"] == "empty_retrieval"]
    assert (row["failure_rate_with"], row["runs_with"], row["runs_without"]) == (0.0, 1, 2)
    assert (row["failure_rate_without"], row["difference"], row["low"]) == (0.5, None, None)
    assert "Fewer than 20 runs on a side" in ppp("correlate", "signals", "--no-sync").stdout


@pytest.mark.parametrize("command", [("decisions",), ("decisions", "1"), ("correlate",)])
def test_without_decisions_a_sentence_says_what_was_searched(ppp: Run, command: tuple[str, ...]) -> None:
    assert ppp("ingest").returncode == 0
    done = ppp(*command, "--no-sync")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("No decisions")
