"""The numbers of rows: those of a turn, and the turns of a trajectory, lie in one range and in no other's."""

from __future__ import annotations

import pytest

from ppp_tui.model.ids import MAX_CHILD, child_span, place_of_row, row_id, turn_id


def test_all_children_of_a_parent_lie_in_its_span() -> None:
    assert child_span(1) == (1_048_576, 2_097_151)
    assert child_span(7) == (turn_id(7, 0), turn_id(7, MAX_CHILD))
    assert child_span(turn_id(7, 3)) == (row_id(turn_id(7, 3), 0), row_id(turn_id(7, 3), MAX_CHILD))


def test_spans_of_neighbours_touch_and_do_not_overlap() -> None:
    assert child_span(7)[1] + 1 == child_span(8)[0]


@pytest.mark.parametrize("number", [-1, MAX_CHILD + 1])
def test_number_outside_the_span_has_no_id(number: int) -> None:
    with pytest.raises(ValueError, match="no room"):
        turn_id(7, number)
    with pytest.raises(ValueError, match="no room"):
        row_id(7, number)


def test_row_knows_its_trajectory_and_the_number_of_its_turn() -> None:
    row = row_id(turn_id(7, 3), 12)
    assert place_of_row(row) == (row, 7, 3)
