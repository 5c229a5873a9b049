"""Where time went: shares that add up, waterfalls, percentiles; and which command is a commit."""

from __future__ import annotations

import pytest

from ppp_tui.scoring.timing import Percentiles, TimedCall, TimeSplit, WaterfallSpan, percentiles, split_time, waterfall
from ppp_tui.tool_output.commands import is_commit


def test_the_rest_is_the_models() -> None:
    assert split_time(1000, 300, 200, 100) == TimeSplit(1000, 400, 300, 200, 100)


def test_a_tool_that_ran_on_in_the_background_takes_no_more_than_there_is() -> None:
    assert split_time(1000, 5000, 200, 100) == TimeSplit(1000, 0, 700, 200, 100)


def test_of_an_unknown_time_nothing_is_told() -> None:
    assert split_time(None, 1, 1, 1) is None


def test_the_model_works_wherever_no_tool_does() -> None:
    work = [TimedCall(150, 300, "b", False), TimedCall(100, 200, "a", False), TimedCall(400, 450, "q", True)]
    assert waterfall(0, 500, work) == [
        WaterfallSpan("model", "", 0, 100),
        WaterfallSpan("tool", "a", 100, 200),
        WaterfallSpan("tool", "b", 150, 300),
        WaterfallSpan("model", "", 300, 400),
        WaterfallSpan("waiting", "q", 400, 450),
        WaterfallSpan("model", "", 450, 500),
    ]


def test_what_lies_outside_a_turn_is_cut() -> None:
    assert waterfall(100, 200, [TimedCall(0, 150, "a", False), TimedCall(300, 400, "b", False)]) == [
        WaterfallSpan("tool", "a", 100, 150),
        WaterfallSpan("model", "", 150, 200),
    ]


def test_percentiles_by_nearest_rank() -> None:
    assert percentiles(list(range(100, 0, -1))) == Percentiles(100, 50, 90, 95, 99, 100)
    assert percentiles([7]) == Percentiles(1, 7, 7, 7, 7, 7)
    assert percentiles([]) is None


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("git commit -m 'Add a login'", True),
        ("git add -A && git commit -qm x", True),
        ("git -C /shop -c user.name=x commit --amend", True),
        ("cd shop; git commit", True),
        ("git log --grep commit", False),
        ("git commit --dry-run", False),
        ("echo commit", False),
        ("git show; echo commit", False),
        ("gitk commit", False),
        ("git commit-tree x", False),
    ],
)
def test_which_command_is_a_commit(command: str, expected: bool) -> None:
    assert is_commit(command) is expected
