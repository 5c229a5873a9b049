"""Read-only text of any length: wrapped as it comes into sight, searched, selected."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import ClassVar, Unpack

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.cache import FIFOCache
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from ppp_tui.tui.widgets.guarded import Guarded, WidgetAttributes
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan, WrappedText, text_lines
from ppp_tui.tui.widgets.tones import Tone, tone_style
from ppp_tui.tui.widgets.workers import work

WRAPPING = "detail-text"
"""Worker group in which text below the screen is wrapped."""

SLICE_ROWS = 500
"""Rows that are wrapped before keys are handled again: a few milliseconds."""

FindSpans = Callable[[str], Iterable[tuple[int, int]]]
"""Returns the begin and end of each match in a line, in order."""

LinesFor = Callable[[int], Sequence[TextLine]]
"""Makes the lines of a text for so many cells."""

USUAL_WIDTH = 80
"""Width that a text is wrapped to before it was ever in sight."""

KEPT_ROWS = 150
"""Maximum of rows that are kept as they are drawn, of some kilobytes each."""

KEPT_MATCHES = 10_000
"""Maximum of matches that are counted and marked."""


class DetailText(ScrollView, Guarded, can_focus=True):
    """Widget with read-only lines of text."""

    ALLOW_SELECT = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "line_down", "Down", show=False, id="text.down"),
        Binding("up,k", "line_up", "Up", show=False, id="text.up"),
        Binding("pagedown", "page_down", "Page down", show=False, id="text.page-down"),
        Binding("pageup", "page_up", "Page up", show=False, id="text.page-up"),
        Binding("home,g", "top", "Top", show=False, id="text.top"),
        Binding("end,G", "end", "End", show=False, id="text.end"),
        Binding("n", "next_match", "Next match", show=False, id="text.next-match"),
        Binding("N", "previous_match", "Previous match", show=False, id="text.previous-match"),
    ]

    def __init__(self, **attributes: Unpack[WidgetAttributes]) -> None:
        super().__init__(**attributes)
        self._wrapped = WrappedText((), 1)
        self._seen_width = USUAL_WIDTH
        """Width of the text when it was in sight last: as wide it will be again, most likely."""
        self._base_style: Style | None = None
        self._strips: FIFOCache[int, Strip] = FIFOCache(KEPT_ROWS)
        self._find: FindSpans | None = None
        self._matches: list[tuple[int, int, int]] = []
        self._marks: dict[int, list[TextSpan]] = {}
        self._match = -1
        self._lines_for: LinesFor | None = None
        self._reveal: Callable[[], None] | None = None
        """What brings a place into sight that was asked for while no row was."""

    def drop_content(self) -> None:
        """Let go of all lines."""
        self._wrapped = WrappedText((), 1)
        self._strips.clear()
        self._matches, self._marks = [], {}
        self._reveal = self._lines_for = None

    # Content

    @property
    def lines(self) -> Sequence[TextLine]:
        """The shown lines."""
        return self._wrapped.lines

    def set_text(self, text: str, tone: Tone = "text", *, is_preformatted: bool = False) -> None:
        """Show `text` from its beginning; hostile characters in it become symbols."""
        self.set_lines(text_lines(text, tone, is_preformatted=is_preformatted))

    def set_lines(self, lines: Sequence[TextLine], *, keep_place: bool = False) -> None:
        """Show `lines` from the beginning, or with `keep_place` from the current scroll position.

        A reader at the end of a text that grows stays at its end.
        """
        self._lines_for = None
        place, was_at_end = self.scroll_offset.y, self._is_at_end()
        if not keep_place:
            self._reveal = None
        match = self._match
        self._wrapped = WrappedText(lines, self._text_width())
        self._find_matches()
        if keep_place:
            self._match = min(match, len(self._matches) - 1)
        self._show_rows(place if keep_place else 0)
        if keep_place and was_at_end and place:
            self.scroll_to_line(len(lines) - 1)
            self._go_to(self.max_scroll_y)

    def set_lines_for(self, lines_for: LinesFor, *, keep_place: bool = False) -> None:
        """Show the lines that `lines_for` returns for the cells of a row, now and whenever their number changes."""
        self.set_lines(lines_for(self._text_width()), keep_place=keep_place)
        self._lines_for = lines_for

    def count_rows(self, most: int) -> int:
        """Return the number of rows of the text, or `most` where it has more."""
        self._wrapped.advance(max(0, most - len(self._wrapped.rows)))
        self._fit_scroll_bar()
        return min(most, len(self._wrapped.rows))

    def scroll_to_line(self, line: int, offset: int = 0) -> None:
        """Scroll until the character `offset` of a line is in sight."""
        self._reveal_when_laid_out(partial(self._reveal_line, line, offset))

    def _reveal_when_laid_out(self, reveal: Callable[[], None]) -> None:
        """Bring a place into sight, once the text has rows in sight: before, nothing tells how far to scroll."""
        self._reveal = reveal
        if self.size.height:
            self._reveal = None
            reveal()

    def _reveal_line(self, line: int, offset: int) -> None:
        row = self._wrapped.row_of(line, offset)
        self._resize_to_rows()
        top, height = self.scroll_offset.y, self.size.height
        if not top <= row < top + height:
            self._go_to(row - height // 3)

    def action_line_down(self) -> None:
        """Scroll one row down."""
        self._go_to(self.scroll_offset.y + 1)

    def action_line_up(self) -> None:
        """Scroll one row up."""
        self._go_to(self.scroll_offset.y - 1)

    def action_page_down(self) -> None:
        """Scroll one page down, the last row staying in sight."""
        self._go_to(self.scroll_offset.y + max(1, self.size.height - 1))

    def action_page_up(self) -> None:
        """Scroll one page up, the first row staying in sight."""
        self._go_to(self.scroll_offset.y - max(1, self.size.height - 1))

    def action_top(self) -> None:
        """Scroll to the beginning."""
        self._go_to(0)

    def action_end(self) -> None:
        """Scroll to the end, as far as it has been wrapped."""
        self._go_to(self.max_scroll_y)

    def _go_to(self, y: int) -> None:
        # At once: a key that is held down must not queue up animations.
        self.scroll_to(y=max(0, min(self.max_scroll_y, y)), animate=False)

    # Search

    @property
    def match_count(self) -> int:
        """Number of matches of the search, `KEPT_MATCHES` at most."""
        return len(self._matches)

    @property
    def match_number(self) -> int:
        """Number of the match in sight, from 1; 0 for none."""
        return self._match + 1

    def search(self, query: str) -> int:
        """Mark all matches of `query`, ignoring case, and go to the first one. Return their number.

        An empty query ends the search.
        """
        pattern = re.compile(re.escape(query), re.IGNORECASE) if query else None
        return self.search_by(None if pattern is None else lambda text: [m.span() for m in pattern.finditer(text)])

    def search_by(self, find_spans: FindSpans | None) -> int:
        """Mark all spans that `find_spans` returns, and go to the first one. Return their number."""
        self._find = find_spans
        self._find_matches()
        self._strips.clear()
        self.refresh()
        if self._matches:
            self._go_to_match(0)
        return len(self._matches)

    def action_next_match(self) -> None:
        """Go to the next match, after the last one to the first."""
        if self._matches:
            self._go_to_match((self._match + 1) % len(self._matches))

    def action_previous_match(self) -> None:
        """Go to the previous match, before the first one to the last."""
        if self._matches:
            self._go_to_match((self._match - 1) % len(self._matches))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  as Textual calls it
        """Return whether an action may run; keys for matches go elsewhere while there are none."""
        return bool(self._matches) if action in ("next_match", "previous_match") else True

    def _go_to_match(self, number: int) -> None:
        self._match = number
        line, start, _ = self._matches[number]
        self.scroll_to_line(line, start)

    def _find_matches(self) -> None:
        self._matches, self._marks, self._match = [], {}, -1
        if self._find is None:
            return
        for number, line in enumerate(self._wrapped.lines):
            for start, end in self._find(line.text):
                self._matches.append((number, start, end))
                self._marks.setdefault(number, []).append(TextSpan(start, end, "match"))
                if len(self._matches) >= KEPT_MATCHES:
                    return

    # Rows

    def on_resize(self) -> None:
        """Wrap the text to a new width, with the same line at the top."""
        width = self._text_width()
        if width != self._wrapped.width and self._lines_for is not None:
            self.set_lines_for(self._lines_for, keep_place=True)
        elif width != self._wrapped.width:
            rows = self._wrapped.rows
            top = rows[self.scroll_offset.y] if self.scroll_offset.y < len(rows) else None
            self._wrapped = WrappedText(self._wrapped.lines, width)
            self._show_rows(self._wrapped.row_of(top.line, top.start) if top else 0)
        else:
            self._resize_to_rows()
        if self._reveal is not None:
            self._reveal_when_laid_out(self._reveal)

    def _text_width(self) -> int:
        if self.size.width:
            self._seen_width = max(1, self.size.width - self.scrollbar_size_vertical)
        return self._seen_width

    def _is_at_end(self) -> bool:
        return self._wrapped.is_complete and self.scroll_offset.y >= self.max_scroll_y

    def _show_rows(self, place: int) -> None:
        missing = place + 3 * self.size.height + 1 - len(self._wrapped.rows)
        self._wrapped.advance(max(0, missing))
        self._resize_to_rows()
        self._go_to(place)
        if not self._wrapped.is_complete and self.is_attached:
            self._find_rows()

    @work(exclusive=True, group=WRAPPING)
    async def _find_rows(self) -> None:
        wrapped = self._wrapped
        while not wrapped.is_complete and wrapped is self._wrapped:
            rows_before = len(wrapped.rows)
            wrapped.advance(SLICE_ROWS)
            self._fit_scroll_bar()
            if rows_before < self.scroll_offset.y + self.size.height:
                self.refresh()
            await asyncio.sleep(0)

    def _resize_to_rows(self) -> None:
        self._fit_scroll_bar()
        self._strips.clear()
        self.refresh()

    def _fit_scroll_bar(self) -> None:
        """Tell the scroll bar how many rows there are, of which those that were there stay as they are."""
        rows_before = self.virtual_size.height
        self.set_reactive(Widget.virtual_size, Size(self._text_width(), len(self._wrapped.rows)))
        self._scroll_update(self.virtual_size)
        if self.styles.auto_dimensions and self.virtual_size.height != rows_before:
            self.refresh(layout=True)

    # Drawing

    def notify_style_update(self) -> None:
        """Draw the text in the new styles; called by Textual."""
        super().notify_style_update()
        self._strips.clear()
        self._base_style = None

    @property
    def _base(self) -> Style:
        """The style of text without a tone; Textual works it out anew each time that it is asked."""
        if self._base_style is None:
            self._base_style = self.rich_style
        return self._base_style

    def render_line(self, y: int) -> Strip:
        """Return the strip of row `y` on the screen."""
        number = self.scroll_offset.y + y
        width = self._wrapped.width
        if number >= len(self._wrapped.rows):
            return Strip.blank(width, self._base)
        strip = self._strips.get(number)
        if strip is None:
            strip = self._paint(number, width)
            self._strips.set(number, strip)
        return strip.apply_offsets(0, number)

    def _paint(self, number: int, width: int) -> Strip:
        row = self._wrapped.rows[number]
        line = self._wrapped.lines[row.line]
        base = self._base
        segments = [Segment(" " * line.indent, base)] if row.start and line.indent else []
        selection = self.text_selection
        selected = selection.get_span(number) if selection is not None else None
        for start, end, tone in self._wrapped.pieces(row, self._marks.get(row.line, ())):
            style = base if tone == "text" else base + tone_style(self, tone)
            segments.append(Segment(line.text[start:end], style))
        strip = Strip(segments)
        if selected is not None:
            strip = self._with_selection(strip, *selected)
        return strip.adjust_cell_length(width, base)

    def _with_selection(self, strip: Strip, start: int, end: int) -> Strip:
        length = strip.cell_length
        text = strip.text
        first = cell_len(text[:start])
        last = length if end < 0 else cell_len(text[:end])
        style = self.screen.get_component_rich_style("screen--selection")
        parts = [strip.crop(0, first), strip.crop(first, last).apply_style(style), strip.crop(last, length)]
        return Strip.join(parts)

    def selection_updated(self, selection: Selection | None) -> None:  # noqa: ARG002  as Textual calls it
        """Draw the new selection; called by Textual."""
        self._strips.clear()
        self.refresh()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the selected text, row by row as shown."""
        rows = []
        for row in self._wrapped.rows:
            line = self._wrapped.lines[row.line]
            rows.append(" " * (line.indent if row.start else 0) + line.text[row.start : row.end])
        return selection.extract("\n".join(rows)), "\n"
