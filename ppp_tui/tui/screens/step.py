"""One step as a whole: what went in, what came out, read from the session file on demand."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from ppp_tui.query.connect import DatabaseMissingError
from ppp_tui.query.errors import QueryFailedError
from ppp_tui.query.rows import SessionRow, StepLine
from ppp_tui.query.sessions.payloads import Side, Whole, WholeMissingError, raw_query, whole
from ppp_tui.text.format import duration
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.actions import bindings_for
from ppp_tui.tui.base_screen import PppModal
from ppp_tui.tui.panes.turns.step_cells import actor_name
from ppp_tui.tui.screens.base import BaseScreen
from ppp_tui.tui.widgets.command_line import CommandLine
from ppp_tui.tui.widgets.detail_text import DetailText
from ppp_tui.tui.widgets.diff import diff_lines, json_lines
from ppp_tui.tui.widgets.markdown import markdown_lines
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip
from ppp_tui.tui.widgets.text_lines import TextLine, text_lines

_OWN = ("find_text", "copy_text", "edit_file", "help")
"""Actions of the registry that a step has, too."""


class StepScreen(PppModal):
    """A step over the trajectory."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close", show=False, id="step.close"),
        *(binding for binding in bindings_for("step") if binding.id in _OWN),
    ]

    def __init__(self, step: StepLine, session: SessionRow) -> None:
        """Show a step of a session."""
        super().__init__()
        self._step = step
        self._session = session

    def compose(self) -> ComposeResult:
        """A title and the text."""
        with Vertical(classes="dialog"):
            yield TopStrip(id="step-title")
            yield DetailText(id="step-text")
            yield CommandLine(id="step-line")

    def on_mount(self) -> None:
        """Read both sides."""
        step = self._step
        ended = f"exit {step.exit_code}" if step.exit_code is not None else step.status
        parts = [StripPart(f" {actor_name(step)}", "heading"), StripPart(step.target), StripPart(ended, "dim")]
        parts.append(StripPart(duration(step.duration_ms), "dim"))
        keys = [StripPart("/ find  Y copy  o open file  Escape closes ", "dim")]
        self.query_one("#step-title", TopStrip).set_parts(parts, keys)
        text = self.query_one(DetailText)
        text.set_text("reading…", "dim")
        text.focus()
        self.read()

    @work(exclusive=True, group="step")
    async def read(self) -> None:
        """Read the whole of both sides."""
        lines: list[TextLine] = []
        sides: tuple[Side, ...] = ("input", "output") if self._step.output_bytes else ("input",)
        for side in sides:
            lines += [TextLine(side, "heading"), *await self._side(side), TextLine("")]
        self.query_one(DetailText).set_lines(lines)

    async def _side(self, side: Side) -> list[TextLine]:
        try:
            kept = await self.ppp.ports.database.fetch(raw_query(self._step, side))
            found = await asyncio.to_thread(whole, self._step, self._session, side, kept)
            return await asyncio.to_thread(whole_lines, found)
        except (WholeMissingError, QueryFailedError, DatabaseMissingError) as error:
            preview = self._step.input_preview if side == "input" else self._step.output_preview
            return [TextLine(plain(str(error)), "notice"), *text_lines(preview)]

    def action_close(self) -> None:
        """End the search, or leave."""
        line = self.query_one(CommandLine)
        if line.is_open:
            line.action_cancel()
        else:
            self.app.pop_screen()

    def action_find_text(self) -> None:
        """Find in the text."""
        self.query_one(CommandLine).open_for("search")

    @on(CommandLine.Changed)
    def _typing(self, event: CommandLine.Changed) -> None:
        found = self.query_one(DetailText).search(event.text)
        if event.text:
            self.query_one(CommandLine).set_matches(found)

    @on(CommandLine.Submitted)
    @on(CommandLine.Cancelled)
    def _typed(self, event: CommandLine.Submitted | CommandLine.Cancelled) -> None:
        if isinstance(event, CommandLine.Cancelled):
            self.query_one(DetailText).search("")
        self.query_one(DetailText).focus()

    def action_edit_file(self) -> None:
        """Open the file that the step is about, else the session's."""
        below = self.app.screen_stack[-2]
        if isinstance(below, BaseScreen):
            below.edit(self._step.target if self._step.kind in ("read", "edit") else self._session.path)

    def action_help(self) -> None:
        """Show what the keys do."""
        from ppp_tui.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen("step"))

    def action_copy_text(self) -> None:
        """Copy the whole text."""
        text = "\n".join(line.text for line in self.query_one(DetailText).lines)
        self.app.copy_to_clipboard(text)
        self.notify(f"copied {len(text)} characters")


def whole_lines(found: Whole) -> list[TextLine]:
    """A whole as lines, by its form."""
    if found.form == "diff":
        return diff_lines(found.text)
    if found.form == "json":
        return json_lines(found.text)
    if found.form == "markdown":
        return markdown_lines(found.text)
    return text_lines(found.text, is_preformatted=True)
