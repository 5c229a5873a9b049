"""One step in full: its whole input and output, read from the session file on demand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from ppp_tui.query.errors import READ_ERRORS
from ppp_tui.query.rows import SessionRow, StepLine
from ppp_tui.query.sessions.payloads import (
    Payload,
    PayloadMissingError,
    Side,
    kept_record,
    load_payload,
    read_descriptions,
)
from ppp_tui.text.format import counted, duration
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.actions import bindings_for, key_of
from ppp_tui.tui.base_screen import PppModal
from ppp_tui.tui.messages import StepLeft
from ppp_tui.tui.panes.turns.step_cells import is_failed
from ppp_tui.tui.panes.turns.step_names import readable_command, tool_label
from ppp_tui.tui.screens.base import BaseScreen
from ppp_tui.tui.screens.find_text import FindsText
from ppp_tui.tui.widgets.command_line import CommandLine
from ppp_tui.tui.widgets.detail_text import DetailText
from ppp_tui.tui.widgets.diff import diff_lines, json_lines
from ppp_tui.tui.widgets.markdown import markdown_lines
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip
from ppp_tui.tui.widgets.text_lines import TextLine, text_lines
from ppp_tui.tui.widgets.tones import Tone
from ppp_tui.tui.widgets.workers import work

_OWN = (
    "find_text",
    "copy_text",
    "edit_file",
    "help",
    "next_mark",
    "previous_mark",
    "next_failure",
    "previous_failure",
)
"""Actions of the registry that this modal has, too."""

_HINTS = (
    ("next_mark", "next"),
    ("previous_mark", "before"),
    ("next_failure", "failure"),
    ("find_text", "find"),
    ("copy_text", "copy"),
    ("edit_file", "file"),
    ("go_back", "close"),
)
"""Keys that are named in the line below the text."""


class StepScreen(PppModal, FindsText):
    """Modal with the whole input and output of a step, over the trajectory."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close", show=False, id="step.close"),
        *(binding for binding in bindings_for("step") if binding.id in _OWN),
    ]

    def __init__(self, steps: Sequence[StepLine], step: StepLine, session: SessionRow) -> None:
        """Show a step of a session; keys lead to its neighbours among `steps`."""
        super().__init__()
        self._steps = [other for other in steps if other.kind not in ("message", "note") or other == step]
        self._place = self._steps.index(step)
        self._session = session

    def drop_content(self) -> None:
        """Let go of the other steps."""
        self._steps = [self._step]
        self._place = 0

    @property
    def _step(self) -> StepLine:
        return self._steps[self._place]

    def compose(self) -> ComposeResult:
        """Compose a title and the text."""
        with Vertical(classes="dialog"):
            yield TopStrip(id="step-title")
            yield DetailText(id="step-text")
            yield CommandLine(id="step-line")

    def on_mount(self) -> None:
        """Read input and output."""
        self.query_one(DetailText).focus()
        self._show_step()

    def _show_step(self) -> None:
        step = self._step
        ended = f"exit {step.exit_code}" if step.exit_code is not None else step.status
        title = readable_command(step.target) if step.kind == "shell" else step.target
        parts = [StripPart(f" {tool_label(step)}", "heading"), StripPart(title)]
        tone: Tone = "notice" if is_failed(step) else "dim"
        right = [
            StripPart(ended, tone),
            StripPart(duration(step.duration_ms), "dim"),
            StripPart(f"step {self._place + 1} of {len(self._steps)} ", "dim"),
        ]
        self.query_one("#step-title", TopStrip).set_parts(parts, right)
        self.query_one(DetailText).set_text("reading…", "dim")
        self.read()

    @work(exclusive=True, group="step")
    async def read(self) -> None:
        """Read the whole input and output of the step."""
        step = self._step
        lines: list[TextLine] = []
        if description := await asyncio.to_thread(self._read_description, step):
            lines += [TextLine(plain(description), "strong"), TextLine("")]
        sides: tuple[Side, ...] = ("input", "output") if step.output_bytes else ("input",)
        parts = {side: await self._side(step, side) for side in sides}
        if step.kind == "edit" and _is_diff(parts.get("output", [])):
            # Input and output are the same diff: it is shown once.
            del parts["input"]
        for side, shown in parts.items():
            lines += [TextLine(side, "heading"), *shown, TextLine("")]
        lines.append(TextLine("  ".join(f"{key_of(name)} {label}" for name, label in _HINTS), "dim"))
        if self.is_attached and step == self._step:
            self.query_one(DetailText).set_lines(lines)

    def _read_description(self, step: StepLine) -> str:
        return read_descriptions([step], self._session).get(step.id, "")

    async def _side(self, step: StepLine, side: Side) -> list[TextLine]:
        try:
            kept = await self.ppp.ports.database.fetch(kept_record(step, side))
            payload = await asyncio.to_thread(load_payload, step, self._session, side, kept)
            return await asyncio.to_thread(whole_lines, payload)
        except (*READ_ERRORS, PayloadMissingError) as error:
            preview = step.input_preview if side == "input" else step.output_preview
            return [TextLine(plain(str(error)), "notice"), *text_lines(preview)]

    def action_close(self) -> None:
        """Clear the search; without one, close and select the step in the screen below."""
        line = self.query_one(CommandLine)
        if line.is_open:
            line.action_cancel()
            return
        self.app.pop_screen()
        self.app.screen.post_message(StepLeft(self._step))

    def action_next_mark(self) -> None:
        """Show the next step."""
        self._go(range(self._place + 1, len(self._steps)))

    def action_previous_mark(self) -> None:
        """Show the previous step."""
        self._go(range(self._place - 1, -1, -1))

    def action_next_failure(self) -> None:
        """Show the next step that failed."""
        self._go(place for place in range(self._place + 1, len(self._steps)) if is_failed(self._steps[place]))

    def action_previous_failure(self) -> None:
        """Show the previous step that failed."""
        self._go(place for place in range(self._place - 1, -1, -1) if is_failed(self._steps[place]))

    def _go(self, places: Iterable[int]) -> None:
        place = next(iter(places), None)
        if place is None:
            self.notify("No more such steps in this turn.", timeout=2)
            return
        self._place = place
        self._show_step()

    def search_shown(self, words: str) -> int:
        """See `FindsText.search_shown`."""
        return self.query_one(DetailText).search(words)

    def focus_shown(self) -> None:
        """See `FindsText.focus_shown`."""
        self.query_one(DetailText).focus()

    def action_edit_file(self) -> None:
        """Open the file that the step is about, else the session's."""
        below = self.app.screen_stack[-2]
        if isinstance(below, BaseScreen):
            below.edit(self._step.target if self._step.kind in ("read", "edit") else self._session.path)

    def action_help(self) -> None:
        """Show the help: what the keys do."""
        from ppp_tui.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen("step"))

    def action_copy_text(self) -> None:
        """Copy the whole text."""
        text = "\n".join(line.text for line in self.query_one(DetailText).lines)
        self.app.copy_to_clipboard(text)
        self.notify(f"copied {counted(len(text), 'character')}")


def whole_lines(payload: Payload) -> list[TextLine]:
    """Return a payload as lines to read, by its form."""
    if payload.form == "diff":
        return diff_lines(payload.text)
    if payload.form == "json":
        return json_lines(payload.text)
    if payload.form == "markdown":
        return markdown_lines(payload.text)
    return text_lines(payload.text)


def _is_diff(lines: Sequence[TextLine]) -> bool:
    return any(line.tone in ("added", "removed", "hunk") for line in lines)
