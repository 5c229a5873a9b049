"""Decisions and quality signals as table lines, the runs that have one, and a plot of why tools failed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ppp_tui.model.project import NO_LABELS, Labels
from ppp_tui.query.signals.sums import DecisionSum, EntryRun, SignalSum
from ppp_tui.text.format import UNKNOWN, age, count, percent, signed
from ppp_tui.tui.panes.row_links import key_to
from ppp_tui.tui.panes.session_cells import folder, titled
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.lines import Cell, CellLike, Line
from ppp_tui.tui.widgets.tones import agent_tone

SIGNAL_COLUMNS = (
    Column("kind", "what", width=8, priority=110),
    Column("type", "type", width=18, priority=190),
    Column("code", "code", weight=1, min_width=14, priority=200),
    Column("count", "times", width=7, align="right", priority=180),
    Column("share", "share", width=7, align="right", priority=170),
    Column("change", "change", width=7, align="right", priority=140),
    Column("runs", "runs", width=6, align="right", priority=150),
    Column("derived", "derived", width=7, align="right", priority=80),
)
"""Columns of decisions and signals. A share is that of signals that are so, of calls of tools for failures and retries,
or of a type's decisions; its change is in points against the span before."""

SIGNAL_RUN_COLUMNS = (
    Column("age", "when", width=4, align="right", priority=170),
    Column("agent", "agent", width=8, priority=150),
    Column("version", "version", width=9, priority=120),
    Column("count", "times", width=6, align="right", priority=190),
    Column("title", "session", weight=1, min_width=10, priority=200),
    Column("project", "project", width=14, priority=110),
)
"""Columns of the runs that have a decision or a signal."""

SignalRow = DecisionSum | SignalSum


def signal_key(entry: SignalRow) -> str:
    """Return the key of a decision's or a signal's line."""
    if isinstance(entry, SignalSum):
        return f"signal {entry.signal_type} {entry.signal_code}"
    return f"decision {entry.decision_type} {entry.reason_code}"


def signal_name(entry: SignalRow) -> str:
    """Return the name of a decision or a signal in headings."""
    code = entry.signal_code if isinstance(entry, SignalSum) else entry.reason_code
    return code.replace("_", " ")


def signal_sum_lines(entries: Sequence[SignalRow], before: Mapping[str, float]) -> list[Line]:
    """Return decisions and signals as table lines; `before` has shares of the span before by key."""
    return [Line(signal_key(entry), _cells(entry, before.get(signal_key(entry)))) for entry in entries]


def share_of(entry: SignalRow) -> float | None:
    """Return the share that a line shows: how often a signal is so, or a reason is that of its type's decisions."""
    if isinstance(entry, DecisionSum):
        return entry.share
    return entry.call_rate if entry.is_occurrence else entry.true_rate


def signal_run_lines(
    runs: Sequence[EntryRun], now_ms: int, labels: Labels = NO_LABELS, *, is_shared: bool = False
) -> list[Line]:
    """Return the runs that have a decision or a signal as table lines; each key leads to its session."""
    return [
        Line(
            key_to(run.trajectory_id, None, "run"),
            (
                Cell(age(now_ms - run.last_at) if run.last_at else UNKNOWN, "dim"),
                Cell(run.agent, agent_tone(run.agent)),
                Cell(run.version, "dim"),
                count(run.entries),
                titled(run.title, is_shared=is_shared),
                folder(run.project, labels),
            ),
        )
        for run in runs
    ]


def _cells(entry: SignalRow, before: float | None) -> tuple[CellLike, ...]:
    share = share_of(entry)
    change: CellLike = ""
    if before is not None and share is not None:
        change = Cell(signed(100 * (share - before), 1), "dim" if abs(share - before) < 0.01 else "text")
    if isinstance(entry, SignalSum):
        kind, type_name, code = "signal", entry.signal_type, entry.signal_code
        times = entry.true_count if entry.is_occurrence else entry.true_count + entry.false_count
    else:
        kind, type_name, code, times = "decision", entry.decision_type, entry.reason_code, entry.decisions
    return (
        Cell(kind, "dim"),
        type_name.replace("_", " "),
        code.replace("_", " "),
        count(times),
        percent(share, decimals=1),
        change,
        count(entry.runs),
        Cell(count(entry.derived), "dim"),
    )
