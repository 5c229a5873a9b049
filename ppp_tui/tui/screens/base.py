"""What all full screens share: navigation on top, the summary at the bottom, the line for typing, common actions."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Footer

from ppp_tui import paths
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.sessions import resume_command
from ppp_tui.tui.app_of import PppScreen
from ppp_tui.tui.board import counts, summary
from ppp_tui.tui.format import plain
from ppp_tui.tui.messages import ArchiveMoved, Ticked
from ppp_tui.tui.themes import THEMES
from ppp_tui.tui.widgets.command_line import CommandLine
from ppp_tui.tui.widgets.top_strip import StripPart, TopStrip

NAVIGATION = (("live", "Live"), ("sessions", "Sessions"))
"""Screens that number keys lead to."""

LEAST_WIDTH, LEAST_HEIGHT = 60, 15
"""Smaller than this, no screen says anything useful."""


class BaseScreen(PppScreen):
    """A full screen."""

    KIND: ClassVar[str] = ""
    """Name by which the registry of actions knows the screen."""
    BINDINGS: ClassVar[list[BindingType]] = []

    def compose(self) -> ComposeResult:
        """Strip, body, line, summary, keys."""
        yield TopStrip(id="navigation")
        yield from self.compose_body()
        yield CommandLine(id="line")
        yield TopStrip(id="summary")
        yield Footer(show_command_palette=False)

    def compose_body(self) -> Iterator[Widget]:
        """What is special about the screen."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Show what is known already."""
        self.show_board()

    def on_screen_resume(self) -> None:
        """Back on the screen: whatever moved meanwhile is shown."""
        self.show_board()
        self.reload()

    def reload(self) -> None:
        """Fetch anew whatever the screen shows."""

    def show_board(self) -> None:
        """Draw the two status lines."""
        ports, board = self.ppp.ports, self.ppp.board
        left = [StripPart(" ppp", "strong")]
        for number, (mode, title) in enumerate(NAVIGATION, 1):
            is_here = self.ppp.current_mode == mode
            left.append(StripPart(f"{number} {title}", "accent" if is_here else "dim", key=mode))
        right = [StripPart(text, tone) for text, tone in counts(board, is_ascii=ports.is_ascii)]
        self.query_one("#navigation", TopStrip).set_parts(
            left, [*right[:-1], *(part._replace(text=f"{part.text} ") for part in right[-1:])]
        )
        phrases = summary(board, ports.clock.now_ms())
        self.query_one("#summary", TopStrip).set_parts(
            [StripPart(f" {phrases[0].text}"), *(StripPart(text, tone) for text, tone in phrases[1:])]
        )

    @on(Ticked)
    def _tick(self, event: Ticked) -> None:
        self.show_board()
        self.tick(event.now_ms)

    def tick(self, now_ms: int) -> None:
        """A second has passed."""

    @on(ArchiveMoved)
    def _moved(self, event: ArchiveMoved) -> None:
        if self.is_current:
            self.archive_moved(event)

    def archive_moved(self, _event: ArchiveMoved) -> None:
        """The archive moved while the screen is shown."""

    @on(TopStrip.Clicked, "#navigation")
    async def _navigate(self, event: TopStrip.Clicked) -> None:
        await self.go(event.key)

    async def go(self, mode: str) -> None:
        """Switch to another of the main screens, and to its root."""
        await self.ppp.switch_mode(mode)
        while len(self.ppp.screen_stack) > 1:
            await self.ppp.pop_screen()

    # Actions that work everywhere

    async def action_go_live(self) -> None:
        """To Live."""
        await self.go("live")

    async def action_go_sessions(self) -> None:
        """To Sessions."""
        await self.go("sessions")

    def action_help(self) -> None:
        """Show what the keys do."""
        from ppp_tui.tui.screens.help import HelpScreen

        self.ppp.push_screen(HelpScreen(self.KIND))

    def action_search_all(self) -> None:
        """Search the text of all turns."""
        from ppp_tui.tui.screens.search import SearchScreen

        self.ppp.push_screen(SearchScreen())

    def action_next_theme(self) -> None:
        """The next theme."""
        names = [theme.name for theme in THEMES]
        here = names.index(self.ppp.theme) if self.ppp.theme in names else -1
        self.ppp.theme = names[(here + 1) % len(names)]
        self.notify(f"theme {self.ppp.theme}", timeout=2)

    def action_picture(self) -> None:
        """Write the screen as a picture."""
        name = f"ppp-tui-{self.ppp.ports.clock.now_ms()}.svg"
        target = self.ppp.ports.exports / name
        try:
            with paths.private_file(target) as file:
                file.write(self.ppp.export_screenshot(title="ppp-tui").encode())
        except OSError as error:
            self.notify(f"The picture cannot be written: {error}", severity="error")
        else:
            self.notify(f"Picture written to {target}")

    def action_go_back(self) -> None:
        """Back to the screen before."""
        line = self.query_one(CommandLine)
        if line.is_open:
            line.action_cancel()
        elif len(self.ppp.screen_stack) > 1:
            self.ppp.pop_screen()

    def action_quit(self) -> None:
        """Leave."""
        self.ppp.exit()

    # What several screens do with a session

    def copy_resume(self, session: SessionRow | None) -> None:
        """Copy the command that resumes a session, and say what was copied."""
        command = resume_command(session) if session is not None else None
        if command is None:
            self.notify("This session cannot be resumed by a command.", severity="warning")
            return
        self.ppp.copy_to_clipboard(command)
        self.notify(f"copied {len(command)} characters: {plain(command)}")

    def edit(self, path: str) -> None:
        """Open a file in the person's editor."""
        if not path or not Path(path).is_file():
            self.notify("The file is not there any more.", severity="warning")
            return
        editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
        try:
            with self.ppp.suspend():
                subprocess.run([*editor, path], check=False)  # noqa: S603  the person's own editor
        except SuspendNotSupported:
            self.notify("This terminal cannot be lent to an editor.", severity="warning")
        except OSError as error:
            self.notify(f"{editor[0]} cannot be started ({error.strerror}): set $EDITOR.", severity="error")
