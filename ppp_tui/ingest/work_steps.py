"""Folds of tool calls as work: the tests that they ran, the files that they touched, whether they were tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ppp_tui.ingest import work_chains
from ppp_tui.ingest.lane import shorten
from ppp_tui.ingest.work_state import CALLS, OpenCall
from ppp_tui.model.event import StepEnded, StepStarted
from ppp_tui.model.ids import hash64
from ppp_tui.model.work import AccessRow, ChangeRow, RunRow
from ppp_tui.scoring import files
from ppp_tui.scoring.test_runs import SuiteRun, commands, find_runs
from ppp_tui.scoring.test_runs.suites import suite_of

if TYPE_CHECKING:
    from ppp_tui.ingest.work import WorkFold

_HARMLESS = frozenset({"read", "search", "web", "ask", "plan", "message", "thinking", "note"})
"""Kinds of steps that change no file."""

_LONGEST_LOOK = 4000
"""Characters of a target that are kept while its call is open."""

_SAME_CHANGE_MS = 1000
"""A call that takes no longer changes files at one moment."""


def start(fold: WorkFold, event: StepStarted) -> None:
    """A call begins: keep what follows from its input."""
    state, lane = fold.state, fold.lane
    row = lane.open_steps.get(event.key) if event.key else None
    if row is None:
        return
    project = lane.fact("project")
    touched = tuple(fold.named(files.normalised(path, project)) for path in event.paths[: files.MOST_FILES])
    is_edit = event.kind == "edit" or (event.kind == "shell" and bool(touched))
    call = OpenCall(
        row.turn_number, row.step_number, event.kind, event.tool, row.target[:_LONGEST_LOOK],
        str(hash64(f"{event.tool}\0{event.command or event.input_preview}\0{event.input_length}")), event.input_length,
        reads=() if is_edit else touched, edits=touched if is_edit else (),
        is_changing=is_edit or event.kind not in (*_HARMLESS, "shell"), began_at=event.at,
    )  # fmt: skip
    if event.command and not is_edit:
        _look_into(fold, call, event.command, project)
    if call.is_changing:
        _keep_change(fold, event.at)
    state.calls[event.key] = call
    shorten(state.calls, CALLS)


def end(fold: WorkFold, event: StepEnded) -> None:
    """A call ends."""
    state = fold.state
    if event.status == "running":
        return
    call = state.calls.pop(event.key, None)
    if call is None:
        return
    is_over = event.status in ("ok", "failed", "unknown")
    runs = find_runs(event.output) if call.suite and is_over else ()
    is_slow = event.at - call.began_at > _SAME_CHANGE_MS
    if (call.is_changing and is_slow) or (call.is_unsure and not runs):
        _keep_change(fold, event.at)
    for run in runs:
        _keep_run(fold, call, run, event.at)
    if call.tells_by_exit and not runs and event.status in ("ok", "failed"):
        has_failed = event.exit_code != 0 if event.exit_code is not None else event.status == "failed"
        _keep_run(fold, call, SuiteRun(call.framework, 0, 0, 0, 0), event.at, exit_failed=int(has_failed))
    if event.status == "ok":
        _keep_accesses(fold, call, event)
    work_chains.end_call(fold, call, event)


def _look_into(fold: WorkFold, call: OpenCall, command: str, project: str) -> None:
    """What a shell command would do."""
    call.reads = tuple(fold.named(files.normalised(path, project)) for path in files.read_files(command))
    if not commands.may_run_tests(command):
        call.is_changing = not commands.changes_nothing(command)
        return
    suite = suite_of(command, project)
    is_certain = commands.runs_tests(command)
    call.suite = fold.named(suite.name) or call.tool
    call.selection = fold.named(suite.selection)
    variant = (suite.name, suite.selection, *suite.variables, fold.lane.fact("branch"))
    call.variant = str(hash64("\0".join(variant)))
    call.framework = suite.framework
    call.tells_by_exit = is_certain and commands.passed_by_exit(command, 0, "ok") is not None
    call.is_changing = commands.changes_beside(command)
    # A script that turns out to run no tests may have done anything.
    call.is_unsure = not is_certain and not commands.changes_nothing(command)


def _keep_change(fold: WorkFold, at: int) -> None:
    state, project = fold.state, fold.lane.fact("project")
    if project:
        state.changes += 1
        fold.changes.append(ChangeRow(state.turn_number, state.changes, project, fold.when(at)))


def _step_number(fold: WorkFold, call: OpenCall) -> int | None:
    return call.step_number if call.turn_number == fold.state.turn_number else None


def _keep_run(fold: WorkFold, call: OpenCall, run: SuiteRun, at: int, *, exit_failed: int | None = None) -> None:
    state, lane = fold.state, fold.lane
    state.runs += 1
    fold.runs.append(
        RunRow(
            turn_number=state.turn_number,
            run_number=state.runs,
            source="found",
            step_number=_step_number(fold, call),
            project=lane.fact("project"),
            suite=call.suite,
            framework=run.framework,
            unit=run.unit,
            at=fold.when(at),
            model=lane.fact("model"),
            total=run.total,
            passed=run.passed,
            failed=run.failed,
            skipped=run.skipped,
            duration_ms=run.duration_ms,
            failures=tuple((name, reason) for name, reason in run.failures) if fold.keeps_text else (),
            selection=call.selection,
            variant=call.variant or None,
            exit_failed=exit_failed,
        )
    )


def _keep_accesses(fold: WorkFold, call: OpenCall, event: StepEnded) -> None:
    state = fold.state
    number = _step_number(fold, call)
    for paths, action, length in ((call.reads, "read", event.output_length), (call.edits, "edit", call.input_length)):
        for path in paths:
            if not path:
                continue
            state.accesses += 1
            fold.accesses.append(
                AccessRow(
                    state.turn_number, state.accesses, number, fold.lane.fact("project"), path,
                    "read" if action == "read" else "edit", fold.when(event.at),
                    files.estimated_tokens(length // len(paths)),
                )
            )  # fmt: skip
