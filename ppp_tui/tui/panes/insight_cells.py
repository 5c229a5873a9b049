"""Kinds of tasks, failures that recur and threads as table lines, and as text about one of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from ppp_tui.model.project import Labels, path_tail
from ppp_tui.model.thread import THREAD_NAMES
from ppp_tui.query.quality.insights import FailedStep, FailureGroup, TaskGroup, Thread
from ppp_tui.text.format import UNKNOWN, cost_micros, count, counted, date_time, duration, percent
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.panes.row_links import key_to
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.gauge import solid_bar
from ppp_tui.tui.widgets.lines import Cell, Line
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan

BAR_CELLS = 12
"""Cells of a bar within a table."""

HEADING_CELLS = 10
"""Cells of what stands before names in a text."""

TASK_COLUMNS = (
    Column("kind", "task", width=11, priority=200),
    Column("sessions", "sessions", width=8, align="right", priority=190),
    Column("bar", "share", width=BAR_CELLS, priority=120),
    Column("completed", "completed", width=9, align="right", priority=170),
    Column("cost", "cost", width=8, align="right", priority=185),
    Column("time", "time", width=8, align="right", priority=175),
    Column("questions", "asked", width=6, align="right", priority=150),
    Column("failed", "failed", width=6, align="right", priority=160),
    Column("tests", "tests", width=6, align="right", priority=140),
    Column("about", "about", weight=1, min_width=14, priority=130),
)
"""Columns of kinds of tasks; cost and time are medians, `failed` counts steps."""

FAILURE_COLUMNS = (
    Column("program", "what failed", weight=1, min_width=12, priority=200),
    Column("reason", "reason", width=24, priority=195),
    Column("failures", "times", width=6, align="right", priority=190),
    Column("bar", "", width=BAR_CELLS, priority=120),
    Column("sessions", "sessions", width=8, align="right", priority=180),
    Column("newest", "the newest of them", weight=3, min_width=24, priority=100),
)
"""Columns of failures that recur."""

FAILED_STEP_COLUMNS = (
    Column("session", "session", weight=2, min_width=16, priority=190),
    Column("turn", "turn", width=5, align="right", priority=170),
    Column("command", "what failed", weight=3, min_width=16, priority=200),
    Column("output", "what it printed", weight=3, min_width=16, priority=180),
)
"""Columns of failures one by one."""

THREAD_COLUMNS = (
    Column("last", "last", width=16, priority=190),
    Column("sessions", "sessions", width=8, align="right", priority=185),
    Column("turns", "turns", width=6, align="right", priority=160),
    Column("cost", "cost", width=8, align="right", priority=170),
    Column("title", "title", weight=1, min_width=14, priority=200),
)
"""Columns of threads."""


def task_lines(groups: Sequence[TaskGroup], *, is_ascii: bool = False) -> list[Line]:
    """Return kinds of tasks as lines; a line's key leads to the newest session of its kind."""
    most = max((len(group.sessions) for group in groups), default=1)
    return [
        Line(
            key_to(group.sessions[0], None, group.kind),
            (
                group.kind,
                count(len(group.sessions)),
                Cell(solid_bar(len(group.sessions) / most, BAR_CELLS, is_ascii=is_ascii), "accent"),
                percent(group.completed / len(group.sessions)),
                cost_micros(group.median_cost_micros),
                duration(group.median_worked_ms),
                count(group.questions),
                Cell(count(group.failed_steps), "stuck" if group.failed_steps else "dim"),
                UNKNOWN if group.pass_rate is None else percent(group.pass_rate),
                plain(", ".join(group.objects)) or Cell(UNKNOWN, "dim"),
            ),
        )
        for group in groups
    ]


def failure_lines(groups: Sequence[FailureGroup], *, is_ascii: bool = False) -> list[Line]:
    """Return failures that recur as lines; a line's key leads to the turn of the newest one."""
    most = max((group.failures for group in groups), default=1)
    return [
        Line(
            key_to(*group.example, number),
            (
                plain(group.program),
                group.reason.name,
                count(group.failures),
                Cell(solid_bar(group.failures / most, BAR_CELLS, is_ascii=is_ascii), "stuck"),
                count(group.sessions),
                Cell(plain(group.newest[0].command or group.newest[0].tool) if group.newest else "", "dim"),
            ),
        )
        for number, group in enumerate(groups)
    ]


def failed_step_lines(steps: Sequence[FailedStep], titles: Mapping[int, str]) -> list[Line]:
    """Return failures one by one as lines, each with the end of what it printed; a line's key leads to its turn."""
    return [
        Line(
            key_to(step.session, step.turn_number, number),
            (
                titles.get(step.session) or Cell(f"session {step.session}", "dim"),
                Cell(count(step.turn_number), "dim"),
                plain(step.command or step.tool),
                Cell(plain(next((line for line in reversed(step.output.splitlines()) if line.strip()), "")), "notice"),
            ),
        )
        for number, step in enumerate(steps)
    ]


def thread_lines(threads: Sequence[Thread], zone: tzinfo) -> list[Line]:
    """Return threads as lines; a line's key leads to the newest session."""
    return [
        Line(
            key_to(thread.sessions[0], None, number),
            (
                date_time(thread.last_at, zone, seconds=False),
                count(len(thread.sessions)),
                count(thread.turns),
                cost_micros(thread.cost_micros, "lower bound" if thread.is_cost_lower_bound else "exact"),
                plain(thread.title or thread.name),
            ),
        )
        for number, thread in enumerate(threads)
    ]


def task_text(group: TaskGroup, labels: Labels) -> list[TextLine]:
    """Return the endings, subjects, projects and files of a kind of task, for the pane beside the table."""
    sessions = len(group.sessions)
    others = sessions - group.completed - group.interrupted - group.failed
    lines = [
        TextLine(f"{group.kind}: {counted(sessions, 'session')}", "heading"),
        TextLine(""),
        TextLine(f"{count(group.completed)} completed, {count(group.interrupted)} interrupted by you"),
        TextLine(f"{count(group.failed)} failed, {count(others)} open or unknown"),
        TextLine(f"asked you {counted(group.questions, 'question')}"),
    ]
    about = [
        _names_line(heading, names)
        for heading, names in (
            ("about", group.objects),
            ("projects", tuple(labels.of(project) for project in group.projects)),
            ("changed", tuple(path_tail(path, 2) for path in group.files)),
        )
        if names
    ]
    lines += [TextLine(""), *about] if about else []
    return [*lines, TextLine(""), TextLine("Enter opens the newest session.", "dim")]


def _names_line(heading: str, names: Sequence[str]) -> TextLine:
    text = f"{heading:<{HEADING_CELLS}}{plain(', '.join(names))}"
    return TextLine(text, spans=(TextSpan(0, HEADING_CELLS, "dim"),), indent=HEADING_CELLS)


def failure_text(group: FailureGroup) -> list[TextLine]:
    """Return how often a failure recurred, and what to try against it."""
    lines = [
        TextLine(f"{plain(group.program)}: {group.reason.name}", "heading"),
        TextLine(""),
        TextLine(f"{counted(group.failures, 'failure')} in {counted(group.sessions, 'session')}"),
    ]
    if group.reason.suggestion:
        lines += [TextLine(""), TextLine("what to try", "heading"), TextLine(group.reason.suggestion)]
    return [*lines, TextLine(""), TextLine("Enter opens the turn of the newest failure.", "dim")]


def thread_text(thread: Thread, zone: tzinfo) -> list[TextLine]:
    """Return the span and the sessions of a thread."""
    began, ended = (date_time(at, zone, seconds=False) for at in (thread.began_at, thread.last_at))
    return [
        TextLine(plain(thread.name), "heading"),
        TextLine(""),
        TextLine(f"{began} to {ended}"),
        TextLine(f"sessions {', '.join(map(str, thread.sessions))}"),
        TextLine(""),
        TextLine(f"The predicate thread={plain(thread.name)} lists them.", "dim"),
    ]


def no_thread_text() -> list[TextLine]:
    """Return a hint on what makes sessions a thread, for a period without threads."""
    first, *others = THREAD_NAMES
    return [
        TextLine("No two sessions of this period belong together.", "heading"),
        TextLine(""),
        TextLine("A thread is a session with those that were forked from it, or what a program logs under one name:"),
        TextLine(f'  log.start(metadata={{"{first}": "a name"}})', "code"),
        TextLine(f"Other keys that count: {', '.join(others)}.", "dim"),
        TextLine(""),
        TextLine("Below are the newest sessions, each on its own.", "dim"),
    ]
