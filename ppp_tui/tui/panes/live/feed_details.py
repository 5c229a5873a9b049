"""Below the feed: the followed session's prompt cache, waiting time, context and changed files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from rich.cells import cell_len
from textual.geometry import Region
from textual.strip import Strip

from ppp_tui.model.activity import ContextRow
from ppp_tui.model.project import path_tail
from ppp_tui.query.rows import LiveRow
from ppp_tui.query.sessions.live_details import ChangedFile, LiveDetail, WaitedForUser
from ppp_tui.text.cells import cut, pad
from ppp_tui.text.format import UNKNOWN, age, cost_micros, counted, percent, tokens
from ppp_tui.tui.panes.live.card_text import cache_left_ms, cache_left_text
from ppp_tui.tui.widgets.gauge import solid_bar
from ppp_tui.tui.widgets.lines import Cell, cell_segments
from ppp_tui.tui.widgets.tones import Tone, Toned

BAR_CELLS = 12
LABEL_CELLS = 9

Row = tuple[Cell, ...]


class SessionDetails(NamedTuple):
    """What is shown of the followed session below its feed."""

    files: Sequence[ChangedFile] = ()
    context: ContextRow | None = None
    waited: WaitedForUser | None = None
    detail: LiveDetail = LiveDetail()
    recache_micros: int | None = None


class FeedDetails(Toned):
    """Widget with rows of details, as many as fit."""

    ALLOW_SELECT = False

    def __init__(self, *, is_ascii: bool, id: str, classes: str) -> None:
        super().__init__(id=id, classes=classes)
        self._is_ascii = is_ascii
        self._rows: list[Row] = []

    def show(self, row: LiveRow | None, details: SessionDetails, now_ms: int) -> None:
        """Show the details of a session; None shows nothing."""
        if not self.display:
            return
        rows = [] if row is None else detail_rows(row, details, now_ms, self.size, is_ascii=self._is_ascii)
        before, self._rows = self._rows, rows
        if before == rows:
            return
        changed = [place for place, pair in enumerate(zip_longest(before, rows)) if pair[0] != pair[1]]
        if changed:
            self.refresh(*[Region(0, place, self.size.width, 1) for place in changed])

    def render_line(self, y: int) -> Strip:
        """Return the strip of row `y`."""
        width = self.size.width
        cells = self._rows[y] if y < len(self._rows) else (Cell(""),)
        return Strip(cell_segments(cells, width, "left", self._style)).adjust_cell_length(width, self._style("text"))


def detail_rows(
    row: LiveRow, details: SessionDetails, now_ms: int, size: tuple[int, int], *, is_ascii: bool = False
) -> list[Row]:
    """Return cache and waits, the context, then as many changed files as there are rows for."""
    width, height = size
    if width < 20 or height < 1:
        return []
    rows = [_cache_row(details, now_ms), *_context_rows(details.context, width, is_ascii=is_ascii)]
    waited = _waited_row(row, details.waited, now_ms)
    rows = [rows[0], waited, *rows[1:]] if waited else rows
    return [*rows, *_file_rows(details.files, width, max(0, height - len(rows)), is_ascii=is_ascii)][:height]


def _label(text: str) -> Cell:
    return Cell(pad(f" {text}", LABEL_CELLS), "heading")


def _cache_row(details: SessionDetails, now_ms: int) -> Row:
    left_ms = cache_left_ms(details.detail.last_request, now_ms)
    request = details.detail.last_request
    cost = cost_micros(details.recache_micros, "estimate")
    if left_ms is None or request is None:
        return (_label("cache"), Cell(f"{UNKNOWN}  nothing tells how long it lives", "dim"))
    prompt = f"{tokens(request.prompt_tokens)} tokens"
    if left_ms == 0:
        return (_label("cache"), Cell(f"cold: the next prompt writes {prompt} anew, {cost}", "stale"))
    return (
        _label("cache"),
        Cell(f"ends in {cache_left_text(left_ms)}", "text"),
        Cell(f", then the next prompt writes {prompt} anew, {cost}", "dim"),
    )


def _waited_row(row: LiveRow, waited: WaitedForUser | None, now_ms: int) -> Row:
    if waited is None:
        return ()
    running = now_ms - row.state.since if row.state.group in ("needs you", "finished") and row.state.since else 0
    bound = "≥" if waited.is_lower_bound else ""
    today, week = (age(waited_ms + running) for waited_ms in (waited.today_ms, waited.week_ms))
    return (_label("waited"), Cell(f"{bound}{today} for you today, {bound}{week} this week"))


@lru_cache(maxsize=4)
def _context_rows(context: ContextRow | None, width: int, *, is_ascii: bool) -> Sequence[Row]:
    """Return the parts of the context window at the end of the newest turn; they are estimates."""
    if context is None or not context.used_tokens:
        return [(_label("context"), Cell(UNKNOWN, "dim"))]
    parts: tuple[tuple[str, int, Tone], ...] = (
        ("files", context.file_tokens, "series-1"),
        ("tools", context.tool_tokens, "series-2"),
        ("talk", context.conversation_tokens, "series-3"),
        ("system", context.system_tokens, "series-4"),
    )
    parts_tokens = max(1, sum(size for _, size, _ in parts))
    about = "~" if context.is_window_inferred else ""
    of = f" of {about}{tokens(context.window_tokens)}" if context.window_tokens else ""
    cells: list[Cell] = [_label("context"), Cell(f"{tokens(context.used_tokens)}{of}")]
    taken = sum(cell_len(cell.text) for cell in cells)
    for name, size, tone in parts:
        text = f"  {name} ~{percent(size / parts_tokens)}"
        if taken + cell_len(text) <= width:
            cells.append(Cell(text, tone))
            taken += cell_len(text)
    return [tuple(cells), _stacked(parts, context, width - LABEL_CELLS - 1, is_ascii=is_ascii)]


def _stacked(parts: Sequence[tuple[str, int, Tone]], context: ContextRow, width: int, *, is_ascii: bool) -> Row:
    """Return the parts of the context as one bar on the scale of the window."""
    used = context.used_tokens or 0
    parts_tokens = max(1, sum(size for _, size, _ in parts))
    window = max(used, context.window_tokens or used)
    exact = [size / parts_tokens * used / window * width for _, size, _ in parts]
    cells = [int(share) for share in exact]
    left = min(width, round(used / window * width)) - sum(cells)
    for place in sorted(range(len(parts)), key=lambda place: cells[place] - exact[place])[: max(0, left)]:
        cells[place] += 1
    sign, empty = ("#", "-") if is_ascii else ("█", "░")
    bars = [Cell(sign * length, tone) for length, (_, _, tone) in zip(cells, parts, strict=True) if length]
    return (Cell(" " * LABEL_CELLS), *bars, Cell(empty * max(0, width - sum(cells)), "dim"))


def _file_rows(files: Sequence[ChangedFile], width: int, height: int, *, is_ascii: bool) -> list[Row]:
    if height < 1:
        return []
    if not files:
        return [(_label("changed"), Cell("no file yet", "dim"))]
    most = max(file.edits for file in files)
    edits = sum(file.edits for file in files)
    head = (_label("changed"), Cell(f"{counted(len(files), 'file')}, {counted(edits, 'edit')}"))
    room = max(8, width - BAR_CELLS - 8)
    shown = files[: height - 1]
    rows: list[Row] = []
    for file in shown:
        bar = solid_bar(file.edits / most, BAR_CELLS, is_ascii=is_ascii)
        name = pad(cut(path_tail(file.path, 3), room), room)
        rows.append((Cell(f" {name}", "text"), Cell(f"{file.edits:>5} ", "dim"), Cell(bar, "accent")))
    return [head, *rows]
