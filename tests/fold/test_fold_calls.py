"""The fold of how work goes: literal events in, test runs, changes, chains, file accesses and context out."""

from __future__ import annotations

import pytest

from ppp_tui.fold.file_fold import FileFold
from ppp_tui.fold.trajectory import FoldOptions
from ppp_tui.model import event as e
from ppp_tui.model.activity import WorkRows
from ppp_tui.model.event import Event, Ref
from ppp_tui.model.event_values import StepStatus
from tests.fold.failed_request import failed_request
from tests.fold.test_fold_events import FlatPricing

T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC."""
R = Ref(0, 10)
RED = "FAILED test_a.py::test_pay - refused\n1 failed, 3 passed in 0.20s\n"
GREEN = "4 passed in 0.10s\n"


def fold(*events: Event, keeps_text: bool = True) -> WorkRows:
    begin = (
        e.MetadataLearned(T0, "project", "/shop"),
        e.MetadataLearned(T0, "model", "m1"),
        e.TurnStarted(T0, R, "k1", "Mend the pay page"),
    )
    [rows] = FileFold(b"", FoldOptions(FlatPricing(), keeps_text=keeps_text)).fold([*begin, *events])
    return rows.work


def shell(key: str, command: str, output: str = "", status: StepStatus = "ok", at: int = T0 + 1000) -> list[Event]:
    return [
        e.ToolCallStarted(
            at=at,
            ref=R,
            key=key,
            kind="shell",
            tool="Bash",
            target=command,
            input_preview=command,
            input_length=len(command),
            command=command,
        ),
        e.ToolCallFinished(
            at=at + 500,
            ref=R,
            key=key,
            status=status,
            exit_code=0,
            output_preview=output[:300],
            output_length=len(output),
            output=output,
        ),
    ]


def edit(key: str, path: str, length: int = 40, at: int = T0 + 1000) -> list[Event]:
    return [
        e.ToolCallStarted(
            at=at, ref=R, key=key, kind="edit", tool="Edit", target=path, input_length=length, paths=(path,)
        ),
        e.ToolCallFinished(at, R, key, "ok"),
    ]


def read(key: str, path: str, length: int = 400, status: StepStatus = "ok") -> list[Event]:
    return [
        e.ToolCallStarted(
            at=T0 + 1000, ref=R, key=key, kind="read", tool="Read", target=path, input_length=20, paths=(path,)
        ),
        e.ToolCallFinished(T0 + 1000, R, key, status, output_length=length),
    ]


def test_a_test_run_is_kept_with_its_suite_and_failures() -> None:
    work = fold(*shell("c1", "cd /shop && pytest -q 2>&1 | tail -3", RED, "failed"))
    assert [row[:-4] for row in work.runs] == [
        (1, 1, "found", 1, "/shop", "pytest", "pytest", "test", "2026-11-20 10:00:01.500", "m1", 4, 3, 1, 0, 200)
    ]
    assert (work.runs[0].selection, work.runs[0].exit_failed) == ("", None)
    assert work.runs[0].failures == (("test_a.py::test_pay", "refused"),)


def test_what_a_command_only_shows_is_no_run() -> None:
    assert fold(*shell("c1", "cat test.log", RED)).runs == []


def test_only_what_a_command_printed_at_its_end_is_a_run() -> None:
    begun, ended = shell("c1", "pytest", RED, "failed")
    running = e.ToolCallFinished(T0 + 1100, R, "c1", "running", output=GREEN)
    assert [row.failed for row in fold(begun, running, ended).runs] == [1]


def test_a_run_of_single_tests_is_one_of_their_suite() -> None:
    [probe] = fold(*shell("c1", "cd /shop; FOO=1 pytest tests/a.py::test_pay", "1 passed in 0.01s\n")).runs
    assert (probe.suite, probe.selection, probe.total) == ("pytest tests/a.py", "::test_pay", 1)


def test_variables_a_branch_and_a_selection_make_another_variant() -> None:
    def variant(command: str, *before: Event) -> str | None:
        return fold(*before, *shell("c1", command, GREEN)).runs[0].variant

    plain = variant("pytest")
    others = {
        variant("SEED=1 pytest"),
        variant("pytest -k pay"),
        variant("pytest", e.MetadataLearned(T0, "branch", "till")),
    }
    assert plain is not None
    assert len({plain, *others}) == 4
    assert variant("cd /shop && python -m pytest -q | tail -3") == plain
    assert (variant("pytest -k pay") or "").startswith(f"{plain}.")
    assert variant("git bisect run pytest") is None


@pytest.mark.parametrize(("status", "failed"), [("ok", 0), ("failed", 1)])
def test_exit_code_is_the_result_of_uncounted_tests(status: StepStatus, failed: int) -> None:
    [told] = fold(*shell("c1", "make test", "…", status)[:1], e.ToolCallFinished(T0, R, "c1", status, output="…")).runs
    assert (told.suite, told.total, told.exit_failed) == ("make test", 0, failed)


@pytest.mark.parametrize(
    ("status", "exit_code", "failed"), [("ok", 0, 0), ("failed", 2, 1), ("ok", 1, 1), ("failed", 0, 0)]
)
def test_recorded_exit_code_goes_before_the_status_of_the_call(status: StepStatus, exit_code: int, failed: int) -> None:
    ended = e.ToolCallFinished(T0, R, "c1", status, exit_code, output="…")
    [run] = fold(*shell("c1", "make test")[:1], ended).runs
    assert run.exit_failed == failed


def test_a_hidden_exit_code_and_a_script_that_prints_no_summary_are_no_run() -> None:
    assert fold(*shell("c1", "make test | tail", "…"), *shell("c2", "./ci.sh", "…", "failed")).runs == []


@pytest.mark.parametrize(
    "between",
    [
        edit("x", "/shop/pay.py"),
        shell("x", "sed -i s/a/b/ pay.py"),
        shell("x", "git checkout ."),
        shell("x", "python migrate.py"),
        shell("x", "ruff format . && pytest", GREEN),
        [e.ToolCallStarted(T0 + 2000, R, "x", "subagent", "Task", "mend it")],
    ],
    ids=["edit", "sed -i", "checkout", "program", "beside", "sub-agent"],
)
def test_what_may_change_the_project_is_kept_with_its_time(between: list[Event]) -> None:
    changes = fold(*between).changes
    assert changes[0][:3] == (1, 1, "/shop")
    assert {row.at[:17] for row in changes} == {"2026-11-20 10:00:"}


@pytest.mark.parametrize("command", ["pytest -q", "cat a.py | head", "git status", "./ci.sh && echo ok"])
def test_tests_and_what_only_shows_change_nothing(command: str) -> None:
    assert fold(*shell("c1", command, GREEN)).changes == []


def test_a_slow_change_is_kept_at_its_beginning_and_its_end() -> None:
    slow = [*edit("x", "a.py")[:1], e.ToolCallFinished(T0 + 9000, R, "x", "ok")]
    assert [row.at for row in fold(*slow).changes] == ["2026-11-20 10:00:01.000", "2026-11-20 10:00:09.000"]


def test_file_has_one_name_however_a_call_names_it() -> None:
    work = fold(
        *read("c1", "/shop/src/pay.py", 400),
        *edit("c2", "src/pay.py", 80),
        *shell("c3", "cat src/pay.py", "x" * 40),
        *read("c4", "/shop/src/gone.py", 10, "failed"),
    )
    assert [(row.step_number, row.path, row.action, row.tokens) for row in work.accesses] == [
        (1, "src/pay.py", "read", 100),
        (2, "src/pay.py", "edit", 20),
        (3, "src/pay.py", "read", 10),
    ]


def test_output_of_a_call_is_shared_out_over_its_files() -> None:
    started = e.ToolCallStarted(T0, R, "c1", "read", "Read", "a.py", paths=("a.py", "b.py"))
    work = fold(started, e.ToolCallFinished(T0, R, "c1", "ok", output_length=801))
    assert [(row.path, row.tokens) for row in work.accesses] == [("a.py", 100), ("b.py", 100)]


def test_requests_that_fail_are_one_chain_until_the_model_answers() -> None:
    work = fold(
        failed_request(T0 + 1000, attempt=1, wait_ms=500),
        failed_request(T0 + 2000, attempt=2, wait_ms=1500),
        e.AssistantMessage(T0 + 4000, R, "Here."),
    )
    assert work.chains == [
        (
            1,
            1,
            "request",
            "/shop",
            "m1",
            "",
            "",
            "",
            "overloaded",
            2,
            2000,
            "2026-11-20 10:00:01.000",
            "2026-11-20 10:00:04.000",
            "recovered",
            0,
        ),
    ]


@pytest.mark.parametrize(
    "end",
    [
        e.RequestFailed(T0 + 2000, R, "error", "no", is_final=True),
        e.TurnEnded(T0 + 2000, "interrupted"),
        e.TurnStarted(T0 + 2000, R, "k2", "Well?"),
    ],
)
def test_a_chain_without_an_answer_is_given_up(end: Event) -> None:
    [chain] = fold(
        failed_request(T0 + 1000, attempt=1, wait_ms=500, kind="rate_limit", status_code=429),
        end,
    ).chains
    assert (chain.turn_number, chain.outcome, chain.wait_ms) == (1, "gave_up", 500)


def test_another_model_that_answers_is_a_fallback() -> None:
    [told] = fold(
        e.RequestFailed(T0 + 1000, R, "model_fallback", "", fallback_model="m2"),
        e.AssistantMessage(T0 + 2000, R, "Yes."),
    ).chains
    [seen] = fold(
        e.RequestFailed(T0 + 1000, R, "overloaded", ""),
        e.MetadataLearned(T0 + 1500, "model", "m3"),
        e.AssistantMessage(T0 + 2000, R, "Yes."),
    ).chains
    assert (told.fallback_model, told.outcome, seen.fallback_model) == ("m2", "recovered", "m3")


def test_the_model_that_failed_and_the_one_that_took_over_are_not_swapped() -> None:
    [chain] = fold(
        e.MetadataLearned(T0 + 900, "model", "taker"),
        e.RequestFailed(T0 + 1000, R, "model_fallback", "", fallback_model="taker", model="failed"),
        e.AssistantMessage(T0 + 2000, R, "Yes."),
    ).chains
    assert (chain.model, chain.fallback_model, chain.outcome) == ("failed", "taker", "recovered")


def test_a_fallback_that_is_recorded_after_the_answer_was_not_given_up() -> None:
    [chain] = fold(
        e.MetadataLearned(T0 + 900, "model", "taker"),
        e.AssistantMessage(T0 + 1000, R, "Yes."),
        e.TurnEnded(T0 + 1000, "completed"),
        e.RequestFailed(T0 + 1100, R, "model_fallback", "", fallback_model="taker", model="failed"),
        e.TurnStarted(T0 + 9000, R, "k2", "Next"),
    ).chains
    assert (chain.model, chain.outcome, chain.ended_at) == ("failed", "recovered", "2026-11-20 10:00:01.100")


def test_a_call_that_fails_and_is_made_again_is_a_chain() -> None:
    work = fold(
        *shell("c1", "fetch it", status="failed"),
        *shell("c2", "other", status="failed"),
        *shell("c3", "fetch it", status="failed"),
        *shell("c4", "fetch it", at=T0 + 5000),
    )
    assert [(row.kind, row.tool, row.target, row.reason, row.attempts, row.outcome) for row in work.chains] == [
        ("tool", "Bash", "fetch it", "tool_failed", 2, "recovered")
    ]


def test_commands_that_differ_beyond_their_previews_are_not_one_attempt() -> None:
    begin = e.ToolCallStarted(
        at=T0,
        ref=R,
        key="c1",
        kind="shell",
        tool="Bash",
        target="curl",
        input_preview="curl",
        input_length=6,
        command="curl a",
    )
    failed = [e.ToolCallFinished(T0, R, key, "failed") for key in ("c1", "c2")]
    assert fold(begin, failed[0], begin._replace(key="c2", command="curl b"), failed[1]).chains == []
    assert [row.attempts for row in fold(begin, failed[0], begin._replace(key="c2"), failed[1]).chains] == [2]


def test_a_call_made_again_after_a_change_is_another_attempt() -> None:
    again = [*shell("c1", "pytest", RED, "failed"), *edit("c2", "pay.py"), *shell("c3", "pytest", GREEN)]
    assert fold(*again).chains == []


def edits(key: str, path: str, status: StepStatus, text: str = "x", tool: str = "Edit") -> list[Event]:
    return [
        e.ToolCallStarted(
            at=T0 + 1000,
            ref=R,
            key=key,
            kind="edit",
            tool=tool,
            target=path,
            input_preview=text,
            input_length=len(text),
            paths=tuple(path.split()),
        ),
        e.ToolCallFinished(T0 + 1500, R, key, status),
    ]


def outcomes(work: WorkRows) -> list[tuple[object, ...]]:
    return [(row.target, row.attempts, row.outcome) for row in work.chains]


def test_an_edit_that_failed_and_is_tried_with_other_words_is_a_chain() -> None:
    tried = [*edits("c1", "/shop/a.py", "failed", "x"), *read("c2", "/shop/a.py"), *edits("c3", "a.py", "ok", "yy")]
    assert outcomes(fold(*tried)) == [("/shop/a.py", 1, "recovered")]


def test_a_write_after_an_edit_that_failed_is_another_attempt_at_the_file() -> None:
    tried = [
        *edits("c1", "a.py", "failed"),
        *edits("c2", "a.py", "failed", "yy"),
        *edits("c3", "b.py", "ok"),
        *edits("c4", "a.py", "ok", "zzz", "Write"),
    ]
    assert outcomes(fold(*tried)) == [("a.py", 2, "recovered")]


def test_a_patch_of_several_files_is_tried_again_by_one_of_any_of_them() -> None:
    assert outcomes(fold(*edits("c1", "a.py b.py", "failed"), *edits("c2", "b.py", "ok"))) == [
        ("a.py b.py", 1, "recovered")
    ]


def test_an_edit_of_another_file_is_no_attempt_and_a_denied_one_is_none() -> None:
    other = [*edits("c1", "a.py", "failed"), *edits("c2", "b.py", "ok"), *edits("c3", "a.py", "denied")]
    assert fold(*other).chains == []


def test_an_edit_that_failed_changed_nothing() -> None:
    again = [*shell("c1", "fetch", status="failed"), *edits("c2", "a.py", "failed"), *shell("c3", "fetch")]
    assert outcomes(fold(*again)) == [("fetch", 1, "recovered")]


def test_retries_that_run_out_are_told_from_a_request_that_is_never_tried_again() -> None:
    ladder = [
        e.RequestFailed(
            at=T0 + 1000,
            ref=R,
            kind="overloaded",
            message="",
            status_code=529,
            attempt=number,
            max_attempts=3,
            wait_ms=500,
        )
        for number in (1, 2, 3)
    ]
    last = e.RequestFailed(T0 + 2000, R, "overloaded", "", 529, is_final=True)
    assert [row.is_exhausted for row in fold(*ladder, last).chains] == [1]
    assert [row.is_exhausted for row in fold(last).chains] == [0]
    assert [row.is_exhausted for row in fold(*ladder, e.AssistantMessage(T0 + 3000, R, "Here.")).chains] == [0]
    assert [row.is_exhausted for row in fold(*ladder[:2], e.TurnEnded(T0 + 3000, "interrupted")).chains] == [0]


def test_what_fills_the_window_is_shared_out() -> None:
    work = fold(
        e.ContextMeasured(T0 + 500, 5_005),
        *read("c1", "/shop/a.py", 3_980),
        *shell("c2", "ls", "x" * 1_998),
        e.AssistantMessage(T0 + 2000, R, "y" * 1_983),
        e.ContextMeasured(T0 + 3000, 7_005),
    )
    [row] = work.contexts
    assert (row.used_tokens, row.window_tokens, row.system_tokens) == (7_005, 200_000, 5_000)
    assert row[4:8] == (5_000, 997, 506, 502)
    assert sum(row[4:8]) == 7_005


def test_a_condensed_window_holds_a_summary() -> None:
    work = fold(
        e.ContextMeasured(T0 + 500, 5_005),
        *read("c1", "/shop/a.py", 300_000),
        e.Compacted(T0 + 2000, R, "auto", 160_000),
        e.ContextMeasured(T0 + 3000, 9_000),
    )
    [row] = work.contexts
    assert (row.used_tokens, row.peak_tokens, row.compactions) == (9_000, 160_000, 1)
    assert (row.file_tokens, row.conversation_tokens) == (0, 4_000)


def test_a_request_that_does_not_fit_is_an_overflow() -> None:
    [row] = fold(e.RequestFailed(T0 + 1000, R, "context", "too long", 413)).contexts
    assert (row.used_tokens, row.overflows) == (None, 1)


def test_without_text_there_are_no_names_but_hashes() -> None:
    work = fold(
        *shell("c1", "pytest secret/", RED, "failed"),
        *shell("c2", "pytest secret/", GREEN),
        *read("c3", "/shop/secret.py"),
        *shell("c4", "get secret", status="failed"),
        *shell("c5", "get secret", status="failed"),
        keeps_text=False,
    )
    assert [row.failed for row in work.runs] == [1, 0]
    assert len({row.suite for row in work.runs}) == 1
    assert work.runs[0].suite.startswith("#")
    assert [row.failures for row in work.runs] == [(), ()]
    assert [(chain.attempts, chain.target) for chain in work.chains] == [(1, ""), (2, "")]
    assert "secret" not in repr(work)


SESSION: tuple[Event, ...] = (
    e.ContextMeasured(T0 + 500, 5_000),
    *shell("c1", "pytest", RED, "failed"),
    *read("c2", "/shop/a.py"),
    *shell("c3", "pytest", GREEN, at=T0 + 3000),
    e.RequestFailed(
        at=T0 + 4000, ref=R, kind="timeout", message="", status_code=None, attempt=1, max_attempts=3, wait_ms=200
    ),
    e.AssistantMessage(T0 + 5000, R, "Odd."),
    *shell("c4", "fetch", status="failed"),
    *shell("c5", "fetch", status="failed"),
    e.ContextMeasured(T0 + 6000, 9_000),
    e.TurnEnded(T0 + 7000, "completed"),
    e.TurnStarted(T0 + 8000, R, "k2", "Go on"),
    *edit("c6", "a.py", at=T0 + 9000),
)


def test_folding_in_parts_gives_the_same_rows() -> None:
    def numbered(parts: list[list[Event]]) -> dict[tuple[object, ...], object]:
        state, found = b"", {}
        for part in parts:
            file_fold = FileFold(state, FoldOptions(FlatPricing()))
            for delta in file_fold.fold(part):
                for name in ("runs", "changes", "chains", "accesses"):
                    found.update({(name, *row[:2]): row for row in getattr(delta.work, name)})
                found.update({("contexts", row.turn_number): row for row in delta.work.contexts})
            state = file_fold.state()
        return found

    events: list[Event] = [e.MetadataLearned(T0, "project", "/shop"), e.TurnStarted(T0, R, "k1", "Mend it"), *SESSION]
    whole = numbered([events])
    assert {key[0] for key in whole} == {"runs", "changes", "chains", "accesses", "contexts"}
    for cut in range(1, len(events)):
        assert numbered([events[:cut], events[cut:]]) == whole
    assert numbered([[one] for one in events]) == whole
