"""The text of a turn with a cursor that moves from block to block; plain views have no blocks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from ppp_tui.tui.panes.turns.conversation import Block
from ppp_tui.tui.widgets.detail_text import DetailText
from ppp_tui.tui.widgets.line_painter import CURSOR, CURSOR_ELSEWHERE
from ppp_tui.tui.widgets.text_lines import TextLine
from ppp_tui.tui.widgets.tones import tone_style


class ConversationText(DetailText):
    """Text whose arrow keys move to the next block while it is in sight, and scroll otherwise."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open_block", "Unfold", show=False, id="text.open"),
        Binding("backspace", "fold_block", "Fold", show=False, id="text.fold"),
    ]

    @dataclass
    class BlockOpened(Message):
        """Posted by Enter or a double click on a block."""

        block: Block

    @dataclass
    class BlockFolded(Message):
        """Posted by Backspace on a block, which is to be folded."""

        block: Block

    def __init__(self, *, id: str) -> None:
        """Begin empty; `show` fills it."""
        super().__init__(id=id)
        self._blocks: Sequence[Block] = ()
        self._selected: str | None = None
        self._height_before = 0
        """Number of rows in sight when the text had a height last."""

    def drop_content(self) -> None:
        """Let go of lines and blocks."""
        super().drop_content()
        self._blocks = ()

    def show(self, lines: Sequence[TextLine], blocks: Sequence[Block] = (), *, keep_place: bool = False) -> None:
        """Show lines and the blocks among them; `keep_place` keeps scroll position and cursor."""
        self._blocks = blocks
        if not keep_place or self.selected_block is None:
            self._selected = None
        self.set_lines(lines, keep_place=keep_place)

    @property
    def blocks(self) -> Sequence[Block]:
        """The blocks of the shown text."""
        return self._blocks

    @property
    def selected_block(self) -> Block | None:
        """The block under the cursor, None if there is none."""
        return next((block for block in self._blocks if block.key == self._selected), None)

    def select_block(self, block: Block) -> None:
        """Put the cursor on a block and bring as much of it into sight as fits."""
        self._selected = block.key
        self._reveal_when_laid_out(self._reveal_block)
        self._strips.clear()
        self.refresh()

    def on_resize(self) -> None:
        """Wrap the text to a new width; a cursor that was in sight stays there."""
        block, top, before = self.selected_block, self.scroll_offset.y, self._height_before
        was_in_sight = block is not None and top <= self._rows_of(block)[0] < top + before
        self._height_before = self.size.height or before
        super().on_resize()
        if was_in_sight:
            self._reveal_when_laid_out(self._reveal_block)

    def _reveal_block(self) -> None:
        block = self.selected_block
        if block is None:
            return
        top, height = self.scroll_offset.y, self.size.height
        first, end = self._rows_of(block)
        if first < top or end > top + height:
            self._resize_to_rows()
            self._go_to(min(first, max(first - height // 3, end - height)) if end - first < height else first)

    def select_next(self, is_wanted: Callable[[Block], bool], *, is_forward: bool) -> bool:
        """Put the cursor on the next wanted block, or the previous one. Return whether there is one.

        Without a cursor the search begins before the first block or, backwards, after the last one.
        """
        place = next((place for place, block in enumerate(self._blocks) if block.key == self._selected), None)
        if is_forward:
            candidates = self._blocks[0 if place is None else place + 1 :]
        else:
            candidates = self._blocks[: len(self._blocks) if place is None else place][::-1]
        wanted = next((block for block in candidates if is_wanted(block)), None)
        if wanted is not None:
            self.select_block(wanted)
        return wanted is not None

    def forget_block(self) -> None:
        """Remove the cursor; the next search for a block begins at an end of the text."""
        self._selected = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action may run; keys for matches go to the screen, which knows other turns and hits."""
        return False if action in ("next_match", "previous_match") else super().check_action(action, parameters)

    def action_line_down(self) -> None:
        """Move to the next block if it is in sight, else scroll one row down."""
        if not self._step(1):
            super().action_line_down()

    def action_line_up(self) -> None:
        """Move to the previous block if it is in sight, else scroll one row up."""
        if not self._step(-1):
            super().action_line_up()

    def action_open_block(self) -> None:
        """Post `BlockOpened` for the block under the cursor; without a cursor, for the first block in sight."""
        block, visible = self.selected_block, self._blocks_in_sight()
        if block not in visible:
            block = visible[0] if visible else None
        if block is not None:
            self.select_block(block)
            self.post_message(self.BlockOpened(block))

    def action_fold_block(self) -> None:
        """Post `BlockFolded` for the block under the cursor."""
        block = self.selected_block
        if block is not None:
            self.post_message(self.BlockFolded(block))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the block that was clicked; a double click opens it."""
        offset = event.get_content_offset(self)
        row = self.scroll_offset.y + offset.y if offset is not None else -1
        if not 0 <= row < len(self._wrapped.rows):
            return
        line = self._wrapped.rows[row].line
        block = next((block for block in self._blocks if block.first <= line < block.end), None)
        if block is not None:
            self.select_block(block)
            if event.chain == 2:
                self.post_message(self.BlockOpened(block))

    def _step(self, places: int) -> bool:
        """Move the cursor to the neighbouring block. Return whether it is in sight; otherwise the cursor stays."""
        visible = self._blocks_in_sight()
        if not visible:
            return False
        selected = self.selected_block
        if selected is None or selected not in visible:
            target = 0 if places > 0 else len(visible) - 1
        else:
            target = visible.index(selected) + places
        if not 0 <= target < len(visible):
            return False
        self.select_block(visible[target])
        return True

    def _blocks_in_sight(self) -> Sequence[Block]:
        """Return the blocks whose first row is on the screen."""
        rows, top = self._wrapped.rows, self.scroll_offset.y
        if top >= len(rows):
            return ()
        low = rows[top].line + bool(rows[top].start)
        high = rows[min(len(rows), top + self.size.height) - 1].line
        first = bisect_left(self._blocks, low, key=attrgetter("first"))
        return self._blocks[first : bisect_right(self._blocks, high, key=attrgetter("first"))]

    def _rows_of(self, block: Block) -> tuple[int, int]:
        """Return the first row of a block, and the row after its last one."""
        first = self._wrapped.row_of(block.first)
        if block.end >= len(self._wrapped.lines):
            last_line = self._wrapped.lines[-1]
            return first, self._wrapped.row_of(len(self._wrapped.lines) - 1, max(0, len(last_line.text) - 1)) + 1
        return first, self._wrapped.row_of(block.end)

    def _paint(self, number: int, width: int) -> Strip:
        strip = super()._paint(number, width)
        row = self._wrapped.rows[number]
        block = self.selected_block
        if block is None or row.start or row.line != block.first:
            return strip
        style = self.rich_style + tone_style(self, "accent" if self.has_focus else "dim")
        sign = CURSOR if self.has_focus else CURSOR_ELSEWHERE
        return Strip.join([Strip([Segment(sign, style)], 1), strip.crop(1)])

    def on_focus(self) -> None:
        """Draw the cursor with focus."""
        self._strips.clear()
        self.refresh()

    def on_blur(self) -> None:
        """Draw the cursor without focus."""
        self._strips.clear()
        self.refresh()
