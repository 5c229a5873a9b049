"""One group of sessions alone: its measures, a mark for every session, and a sentence."""

from __future__ import annotations

from ppp_tui.model.score import Conduct
from ppp_tui.query.scores.compare import METRICS, RunFigures
from ppp_tui.query.scores.compared_groups import Sides
from ppp_tui.query.scores.consensus import AgentRun
from ppp_tui.tui.panes.compare_solo import mark_cells, solo_answer_lines, solo_columns, solo_lines, solo_sentence
from ppp_tui.tui.widgets.lines import cell_text

BY_NAME = {metric.name: metric for metric in METRICS}


def run(trajectory: int, steps: int, wall_ms: int) -> RunFigures:
    measured = AgentRun("codex", trajectory, "", None, Conduct(1, is_logged=False))
    return RunFigures(measured, "", "", title=f"s{trajectory}", steps=steps, wall_ms=wall_ms)


SIDES = Sides(("medium",), ([run(1, 2, 1000), run(2, 8, 0), run(3, 5, 3000)],), (295,))


def test_every_measure_has_median_mean_highest_and_a_mark_for_each_session() -> None:
    lines = {line.key: [cell_text(cell) for cell in line.cells] for line in solo_lines(SIDES, "spec", 24)}
    assert lines["what it takes"] == ["what it takes"]
    assert lines["steps"] == ["steps", "5", "5", "8", "3", "████████▅▅▅▅▅▅▅▅▃▃▃▃▃▃▃▃"]
    assert lines["wall_ms"][:5] == ["time at work", "2.0s", "2.0s", "3.0s", "2"]


def test_unknown_and_unset_are_no_zeros() -> None:
    lines = {line.key: [cell_text(cell) for cell in line.cells] for line in solo_lines(SIDES, "spec")}
    assert lines["technical"][1:] == ["–", "–", "–", "–", ""]
    # No preference is set.
    assert lines["violations"][1:] == ["–", "–", "–", "–", ""]
    assert solo_sentence(BY_NAME["violations"], SIDES, "spec") == "Violations: unknown."


def test_answer_says_which_group_stands_alone_and_why_nothing_is_compared() -> None:
    lines = [cell_text(line) for line in solo_answer_lines(SIDES, "A comparison needs two.")]
    assert lines == [" medium  3 of 295 sessions", " A comparison needs two."]


def test_sentence_names_the_group_and_what_half_of_it_reach() -> None:
    sentence = solo_sentence(BY_NAME["steps"], SIDES, "spec")
    assert sentence == "Steps of medium, 3 sessions: half have 5 or more, 5 on average, 8 at most."


def test_narrow_table_has_fewer_marks() -> None:
    assert [mark_cells(width) for width in (90, 107, 108, 150)] == [24, 24, 50, 50]
    assert solo_columns(24)[-1].width == 24
