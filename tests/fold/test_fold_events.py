"""The fold: literal events in, literal rows out, whole or in parts."""

from __future__ import annotations

import itertools

import pytest

from ppp_tui.fold.file_fold import FileFold
from ppp_tui.fold.trajectory import FoldOptions
from ppp_tui.model import event as e
from ppp_tui.model.event import Event, Ref
from ppp_tui.model.ids import hash64
from ppp_tui.model.rows import StepRow, TrajectoryDelta, TurnRow
from ppp_tui.model.usage import UNPRICED, RequestPrice
from ppp_tui.scoring.prices.context_windows import Window
from tests.fold.failed_request import failed_request
from tests.scoring.state_of import live_state

T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC."""
R = Ref(0, 10)


class FlatPricing:
    """A dollar a million tokens; a window of 200,000."""

    def price(self, request: e.RequestMeasured, at_ms: int) -> RequestPrice:
        if not request.model:
            return UNPRICED
        return RequestPrice(request.input_tokens + request.output_tokens, request.cache_read_tokens)

    def window(self, model: str, recorded: int | None, greatest: int) -> Window:
        return Window(recorded or 200_000, is_inferred=not recorded)


def fold(*events: Event, keeps_text: bool = True) -> TrajectoryDelta:
    [rows] = FileFold(b"", FoldOptions(FlatPricing(), keeps_text=keeps_text)).fold(events)
    return rows


def turns(rows: TrajectoryDelta) -> list[tuple[object, ...]]:
    return [(row.turn_number, row.prompt, row.response, row.status, row.latency_ms) for row in rows.turns]


def steps(rows: TrajectoryDelta) -> list[tuple[object, ...]]:
    return [(row.turn_number, row.step_number, row.kind, row.target, row.status, row.exit_code) for row in rows.steps]


TALK: tuple[Event, ...] = (
    e.MetadataLearned(T0, "project", "/shop"),
    e.TurnStarted(T0, R, "k1", "Add login"),
    e.AssistantMessage(T0 + 1000, R, "I look first."),
    e.ToolCallStarted(T0 + 2000, R, "c1", "shell", "Bash", "pytest -q"),
    e.RequestMeasured(at=T0 + 2000, ref=R, key="r1", model="m1", input_tokens=10, output_tokens=5),
    e.ToolCallFinished(
        at=T0 + 4500, ref=R, key="c1", status="failed", exit_code=1, output_preview="1 failed", output_length=8
    ),
    e.RequestMeasured(at=T0 + 5000, ref=R, key="r1", model="m1", input_tokens=10, output_tokens=7),
    e.AssistantMessage(T0 + 5000, R, "Fixed."),
    e.TurnEnded(T0 + 6000, "completed"),
    e.TurnStarted(T0 + 9000, R, "k2", "Thanks"),
)


def test_a_turn_is_a_prompt_and_all_that_follows() -> None:
    rows = fold(*TALK)
    assert turns(rows) == [
        (1, "Add login", "I look first.\n\nFixed.", "completed", 6000),
        (2, "Thanks", "", "open", None),
    ]
    assert steps(rows) == [
        (1, 1, "message", "", "ok", None),
        (1, 2, "shell", "pytest -q", "failed", 1),
        (1, 3, "message", "", "ok", None),
    ]
    assert (rows.steps[1].duration_ms, rows.steps[2].text_start, rows.steps[2].text_end) == (2500, 15, 21)
    assert rows.facts == {"project": "/shop"}
    assert rows.started_at == "2026-11-20 10:00:00.000"


def test_of_one_requests_records_the_greatest_output_counts() -> None:
    rows = fold(*TALK)
    assert [(u.turn_number, u.request_number, u.output_tokens, u.cost_micros) for u in rows.usage] == [(1, 1, 7, 17)]


def test_request_whose_model_is_told_later_is_named_and_priced_anew() -> None:
    told = e.RequestMeasured(at=T0, ref=R, key="a", model="", input_tokens=10, output_tokens=7)
    named = told._replace(model="gpt-5.5", service_tier="flex", provider="openai")
    start = e.TurnStarted(T0, R, "t", "Go")
    first = FileFold(b"", FoldOptions(FlatPricing()))
    first.fold([start, told])
    [later] = FileFold(first.state(), FoldOptions(FlatPricing())).fold([named])
    assert [(u.turn_number, u.request_number, u.model) for u in later.usage] == [(1, 1, "gpt-5.5")]
    rows = fold(start, told, named, told)
    assert [(u.model, u.service_tier, u.provider, u.output_tokens) for u in rows.usage] == [
        ("gpt-5.5", "flex", "openai", 7)
    ]


@pytest.mark.parametrize("cut", range(1, len(TALK)))
def test_in_two_parts_the_rows_are_the_same(cut: int) -> None:
    first = FileFold(b"", FoldOptions(FlatPricing()))
    before = first.fold(TALK[:cut])
    after = FileFold(first.state(), FoldOptions(FlatPricing())).fold(TALK[cut:])
    merged_turns: dict[int, TurnRow] = {}
    merged_steps: dict[tuple[int, int], StepRow] = {}
    for rows in itertools.chain(before, after):
        merged_turns |= {row.turn_number: row for row in rows.turns}
        merged_steps |= {(row.turn_number, row.step_number): row for row in rows.steps}
    whole = fold(*TALK)
    assert list(merged_turns.values()) == whole.turns
    assert list(merged_steps.values()) == whole.steps
    assert after[0].live == whole.live


def test_a_superseded_turn_without_any_answer_took_an_unknown_time() -> None:
    rows = fold(e.TurnStarted(T0, R, "a", "One"), e.TurnStarted(T0 + 500, R, "b", "Two"))
    assert turns(rows) == [(1, "One", "", "superseded", None), (2, "Two", "", "open", None)]
    assert rows.turns[0].ended_at == "2026-11-20 10:00:00.000"


def test_a_superseded_turn_ends_with_its_own_last_event_and_not_with_the_next_prompt() -> None:
    days = 52 * 3_600_000
    rows = fold(
        e.TurnStarted(T0, R, "a", "One"),
        e.ReasoningEmitted(T0 + 4000, R, "Hm."),
        e.Compacted(T0 + days - 9000, R, "manual", 9000),
        e.TurnStarted(T0 + days, R, "b", "Two"),
    )
    assert turns(rows) == [(1, "One", "", "superseded", 4000), (2, "Two", "", "open", None)]
    assert rows.turns[0].ended_at == "2026-11-20 10:00:04.000"


def test_a_turn_whose_last_text_may_be_its_end_is_over_until_something_follows() -> None:
    spoken = (e.TurnStarted(T0, R, "a", "One"), e.AssistantMessage(T0 + 2000, R, "Done.", is_final=None))
    assert turns(fold(*spoken)) == [(1, "One", "Done.", "completed", 2000)]
    next_prompt = fold(*spoken, e.TurnStarted(T0 + 90_000, R, "b", "Two"))
    assert turns(next_prompt)[0] == (1, "One", "Done.", "completed", 2000)
    goes_on = fold(*spoken, e.ToolCallStarted(T0 + 3000, R, "c", "read", "Read", "a.py"))
    assert turns(goes_on) == [(1, "One", "Done.", "open", None)]


def test_a_text_beside_a_running_tool_ends_no_turn() -> None:
    rows = fold(
        e.TurnStarted(T0, R, "a", "One"),
        e.ToolCallStarted(T0 + 1000, R, "c", "shell", "Bash", "make"),
        e.AssistantMessage(T0 + 2000, R, "Building.", is_final=None),
    )
    assert turns(rows) == [(1, "One", "Building.", "open", None)]


def test_a_text_that_something_is_known_to_follow_ends_no_turn() -> None:
    rows = fold(e.TurnStarted(T0, R, "a", "One"), e.AssistantMessage(T0 + 2000, R, "I look.", is_final=False))
    assert turns(rows) == [(1, "One", "I look.", "open", None)]


@pytest.mark.parametrize(
    "swallowing", [e.Compacted(T0 + 5000, R, "auto", 9000), e.TurnStarted(T0 + 5000, R, "b", "Two")]
)
def test_a_tool_call_whose_result_never_comes_is_closed_and_asks_for_no_permission(swallowing: Event) -> None:
    called = (e.TurnStarted(T0, R, "a", "One"), e.ToolCallStarted(T0 + 1000, R, "c", "read", "Read", "a.py"))
    rows = fold(*called, swallowing)
    assert steps(rows)[0] == (1, 1, "read", "a.py", "unknown", None)
    assert rows.live is not None
    assert rows.live.open_steps == ()


def test_a_question_whose_call_a_compaction_swallowed_is_asked_no_longer() -> None:
    asked = (
        e.TurnStarted(T0, R, "a", "One"),
        e.ToolCallStarted(T0 + 1, R, "q", "ask", "AskUserQuestion", "Which?"),
        e.QuestionAsked(T0 + 1, R, "Which database?", "q"),
    )
    rows = fold(
        *asked, e.Compacted(T0 + 5000, R, "auto", 9000), e.AssistantMessage(T0 + 6000, R, "Done.", is_final=None)
    )
    assert rows.live is not None
    assert live_state(rows.live, T0 + 60_000).name == "finished"
    assert live_state(rows.live._replace(turn_status="completed"), T0 + 60_000).name == "finished"


def test_a_result_that_comes_after_its_turn_was_superseded_still_ends_its_step() -> None:
    rows = fold(
        e.TurnStarted(T0, R, "a", "One"),
        e.ToolCallStarted(T0 + 1000, R, "c", "shell", "Bash", "make"),
        e.TurnStarted(T0 + 2000, R, "b", "/cost", "command"),
        e.ToolCallFinished(T0 + 3000, R, "c", "ok", 0),
    )
    assert steps(rows) == [(1, 1, "shell", "make", "ok", 0)]


def test_a_command_in_the_background_outlives_its_turn() -> None:
    rows = fold(
        e.TurnStarted(T0, R, "a", "One"),
        e.ToolCallStarted(T0 + 1000, R, "c", "shell", "exec_command", "make watch"),
        e.ToolCallFinished(T0 + 2000, R, "c", "running"),
        e.TurnStarted(T0 + 3000, R, "b", "Two"),
    )
    assert steps(rows) == [(1, 1, "shell", "make watch", "running", None)]


def test_old_results_that_were_dropped_leave_a_running_tool_alone() -> None:
    rows = fold(
        e.TurnStarted(T0, R, "a", "One"),
        e.ToolCallStarted(T0 + 1000, R, "c", "shell", "Bash", "make"),
        e.Compacted(T0 + 2000, R, "micro", 9000, 8000),
    )
    assert steps(rows)[0] == (1, 1, "shell", "make", "running", None)


def test_turns_in_the_middle_are_taken_back_and_restored_by_their_keys() -> None:
    talk = [e.TurnStarted(T0 + number, R, f"k{number}", "Go") for number in range(1, 5)]
    back = e.TurnsRolledBack(T0 + 9, 0, (hash64("k2"), hash64("k3"), hash64("no such turn")))
    rows = fold(*talk, back)
    assert (rows.rolled_back, rows.restored) == ([2, 3], [])
    again = fold(*talk, back, e.TurnsRolledBack(T0 + 10, 0, (hash64("k4"),), (hash64("k2"),)))
    assert (again.rolled_back, again.restored) == ([3, 4], [2])


def test_what_comes_before_any_prompt_is_turn_zero() -> None:
    rows = fold(e.AssistantMessage(T0, R, "Continued."), e.TurnStarted(T0 + 1, R, "a", "One"))
    assert turns(rows) == [(0, "", "Continued.", "unknown", None), (1, "One", "", "open", None)]


def test_an_agent_that_goes_on_after_its_end_reopens_the_turn() -> None:
    rows = fold(
        e.TurnStarted(T0, R, "a", "One"), e.TurnEnded(T0 + 1, "completed"), e.AssistantMessage(T0 + 2, R, "And more.")
    )
    assert turns(rows) == [(1, "One", "And more.", "open", None)]


def test_an_interrupt_cancels_what_runs() -> None:
    rows = fold(
        e.TurnStarted(T0, R, "a", "One"),
        e.ToolCallStarted(T0, R, "c", "shell", "Bash", "sleep 9"),
        e.TurnEnded(T0 + 1, "interrupted"),
    )
    assert steps(rows) == [(1, 1, "shell", "sleep 9", "cancelled", None)]
    assert rows.live is not None
    assert (rows.live.turn_status, rows.live.open_steps) == ("interrupted", ())


def test_a_structured_question_is_open_until_its_step_ends() -> None:
    asked: tuple[Event, ...] = (
        e.TurnStarted(T0, R, "a", "One"),
        e.ToolCallStarted(T0 + 1, R, "q", "ask", "AskUserQuestion", "Which database?"),
        e.QuestionAsked(T0 + 1, R, "Which database do you prefer?", "q", ("SQLite", "PostgreSQL")),
    )
    rows = fold(*asked)
    assert rows.live is not None
    assert (rows.live.question, rows.live.is_question_structured) == ("Which database do you prefer?", True)
    assert (rows.questions[0].source, rows.questions[0].options) == ("tool", '["SQLite", "PostgreSQL"]')
    rows = fold(*asked, e.ToolCallFinished(T0 + 80_000, R, "q", "ok"))
    assert rows.live is not None
    assert rows.live.question == ""
    assert rows.questions[0].answered_at == "2026-11-20 10:01:20.000"


def test_a_question_in_the_text_is_found_with_its_place() -> None:
    rows = fold(
        e.TurnStarted(T0, R, "a", "One"),
        e.AssistantMessage(T0, R, "All green."),
        e.AssistantMessage(T0, R, "It works. Which provider do you prefer, Google or GitHub?"),
        e.TurnEnded(T0, "completed"),
    )
    [question] = rows.questions
    assert (question.question_text, question.effort_level, question.source) == (
        "Which provider do you prefer, Google or GitHub?",
        "low",
        "text",
    )
    assert rows.turns[0].response[question.text_start : question.text_end] == question.question_text
    assert rows.live is not None
    assert rows.live.question == question.question_text


def test_sub_agent_asks_no_questions_of_the_user() -> None:
    [rows] = FileFold(b"", FoldOptions(FlatPricing()), is_child=True).fold(
        [e.TurnStarted(T0, R, "a", "One"), e.AssistantMessage(T0, R, "Which provider do you prefer, A or B?")]
    )
    assert rows.questions == []


def test_retries_are_kept_and_shown_until_something_succeeds() -> None:
    failed: tuple[Event, ...] = (
        e.TurnStarted(T0, R, "a", "One"),
        failed_request(T0 + 1, attempt=2, wait_ms=4000),
    )
    rows = fold(*failed)
    assert rows.live is not None
    assert (rows.live.error_kind, rows.live.error_until, rows.live.attempt) == ("overloaded", T0 + 4001, 2)
    assert [(r.reason, r.attempt, r.wait_ms, r.status_code, r.is_final) for r in rows.retries] == [
        ("overloaded", 2, 4000, 529, 0)
    ]
    rows = fold(*failed, e.AssistantMessage(T0 + 9, R, "Here."))
    assert rows.live is not None
    assert rows.live.error_kind == ""


def test_a_final_error_fails_the_turn() -> None:
    rows = fold(
        e.TurnStarted(T0, R, "a", "One"),
        e.RequestFailed(T0 + 5, R, "rate_limit", "Limit", is_final=True),
        e.TurnEnded(T0 + 6, "completed"),
    )
    assert turns(rows) == [(1, "One", "", "failed", 6)]


def test_rolled_back_turns_are_named() -> None:
    rows = fold(
        e.TurnStarted(T0, R, "a", "One"),
        e.TurnStarted(T0, R, "b", "Two"),
        e.TurnStarted(T0, R, "c", "Three"),
        e.TurnsRolledBack(T0, 2),
    )
    assert rows.rolled_back == [2, 3]


def test_events_after_a_switch_belong_to_another_trajectory() -> None:
    main, child = FileFold(b"", FoldOptions(FlatPricing())).fold(
        [
            e.TurnStarted(T0, R, "a", "Count"),
            e.TrajectorySwitched("s1", "", "c1"),
            e.TurnStarted(T0, R, "b", "List"),
            e.AssistantMessage(T0, R, "Two files."),
            e.TrajectorySwitched(""),
            e.AssistantMessage(T0, R, "There are two."),
        ]
    )
    assert (main.name, turns(main)) == ("", [(1, "Count", "There are two.", "open", None)])
    assert (child.name, child.parent_name, turns(child)) == ("s1", "", [(1, "List", "Two files.", "open", None)])


def test_a_turn_that_its_source_numbers_is_written_anew() -> None:
    file_fold = FileFold(b"", FoldOptions(FlatPricing()))
    file_fold.fold([e.TurnStarted(T0, R, "7:3", "Plan", "logged", 3), e.AssistantMessage(T0, R, "Which way?")])
    [rows] = file_fold.fold(
        [
            e.TurnStarted(T0, R, "7:3", "Plan", "logged", 3),
            e.AssistantMessage(T0, R, "Which way?"),
            e.QuestionAsked(T0, R, "Which way?", effort="high"),
            e.TurnEnded(T0, "completed", 250),
        ]
    )
    assert (rows.rewritten, turns(rows)) == ([3], [(3, "Plan", "Which way?", "completed", 250)])
    assert [(q.question_text, q.effort_level, q.method) for q in rows.questions] == [("Which way?", "high", "stated")]


def test_without_text_there_are_lengths_and_hashes() -> None:
    rows = fold(*TALK, keeps_text=False)
    first = rows.turns[0]
    assert (first.prompt, first.response, first.prompt_length, first.response_length) == ("", "", 9, 21)
    assert first.prompt_hash == "0e100ea6b067c91a0c019afbbbeaf4c34b3c7c9a64fd35738951fae60e614fec"
    assert {step.target for step in rows.steps} == {""}
