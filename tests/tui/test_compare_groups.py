"""One group against another: sentences first, one zero line, and unknown stays unknown."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.model.score import Conduct
from ppp_tui.query.scores.compare import METRICS, GroupName, MetricDifference, RunFigures
from ppp_tui.query.scores.compared_groups import Sides, better_side, sample_text
from ppp_tui.query.scores.consensus import AgentRun
from ppp_tui.scoring.ranking.significance import Difference
from ppp_tui.scoring.rate_difference import Interval
from ppp_tui.tui.panes.compare_groups import (
    answer_lines,
    behind_lines,
    difference_columns,
    difference_lines,
    fitting_columns,
    forest_text,
    forest_title,
    marks_lines,
    measure_sentence,
    name_lines,
)
from ppp_tui.tui.widgets.lines import cell_text

BY_NAME = {metric.name: metric for metric in METRICS}


def run(trajectory: int, steps: int, *, is_judged: bool = False) -> RunFigures:
    conduct = Conduct(1, is_logged=is_judged)
    return RunFigures(AgentRun("claude", trajectory, "", None, conduct), "", "", title=f"s{trajectory}", steps=steps)


SIDES = Sides(("claude", "codex"), ([run(1, 8), run(2, 2)], [run(3, 4)]), (295, 1))


def entry(name: str, first: float | None, second: float | None, **changes: Any) -> MetricDifference:
    apart = None if first is None or second is None else first - second
    made = Difference(
        first_mean=first,
        second_mean=second,
        difference=apart,
        interval=None,
        first_count=20,
        second_count=21,
        tasks="different",
        verdict="too few",
        sentence="",
    )
    return MetricDifference(BY_NAME[name], made._replace(**changes))


ASKS = entry("questions", 5.5, 0.1, interval=Interval(3.1, 7.9), verdict="real")
COST = entry("cost", 6_050_000.0, 10_590_000.0, interval=Interval(-11_600_000.0, 2_400_000.0), verdict="unclear")


def test_the_answer_comes_first_and_says_what_is_real() -> None:
    head, asks, cost, chance, note = (cell_text(line) for line in answer_lines([COST, ASKS], SIDES))
    assert head == " claude or codex?  claude: newest 2 of 295 sessions, codex: 1."
    assert note == " They did different tasks: habits, not a contest."
    assert asks.split("  ")[0] == " ✓ codex asks you less: 0.1 questions a session against 5.5"
    assert asks.endswith("real, +3.1 to +7.9")
    assert cost.startswith(" · cost: $6.05 against $10.59  ")
    assert cost.endswith("may be chance, −$11.60 to +$2.40")
    assert chance == " 2 measures compared at 95 %: about 1 looks real by chance alone"


def test_long_names_do_not_push_the_verdict_off_its_sentence() -> None:
    long = SIDES._replace(names=("a-model-with-a-name-that-is-very-long", "b"))
    won = entry("questions", 0.1, 5.5, interval=Interval(-7.9, -3.1), verdict="real")
    _, asks, cost, *_ = (cell_text(line) for line in answer_lines([COST, won], long))
    assert "against 5.5  real, −7.9 to −3.1" in asks
    assert len(cost.split("may be chance")[0]) <= 64


def test_too_few_sessions_are_told_and_nothing_is_called_real() -> None:
    lines = [cell_text(line) for line in answer_lines([entry("questions", 1.0, 2.0)], SIDES)]
    assert lines[1] == " Too few sessions on one side to call anything real: five of each are needed."


@pytest.mark.parametrize(
    ("changed", "side"),
    [
        (ASKS, 1),
        (COST, None),
        (entry("technical", 0.9, 0.5, verdict="real"), 0),
        (entry("turns", 9.0, 1.0, verdict="real"), None),
    ],
)
def test_only_a_real_difference_in_a_measure_with_a_better_way_has_a_winner(
    changed: MetricDifference, side: int | None
) -> None:
    assert better_side(changed) == side


def test_measures_stand_under_what_they_are_about_with_cost_first() -> None:
    lines = difference_lines([ASKS, COST], SIDES, 21)
    assert [(str(line.key), line.is_heading) for line in lines] == [
        ("what it takes", True),
        ("cost", False),
        ("how it treats you", True),
        ("questions", False),
    ]
    assert [cell_text(cell) for cell in lines[3].cells] == [
        "questions",
        "5.5",
        "0.1",
        "+5.4",
        "",
        "✓ codex",
    ] or cell_text(lines[3].cells[5]) == "✓ codex"
    assert cell_text(lines[1].cells[5]) == "may be chance"


def test_violations_without_preferences_are_unknown_and_not_equal() -> None:
    kept = entry("violations", 0.0, 0.0, interval=Interval(0.0, 0.0), verdict="equal")
    [_, line] = difference_lines([kept], SIDES)
    assert [cell_text(cell) for cell in line.cells] == ["violations", "–", "–", "–", "", "none set"]
    assert measure_sentence(kept, SIDES) == "Violations: no preference is set, so nothing could be violated."
    judged = SIDES._replace(samples=([run(1, 8, is_judged=True)], [run(3, 4)]))
    assert cell_text(difference_lines([kept], judged)[1].cells[5]) == "the same"


@pytest.mark.parametrize(
    ("low", "high", "middle", "drawn"),
    [
        (0.4, 0.8, 0.6, "·    ·    │   ──●── ·"),
        (-1.0, 1.0, 0.0, "──────────●──────────"),
        (0.0, 0.0, 0.0, "·    ·    ●    ·    ·"),
        (-3.0, -0.5, -1.5, "●─────    │    ·    ·"),
        (-0.1, 4.0, 2.0, "·    ·   ─│─────────▸"),
    ],
)
def test_every_interval_is_drawn_around_the_same_zero(low: float, high: float, middle: float, drawn: str) -> None:
    assert forest_text(low, high, middle, 21).replace("◂", "●") == drawn


def test_forest_plot_without_room_is_one_cell() -> None:
    assert forest_text(-0.5, 0.5, 0.0, 1) == "●"
    assert len(difference_lines([COST], SIDES, 1)) == 2


def test_names_give_way_to_the_plot_where_there_is_little_room() -> None:
    sides = SIDES._replace(names=("claude-opus-4-5", "gpt-5.5"))
    wide, cells = fitting_columns(sides, 95)
    assert ([column.title for column in wide][1:3], cells) == (["claude-opus…", "gpt-5.5"], 25)
    narrow, cells = fitting_columns(sides, 77)
    assert ([column.title for column in narrow][1:3], cells) == (["claude-o…", "gpt-5.5"], 21)
    assert forest_title(sides, 21) == "◂ gpt-5.5 0 claude… ▸"


def test_names_that_begin_alike_are_told_apart_where_they_are_cut() -> None:
    sides = SIDES._replace(names=("claude-opus-4-5", "claude-opus-4-6"))
    assert [column.title for column in difference_columns(sides)][1:3] == ["claude-o…4-5", "claude-o…4-6"]
    assert forest_title(sides, 31) == "◂ claude-o…4-6 0 claude-o…4-5 ▸"


def test_columns_have_group_names_and_the_plot_its_directions() -> None:
    assert [column.title for column in difference_columns(SIDES, 41)][1:3] == ["claude", "codex"]
    assert forest_title(SIDES, 41) == "◂ codex more        0       claude more ▸"
    assert len(forest_title(SIDES._replace(names=("a" * 50, "b")), 21)) == 21


def test_a_sentence_has_figures_in_their_units() -> None:
    assert measure_sentence(COST, SIDES) == (
        "Cost: claude $6.05, codex $10.59 on average, of 20 and 21 sessions. The difference lies between −$11.60 and "
        "+$2.40 with a probability of 95 %: it may be chance."
    )
    assert measure_sentence(entry("turns", 3.0, None), SIDES) == (
        "Turns: claude 3, codex – on average, of 20 and 21 sessions. Too few to say whether that is more than chance."
    )


def test_every_session_is_a_mark_on_one_scale() -> None:
    first, second = (cell_text(line) for line in marks_lines(BY_NAME["steps"], SIDES, "spec"))
    assert first.split() == ["claude", "█▃", "median", "5,", "most", "8,", "of", "2"]
    assert second.split()[1] == "▅"


def test_sessions_behind_a_measure_are_sorted_by_it() -> None:
    lines = behind_lines(BY_NAME["steps"], SIDES, "spec", 0)
    assert [(line.key, cell_text(line.cells[0]), cell_text(line.cells[1])) for line in lines] == [
        (1, "8", "claude"),
        (3, "4", "codex"),
        (2, "2", "claude"),
    ]


@pytest.mark.parametrize(
    ("members", "sessions", "text"),
    [(12, 12, "12"), (50, 295, "newest 50 of 295"), (3, 5, "3 of 5 with turns"), (0, 0, "0")],
)
def test_sample_text_names_its_size_and_total(members: int, sessions: int, text: str) -> None:
    assert sample_text(members, sessions) == text


@pytest.mark.parametrize(
    ("members", "sessions", "text"),
    [(1, 1, "1 session"), (50, 295, "newest 50 of 295 sessions"), (3, 5, "3 of 5 sessions with turns")],
)
def test_sample_text_names_the_sessions(members: int, sessions: int, text: str) -> None:
    assert sample_text(members, sessions, "session") == text


def test_groups_are_listed_with_their_sessions() -> None:
    assert [[cell_text(cell) for cell in line.cells[:2]] for line in name_lines([GroupName("claude", 1_250)])] == [
        ["claude", "1,250"]
    ]
