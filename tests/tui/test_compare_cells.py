"""Trajectories and groups side by side, in lines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ppp_tui.model.event_values import StepKind
from ppp_tui.query.rows import Spend, Tokens
from ppp_tui.query.scores.compare import METRICS, RunFigures
from ppp_tui.query.scores.compared_groups import value_text
from ppp_tui.query.scores.consensus import AgentRun
from ppp_tui.query.scores.step_kinds import KindCount
from ppp_tui.tui.panes.compare_cells import (
    best_of,
    kind_lines,
    metric_lines,
)
from tests.tui.cell_texts import cell_texts

BY_NAME = {metric.name: metric for metric in METRICS}


def session(agent: str, steps: int, failed: int, cost: int) -> RunFigures:
    return RunFigures(
        AgentRun(agent, 1, "", None, None),
        "",
        "",
        title="Add a login",
        model="opus-4-8",
        steps=steps,
        failed_steps=failed,
        wall_ms=90_000,
        spend=Spend(Tokens(10, 20, 70, 0), cost, 1, 0, False),
    )


def test_best_value_is_marked_and_others_show_their_difference() -> None:
    lines = {
        str(line.key): cell_texts(line.cells)
        for line in metric_lines([session("claude", 10, 2, 90_000), session("codex", 8, 0, 50_000)], "spec")
    }
    assert lines["agent"] == ["agent", "claude", "codex"]
    assert lines["steps"] == ["steps", "  10", "  8  −2"]
    assert lines["failed_share"] == ["share of failed steps", "  20%", "✓ 0%  −20.0 pt"]
    assert lines["cost"] == ["cost", "  $0.09", "✓ $0.05  −$0.04"]
    assert lines["wall_ms"] == ["time at work", "  1:30", "  1:30"]
    assert lines["proactivity"] == ["R_Proact", "  –", "  –"]


def test_time_missing_for_some_turns_is_a_lower_bound() -> None:
    found = [session("claude", 1, 0, 1), replace(session("codex", 1, 0, 1), is_wall_lower_bound=True)]
    [line] = [cell_texts(line.cells) for line in metric_lines(found, "spec") if line.key == "wall_ms"]
    assert line == ["time at work", "✓ 1:30", "  ≥1:30"]


def test_lower_bound_is_never_marked_as_the_least() -> None:
    assert best_of("cost", [1.0, 2.0], ["≥$0.01", "$0.02"]) == set()
    assert best_of("cost", [3.0, 2.0], ["≥$0.03", "$0.02"]) == {1}


def test_unknown_time_is_not_shown_as_a_lower_bound() -> None:
    found = [replace(session("codex", 1, 0, 1), wall_ms=None, is_wall_lower_bound=True)]
    [line] = [cell_texts(line.cells) for line in metric_lines(found, "spec") if line.key == "wall_ms"]
    assert line == ["time at work", "  –"]


@pytest.mark.parametrize(
    ("name", "values", "best"),
    [
        ("cost", [3.0, 1.0, 1.0], {1, 2}),
        ("cost", [1.0, 1.0], set()),
        ("cost", [None, 2.0], set()),
        ("interaction", [0.1, -0.5, None], {0}),
        ("turns", [1.0, 9.0], set()),
    ],
)
def test_equal_values_have_no_best(name: str, values: list[float | None], best: set[int]) -> None:
    assert best_of(name, values, [str(value) for value in values]) == best


def test_values_that_read_the_same_are_equally_good() -> None:
    assert best_of("cache_hits", [0.988, 0.9912], ["99%", "99%"]) == set()
    assert best_of("cache_hits", [0.988, 0.9912, 0.5], ["99%", "99%", "50%"]) == {0, 1}
    [line] = [line for line in metric_lines([cached(988), cached(991)], "spec") if line.key == "cache_hits"]
    assert cell_texts(line.cells) == ["cache hit rate", "  99%", "  99%"]


def cached(read: int) -> RunFigures:
    spend = Spend(Tokens(1000 - read, 1, read, 0), 1, 1, 0, False)
    return RunFigures(AgentRun("claude", 1, "", None, None), "", "", spend=spend)


def test_unknown_value_is_never_the_best() -> None:
    logged = RunFigures(AgentRun("gemini", 2, "", None, None), "", "", retries=None)
    lines = {
        str(line.key): cell_texts(line.cells) for line in metric_lines([logged, session("claude", 9, 0, 9)], "spec")
    }
    assert lines["wall_ms"] == ["time at work", "  –", "  1:30"]
    assert lines["tokens"] == ["tokens", "  –", "  100"]
    assert lines["retries"] == ["failed requests", "  –", "  0"]
    assert lines["cost"][1] == "  –"


def test_disabled_scores_are_left_out() -> None:
    keys = [str(line.key) for line in metric_lines([session("claude", 9, 0, 9)], "spec", is_enabled=False)]
    assert keys[3:6] == ["what it takes", "cost", "wall_ms"]
    assert not {"proactivity", "personalization", "interaction", "low_effort"} & set(keys)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("technical", 0.85, "0.85"),
        ("proactivity", -0.5, "−0.50"),
        ("turns", 2.75, "2.8"),
        ("turns", 3.0, "3"),
        ("tokens", 33_100, "33.1k"),
        ("cache_hits", 0.94, "94%"),
        ("cost", None, "–"),
    ],
)
def test_a_value_is_shown_in_its_unit(name: str, value: float | None, text: str) -> None:
    assert value_text(value, BY_NAME[name]) == text


def test_what_sessions_did_is_counted_by_kind_with_failures_and_nothing_that_none_of_them_did() -> None:
    counts: dict[int, dict[StepKind, KindCount]] = {
        1: {"shell": KindCount(8, 2), "message": KindCount(9, 0)},
        2: {"shell": KindCount(4, 0), "ask": KindCount(1, 0)},
    }
    lines = [cell_texts(line.cells) for line in kind_lines([1, 2], counts)]
    assert lines == [
        ["what it did"],
        ["commands", "  8  ✕2", "  4"],
        ["questions by a tool", "  0", "  1"],
    ]
    assert cell_texts(kind_lines([1, 2], counts, 8)[1].cells) == ["commands", "████████   8  ✕2", "████       4"]
    assert kind_lines([1, 2], {}) == []
