"""Folds of tool calls as work: the tests that they ran, the files that they touched, whether they were tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ppp_tui.ingest import work_chains
from ppp_tui.ingest.lane import shorten
from ppp_tui.ingest.work_state import CALLS, SUITES, LastRun, OpenCall
from ppp_tui.model.event import StepEnded, StepStarted
from ppp_tui.model.ids import hash64
from ppp_tui.model.work import AccessRow, FlipRow, RunRow
from ppp_tui.scoring import files, test_runs
from ppp_tui.scoring.test_runs.compare import Outcome, flipped

if TYPE_CHECKING:
    from ppp_tui.ingest.work import WorkFold
    from ppp_tui.model.event import PromptAdded, TurnStarted
    from ppp_tui.scoring.test_runs.run import SuiteRun

_HARMLESS = frozenset({"read", "search", "web", "ask", "plan", "message", "thinking", "note"})
"""Kinds of steps that change no file."""

_LONGEST_LOOK = 4000
"""Characters of a target that are kept while its call is open."""


def forget(fold: WorkFold, event: TurnStarted | PromptAdded) -> None:
    """The person was at the keyboard: files may have changed, so later runs say nothing about earlier ones."""
    del event
    fold.state.last_runs.clear()


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
        is_changing=is_edit or event.kind not in (*_HARMLESS, "shell"),
    )  # fmt: skip
    if event.command and not is_edit:
        _look_into(fold, call, event.command, project)
    if call.is_changing:
        state.last_runs.clear()
    if is_edit:
        work_chains.start_afresh(fold, event.at)
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
    runs = test_runs.find_runs(event.output) if call.suite and event.status in ("ok", "failed", "unknown") else ()
    if call.is_changing or (call.suite and not runs):
        state.last_runs.clear()
    for run in runs:
        _keep_run(fold, call, run, event.at)
    if event.status == "ok":
        _keep_accesses(fold, call, event)
    work_chains.end_call(fold, call, event)


def _look_into(fold: WorkFold, call: OpenCall, command: str, project: str) -> None:
    """What a shell command would do."""
    call.reads = tuple(fold.named(files.normalised(path, project)) for path in files.read_files(command))
    if test_runs.may_run_tests(command):
        call.suite = fold.named(test_runs.suite_of(command, project)) or call.tool
        call.rerun = str(hash64(test_runs.suite_of(command, project, keeps_variables=True)))
        call.is_changing = test_runs.changes_beside(command)
    else:
        call.is_changing = not test_runs.changes_nothing(command)


def _step_number(fold: WorkFold, call: OpenCall) -> int | None:
    return call.step_number if call.turn_number == fold.state.turn_number else None


def _keep_run(fold: WorkFold, call: OpenCall, run: SuiteRun, at: int) -> None:
    state, lane = fold.state, fold.lane
    state.runs += 1
    row = RunRow(
        state.turn_number, state.runs, "found", _step_number(fold, call), lane.fact("project"), call.suite,
        run.framework, run.unit, fold.when(at), lane.fact("model"), run.total, run.passed, run.failed, run.skipped,
        run.duration_ms, tuple((name, reason) for name, reason in run.failures) if fold.keeps_text else (),
    )  # fmt: skip
    fold.runs.append(row)
    if run.unit != "test" or not fold.keeps_text:
        return
    names = tuple(failure.name for failure in run.failures)
    key = f"{run.framework} {call.rerun}"
    before = state.last_runs.pop(key, None)
    if before is not None:
        _keep_flips(fold, row, before, names)
    state.last_runs[key] = LastRun(run.total, run.failed, names, row.at, row.run_number)
    shorten(state.last_runs, SUITES)


def _keep_flips(fold: WorkFold, row: RunRow, before: LastRun, names: tuple[str, ...]) -> None:
    state = fold.state
    for name, failed_first in flipped(
        Outcome(before.total, before.failed, before.names), Outcome(row.total, row.failed, names)
    ):
        state.flips += 1
        fold.flips.append(
            FlipRow(
                row.turn_number, state.flips, row.project, row.suite, name, row.at, before.at, row.run_number,
                before.run_number, int(failed_first),
            )
        )  # fmt: skip


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
