"""The band of a session: every turn in sight, as wide as it took time, as high as it cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from ppp_tui.query.sessions.turn_figures import TurnFigures
from ppp_tui.tui.panes.turns.session_band import (
    LABEL_CELLS,
    band_rows,
    band_slots,
    has_lanes,
    lane_rows,
    money_sentence,
    turn_at,
)
from tests.tui.live_rows import NOW_MS, step


def figures(number: int, wall_ms: int | None = 1000, cost: int | None = 1_000_000, **changes: int) -> TurnFigures:
    plain = TurnFigures(number, wall_ms, cost, 50_000, 200_000, failures=0, questions=0, violations=0)
    return plain._replace(**changes)


def texts(*turns: TurnFigures, number: int | None = None, width: int = LABEL_CELLS + 20) -> list[str]:
    return ["".join(cell.text for cell in row)[LABEL_CELLS:] for row in band_rows(turns, number, width)]


def test_a_turn_that_took_thrice_as_long_is_about_thrice_as_wide() -> None:
    slots = band_slots([figures(1, 30_000), figures(2, 10_000)], 44)
    assert [slot.cells for slot in slots] == [32, 12]
    assert sum(slot.cells for slot in slots) == 44


def test_every_turn_is_in_sight_though_one_took_hours() -> None:
    slots = band_slots([figures(1, 7_200_000), figures(2, 1), figures(3, None)], 20)
    assert [slot.cells for slot in slots] == [16, 2, 2]


def test_more_turns_than_cells_share_them_and_keep_their_sum() -> None:
    slots = band_slots([figures(number) for number in range(1, 1001)], 40)
    assert sum(slot.cells for slot in slots) == 40
    assert sum(slot.cost_micros or 0 for slot in slots) == 1000 * 1_000_000


def test_heights_are_shares_of_the_dearest_turn_and_of_the_window() -> None:
    cost, context, *_ = texts(figures(1, cost=8_000_000), figures(2, cost=1_000_000, context_tokens=200_000))
    assert cost == "█████████ ▁▁▁▁▁▁▁▁▁ "
    assert context == "▂▂▂▂▂▂▂▂▂ █████████ "


def test_a_turn_without_a_price_has_no_bar() -> None:
    assert texts(figures(1, cost=None), figures(2))[0] == "          █████████ "


def test_each_kind_of_mark_is_shown_before_repetitions() -> None:
    marks = texts(figures(1, failures=40, questions=2, violations=1), figures(2, questions=1))[2]
    assert marks == "✕?!       ?         "


def test_the_cell_of_a_turn_leads_to_it() -> None:
    turns = [figures(4), figures(5)]
    assert [turn_at(turns, LABEL_CELLS + x, LABEL_CELLS + 20) for x in (0, 9, 10, 19)] == [4, 4, 5, 5]
    assert turn_at(turns, 2, LABEL_CELLS + 20) is None


@pytest.mark.parametrize(
    ("costs", "sentence"),
    [
        ((), ""),
        ((None,), ""),
        ((500_000,), "cost $0.50"),
        ((1_000_000, 6_000_000, 2_000_000, 1_000_000), "where $10.00 went: turn 2 took 60%, turn 3 20%, turn 1 10%"),
    ],
)
def test_the_dearest_turns_are_named(costs: tuple[int | None, ...], sentence: str) -> None:
    assert money_sentence([figures(number, cost=cost) for number, cost in enumerate(costs, 1)]) == sentence


def test_records_before_the_first_prompt_are_not_a_second_turn() -> None:
    assert has_lanes([figures(0), figures(1)])
    assert not has_lanes([figures(1), figures(2)])


def test_single_turn_shows_time_by_worker() -> None:
    begin = NOW_MS
    shell = replace(step(1, 1, kind="shell", tool="Bash", target="make"), started_at=begin, ended_at=begin + 5000)
    asks = replace(step(1, 2, kind="ask", tool="asks", target="?"), started_at=begin + 5000, ended_at=begin + 10_000)
    rows = lane_rows([shell, asks], (begin, begin + 20_000), LABEL_CELLS + 8, UTC)
    assert ["".join(cell.text for cell in row)[LABEL_CELLS:] for row in rows[:4]] == [
        "    ████",
        "██      ",
        "        ",
        "  ██    ",
    ]
