"""Long text as lines with tones, and its wrapping to a width little by little. Pure.

A text of megabytes, even in a single line, is shown at once: rows are found from the beginning on, as far as they are
asked for. Words stay whole where lines are prose; preformatted lines break wherever the width ends.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise, zip_longest
from typing import NamedTuple

from rich.cells import chop_cells

from ppp_tui.text.cells import pad
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.widgets.tones import Tone

FACT_CELLS = 10
"""Width of the names of facts."""


class TextSpan(NamedTuple):
    """A piece of a line with its tone."""

    start: int
    end: int
    tone: Tone


class TextLine(NamedTuple):
    """A line before it is wrapped. Its text must have gone through `plain`."""

    text: str
    tone: Tone = "text"
    spans: tuple[TextSpan, ...] = ()
    """Spans in order, without overlaps."""
    indent: int = 0
    """Indent of every row but the first."""
    is_preformatted: bool = False


class Row(NamedTuple):
    """A row on the screen: a part of a line."""

    line: int
    start: int
    end: int


def text_lines(text: str, tone: Tone = "text", *, is_preformatted: bool = False) -> list[TextLine]:
    """Return `text` as sanitized lines."""
    return [
        TextLine(line, tone, is_preformatted=is_preformatted) for line in plain(text, keep_newlines=True).split("\n")
    ]


def fact_line(name: str, value: str, tone: Tone = "text") -> TextLine:
    """Return a named value; the names of several stand below each other, '' for a further line of the same."""
    text = f"{name:<{FACT_CELLS}} {value}"
    spans: tuple[TextSpan, ...] = (TextSpan(0, FACT_CELLS, "dim"),)
    if tone != "text":
        spans += (TextSpan(FACT_CELLS + 1, len(text), tone),)
    return TextLine(text, spans=spans, indent=FACT_CELLS + 1)


def beside(left: Sequence[TextLine], right: Sequence[TextLine], width: int, gap: int = 2) -> list[TextLine]:
    """Return two texts side by side, each wrapped to half of `width`, as lines that need no wrapping."""
    half = max(1, (width - gap) // 2)
    columns = [_wrapped_rows(lines, half) for lines in (left, right)]
    lines = []
    for first, second in zip_longest(*columns, fillvalue=TextLine("")):
        if not second.text:
            lines.append(first)
            continue
        before = pad(first.text, half) + " " * gap
        moved = [span._replace(start=span.start + len(before), end=span.end + len(before)) for span in second.spans]
        lines.append(TextLine(before + second.text, spans=(*first.spans, *moved)))
    return lines


def _wrapped_rows(lines: Sequence[TextLine], width: int) -> list[TextLine]:
    """Return each row of the wrapped lines as a line of its own, its tones as spans."""
    wrapped = WrappedText(lines, width)
    while not wrapped.is_complete:
        wrapped.advance(1000)
    rows = []
    for row in wrapped.rows:
        indent = " " * (lines[row.line].indent if row.start else 0)
        shift = len(indent) - row.start
        pieces = wrapped.pieces(row)
        spans = tuple(TextSpan(piece.start + shift, piece.end + shift, piece.tone) for piece in pieces)
        rows.append(TextLine(indent + lines[row.line].text[row.start : row.end], spans=spans))
    return rows


class WrappedText:
    """Lines wrapped to rows of at most `width` cells; `advance` wraps some more."""

    def __init__(self, lines: Sequence[TextLine], width: int) -> None:
        self.lines = lines
        self.width = max(1, width)
        self.rows: list[Row] = []
        """The rows wrapped so far."""
        self._next_line = 0
        self._next_start = 0

    @property
    def is_complete(self) -> bool:
        """Whether the whole text has been wrapped."""
        return self._next_line >= len(self.lines)

    def advance(self, count: int) -> None:
        """Wrap up to `count` more rows."""
        rows = self.rows
        goal = len(rows) + count
        while len(rows) < goal and self._next_line < len(self.lines):
            line = self.lines[self._next_line]
            start = self._next_start
            room = self.width if start == 0 else max(1, self.width - line.indent)
            end, following = _row_end(line, start, room)
            rows.append(Row(self._next_line, start, end))
            if following >= len(line.text):
                self._next_line += 1
                self._next_start = 0
            else:
                self._next_start = following

    def row_of(self, line: int, offset: int = 0) -> int:
        """Return the row that holds the character `offset` of a line, wrapping as far as needed."""
        while not self.is_complete and (self._next_line, self._next_start) <= (line, offset):
            self.advance(1000)
        row_index = bisect_left(self.rows, (line, offset + 1)) - 1
        return max(0, row_index)

    def pieces(self, row: Row, marks: Sequence[TextSpan] = ()) -> list[TextSpan]:
        """Return a row cut at every change of tone, `marks` over the line's spans; offsets are those of the line."""
        line = self.lines[row.line]
        own = _within(line.spans, row)
        over = _within(marks, row)
        if not own and not over:
            return [TextSpan(row.start, row.end, line.tone)] if row.end > row.start else []
        cuts = {row.start, row.end}
        for span in (*own, *over):
            cuts.update((max(row.start, span.start), min(row.end, span.end)))
        edges = sorted(cuts)
        return [
            TextSpan(start, end, _tone_at(over, start) or _tone_at(own, start) or line.tone)
            for start, end in pairwise(edges)
        ]


def _row_end(line: TextLine, start: int, width: int) -> tuple[int, int]:
    """Return the end of the row that begins at `start`, and the beginning of the next one."""
    text = line.text
    end = start + width
    if not text[start : end + 1].isascii():
        chunk = text[start : start + 2 * width + 16]
        pieces = chop_cells(chunk, width)
        end = start + (len(pieces[0]) or 1 if pieces else len(chunk))
    if end >= len(text):
        return len(text), len(text)
    if line.is_preformatted:
        return end, end
    if text[end] == " ":
        return end, end + 1
    space = text.rfind(" ", start + 1, end)
    return (space, space + 1) if space > start else (end, end)


def _within(spans: Sequence[TextSpan], row: Row) -> Sequence[TextSpan]:
    if not spans:
        return ()
    first = bisect_left(spans, row.start + 1, key=lambda span: span.end)
    last = bisect_left(spans, row.end, key=lambda span: span.start)
    return spans[first:last]


def _tone_at(spans: Sequence[TextSpan], offset: int) -> Tone | None:
    for span in spans:
        if span.start <= offset < span.end:
            return span.tone
    return None
