"""Codebases, hot files and advice in lines and charts."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from rich.style import Style

from ppp_tui.query.quality.context_use import Suggestion
from ppp_tui.query.quality.drilldown import FileVisit
from ppp_tui.query.quality.rows import CodebaseFile, CodebaseLine, CodebaseType, HotFile
from ppp_tui.tui.panes import code_cells as cells
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.lines import Brush, Cell, Line, line_segments
from tests.tui.cell_texts import cell_texts
from tests.tui.database_of import NOON_MS

MINUTE = 60_000


def shown(line: Line) -> list[str]:
    return cell_texts(line.cells)


def codebase(**changes: Any) -> CodebaseLine:
    return CodebaseLine(
        id=1,
        project="/home/dev/shop",
        indexed_at=NOON_MS - 5 * MINUTE,
        build_ms=900,
        counted_files=12,
        is_whole=True,
        files=12,
        bytes=40_960,
        code=1_200,
        comments=300,
        blanks=200,
        tokens=9_800,
    )._replace(**changes)


def test_project_shows_its_size_and_the_age_of_the_count() -> None:
    counted, partly, never = cells.project_lines(
        [codebase(), codebase(project="/home/dev/api", is_whole=False)], ["/home/dev/docs"], NOON_MS
    )
    assert shown(counted) == ["shop", "12", "1,200", "300", "200", "40.0 kB", "~9.8k", "5m ago"]
    assert shown(partly)[:2] == ["api", "≥12"]
    assert (never.key, shown(never)) == ("/home/dev/docs", ["docs", "–", "–", "–", "–", "–", "–", "never"])


def test_file_type_without_line_counts_shows_unknown() -> None:
    python, other = cells.type_lines(
        [
            CodebaseType(type="Python", files=3, bytes=2048, code=90, comments=10, blanks=5, tokens=500),
            CodebaseType(type="", files=2, bytes=4096, code=0, comments=0, blanks=0, tokens=0),
        ]
    )
    assert shown(python) == ["Python", "3", "90", "10", "5", "2.0 kB", "~500"]
    assert shown(other) == ["other", "2", "–", "–", "–", "4.0 kB", "–"]
    large = cells.largest_lines([CodebaseFile("a.py", "Python", 2048, 90, 1, 2), CodebaseFile("b.png", "", 9, 0, 0, 0)])
    assert [shown(line) for line in large] == [["a.py", "2.0 kB", "90"], ["b.png", "9 B", "–"]]


def hot(path: str, reads: int, edits: int, read_tokens: int) -> HotFile:
    return HotFile(
        project="/home/dev/shop",
        path=path,
        reads=reads,
        edits=edits,
        read_tokens=read_tokens,
        last_at=NOON_MS - 3 * MINUTE,
        last_action="edit",
    )


def test_the_size_of_a_file_is_an_estimate_and_unknown_if_it_was_never_read() -> None:
    lines = cells.file_lines([hot("src/pay.py", 4, 2, 1_200), hot("new.py", 0, 1, 0)], NOON_MS)
    assert [shown(line) for line in lines] == [
        ["src/pay.py", "███████████▓▓▓▓▓", "4", "2", "~300", "3m", "edit"],
        ["new.py", "▓▓▋", "0", "1", "–", "3m", "edit"],
    ]
    assert [line.key for line in lines] == ["src/pay.py", "new.py"]


def test_advice_has_reasons_and_dropped_files_are_dim() -> None:
    keep, drop = cells.advice_lines(
        [
            Suggestion("pay.py", "keep", 0.713, 300, ("read 4 times", "used within a day")),
            Suggestion("old.py", "drop", 0.1, 0, ("worth less than its place",)),
        ]
    )
    assert shown(keep) == ["keep", "pay.py", "0.71", "~300", "read 4 times; used within a day"]
    assert (shown(drop)[3], keep.tone, drop.tone) == ("–", "text", "dim")


def test_file_use_links_to_its_turn() -> None:
    [line] = cells.visit_lines(
        [
            FileVisit(
                id=99,
                trajectory_id=3,
                turn_number=12,
                step_number=4,
                agent_name="codex",
                action="read",
                at=NOON_MS,
                tokens=250,
            )
        ],
        UTC,
    )
    assert (line.key, shown(line)) == ("3 12 99", ["2026-11-20 12:00", "read", "codex", "~250", "12"])


def test_chart_leaves_out_types_without_lines() -> None:
    types = [
        CodebaseType(type="Python", files=3, bytes=2048, code=90, comments=10, blanks=5, tokens=500),
        CodebaseType(type="", files=2, bytes=4096, code=0, comments=0, blanks=0, tokens=0),
    ]
    lines = cells.type_plot(types)
    assert lines is not None
    assert [(bar.label, bar.values) for bar in lines.bars] == [("Python", (90.0, 10.0, 5.0))]
    assert cells.type_plot(types[1:]) is None


def test_path_without_room_keeps_its_end() -> None:
    columns = (Column("path", "file", width=14), Column("size", "size", width=4))
    line = Line("a", (Cell("cmd/entire/strategy/commit.go", is_path=True), Cell("cmd/entire")))
    segments, _ = line_segments(line, columns, (14, 4), 1, Brush(lambda _tone: Style(), lambda cells: cells, {}))
    assert "".join(segment.text for segment in segments) == "…egy/commit.go cmd…"
