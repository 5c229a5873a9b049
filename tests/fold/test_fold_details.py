"""Details of the fold that one changed operator would break: live facts, limits of what is kept, numbers of rows."""

from __future__ import annotations

import pytest

from ppp_tui.fold.file_fold import FileFold
from ppp_tui.fold.state import MAX_OPEN_STEPS
from ppp_tui.fold.trajectory import FoldOptions
from ppp_tui.model import event as e
from ppp_tui.model.event import Event
from ppp_tui.model.event_values import Origin, TurnStatus
from ppp_tui.model.ids import hash64
from ppp_tui.model.usage import UNPRICED, RequestPrice
from ppp_tui.scoring.prices.context_windows import Window
from tests.fold.test_fold_calls import edit, shell
from tests.fold.test_fold_calls import fold as fold_work
from tests.fold.test_fold_events import T0, FlatPricing, R, fold

START = e.TurnStarted(T0, R, "k1", "Mend it")
CALL = e.ToolCallStarted(T0 + 1000, R, "c1", "shell", "Bash", "make")


class InferredWindows:
    """200,000 tokens until a session held more, then a million."""

    def price(self, request: e.RequestMeasured, at_ms: int) -> RequestPrice:
        return UNPRICED

    def window(self, model: str, recorded: int | None, greatest: int) -> Window:
        return Window(200_000 if greatest <= 200_000 else 1_000_000, is_inferred=True)


@pytest.mark.parametrize(
    "event",
    [CALL, e.Heartbeat(T0 + 1000, "c1"), e.AssistantMessage(T0 + 1000, R, "So."), e.TurnEnded(T0 + 1000, "completed")],
    ids=lambda event: type(event).__name__,
)
def test_event_is_the_last_sign_of_life(event: Event) -> None:
    live = fold(START, event).live
    assert live is not None
    assert (live.last_at, live.last_kind) == (T0 + 1000, type(event).__name__)


def test_step_that_ended_is_no_longer_open() -> None:
    first = FileFold(b"", FoldOptions(FlatPricing()))
    [begun] = first.fold([START, CALL])
    assert begun.live is not None
    assert [step.key for step in begun.live.open_steps] == ["c1"]
    [ended] = FileFold(first.state(), FoldOptions(FlatPricing())).fold([e.ToolCallFinished(T0 + 2000, R, "c1", "ok")])
    assert ended.live is not None
    assert (ended.live.open_steps, ended.live.is_thinking) == ((), True)


@pytest.mark.parametrize(
    ("at", "stated_ms", "expected"), [(T0 + 3500, 7, 7), (T0 + 3500, None, 2500), (0, None, None), (0, 7, 7)]
)
def test_stated_duration_goes_before_a_measured_one(at: int, stated_ms: int | None, expected: int | None) -> None:
    [step] = fold(START, CALL, e.ToolCallFinished(at, R, "c1", "ok", duration_ms=stated_ms)).steps
    assert step.duration_ms == expected


def test_oldest_open_step_is_forgotten_beyond_the_limit() -> None:
    calls = [CALL._replace(key=f"c{number}") for number in range(MAX_OPEN_STEPS + 1)]
    ends = [e.ToolCallFinished(T0 + 2000, R, key, "ok") for key in ("c0", "c1")]
    assert [step.status for step in fold(START, *calls, *ends).steps[:3]] == ["running", "ok", "running"]


def test_text_of_a_child_asks_its_parent_and_not_the_user() -> None:
    asks = e.AssistantMessage(T0 + 1000, R, "Which port should I use?")
    assert [row.question_text for row in fold(START, asks).questions] == ["Which port should I use?"]
    assert fold(e.MetadataLearned(T0, "parent_native_id", "main"), START, asks).questions == []


def test_question_with_its_answer_is_not_open() -> None:
    asked = e.QuestionAsked(T0 + 1000, R, "Which port?", "c1", answer="8080")
    live = fold(START, asked).live
    assert live is not None
    assert live.question == ""
    live = fold(START, asked._replace(answer=None)).live
    assert live is not None
    assert live.question == "Which port?"


def test_question_beyond_the_given_answers_stays_unanswered() -> None:
    asked = [e.QuestionAsked(T0 + 1000, R, text, "c1") for text in ("Which port?", "Which host?")]
    rows = fold(START, *asked, e.QuestionAnswered(T0 + 2000, "c1", ("8080",)))
    assert [(row.answer, row.answer_status) for row in rows.questions] == [("8080", "given"), (None, None)]
    assert rows.live is not None
    assert rows.live.question == "Which host?"


def test_request_is_found_by_its_alias_only_if_it_has_one() -> None:
    request = e.RequestMeasured(T0, R, "r1", "opus", 1, 1, alias="m1")
    assert [row.alias_hash for row in fold(START, request).usage] == [hash64("m1")]
    assert [row.alias_hash for row in fold(START, request._replace(alias="")).usage] == [None]


def test_failed_requests_of_a_turn_are_numbered_from_one() -> None:
    failed = e.RequestFailed(T0 + 1000, R, "overloaded", "Overloaded")
    assert [row.retry_number for row in fold(START, failed, failed).retries] == [1, 2]


def test_context_is_the_last_measured_one_in_an_unchanged_window() -> None:
    [turn] = fold(START, e.ContextMeasured(T0, 10), e.ContextMeasured(T0, 20)).turns
    assert (turn.context_tokens, turn.context_window) == (20, 200_000)


def test_inferred_window_that_proved_too_small_is_raised_for_the_whole_session() -> None:
    options = FoldOptions(InferredWindows())
    measured = [e.ContextMeasured(T0, tokens) for tokens in (190_000, 200_000, 250_000, 260_000)]
    [rows] = FileFold(b"", options).fold([START, *measured])
    assert rows.raised_windows == [(200_000, 1_000_000)]
    assert (rows.turns[0].context_window, rows.turns[0].is_window_inferred) == (1_000_000, 1)


@pytest.mark.parametrize(
    ("origin", "expected"), [("user", "2026-11-20 10:00:00.000"), ("logged", "1970-01-01 00:00:00.000")]
)
def test_untimed_turn_begins_with_its_trajectory_unless_it_was_logged(origin: Origin, expected: str) -> None:
    rows = fold(e.AssistantMessage(T0, R, "Hello."), e.TurnStarted(0, R, "k1", "Go on", origin))
    assert rows.turns[-1].timestamp == expected


@pytest.mark.parametrize(
    ("origin", "status", "expected"),
    [("logged", "unknown", True), ("logged", "completed", False), ("user", "unknown", False)],
)
def test_agent_spoke_last_where_a_program_logged_a_turn_without_its_end(
    origin: Origin, status: TurnStatus, expected: bool
) -> None:
    started = e.TurnStarted(T0, R, "k1", "Mend it", origin)
    live = fold(started, e.AssistantMessage(T0, R, "Mended."), e.TurnEnded(T0 + 1000, status)).live
    assert live is not None
    assert (live.spoke_last, live.is_thinking) == (expected, False)


def test_last_announced_attempt_exhausts_a_chain() -> None:
    failed = e.RequestFailed(T0 + 1000, R, "overloaded", "Overloaded", attempt=2, max_attempts=3)
    ended = e.TurnEnded(T0 + 2000, "failed")
    assert [row.is_exhausted for row in fold_work(failed, failed._replace(attempt=3), ended).chains] == [1]
    assert [row.is_exhausted for row in fold_work(failed, ended).chains] == [0]


def test_denied_call_is_no_attempt_and_ends_no_chain() -> None:
    work = fold_work(
        *shell("c1", "fetch it", status="failed"),
        *shell("c2", "fetch it", status="denied"),
        *shell("c3", "fetch it", status="failed"),
    )
    assert [(row.chain_number, row.attempts, row.outcome) for row in work.chains] == [(1, 2, "open")]


def test_chain_is_given_up_when_files_change_before_another_attempt() -> None:
    work = fold_work(
        *shell("c1", "fetch it", status="failed"), *shell("c2", "fetch it", status="failed"), *edit("c3", "pay.py")
    )
    assert [(row.chain_number, row.attempts, row.outcome) for row in work.chains] == [(1, 2, "gave_up")]


def test_question_is_closed_by_its_answer_and_by_an_interrupt() -> None:
    asked = e.QuestionAsked(T0 + 1000, R, "Which port?", "c1")
    for event in (e.QuestionAnswered(T0 + 2000, "c1", ("8080",)), e.TurnEnded(T0 + 2000, "interrupted")):
        live = fold(START, CALL._replace(kind="ask"), asked, event).live
        assert live is not None
        assert live.question == ""


@pytest.mark.parametrize(
    ("before", "after", "tool_tokens", "conversation_tokens"),
    [(100, 60, 60, 5), (200, 60, 0, 65), (60, 100, 61, 4), (None, None, 61, 4), (50, None, 59, 6)],
)
def test_micro_compaction_takes_old_results_out_of_the_window(
    before: int | None, after: int | None, tool_tokens: int, conversation_tokens: int
) -> None:
    # 400 characters of a tool and 20 of conversation share what is not the system prompt's 895 tokens.
    [row] = fold_work(
        *shell("c1", "ls", "x" * 398),
        e.ContextMeasured(T0 + 2000, 1000),
        e.Compacted(T0 + 3000, R, "micro", before, after),
        e.ContextMeasured(T0 + 4000, 960),
    ).contexts
    assert (row.system_tokens, row.tool_tokens, row.conversation_tokens) == (895, tool_tokens, conversation_tokens)
    assert (row.peak_tokens, row.compactions) == (1000, 1)
