"""The base class of all full screens: navigation above, status line and keys below, command line, common actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import ClassVar, Literal

from rich.cells import cell_len
from textual import on
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.events import Key, Resize
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Input

from ppp_tui import paths
from ppp_tui.query.errors import READ_ERRORS
from ppp_tui.text.format import date_time
from ppp_tui.tui.actions import key_of
from ppp_tui.tui.messages import CompareChosen, DatabaseChanged, GroupChosen, MarksChanged, ReadFailed, Ticked
from ppp_tui.tui.panes.row_links import place_of
from ppp_tui.tui.screens.places import Place
from ppp_tui.tui.screens.registry import MAIN_SCREENS
from ppp_tui.tui.screens.session_actions import SessionActions
from ppp_tui.tui.status_line import GAP, Phrase, Room, freshness, status_lines
from ppp_tui.tui.terminal.picture import picture_of
from ppp_tui.tui.widgets.command_line import CommandLine
from ppp_tui.tui.widgets.footer import KeyStrip
from ppp_tui.tui.widgets.guarded import Static
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip
from ppp_tui.tui.widgets.table_view import TableView
from ppp_tui.tui.widgets.workers import work

NAMED_WIDTH = 110
"""Terminal width from which on screens are named, the last ones only where there is room; below, the current one is."""

COUNTS_CELLS = 26
"""Cells of the navigation line that are kept for how many sessions work and need the user."""

MOST_COMPARED = 4
"""Sessions that fit side by side."""

LARGE_WIDTH, LARGE_HEIGHT = 160, 45
"""Terminal size from which on a screen has the class ``-large``, and panes that smaller ones do without."""

LEAST_WIDTH, LEAST_HEIGHT = 60, 15
"""Smaller than this, no screen says anything useful."""

TERSE_CELLS = 250
"""Cells of a terminal below which it shows the shortest sentence."""

_GROUP = "group "
"""Prefix of the keys of the counts in the navigation line."""


class BaseScreen(SessionActions):
    """Base class of a full screen: navigation line, body, command line, status line and footer."""

    BINDINGS: ClassVar[list[BindingType]] = []
    HAS_BAND: ClassVar[bool] = False
    """Whether the screen shows spending in a line of its own."""
    PANES: ClassVar[tuple[str, ...]] = ()
    """Selectors of the panes that are hidden while another one is zoomed."""
    _hidden: tuple[Widget, ...] = ()
    """Panes that are hidden while another one is zoomed."""
    _line: CommandLine | None = None
    _board_shown: tuple[object, ...] = ()
    """What the two status lines were drawn from."""

    def compose(self) -> ComposeResult:
        """Compose navigation, body, command line, status line, footer, and the notice for too small a terminal."""
        # Before there are children: later each of them would be styled once more.
        self.add_class(*_size_classes(self.app), update=False)
        yield TopStrip(id="navigation")
        yield from self.compose_body()
        yield CommandLine(id="line", entries=self.ppp.entries)
        yield TopStrip(id="summary")
        yield KeyStrip(("help",), id="keys")
        yield Static("", id="too-small", markup=False)

    def compose_body(self) -> Iterator[Widget]:
        """Return the widgets between navigation and status line; each screen has its own."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Draw the navigation line and the status line."""
        self._line = self.query_one(CommandLine)
        self.show_board()

    @property
    def is_large(self) -> bool:
        """Whether there is room for panes that smaller terminals do without."""
        return is_large_size(self.size)

    def on_resize(self, _event: Resize) -> None:
        """Fit the status lines to the new width; show the notice alone on a terminal that is too small."""
        self.set_class(self.is_large, "-large")
        # It fills the screen where it is shown: a layout of the whole screen would change nothing.
        self.query_one("#too-small", Static).update(too_small_text(self.size), layout=False)
        self.show_board()
        self.call_after_refresh(self.restore_focus)

    def on_screen_resume(self) -> None:
        """Draw the screen again when it comes back into view, with everything that changed meanwhile."""
        if self.is_current:
            # A screen that is only shown on the way to another one is no visit.
            self.ppp.places.visit(self.place)
        self.show_board()
        self.reload()

    @property
    def place(self) -> Place:
        """The place that going back returns to: this screen and what it shows."""
        return Place(self.app.current_mode)

    def notes(self) -> Sequence[Phrase]:
        """Return the screen's own phrases for the status line, such as filters and numbers of marked rows."""
        return ()

    def show_board(self) -> None:
        """Draw the navigation line and the status line."""
        app = self.ppp
        board, now_ms, notes = app.board, app.ports.clock.now_ms(), self.notes()
        made_of = (
            freshness(board, now_ms),
            board.rows,
            board.totals,
            board.is_loaded,
            tuple(notes),
            self.size.width,
            self.app.current_mode,
        )
        if made_of == self._board_shown:
            return
        self._board_shown = made_of
        numbers = tuple([key_of(f"go_{entry.kind}") for entry in MAIN_SCREENS])
        left = _navigation(self.app.current_mode, self.size.width, numbers)
        taken = sum([cell_len(part.text) + GAP for part in left])
        lines = status_lines(
            board,
            now_ms,
            Room(self.size.width - taken - 1, self.size.width - 2),
            notes,
            is_ascii=app.ports.is_ascii,
            has_spending=not self.HAS_BAND,
        )
        self.query_one("#navigation", TopStrip).set_parts(left, _edge_parts(lines.above, -1))
        self.query_one("#summary", TopStrip).set_parts(
            _edge_parts(lines.below_left, 0), _edge_parts(lines.below_right, -1)
        )

    @on(Ticked)
    def _tick(self, event: Ticked) -> None:
        self.show_board()
        self.tick(event.now_ms)

    def tick(self, now_ms: int) -> None:
        """Draw what depends on the clock; called once a second."""

    @on(MarksChanged)
    def _marked_elsewhere(self) -> None:
        if self.is_current:
            self.marks_changed()

    @on(DatabaseChanged)
    def _moved(self, event: DatabaseChanged) -> None:
        if self.is_current:
            self.show_board()
            self.tick(self.ppp.ports.clock.now_ms())
            self.database_changed(event)

    def database_changed(self, _event: DatabaseChanged) -> None:
        """Read again what changed in the database; called while the screen is shown."""

    @on(ReadFailed)
    def _read_failed(self, event: ReadFailed) -> None:
        event.stop()
        self.ppp.show_trouble(event.sentence)

    @on(TableView.Failed)
    def _rows_failed(self, event: TableView.Failed) -> None:
        event.stop()
        self.ppp.show_trouble(str(event.error))

    @on(CommandLine.Opened)
    def _line_opened(self, event: CommandLine.Opened) -> None:
        if event.mode == "command":
            self._read_completions(event.command_line)

    @work(exclusive=True, group="completions")
    async def _read_completions(self, line: CommandLine) -> None:
        """Give the command line the values to complete with; without a database, it completes field names alone."""
        from ppp_tui.query.sessions.predicate_values import predicate_values
        from ppp_tui.tui.panes.predicate_completion import PredicateCompleter

        values: Mapping[str, Sequence[str]] = {}
        with suppress(*READ_ERRORS):
            values = await self.ppp.ports.database.fetch(predicate_values())
        line.set_completer(PredicateCompleter(values))

    @on(TopStrip.Clicked, "#navigation")
    async def _navigate(self, event: TopStrip.Clicked) -> None:
        if event.key.startswith(_GROUP):
            await self.go("live")
            self.app.screen.post_message(GroupChosen(event.key.removeprefix(_GROUP)))
        else:
            await self.go(event.key)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action may run now: none that a letter triggers while the user types."""
        is_typing = self._line is not None and self._line.is_open
        return action == "go_back" if is_typing else super().check_action(action, parameters)

    def take_key(self, event: Key) -> bool:
        """Hand a key to a command line that was just opened and has no focus yet. Return whether it was used."""
        line = self._line
        if line is None or not line.is_open or line.has_focus_within:
            return False
        if event.key == "escape":
            line.action_cancel()
        elif event.is_printable and event.character:
            line.query_one(Input).insert_text_at_cursor(event.character)
        return True

    async def go(self, mode: str) -> None:
        """Switch to a main screen, and close what lies over it."""
        await self.app.switch_mode(mode)
        while len(self.app.screen_stack) > 1:
            await self.app.pop_screen()

    # Actions that work everywhere

    async def action_go_to(self, kind: str) -> None:
        """Go to a main screen."""
        await self.go(kind)

    async def action_place_back(self) -> None:
        """Go back to the place that was visited before this one."""
        await self._go_to_place(-1)

    async def action_place_forward(self) -> None:
        """Go forward to the place that the user last went back from."""
        await self._go_to_place(1)

    async def _go_to_place(self, steps: int) -> None:
        place = self.ppp.places.go(steps)
        if place is None:
            self.notify("No place before this one." if steps < 0 else "No place after this one.", timeout=2)
            return
        await self.go(place.mode)
        if place.trajectory_id is not None:
            await self.ppp.open_trajectory(place.trajectory_id, place.turn_number)

    def action_zoom(self) -> None:
        """Hide all panes but the one with the focus, or show all of them again."""
        if self._hidden:
            for widget in self._hidden:
                widget.display = True
            self._hidden = ()
            return
        panes = [pane for selector in self.PANES for pane in self.query(selector)]
        focused = next((pane for pane in panes if pane.has_focus or pane.has_focus_within), None)
        if focused is not None:
            self._hidden = tuple(pane for pane in panes if pane is not focused and pane.display)
            for widget in self._hidden:
                widget.display = False
        if not self._hidden:
            self.notify("No other pane is shown here.", timeout=2)

    def action_help(self) -> None:
        """Show the help: what the keys do."""
        from ppp_tui.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self.KIND))

    def action_search_all(self) -> None:
        """Open the search over the text of all turns."""
        from ppp_tui.tui.screens.search import SearchScreen

        self.app.push_screen(SearchScreen(self.ppp.searched))

    def action_next_theme(self) -> None:
        """Switch to the next theme."""
        names = self.ppp.theme_library.names()
        current_index = names.index(self.app.theme) if self.app.theme in names else -1
        self.app.theme = names[(current_index + 1) % len(names)]
        self.notify(f"theme {self.app.theme}", timeout=2)

    def action_choose_theme(self) -> None:
        """Open the list of themes; the one under the cursor is shown at once."""
        from ppp_tui.tui.screens.theme_picker import ThemePicker

        self.app.push_screen(ThemePicker())

    def action_picture(self) -> None:
        """Write a picture (SVG) of the screen to a file, without notes over it."""
        self.app.clear_notifications()
        # The notes are gone once their removal, which waits in the queue, has been drawn.
        self.app.call_later(self.call_after_refresh, self._write_picture)

    def _write_picture(self) -> None:
        ports = self.ppp.ports
        when = date_time(ports.clock.now_ms(), ports.zone).replace(" ", "-").replace(":", "")
        target = ports.exports / f"ppp-tui-{self.KIND}-{when}.svg"
        try:
            with paths.private_file(target) as file:
                file.write(picture_of(self.app).encode())
        except OSError as error:
            self.notify(f"The picture cannot be written: {error}", severity="error")
        else:
            self.notify(f"Picture written to {target}")

    def action_go_back(self) -> None:
        """Close this screen and return to the one below."""
        line = self.query_one(CommandLine)
        if line.is_open:
            line.action_cancel()
        elif len(self.app.screen_stack) > 1:
            self.app.pop_screen()

    def action_quit(self) -> None:
        """Leave the dashboard."""
        self.app.exit()

    def open_row(self, key: int | str) -> None:
        """Open the session or turn that the key of a row leads to, if it leads anywhere."""
        place = place_of(key)
        if place is not None:
            self.ppp.open_trajectory(*place)

    async def compare(self, marked: Sequence[int | str]) -> None:
        """Open Compare with the marked sessions."""
        ids = tuple(key for key in marked if isinstance(key, int))
        if not 2 <= len(ids) <= MOST_COMPARED:
            self.notify(f"Mark two to {MOST_COMPARED} sessions with space first; marked so far: {len(ids)}.", timeout=4)
            return
        self.ppp.compared = ids
        await self.go("compare")
        self.app.screen.post_message(CompareChosen())


def is_large_size(size: Size) -> bool:
    """Return whether a terminal of `size` has room for panes that smaller ones do without."""
    return size.width >= LARGE_WIDTH and size.height >= LARGE_HEIGHT


def too_small_text(size: Size) -> str:
    """Return the text of a screen on a terminal of `size`, which is too small: its need, and the keys that leave."""
    needed, live, leave = f"{LEAST_WIDTH}×{LEAST_HEIGHT}", key_of("go_live"), key_of("quit")
    if size.width * size.height < TERSE_CELLS:
        return f"{needed} needed: {live} Live, {leave} quit"
    return (
        f"This terminal has {size.width}×{size.height} cells, and this screen needs {needed}: make it larger, or the "
        f"letters smaller. {live} shows Live, which fits; {leave} leaves."
    )


def _size_classes(app: App[object]) -> list[str]:
    """Return the classes that Textual gives a screen of the terminal's size, and ``-large``."""
    size = app.size
    names = ["-large"] if is_large_size(size) else []
    for cells, points in ((size.width, app.HORIZONTAL_BREAKPOINTS), (size.height, app.VERTICAL_BREAKPOINTS)):
        names += [name for least, name in sorted(points or []) if cells >= least][-1:]
    return names


@cache
def _navigation(current_mode: str, width: int, numbers: tuple[str, ...]) -> tuple[StripPart, ...]:
    """Return the main screens with their number keys, with names where there is room or the screen is current."""
    others = [entry.kind for entry in MAIN_SCREENS if entry.kind != current_mode]
    named = others if width >= NAMED_WIDTH else []
    head = [StripPart(" ppp", "strong")]
    while True:
        parts = [*head]
        for entry, number in zip(MAIN_SCREENS, numbers, strict=True):
            is_here = current_mode == entry.kind
            text = f"{number} {entry.title}" if is_here or entry.kind in named else number
            before = "" if parts else " "
            parts.append(StripPart(f"{before}{text}", "accent" if is_here else "dim", key=entry.kind))
        if not named or sum(cell_len(part.text) + GAP for part in parts) <= width - COUNTS_CELLS:
            return tuple(parts)
        if head:
            # The program's own name says least.
            head = []
        else:
            named = named[:-1]


def _edge_parts(phrases: Sequence[Phrase], place: Literal[0, -1]) -> list[StripPart]:
    """Return phrases as the beginning of a line, or with -1 as its end, one cell away from the edge."""
    parts = list(map(StripPart._make, phrases))
    if parts:
        text = parts[place].text
        parts[place] = parts[place]._replace(text=f"{text} " if place else f" {text}")
    return parts
