"""What screens that show sessions do with one: resume, pin, label, bring up, edit, open at the first unread turn."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual import on
from textual.app import SuspendNotSupported

from ppp_tui.query.rows import SessionRow
from ppp_tui.query.sessions.session_lists import resume_command
from ppp_tui.query.sessions.user_marks import MAX_LABEL_CHARS, first_unread_turn
from ppp_tui.text.format import counted
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.base_screen import PppScreen
from ppp_tui.tui.panes.reading import read_or_report
from ppp_tui.tui.ports import CannotBringUpError
from ppp_tui.tui.terminal.editor import EditorError, line_at
from ppp_tui.tui.widgets.command_line import CommandLine
from ppp_tui.tui.widgets.workers import work


class SessionActions(PppScreen):
    """A screen with actions on a session; each says in a notification what it did or why it could not."""

    _labelled: SessionRow | None = None
    """The session whose label is being typed."""

    def action_jump(self) -> None:
        """Show a letter on every pane and on everything that can be clicked; the next key goes to one of them."""
        from ppp_tui.tui.screens.jump import JumpScreen, jump_targets

        self.app.push_screen(JumpScreen(jump_targets(self)))

    def reload(self) -> None:
        """Read everything that the screen shows again."""

    def copy_resume(self, session: SessionRow | None) -> None:
        """Copy the command that resumes a session, and show what was copied."""
        command = resume_command(session) if session is not None else None
        if command is None:
            self.notify("This session cannot be resumed by a command.", severity="warning")
            return
        self.app.copy_to_clipboard(command)
        place = f", to be run on {plain(session.host)}" if session is not None and session.host else ""
        self.notify(f"copied {counted(len(command), 'character')}{place}: {plain(command)}")

    @work(exclusive=True, group="unread")
    @read_or_report
    async def open_first_unread(self, session: SessionRow | None) -> None:
        """Open a session at the first turn that the user has not read; show a notice if there is none."""
        if session is None:
            return
        app = self.ppp
        await app.marks.load([session.id], app.ports.clock.now_ms())
        number = await app.ports.database.fetch(first_unread_turn(session.id, app.marks.mark_of(session.id)))
        if number is None:
            self.notify("Nothing is new in this session since you read it.", timeout=3)
        else:
            app.open_trajectory(session.id, number)

    def toggle_pin(self, session: SessionRow | None) -> None:
        """Pin a session, or unpin it."""
        if session is not None:
            is_pinned = self.ppp.marks.toggle_pin(session)
            self.notify("pinned: the predicate pinned finds it" if is_pinned else "no longer pinned", timeout=2)

    def open_label_line(self, session: SessionRow | None) -> None:
        """Open the command line for the label of a session."""
        if session is not None:
            self._labelled = session
            self.query_one(CommandLine).open_for("label", self.ppp.marks.mark_of(session.id).label)

    @on(CommandLine.Submitted)
    def _label_typed(self, event: CommandLine.Submitted) -> None:
        session, self._labelled = self._labelled, None
        if event.mode == "label" and session is not None:
            self.ppp.marks.set_label(session, "-".join(event.text.split())[:MAX_LABEL_CHARS])
            self.marks_changed()

    def marks_changed(self) -> None:
        """Draw what shows labels again, after the user changed one."""

    @work(exclusive=True, group="bring-up")
    async def bring_up(self, session: SessionRow | None) -> None:
        """Switch to the terminal pane in which a session's agent runs; show the reason if that cannot be done."""
        bring_up = self.ppp.ports.bring_up
        if session is None or bring_up is None:
            return
        if session.host:
            self.notify(f"This session runs on {plain(session.host)}.", severity="warning")
            return
        if not session.facts.pid:
            name = plain(session.agent_name)
            self.notify(f"{name} does not record in which process this session runs.", severity="warning")
            return
        try:
            sentence = await asyncio.to_thread(bring_up, session.facts.pid)
        except CannotBringUpError as error:
            self.notify(plain(str(error)), severity="warning", timeout=8)
        else:
            self.notify(plain(sentence), timeout=4)

    def edit_session(self, session: SessionRow, offset: int = 0) -> None:
        """Open the file of a session in the user's editor, at the line that holds the byte `offset`."""
        if session.source == "logger":
            self.notify("A program logged this session: it has no file.", timeout=3)
        else:
            self.edit(session.path, offset)

    def edit(self, path: str, offset: int = 0) -> None:
        """Open a file in the user's editor, at the line that holds the byte `offset`."""
        if not path or not Path(path).is_file():
            self.notify("The file is not there any more.", severity="warning")
            return
        try:
            with self.app.suspend():
                self.ppp.ports.open_editor(Path(path), line_at(Path(path), offset))
        except SuspendNotSupported:
            self.notify("This terminal cannot be lent to an editor.", severity="warning")
        except (EditorError, OSError) as error:
            self.notify(plain(str(error)), severity="error")
        else:
            self.reload()
