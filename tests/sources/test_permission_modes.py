"""Permission modes as Claude Code and Codex record them."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.model.event import ModeStated, TurnStarted
from tests.sources.claude_lines import told, user
from tests.sources.codex_lines import T0, TURN, context, event, only, started


def test_claudes_prompt_states_its_mode_within_its_turn() -> None:
    events = told(user("p1", "Plan it", permissionMode="plan"), user("p2", "Go on", 60))
    modes = [event for event in events if isinstance(event, ModeStated | TurnStarted)]
    assert [type(event).__name__ for event in modes] == ["TurnStarted", "ModeStated", "TurnStarted"]
    assert [event.mode for event in modes if isinstance(event, ModeStated)] == ["plan"]


@pytest.mark.parametrize(("policy", "modes"), [("never", ["never"]), ({"granular": {}}, []), (None, []), (3, [])])
def test_a_context_of_codex_states_its_policy_where_that_is_a_word(policy: Any, modes: list[str]) -> None:
    lines = (started(0), context(100, turn_id=TURN, approval_policy=policy), event("user_message", 200, message="Go"))
    read = only((TurnStarted, ModeStated), *lines)
    assert [type(entry).__name__ for entry in read] == ["TurnStarted", *("ModeStated" for _ in modes)]
    assert read[0].prompt == "Go"
    assert [entry.mode for entry in read[1:]] == modes
    assert all(entry.at == T0 for entry in read)


def test_policy_after_the_prompt_is_stated_at_its_own_time() -> None:
    lines = (started(0), event("user_message", 50, message="Go"), context(100, turn_id=TURN, approval_policy="never"))
    assert [(entry.at, entry.mode) for entry in only(ModeStated, *lines)] == [(T0 + 100, "never")]
