"""What is known of a turn's requests, tokens and cost."""

from __future__ import annotations

import pytest

from ppp_tui.cli.commands.turns import turn_fields
from ppp_tui.model.event_values import Origin
from ppp_tui.query.rows import TurnSummary
from ppp_tui.query.sessions.timing import TurnTiming

TIME = TurnTiming(1, "completed", 1000, 2000, 1000, None, None)


@pytest.mark.parametrize(
    ("origin", "steps", "is_copy", "shown"),
    [
        ("typed", 0, False, (0, 0, 0.0)),  # a command that no model was asked for
        ("typed", 2, True, (0, 0, 0.0)),  # counted where it was copied from
        ("typed", 2, False, (None, None, None)),  # a model asked for the steps, and its usage is not recorded
        ("logged", 0, False, (0, None, None)),  # a program that says nothing of tokens
    ],
)
def test_a_turn_without_requests(origin: Origin, steps: int, is_copy: bool, shown: tuple[object, ...]) -> None:
    turn = TurnSummary(1, 1, "completed", origin, 1000, 2000, 1000, steps=steps, is_copy=is_copy)
    fields = turn_fields(turn, TIME, "claude_code")
    assert (fields["requests"], fields["input_tokens"], fields["cost_usd"]) == shown
