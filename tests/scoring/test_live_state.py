"""The state of a session: every rule from literal facts, every threshold from both sides."""

from __future__ import annotations

import pytest

from ppp_tui.model.live import LiveFacts, LiveState, OpenStep
from ppp_tui.scoring.live_state import describe_error, describe_step, one_line
from tests.scoring.state_of import DONE, HOUR, MINUTE, NOW, SECOND, WORKING, at_tool, live_state

THINKING = WORKING._replace(is_thinking=True, last_kind="TurnStarted")


def told(state: LiveState) -> tuple[str, str, str, str]:
    return state.name, state.group, state.words, state.certainty


def test_nothing_on_record() -> None:
    state = live_state(LiveFacts(), NOW)
    assert told(state) == ("unknown", "idle", "nothing on record yet", "known")


def test_question_of_a_session_without_times_is_shown() -> None:
    state = live_state(LiveFacts(question="Which port?", is_question_structured=True, turn_status="completed"), NOW)
    assert told(state) == ("unknown", "idle", "asked: Which port?", "known")


def test_a_structured_question_waits_for_its_answer() -> None:
    facts = WORKING._replace(
        question="Which provider?",
        is_question_structured=True,
        question_at=NOW - 5,
        open_steps=(OpenStep("k", "ask", "AskUserQuestion", "Which provider?", NOW - 5),),
    )
    state = live_state(facts, NOW + HOUR)
    assert told(state) == ("asks", "needs you", "asks: Which provider?", "known")
    assert state.since == NOW - 5


def test_an_open_asking_step_is_a_question_by_itself() -> None:
    assert told(live_state(at_tool("ask", "Approve the plan"), NOW)) == (
        "asks",
        "needs you",
        "asks: Approve the plan",
        "known",
    )


@pytest.mark.parametrize(
    ("is_alive", "after", "name"), [(None, 8 * HOUR - 1, "asks"), (None, 8 * HOUR, "idle"), (True, 90 * HOUR, "asks")]
)
def test_a_structured_question_is_given_up_unless_its_process_lives(
    is_alive: bool | None, after: int, name: str
) -> None:
    facts = WORKING._replace(question="Which?", is_question_structured=True, question_at=NOW)
    assert live_state(facts, NOW + after, is_alive).name == name


def test_a_turn_that_ends_with_a_question_in_prose_is_guessed_to_ask() -> None:
    state = live_state(DONE._replace(question="Want me to go on?", question_at=NOW - 4), NOW + 40 * MINUTE)
    assert told(state) == ("asks", "needs you", "asks: Want me to go on?", "guessed")
    assert state.since == NOW


@pytest.mark.parametrize(("after", "name"), [(2 * HOUR - 1, "asks"), (2 * HOUR, "idle")])
def test_a_question_in_prose_is_forgotten_in_the_end(after: int, name: str) -> None:
    assert live_state(DONE._replace(question="Go on?"), NOW + after).name == name


def test_a_question_in_prose_before_a_tool_call_does_not_ask() -> None:
    facts = at_tool("shell", "pytest -q")._replace(question="Do the tests pass?", question_at=NOW - 9)
    assert told(live_state(facts, NOW)) == ("working", "working", "runs pytest -q", "known")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (0, ("finished", "finished", "finished", "known")),
        (30 * MINUTE - 1, ("finished", "finished", "finished", "known")),
        (30 * MINUTE, ("idle", "idle", "finished", "known")),
    ],
)
def test_a_finished_turn_needs_the_user_for_a_while(after: int, expected: tuple[str, ...]) -> None:
    assert told(live_state(DONE, NOW + after)) == expected


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("shell", "runs x"),
        ("read", "reads x"),
        ("edit", "edits x"),
        ("search", "searches x"),
        ("web", "looks up x"),
        ("subagent", "delegates: x"),
        ("mcp", "calls Tool x"),
        ("tool", "uses Tool x"),
        ("plan", "plans x"),
        ("not a kind", "uses Tool x"),
    ],
)
def test_an_open_step_is_work(kind: str, words: str) -> None:
    assert told(live_state(at_tool(kind), NOW + 9 * SECOND)) == ("working", "working", words, "known")


def test_steps_side_by_side_are_counted_and_the_slowest_is_named() -> None:
    facts = WORKING._replace(
        open_steps=(
            OpenStep("1", "read", "Read", "a.py", NOW),
            OpenStep("2", "shell", "Bash", "make", NOW),
            OpenStep("3", "edit", "Edit", "b.py", NOW),
        )
    )
    assert live_state(facts, NOW + MINUTE).words == "runs make and 2 more"


@pytest.mark.parametrize("kind", ["edit", "read"])
def test_what_takes_no_time_and_does_not_end_waits_for_permission(kind: str) -> None:
    verb = {"edit": "edits", "read": "reads"}[kind]
    facts = at_tool(kind, "app.py")
    assert live_state(facts, NOW + 10 * SECOND - 1).name == "working"
    state = live_state(facts, NOW + 10 * SECOND)
    assert told(state) == ("permission", "needs you", f"permission? {verb} app.py", "guessed")


@pytest.mark.parametrize(
    ("waits_for", "words"),
    [
        ("permission prompt", "waits for permission: runs make"),
        ("sandbox request", "waits for permission: runs make"),
        ("dialog open", "waits: dialog open: runs make"),
    ],
)
def test_what_a_program_says_that_it_waits_for_is_known(waits_for: str, words: str) -> None:
    facts = at_tool("shell", "make")._replace(waits_for=waits_for, waits_at=NOW + 5)
    state = live_state(facts, NOW + SECOND, True)
    assert told(state) == ("permission", "needs you", words, "known")
    assert state.since == NOW + 5


def test_a_wait_without_a_step_is_told_alone() -> None:
    facts = THINKING._replace(waits_for="permission prompt", waits_at=NOW)
    assert live_state(facts, NOW).words == "waits for permission"


@pytest.mark.parametrize(
    ("is_alive", "after", "name"),
    [
        (None, 8 * HOUR - 1, "permission"),
        (None, 8 * HOUR, "idle"),
        (True, 90 * HOUR, "permission"),
        (False, 0, "ended"),
    ],
)
def test_a_wait_lasts_as_long_as_its_process(is_alive: bool | None, after: int, name: str) -> None:
    facts = at_tool("shell")._replace(waits_for="permission prompt", waits_at=NOW)
    assert live_state(facts, NOW + after, is_alive).name == name


def test_a_turn_that_is_over_waits_for_nothing_more() -> None:
    assert live_state(DONE._replace(waits_for="dialog open", waits_at=NOW), NOW).name == "finished"


def test_an_edit_behind_a_running_command_does_not_wait_for_permission() -> None:
    facts = WORKING._replace(
        open_steps=(OpenStep("1", "shell", "Bash", "make", NOW), OpenStep("2", "edit", "Edit", "b.py", NOW))
    )
    assert live_state(facts, NOW + MINUTE).name == "working"


@pytest.mark.parametrize(("after", "name"), [(2 * HOUR - 1, "permission"), (2 * HOUR, "idle")])
def test_a_guessed_permission_is_given_up(after: int, name: str) -> None:
    assert live_state(at_tool("edit"), NOW + after).name == name


@pytest.mark.parametrize(
    ("kind", "limit"), [("shell", 2 * MINUTE), ("web", MINUTE), ("mcp", 2 * MINUTE), ("search", 30 * SECOND)]
)
def test_a_tool_without_a_sign_of_life_is_stuck_or_waits(kind: str, limit: int) -> None:
    facts = at_tool(kind, "x")
    assert live_state(facts, NOW + limit - 1).name == "working"
    state = live_state(facts, NOW + limit)
    assert (state.name, state.group, state.certainty, state.since) == ("silent", "stuck", "guessed", NOW)
    assert state.words.endswith("x (silent) or waits for permission")


def test_a_sign_of_life_keeps_a_command_running() -> None:
    facts = at_tool("shell", "make")._replace(progress_at=NOW + 5 * MINUTE, last_at=NOW + 5 * MINUTE)
    state = live_state(facts, NOW + 6 * MINUTE)
    assert (state.name, state.since) == ("working", NOW)


def test_a_sub_agent_may_take_half_an_hour() -> None:
    facts = at_tool("subagent", "review the change")
    assert told(live_state(facts, NOW + 29 * MINUTE)) == ("working", "working", "delegates: review the change", "known")
    assert live_state(facts, NOW + 30 * MINUTE, True).name == "silent"


@pytest.mark.parametrize(("is_alive", "name"), [(None, "idle"), (True, "silent")])
def test_a_silent_tool_is_given_up_unless_its_process_lives(is_alive: bool | None, name: str) -> None:
    assert live_state(at_tool("shell"), NOW + 30 * MINUTE - 1, is_alive).name == "silent"
    assert live_state(at_tool("shell"), NOW + 30 * MINUTE, is_alive).name == name


@pytest.mark.parametrize(
    ("after", "is_alive", "name", "group"),
    [
        (0, None, "working", "working"),
        (10 * MINUTE - 1, None, "working", "working"),
        (10 * MINUTE, None, "unknown", "idle"),
        (10 * MINUTE, True, "silent", "stuck"),
        (30 * MINUTE, None, "idle", "idle"),
        (9 * HOUR, True, "silent", "stuck"),
    ],
)
def test_a_model_thinks_for_a_while(after: int, is_alive: bool | None, name: str, group: str) -> None:
    state = live_state(THINKING, NOW + after, is_alive)
    assert (state.name, state.group) == (name, group)


def test_thinking_is_said_so() -> None:
    assert told(live_state(THINKING, NOW)) == ("working", "working", "thinks", "known")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (20 * SECOND - 1, ("working", "working", "answers", "known")),
        (20 * SECOND, ("finished", "finished", "finished", "guessed")),
        (30 * MINUTE, ("idle", "idle", "finished", "guessed")),
    ],
)
def test_an_answer_without_an_end_on_record(after: int, expected: tuple[str, ...]) -> None:
    assert told(live_state(WORKING._replace(spoke_last=True, last_kind="AssistantMessage"), NOW + after)) == expected


def test_an_answer_without_an_end_that_asks() -> None:
    facts = WORKING._replace(spoke_last=True, question="Shall I go on?", question_at=NOW)
    assert live_state(facts, NOW + 19 * SECOND).words == "answers"
    assert told(live_state(facts, NOW + 20 * SECOND)) == ("asks", "needs you", "asks: Shall I go on?", "guessed")


REFUSED = THINKING._replace(error_kind="rate_limit", error_message="429", error_at=NOW, attempt=2, max_attempts=10)


@pytest.mark.parametrize(
    ("after", "name"), [(0, "limited"), (70 * MINUTE - 1, "limited"), (70 * MINUTE, "unknown"), (90 * MINUTE, "idle")]
)
def test_a_rate_limit_holds_until_something_succeeds(after: int, name: str) -> None:
    assert live_state(REFUSED._replace(error_until=NOW + HOUR), NOW + after).name == name


def test_a_rate_limit_tells_until_when() -> None:
    state = live_state(REFUSED._replace(error_until=NOW + HOUR), NOW + MINUTE)
    assert told(state) == ("limited", "stuck", "rate limited (attempt 2 of 10)", "known")
    assert (state.since, state.until) == (NOW, NOW + HOUR)


def test_a_short_pause_after_an_overload_is_work() -> None:
    facts = REFUSED._replace(error_kind="overloaded", error_until=NOW + 30 * SECOND)
    assert told(live_state(facts, NOW)) == (
        "working",
        "working",
        "asks again: model overloaded (attempt 2 of 10)",
        "known",
    )


def test_a_long_pause_after_an_overload_holds_the_session_up() -> None:
    facts = REFUSED._replace(error_kind="overloaded", error_until=NOW + 31 * SECOND)
    assert told(live_state(facts, NOW)) == ("limited", "stuck", "model overloaded (attempt 2 of 10)", "known")


def test_another_model_stepping_in_is_no_trouble() -> None:
    assert live_state(REFUSED._replace(error_kind="model_fallback"), NOW).words == "thinks"


FAILED = REFUSED._replace(turn_status="failed", is_error_final=True, is_thinking=False, turn_ended_at=NOW)


def test_a_final_error_failed_the_turn() -> None:
    facts = FAILED._replace(error_kind="error", error_message="invalid request\n{...}")
    assert told(live_state(facts, NOW + HOUR)) == ("failed", "stuck", "failed: invalid request {...}", "known")


def test_a_final_error_counts_before_the_end_of_the_turn_is_written() -> None:
    assert live_state(FAILED._replace(turn_status="open", error_kind="auth"), NOW).words == "failed: not signed in"


def test_a_turn_can_fail_without_an_error_on_record() -> None:
    facts = DONE._replace(turn_status="failed")
    assert told(live_state(facts, NOW)) == ("failed", "stuck", "failed: an error", "known")


def test_a_failure_is_given_up() -> None:
    assert live_state(FAILED, NOW + 2 * HOUR - 1).name == "failed"
    assert live_state(FAILED, NOW + 2 * HOUR).name == "idle"


def test_a_turn_that_failed_on_a_limit_is_limited_while_it_holds() -> None:
    facts = FAILED._replace(error_until=NOW + 3 * HOUR)
    assert told(live_state(facts, NOW + HOUR)) == ("limited", "stuck", "rate limited", "known")
    assert live_state(facts, NOW + 3 * HOUR).name == "failed"


@pytest.mark.parametrize(
    ("after", "name"), [(0, "interrupted"), (30 * MINUTE - 1, "interrupted"), (30 * MINUTE, "idle")]
)
def test_interrupted_turn_does_not_need_the_user(after: int, name: str) -> None:
    state = live_state(DONE._replace(turn_status="interrupted"), NOW + after)
    assert (state.name, state.group, state.words) == (name, "idle", "interrupted")


@pytest.mark.parametrize("facts", [THINKING, at_tool("shell"), REFUSED, at_tool("ask")])
def test_a_process_that_died_in_the_middle_of_a_turn(facts: LiveFacts) -> None:
    assert told(live_state(facts, NOW, False)) == ("ended", "idle", "ended in the middle of a turn", "known")


def test_an_answer_outlives_the_process_that_gave_it() -> None:
    assert live_state(DONE, NOW + MINUTE, False).name == "finished"
    assert live_state(DONE._replace(question="Go on?"), NOW + MINUTE, False).name == "asks"
    assert told(live_state(DONE, NOW + 30 * MINUTE, False)) == ("ended", "idle", "finished", "known")


def test_an_answer_without_an_end_on_record_outlives_its_process() -> None:
    assert live_state(WORKING._replace(spoke_last=True), NOW + MINUTE, False).name == "finished"


def test_a_session_that_was_left() -> None:
    assert told(live_state(DONE._replace(ended_at=NOW), NOW)) == ("ended", "idle", "left", "known")
    assert live_state(THINKING._replace(ended_at=NOW), NOW).words == "left in the middle of a turn"


def test_a_turn_of_which_nothing_is_told() -> None:
    facts = LiveFacts(last_at=NOW, last_kind="SystemNotice")
    assert live_state(facts, NOW).name == "unknown"
    assert live_state(facts, NOW + 30 * MINUTE).name == "idle"


def test_a_record_from_the_future_is_not_believed() -> None:
    assert live_state(THINKING, NOW - 10 * MINUTE).name == "working"
    assert told(live_state(THINKING, NOW - 10 * MINUTE - 1)) == ("unknown", "idle", "its clock is ahead", "guessed")


def test_completed_turn_counts_from_its_own_end_and_without_one_from_its_last_event() -> None:
    late = DONE._replace(last_at=NOW + 5 * SECOND)
    assert live_state(late, NOW + MINUTE).since == NOW
    assert live_state(late._replace(turn_ended_at=0), NOW + MINUTE).since == NOW + 5 * SECOND


def test_structured_question_stays_open_though_its_turn_is_over() -> None:
    facts = DONE._replace(question="Which port?", is_question_structured=True, question_at=NOW - 7 * SECOND)
    state = live_state(facts, NOW + 3 * HOUR)
    assert (told(state), state.since) == (("asks", "needs you", "asks: Which port?", "known"), NOW - 7 * SECOND)
    assert live_state(facts._replace(question_at=0), NOW + 3 * HOUR).since == NOW


def test_reason_says_whether_an_end_was_recorded_or_guessed() -> None:
    assert live_state(DONE, NOW).reason == "the record says that the turn is over"
    guessed = live_state(WORKING._replace(spoke_last=True), NOW + MINUTE)
    assert (guessed.name, guessed.reason) == ("finished", "the agent spoke last and has been quiet since")


def test_rate_limit_counts_from_the_error_and_not_from_a_later_event() -> None:
    facts = DONE._replace(
        last_at=NOW + SECOND,
        turn_status="failed",
        error_kind="rate_limit",
        error_at=NOW - SECOND,
        error_until=NOW + HOUR,
    )
    state = live_state(facts, NOW + MINUTE)
    assert (state.name, state.since, state.until) == ("limited", NOW - SECOND, NOW + HOUR)


def test_asking_step_without_a_question_counts_from_its_own_start() -> None:
    step = OpenStep("k", "ask", "AskUserQuestion", "Which port?", NOW - 5 * SECOND)
    assert live_state(WORKING._replace(open_steps=(step,)), NOW + SECOND).since == NOW - 5 * SECOND
    untimed = WORKING._replace(question="Which port?", is_question_structured=True)
    assert live_state(untimed, NOW + SECOND).since == NOW


def test_target_of_another_tool_is_not_the_question() -> None:
    steps = (OpenStep("a", "shell", "Bash", "make", NOW), OpenStep("b", "ask", "Ask", "Which port?", NOW))
    assert live_state(WORKING._replace(open_steps=steps), NOW + SECOND).words == "asks: Which port?"


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (OpenStep("k", "read", "Read", "/srv/shop/app.py", NOW), "reads app.py"),
        (OpenStep("k", "shell", "Bash", "cat /srv/shop/app.py", NOW), "runs cat /srv/shop/app.py"),
        (OpenStep("k", "subagent", "Task", "review", NOW), "delegates: review"),
        (OpenStep("k", "subagent", "wait_agent", "", NOW), "waits for a sub-agent"),
        (OpenStep("k", "subagent", "wait_agent", "reviewer", NOW), "waits for reviewer"),
        (OpenStep("k", "shell", "wait", "pytest", NOW), "runs pytest"),
    ],
)
def test_words_of_a_step_name_a_file_without_its_folder_and_what_is_waited_for(step: OpenStep, words: str) -> None:
    assert describe_step(step) == words


def test_line_is_cut_only_beyond_its_limit() -> None:
    assert one_line("a" * 120) == "a" * 120
    assert one_line("a" * 121) == "a" * 119 + "…"
    assert one_line("a  b\n c", 5) == "a b c"


@pytest.mark.parametrize(
    ("others", "words"), [(0, "runs make"), (1, "runs make and 1 more"), (2, "runs make and 2 more")]
)
def test_words_of_a_step_count_the_others_that_are_open(others: int, words: str) -> None:
    assert describe_step(OpenStep("k", "shell", "Bash", "make", NOW), others) == words


@pytest.mark.parametrize(
    ("attempt", "max_attempts", "is_final", "words"),
    [
        (1, 1, False, "rate limited (attempt 1 of 1)"),
        (3, 10, False, "rate limited (attempt 3 of 10)"),
        (0, 10, False, "rate limited"),
        (3, 0, False, "rate limited"),
        (3, 10, True, "rate limited"),
    ],
)
def test_words_of_an_error_count_attempts_only_while_both_numbers_are_known_and_more_may_come(
    attempt: int, max_attempts: int, is_final: bool, words: str
) -> None:
    facts = WORKING._replace(
        error_kind="rate_limit", attempt=attempt, max_attempts=max_attempts, is_error_final=is_final
    )
    assert describe_error(facts) == words
