"""A compositor that draws only the cells of a screen that changed.

Textual 8 renders every line of each widget that a change comes near, and writes a line from its widget's left edge to
the right edge of what was refreshed. A screen with this compositor renders refreshed lines alone, compares them with
what it wrote there before, and writes the cells that differ: an age that grows older costs some bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter, itemgetter
from typing import NamedTuple

from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate, Compositor, CompositorMap, LayoutUpdate, ReflowResult
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

_row_of = itemgetter(0)
_cells_of = attrgetter("cell_length")

NEAR_LINES = 8
"""Changed lines so close together are rendered in one go: the lines between them are kept, and cost less than it."""


class CellRun(NamedTuple):
    """Neighbouring cells of a screen line that belong to one widget."""

    start: int
    """The first column."""
    end: int
    """The column after the last."""
    widget: Widget
    region: Region
    """Region of the widget, with hidden parts."""


class Placed(NamedTuple):
    """A strip and its position on the screen."""

    x: int
    y: int
    strip: Strip


class CellUpdate(ChopsUpdate):
    """The cells of a screen that are written."""

    def __init__(self, placed: list[Placed]) -> None:
        super().__init__([], [], [])
        self.placed = placed

    def render_segments(self, console: Console) -> str:
        """Return the escape sequences that write the cells."""
        return "".join(f"\x1b[{y + 1};{x + 1}H{strip.render(console)}" for x, y, strip in self.placed)


class FrugalCompositor(Compositor):
    """Compositor that writes only the cells that changed."""

    def __init__(self) -> None:
        super().__init__()
        self._written: dict[tuple[int, int, int], Strip] = {}
        """What the terminal shows, by line, first column and column after the last."""
        self._runs: list[list[CellRun]] = []
        self._runs_of: object = None
        """The layout that `_runs` was computed from."""
        self._laid_out: CompositorMap | None = None
        """The places of the last layout."""

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        """Lay out, and mark what differs from the last layout: what was arranged since, for whoever asked where
        something will be, does not stand on the terminal."""
        if self._laid_out is not None:
            self._full_map = self._laid_out
        result = super().reflow(parent, size)
        self._laid_out = self._full_map
        return result

    def render_full_update(self, simplify: bool = False) -> LayoutUpdate:
        """Return an update of all cells, changed or not."""
        self._written.clear()
        if simplify:
            return super().render_full_update(simplify)
        self._dirty_regions.clear()
        return LayoutUpdate([*self._placed_lines()], self.size.region)

    def render_strips(self, size: Size | None = None) -> list[Strip]:
        """Return the lines of the screen, for another screen that lies over it, or the first ones of them.

        Textual cuts lines by `Strip.divide`, which lets a strip that is whole refer to itself: every line that was ever
        drawn would wait for the garbage collector.
        """
        self._visible_runs()
        written, self._written = self._written, {}
        strips = [Strip.join(line) for line in self._placed_lines()]
        self._written = written
        return strips if size is None else strips[: size.height]

    def _placed_lines(self) -> Iterator[list[Strip]]:
        """Return the cells of each line from left to right, all of them if nothing stands on the terminal."""
        lines: list[list[Placed]] = [[] for _ in range(self.size.height)]
        for part in self._changed_cells([self.size.region]):
            lines[part.y].append(part)
        for line in lines:
            line.sort(key=_column)
            yield [part.strip for part in line]

    def render_partial_update(self) -> ChopsUpdate | None:
        """Return the refreshed cells that changed; None if none did."""
        screen = self.size.region
        regions = [seen for region in self._dirty_regions if (seen := region.intersection(screen))]
        self._dirty_regions.clear()
        placed = self._changed_cells(regions)
        return CellUpdate(placed) if placed else None

    def _changed_cells(self, regions: list[Region]) -> list[Placed]:
        """Return the cells of regions that differ from what stands on the terminal."""
        runs = self._visible_runs()
        wanted: dict[Widget, list[tuple[int, CellRun]]] = {}
        for y, start, end in self._regions_to_spans(regions):
            for run in runs[y]:
                if run.start < end and run.end > start:
                    wanted.setdefault(run.widget, []).append((y, run))
        changed: list[Placed] = []
        for widget, lines in wanted.items():
            changed += self._changed(widget, lines)
        return changed

    def _changed(self, widget: Widget, lines: list[tuple[int, CellRun]]) -> list[Placed]:
        placed: list[Placed] = []
        strips = _rendered(widget, lines[0][1].region, sorted(set(map(_row_of, lines))))
        for y, (start, end, _, region) in lines:
            if y not in strips:
                # Of a widget that has more rows now and was not told yet: the layout that tells it draws it anew.
                self._written.pop((y, start, end), None)
                continue
            strip = strips[y].crop(start - region.x, end - region.x)
            before = self._written.get((y, start, end))
            self._written[y, start, end] = strip
            if before is None:
                placed.append(Placed(start, y, strip))
            elif strip is not before and (changed := changed_part(before, strip)) is not None:
                placed.append(Placed(start + changed[0], y, changed[1]))
        return placed

    def _visible_runs(self) -> list[list[CellRun]]:
        """Return which widgets' cells are visible on each line, from left to right."""
        layers = self.layers_visible
        if self._runs_of is not layers:
            self._runs_of = layers
            before, self._runs = self._runs, [_runs_of_line(widgets, self.size.width) for widgets in layers]
            self._forget_moved(before)
        return self._runs

    def _forget_moved(self, before: list[list[CellRun]]) -> None:
        """Forget what stands on lines that are divided otherwise than before."""
        if len(before) != len(self._runs):
            self._written.clear()
            return
        for y, (old, new) in enumerate(zip(before, self._runs, strict=True)):
            if [run[:2] for run in old] != [run[:2] for run in new]:
                for start, end, *_ in old:
                    self._written.pop((y, start, end), None)


def _column(part: Placed) -> int:
    return part.x


def _runs_of_line(widgets: list[tuple[Widget, Region, Region]], width: int) -> list[CellRun]:
    """Return the visible cells of widgets on a line; the widgets come with those in front first."""
    runs: list[CellRun] = []
    free = [(0, width)]
    for widget, visible, region in widgets:
        uncovered: list[tuple[int, int]] = []
        for start, end in free:
            left, right = max(start, visible.x), min(end, visible.right)
            if left < right:
                runs.append(CellRun(left, right, widget, region))
                uncovered += [part for part in ((start, left), (right, end)) if part[0] < part[1]]
            else:
                uncovered.append((start, end))
        free = uncovered
        if not free:
            break
    return sorted(runs, key=lambda run: run.start)


def _rendered(widget: Widget, region: Region, lines: list[int]) -> dict[int, Strip]:
    """Return lines of a widget by their screen row, and some between them: those near each other are made together."""
    rendered: dict[int, Strip] = {}
    first = previous = lines[0]
    for line in [*lines[1:], -1]:
        if not previous < line <= previous + NEAR_LINES:
            wanted = Region(0, first - region.y, region.width, previous - first + 1)
            rendered.update(enumerate(widget.render_lines(wanted), first))
            first = line
        previous = line
    return rendered


def changed_part(before: Strip, after: Strip) -> tuple[int, Strip] | None:
    """Return the part of a strip that differs from `before`, and its first cell; None if both look the same."""
    old, new = list(before), list(after)
    most = min(len(old), len(new))
    head = 0
    while head < most and old[head] == new[head]:
        head += 1
    if head == len(old) == len(new):
        return None
    tail = 0
    while tail < most - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    first = sum(map(_cells_of, new[:head]))
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(old) == len(new) == 1 and (narrowed := _changed_text(old[0], new[0])) is not None:
        return first + narrowed[0], Strip([narrowed[1]])
    return first, Strip(new)


def _changed_text(old: Segment, new: Segment) -> tuple[int, Segment] | None:
    """Return the first cell and the text that differ in a segment; None if letters up to there may not be cells."""
    before, after = old.text, new.text
    if old.style != new.style or len(before) != len(after):
        return None
    places = [place for place, letter in enumerate(after) if letter != before[place]]
    # The letter after the last one counts, too: it may combine with it.
    end = places[-1] + 1
    if not (before[: end + 1].isascii() and after[: end + 1].isascii()):
        return None
    return places[0], Segment(after[places[0] : end], new.style)
