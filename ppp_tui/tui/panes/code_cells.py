"""Codebases as table lines and bars: sizes, files that agents use, and what to keep in the context. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from ppp_tui.model.project import NO_LABELS, Labels
from ppp_tui.query.quality.context_use import Suggestion
from ppp_tui.query.quality.drilldown import FileVisit
from ppp_tui.query.quality.rows import CodebaseFile, CodebaseLine, CodebaseType, HotFile
from ppp_tui.text.format import UNKNOWN, Certainty, age, count, date_time, size, tokens
from ppp_tui.tui.panes.row_links import key_to
from ppp_tui.tui.panes.session_cells import folder
from ppp_tui.tui.widgets.charts.bars import Bar, BarPlot, BarSeries
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.gauge import solid_bar
from ppp_tui.tui.widgets.lines import Cell, CellLike, Line, StyledPieces
from ppp_tui.tui.widgets.tones import Tone

BAR_CELLS = 16
"""Cells of a bar within a table."""

MAX_BARS = 10
"""Maximum of bars; the smallest are left out."""

_LINES = (
    Column("files", "files", width=7, align="right", priority=150),
    Column("code", "code", width=9, align="right", priority=190),
    Column("comments", "comments", width=9, align="right", priority=110),
    Column("blanks", "blank", width=9, align="right", priority=90),
    Column("bytes", "size", width=8, align="right", priority=130),
    Column("tokens", "tokens", width=7, align="right", priority=140),
)

PROJECT_COLUMNS = (
    Column("project", "project", weight=1, min_width=12, priority=200),
    *_LINES,
    Column("age", "counted", width=8, align="right", priority=160),
)
"""Columns of the table of projects."""

TYPE_COLUMNS = (Column("type", "type", weight=1, min_width=12, priority=200), *_LINES)
"""Columns of a codebase by type of file."""

LARGEST_COLUMNS = (
    Column("path", "largest files", weight=1, min_width=16, priority=200),
    Column("bytes", "size", width=8, align="right", priority=190),
    Column("code", "code", width=7, align="right", priority=150),
)
"""Columns of the largest files."""

FILE_COLUMNS = (
    Column("path", "file", weight=1, min_width=16, priority=200),
    Column("bar", "read, changed", width=BAR_CELLS, priority=145),
    Column("reads", "read", width=6, align="right", priority=190),
    Column("edits", "changed", width=7, align="right", priority=190),
    Column("tokens", "size", width=7, align="right", priority=150),
    Column("age", "last", width=4, align="right", priority=160),
    Column("action", "by", width=4, priority=80),
)
"""Columns of hot files; the size is the estimated tokens of one reading."""

ADVICE_COLUMNS = (
    Column("action", "do", width=4, priority=200),
    Column("path", "file", weight=2, min_width=16, priority=195),
    Column("score", "worth", width=5, align="right", priority=120),
    Column("tokens", "size", width=7, align="right", priority=130),
    Column("reasons", "because", weight=3, min_width=16, priority=190),
)
"""Columns of what to keep and what to drop."""

VISIT_COLUMNS = (
    Column("at", "when", width=16, priority=180),
    Column("action", "did", width=4, priority=190),
    Column("agent", "agent", weight=1, min_width=8, priority=170),
    Column("tokens", "tokens", width=7, align="right", priority=100),
    Column("turn", "turn", width=5, align="right", priority=200),
)
"""Columns of the uses of a file."""

_DO: Mapping[str, Tone] = {"keep": "good", "trim": "notice", "drop": "dim"}


def project_lines(
    codebases: Sequence[CodebaseLine], others: Sequence[str], now_ms: int, labels: Labels = NO_LABELS
) -> list[Line]:
    """Return counted projects as table lines, then those known by file use alone; a line's key is the project."""
    lines = [
        Line(
            codebase.project,
            (
                folder(codebase.project, labels),
                _files(codebase),
                count(codebase.code),
                count(codebase.comments),
                count(codebase.blanks),
                size(codebase.bytes),
                tokens(codebase.tokens, "estimate"),
                Cell(f"{age(now_ms - codebase.indexed_at)} ago", "dim"),
            ),
        )
        for codebase in codebases
    ]
    unknown = tuple(Cell(UNKNOWN, "dim") for _ in _LINES)
    return lines + [Line(codebase, (folder(codebase, labels), *unknown, Cell("never", "dim"))) for codebase in others]


def _files(codebase: CodebaseLine) -> str:
    """Return the number of files, as a lower bound where there are more than are counted."""
    return count(codebase.files) if codebase.is_whole else f"≥{count(codebase.files)}"


def type_lines(types: Sequence[CodebaseType]) -> list[Line]:
    """Return a codebase by type of file as table lines; line counts of unknown types are unknown."""
    return [
        Line(
            file_type.type or "(other)",
            (
                file_type.type or Cell("other", "dim"),
                count(file_type.files),
                *_counted(file_type),
                size(file_type.bytes),
                tokens(file_type.tokens if file_type.type else None, "estimate"),
            ),
        )
        for file_type in types
    ]


def _counted(file_type: CodebaseType) -> tuple[str, str, str]:
    if not file_type.type:
        return UNKNOWN, UNKNOWN, UNKNOWN
    return count(file_type.code), count(file_type.comments), count(file_type.blanks)


def largest_lines(files: Sequence[CodebaseFile]) -> list[Line]:
    """Return the largest files of a codebase as table lines."""
    unknown = Cell(UNKNOWN, "dim")
    return [
        Line(file.path, (Cell(file.path, is_path=True), size(file.bytes), count(file.code) if file.type else unknown))
        for file in files
    ]


def file_lines(files: Sequence[HotFile], now_ms: int, *, is_ascii: bool = False) -> list[Line]:
    """Return files and how often agents used them as table lines; a line's key is the path."""
    top = max((file.reads + file.edits for file in files), default=0)
    return [
        Line(
            file.path,
            (
                Cell(file.path, is_path=True),
                uses_bar(file.reads, file.edits, top, is_ascii=is_ascii),
                count(file.reads),
                count(file.edits),
                _size(file.tokens),
                Cell(age(now_ms - file.last_at), "dim"),
                Cell(file.last_action, "dim"),
            ),
        )
        for file in files
    ]


def uses_bar(reads: int, edits: int, top: int, *, is_ascii: bool = False) -> CellLike:
    """Return reads and, behind them, edits of a file as one bar; the most used file fills it."""
    bar = solid_bar((reads + edits) / top if top else None, BAR_CELLS, is_ascii=is_ascii).rstrip()
    changed = round(len(bar) * edits / (reads + edits)) if edits else 0
    split = len(bar) - changed
    changed_part = bar[split:] if is_ascii else bar[split:].replace("█", "▓")
    return StyledPieces((Cell(bar[:split], "series-1"), Cell(changed_part, "series-2")))


def advice_lines(suggestions: Sequence[Suggestion]) -> list[Line]:
    """Return which files to keep and which to drop as table lines; a line's key is the path."""
    return [
        Line(
            suggestion.path,
            (
                Cell(suggestion.action, _DO[suggestion.action]),
                Cell(suggestion.path, is_path=True),
                f"{suggestion.score:.2f}",
                _size(suggestion.tokens),
                "; ".join(suggestion.reasons),
            ),
            tone="dim" if suggestion.action == "drop" else "text",
        )
        for suggestion in suggestions
    ]


def visit_lines(visits: Sequence[FileVisit], zone: tzinfo) -> list[Line]:
    """Return the uses of a file as table lines; a line's key is ``trajectory turn place``."""
    return [
        Line(
            key_to(visit.trajectory_id, visit.turn_number, visit.id),
            (
                Cell(date_time(visit.at, zone, seconds=False), "dim"),
                visit.action,
                visit.agent_name,
                _size(visit.tokens),
                count(visit.turn_number),
            ),
        )
        for visit in visits
    ]


def type_plot(types: Sequence[CodebaseType]) -> BarPlot | None:
    """Return a bar plot of code lines by type of file; None if none were counted."""
    counted = [
        file_type for file_type in types if file_type.type and file_type.code + file_type.comments + file_type.blanks
    ]
    shown = counted[:MAX_BARS]
    return _bars(
        [file_type.type for file_type in shown],
        {"code": "series-1", "comments": "series-2", "blank": "series-3"},
        [(file_type.code, file_type.comments, file_type.blanks) for file_type in shown],
    )


def _bars(names: Sequence[str], series: Mapping[str, Tone], values: Sequence[tuple[int, ...]]) -> BarPlot | None:
    if not names:
        return None
    bars = tuple(
        Bar(name, tuple(map(float, parts)), None, tokens(sum(parts))) for name, parts in zip(names, values, strict=True)
    )
    return BarPlot(tuple(BarSeries(name, tone) for name, tone in series.items()), bars, tokens)


def _size(number: int) -> str:
    """Return a number of estimated tokens as text, ``–`` where there are none."""
    certainty: Certainty = "estimate"
    return tokens(number or None, certainty)
