"""The state of a session over any facts: never an error, never back to a state that it left, always one short line."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ppp_tui.model.live import LiveFacts, OpenStep
from ppp_tui.scoring.live_state import GROUPS, judge_live_state
from ppp_tui.scoring.live_thresholds import Thresholds
from tests.scoring.state_of import DONE, HOUR, MINUTE, NOW, SECOND, WORKING, at_tool, live_state


def test_thresholds_can_be_set() -> None:
    limits = Thresholds(finished_needs_you_ms=5, silent_tool_ms={"shell": 7})
    assert live_state(DONE, NOW + 5, None, limits).name == "idle"
    assert live_state(at_tool("shell"), NOW + 7, None, limits).name == "silent"
    assert live_state(at_tool("read"), NOW + 10 * SECOND, None, limits).name == "working"


def test_words_are_one_short_line() -> None:
    facts = DONE._replace(question="Which of\n\nthese\tdo you\r\nwant " + "x" * 9_000)
    words = live_state(facts, NOW).words
    assert words.startswith("asks: Which of these do you want xxx")
    assert len(words) == 120
    assert words.endswith("…")


def test_what_a_silent_command_may_wait_for_is_not_cut_off() -> None:
    words = live_state(at_tool("shell", "make " * 90), NOW + 3 * MINUTE).words
    assert words.endswith("(silent) or waits for permission")
    assert len(words) <= 120


def test_every_state_says_which_rule_decided() -> None:
    for facts in (LiveFacts(), WORKING, DONE, at_tool("shell"), at_tool("edit"), at_tool("ask")):
        assert live_state(facts, NOW + HOUR).reason != ""


times = st.one_of(st.just(0), st.integers(NOW - 9 * HOUR, NOW + HOUR), st.integers(-(2**70), 2**70))
kinds = st.sampled_from(["shell", "read", "edit", "ask", "subagent", "web", "tool", "plan", "thinking", "nonsense", ""])
steps = st.builds(OpenStep, st.text(max_size=3), kinds, st.text(max_size=9), st.text(max_size=300), times)
any_facts = st.builds(
    LiveFacts,
    last_at=times,
    last_kind=st.text(max_size=5),
    turn_number=st.integers(0, 9),
    turn_status=st.sampled_from(
        ["open", "completed", "interrupted", "failed", "superseded", "unknown", "", "nonsense"]
    ),
    turn_started_at=times,
    turn_ended_at=times,
    spoke_last=st.booleans(),
    open_steps=st.lists(steps, max_size=4).map(tuple),
    progress_at=times,
    question=st.sampled_from(["", "Which?"]),
    is_question_structured=st.booleans(),
    question_at=times,
    error_kind=st.sampled_from(["", "rate_limit", "overloaded", "model_fallback", "error", "nonsense"]),
    error_message=st.text(max_size=300),
    error_at=times,
    error_until=times,
    is_error_final=st.booleans(),
    attempt=st.integers(-1, 3),
    max_attempts=st.integers(-1, 3),
    ended_at=times,
    is_thinking=st.booleans(),
    pid=st.integers(),
    waits_for=st.sampled_from(["", "permission prompt", "nonsense " * 40]),
    waits_at=times,
)


@settings(max_examples=400, deadline=None)
@given(any_facts, st.lists(st.integers(NOW - HOUR, NOW + 30 * HOUR), max_size=12), st.sampled_from([None, True, False]))
def test_any_facts_have_a_state_and_never_return_to_one(
    facts: LiveFacts, moments: list[int], is_alive: bool | None
) -> None:
    states = [live_state(facts, moment, is_alive) for moment in sorted(moments)]
    for state in states:
        assert GROUPS[state.name] == state.group
        assert len(state.words) <= 120
        assert len(state.words.splitlines()) <= 1
    changes = [state for before, state in zip([None, *states], states, strict=False) if state != before]
    assert len({state.name for state in changes if state.name != "unknown"}) == len(
        [state for state in changes if state.name != "unknown"]
    )
    assert len(changes) <= 5


@settings(max_examples=400, deadline=None)
@given(
    any_facts, st.integers(NOW - HOUR, NOW + 30 * HOUR), st.integers(0, 40 * HOUR), st.sampled_from([None, True, False])
)
def test_state_stays_as_it_is_until_the_moment_to_which_it_holds(
    facts: LiveFacts, moment: int, later: int, is_alive: bool | None
) -> None:
    state, holds_until = judge_live_state(facts, moment, is_alive)
    assert holds_until > moment
    assert live_state(facts, min(moment + later, holds_until - 1), is_alive) == state


def test_state_holds_until_the_next_limit_and_not_beyond() -> None:
    assert judge_live_state(at_tool("shell"), NOW).holds_until == NOW + 2 * MINUTE
    assert judge_live_state(DONE, NOW).holds_until == NOW + 30 * MINUTE
