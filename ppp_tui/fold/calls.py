"""Reducers of tool calls as work: the tests that they ran, the files that they touched, what they may have changed."""

from __future__ import annotations

from ppp_tui.fold import chains, decisions
from ppp_tui.fold.state import MAX_OPEN_CALLS, OpenCall, drop_oldest
from ppp_tui.fold.trajectory import TrajectoryFold
from ppp_tui.model.activity import AccessAction, AccessRow, ChangeRow, RunRow
from ppp_tui.model.event import ToolCallFinished, ToolCallStarted
from ppp_tui.model.ids import hash64
from ppp_tui.scoring import files
from ppp_tui.tool_output import SuiteRun, commands, find_runs
from ppp_tui.tool_output.suites import Suite, suite_of

_HARMLESS = frozenset({"read", "search", "web", "ask", "plan", "message", "thinking", "note"})
"""Kinds of steps that change no file."""

_OVER = frozenset({"ok", "failed", "unknown"})
"""Statuses of steps that ended by themselves."""

MAX_TARGET_CHARS = 4000
"""Characters of a target that are kept while its call is open."""

SAME_CHANGE_MS = 1000
"""A call up to this long counts as one change of files; a longer one as two, at its start and its end."""


def open_call(fold: TrajectoryFold, event: ToolCallStarted) -> None:
    """Keep what follows from a call's input until it ends."""
    state, key, kind = fold.state, event.key, event.kind
    step = state.open_steps.get(key) if key else None
    if step is None:
        return
    touched: tuple[str, ...] = ()
    if event.paths:
        project = state.fact("project")
        touched = tuple(
            fold.kept_name(files.normalise_path(path, project)) for path in event.paths[: files.MAX_FILES_PER_CALL]
        )
    is_edit = kind == "edit" or (kind == "shell" and bool(touched))
    call = state.calls[key] = OpenCall(
        turn_number=step.turn_number,
        step_number=step.step_number,
        kind=kind,
        tool=event.tool,
        target=step.target[:MAX_TARGET_CHARS],
        identity=str(hash64(f"{event.tool}\0{event.command or event.input_preview}\0{event.input_length}")),
        input_length=event.input_length,
        reads=() if is_edit else touched,
        edits=touched if is_edit else (),
        is_changing=is_edit or (kind != "shell" and kind not in _HARMLESS),
        started_ms=event.at,
    )
    if event.command and not is_edit:
        _parse_command(fold, call, event.command)
    if call.is_changing:
        _add_change(fold, event.at)
    if len(state.calls) > MAX_OPEN_CALLS:
        drop_oldest(state.calls, MAX_OPEN_CALLS)


def close_call(fold: TrajectoryFold, event: ToolCallFinished) -> None:
    """Add what a call did: test runs, file accesses, changes, failures."""
    status = event.status
    if status == "running":
        return
    call = fold.state.calls.pop(event.key, None)
    if call is None:
        return
    runs = find_runs(event.output) if call.suite and status in _OVER else ()
    is_slow = event.at - call.started_ms > SAME_CHANGE_MS
    if (call.is_changing and is_slow) or (call.is_unsure and not runs):
        _add_change(fold, event.at)
    for run in runs:
        _add_run(fold, call, run, event.at)
    if call.tells_by_exit and not runs and not event.is_detached and status in ("ok", "failed"):
        has_failed = event.exit_code != 0 if event.exit_code is not None else status == "failed"
        _add_run(fold, call, SuiteRun(call.framework, 0, 0, 0, 0), event.at, exit_failed=int(has_failed))
    if status == "ok":
        _add_accesses(fold, call, "read", call.reads, event.output_length, event.at)
        _add_accesses(fold, call, "edit", call.edits, call.input_length, event.at)
    earlier = chains.earlier_attempt(fold, call)
    decisions.add_outcome(fold, call, event, earlier=earlier, has_run_tests=bool(runs))
    chains.update_tool_chain(fold, call, event)


def _parse_command(fold: TrajectoryFold, call: OpenCall, command: str) -> None:
    """Fill in what a shell command would do."""
    project = fold.state.fact("project")
    call.reads = tuple(fold.kept_name(files.normalise_path(path, project)) for path in files.read_files(command))
    if not commands.may_run_tests(command):
        call.is_changing = not commands.changes_nothing(command)
        return
    suite = suite_of(command, project)
    is_certain = commands.runs_tests(command)
    call.suite = fold.kept_name(suite.name) or call.tool
    call.selection = fold.kept_name(suite.selection)
    # A command that repeats its runs while files change has no variant: its runs are compared with no others.
    call.variant = "" if commands.is_repeated(command) else _variant(suite, fold.state.fact("branch"))
    call.framework = suite.framework
    call.tells_by_exit = is_certain and commands.passed_by_exit(command, 0, "ok") is not None
    call.is_changing = commands.changes_beside(command)
    # A script that turns out to run no tests may have done anything.
    call.is_unsure = not is_certain and not commands.changes_nothing(command)


def _variant(suite: Suite, branch: str) -> str:
    """Return a key that is equal for runs of the same tests, and begins alike for runs of the same suite."""
    base = _hex64("\0".join((suite.name, *suite.variables, branch)))
    return f"{base}.{_hex64(suite.selection)}" if suite.selection else base


def _hex64(text: str) -> str:
    return f"{hash64(text) % (1 << 64):016x}"


def _add_change(fold: TrajectoryFold, at: int) -> None:
    state = fold.state
    project = state.fact("project")
    if project:
        state.change_count += 1
        fold.changes.append(ChangeRow(state.turn_number, state.change_count, project, fold.time_or_last(at)))


def _step_number(fold: TrajectoryFold, call: OpenCall) -> int | None:
    return call.step_number if call.turn_number == fold.state.turn_number else None


def _add_run(fold: TrajectoryFold, call: OpenCall, run: SuiteRun, at: int, *, exit_failed: int | None = None) -> None:
    state = fold.state
    state.run_count += 1
    fold.runs.append(
        RunRow(
            turn_number=state.turn_number,
            run_number=state.run_count,
            source="found",
            step_number=_step_number(fold, call),
            project=state.fact("project"),
            suite=call.suite,
            framework=run.framework,
            unit=run.unit,
            at=fold.time_or_last(at),
            model=state.fact("model"),
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


def _add_accesses(
    fold: TrajectoryFold, call: OpenCall, action: AccessAction, paths: tuple[str, ...], chars: int, at: int
) -> None:
    if not paths:
        return
    state = fold.state
    tokens = files.estimated_tokens(chars // len(paths))
    for path in paths:
        if path:
            state.access_count += 1
            fold.accesses.append(
                AccessRow(
                    turn_number=state.turn_number,
                    access_number=state.access_count,
                    step_number=_step_number(fold, call),
                    project=state.fact("project"),
                    path=path,
                    action=action,
                    at=fold.time_or_last(at),
                    tokens=tokens,
                )
            )
