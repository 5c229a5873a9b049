"""Permission modes as Claude Code and Codex record them."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.model.event import ModeStated, TurnStarted
from tests.sources.claude_lines import told, user
from tests.sources.codex_lines import T0, TURN, context, only, started


def test_claudes_prompt_states_its_mode_within_its_turn() -> None:
    events = told(user("p1", "Plan it", permissionMode="plan"), user("p2", "Go on", 60))
    modes = [event for event in events if isinstance(event, ModeStated | TurnStarted)]
    assert [type(event).__name__ for event in modes] == ["TurnStarted", "ModeStated", "TurnStarted"]
    assert [event.mode for event in modes if isinstance(event, ModeStated)] == ["plan"]


@pytest.mark.parametrize(("policy", "modes"), [("never", ["never"]), ({"granular": {}}, []), (None, []), (3, [])])
def test_a_context_of_codex_states_its_policy_where_that_is_a_word(policy: Any, modes: list[str]) -> None:
    lines = (started(0), context(100, turn_id=TURN, approval_policy=policy))
    assert [event.mode for event in only(ModeStated, *lines)] == modes
    assert all(event.at == T0 + 100 for event in only(ModeStated, *lines))
