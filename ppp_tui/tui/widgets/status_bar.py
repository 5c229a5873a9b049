"""A line with parts at the left and at the right, some of which can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Unpack

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from ppp_tui.text.cells import fitted
from ppp_tui.tui.widgets.guarded import WidgetAttributes
from ppp_tui.tui.widgets.tones import Tone, Toned


class StripPart(NamedTuple):
    """A part of a line; parts stand `gap` cells apart."""

    text: str
    tone: Tone = "text"
    key: str = ""
    """Name of the part in `Clicked`; a part without one cannot be clicked."""


class _Placed(NamedTuple):
    start: int
    text: str
    part: StripPart


class TopStrip(Toned):
    """Widget of one line; where it is too narrow, the left parts are cut, the last of them first."""

    ALLOW_SELECT = False

    @dataclass
    class Clicked(Message):
        """Posted when a part with a key was clicked."""

        strip: TopStrip
        key: str

        @property
        def control(self) -> TopStrip:
            """The strip that was clicked."""
            return self.strip

    def __init__(
        self,
        left: Sequence[StripPart] = (),
        right: Sequence[StripPart] = (),
        *,
        gap: int = 2,
        **attributes: Unpack[WidgetAttributes],
    ) -> None:
        super().__init__(**attributes)
        self._gap = gap
        self._left = tuple(left)
        self._right = tuple(right)

    def set_parts(self, left: Sequence[StripPart], right: Sequence[StripPart] = ()) -> None:
        """Show these parts; unchanged parts cost nothing."""
        if (tuple(left), tuple(right)) != (self._left, self._right):
            self._left, self._right = tuple(left), tuple(right)
            # A rule above the line stays as it is.
            self.refresh(self.size.region)

    def draw_lines(self, crop: Region) -> list[Strip]:
        """Return the strips of a region; below a rule, and without a rim, Textual would add nothing to them."""
        gutter = self.styles.gutter
        if crop.y < gutter.top or any(gutter[1:]) or crop.column_span != (0, self.size.width):
            return super().draw_lines(crop)
        strips, filters, background = [], self.get_line_filters(), self.ground()
        for y in crop.line_range:
            strip = self.render_line(y - gutter.top)
            for line_filter in filters:
                strip = strip.apply_filter(line_filter, background)
            strips.append(strip)
        return strips

    def render_line(self, y: int) -> Strip:
        """Return the strip of the line."""
        width = self.size.width
        ground = self._style("text")
        if y:
            return Strip.blank(width, ground)
        segments: list[Segment] = []
        at = 0
        for placed in self._placed(width):
            if placed.start > at:
                segments.append(Segment(" " * (placed.start - at), ground))
            tone = placed.part.tone
            segments.append(Segment(placed.text, self._styles.get(tone) or self._style(tone)))
            at = placed.start + cell_len(placed.text)
        return Strip(segments, at).adjust_cell_length(width, ground)

    def on_click(self, event: events.Click) -> None:
        """Post a message with the part that was clicked."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y:
            return
        for placed in self._placed(self.size.width):
            if placed.part.key and placed.start <= offset.x < placed.start + cell_len(placed.text):
                event.stop()
                self.post_message(self.Clicked(self, placed.part.key))

    def clickable_parts(self) -> list[tuple[int, str]]:
        """Return the offset and the key of each part that can be clicked; of parts with the same key the first."""
        begins: dict[str, int] = {}
        for placed in self._placed(self.size.width):
            if placed.part.key:
                begins.setdefault(placed.part.key, placed.start + len(placed.text) - len(placed.text.lstrip()))
        return [(start, key) for key, start in begins.items()]

    def _placed(self, width: int) -> list[_Placed]:
        right = self._row(self._right, width)
        right_width = right[-1].start + cell_len(right[-1].text) if right else 0
        room = width - right_width - (self._gap if right else 0)
        return self._row(self._left, room) + [
            placed._replace(start=placed.start + width - right_width) for placed in right
        ]

    def _row(self, parts: Sequence[StripPart], room: int) -> list[_Placed]:
        row: list[_Placed] = []
        at = 0
        for part in parts:
            text = fitted(part.text, room - at)
            if not text:
                break
            row.append(_Placed(at, text, part))
            at += cell_len(text) + self._gap
        return row
