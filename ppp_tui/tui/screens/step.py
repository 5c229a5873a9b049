"""One step in full: its input and output, and on a large terminal its facts and the steps around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from ppp_tui.query.errors import READ_ERRORS
from ppp_tui.query.rows import SessionRow, StepLine
from ppp_tui.query.sessions.steps import latest_steps
from ppp_tui.text.format import counted, duration
from ppp_tui.tui.actions import bindings_for, key_of
from ppp_tui.tui.base_screen import PppModal
from ppp_tui.tui.messages import StepLeft
from ppp_tui.tui.panes.near_sessions import near_lines, near_sections
from ppp_tui.tui.panes.turns.outline import Outline
from ppp_tui.tui.panes.turns.step_cells import is_failed
from ppp_tui.tui.panes.turns.step_names import readable_command, tool_label
from ppp_tui.tui.panes.turns.step_text import (
    read_calls,
    read_neighbour,
    read_step,
    step_facts,
    turn_words,
)
from ppp_tui.tui.panes.turns.turn_aside import MIN_AROUND_ROWS, Around, load_around, turn_sections
from ppp_tui.tui.panes.turns.turn_loader import LoadedTurn
from ppp_tui.tui.screens.base import BaseScreen, is_large_size
from ppp_tui.tui.screens.find_text import FindsText
from ppp_tui.tui.widgets.command_line import CommandLine
from ppp_tui.tui.widgets.detail_text import DetailText
from ppp_tui.tui.widgets.guarded import Horizontal, Vertical, WidgetPart
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip
from ppp_tui.tui.widgets.text_lines import TextLine
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

MAX_AROUND = 8
"""Steps that are read on either side of the shown one."""

FEW_STEPS = 4
"""Steps on one side of the shown one below which their pane has room for more of the other side."""

MAX_DIALOG_SHARE, MAX_TEXT_SHARE, MAX_LIST_SHARE = 0.96, 0.75, 0.4
"""What a large dialog takes of the screen at most, and its text and its list of steps of it, as in the style sheet."""

FRAME_ROWS = 3
"""Rows of a dialog for its border and title."""

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

    def __init__(
        self, loaded: LoadedTurn, step: StepLine, session: SessionRow, descriptions: Mapping[int, str]
    ) -> None:
        """Show a step of a turn; keys lead to its neighbours there."""
        super().__init__()
        self._loaded: LoadedTurn | None = loaded
        self._steps = [other for other in loaded.steps if other.kind not in ("message", "note") or other == step]
        self._place = self._steps.index(step)
        self._session = session
        self._descriptions = descriptions
        self._around: Around | None = None
        self._rows = 0
        """Rows that the fullest of the steps shown so far needs in a large dialog."""

    def drop_content(self) -> None:
        """Let go of the turn and the other steps."""
        self._loaded, self._descriptions, self._around = None, {}, None
        self._steps = [self._step]
        self._place = 0

    @property
    def _step(self) -> StepLine:
        return self._steps[self._place]

    def compose(self) -> ComposeResult:
        """Compose a title and the text; on a large terminal facts and steps beside it, and both neighbours below."""
        if is_large_size(self.app.size):
            self.add_class("-large", update=False)
        with Vertical(classes="dialog"):
            yield TopStrip(id="step-title")
            with Horizontal(id="step-body"):
                with Vertical(id="step-left"):
                    yield DetailText(id="step-facts")
                    yield Outline(id="step-list")
                    yield DetailText(id="step-turn", classes="rule-top")
                with Vertical(id="step-right"):
                    yield DetailText(id="step-text")
                    with Horizontal(id="step-around", classes="rule-top"):
                        yield DetailText(classes="step-neighbours")
                        yield DetailText(classes="step-neighbours rule-left")
            yield CommandLine(id="step-line")

    text = WidgetPart(DetailText, "step-text")
    """The input and output of the step."""

    outline = WidgetPart(Outline, "step-list")
    """The steps of the turn."""

    def on_mount(self) -> None:
        """Read input and output."""
        self.text.focus()
        self.outline.show(self._steps, self._descriptions)
        self._show_step()

    def on_resize(self) -> None:
        """Show what is around the step where there is room for it now."""
        is_large = is_large_size(self.app.size)
        if is_large != self.has_class("-large"):
            self.set_class(is_large, "-large")
            self.query_one(".dialog").styles.clear_rule("height")
            self.read()
        elif is_large and self._rows:
            self._fit_dialog()

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
        self.text.set_text("reading…", "dim")
        self.read()

    @work(exclusive=True, group="step")
    async def read(self) -> None:
        """Read the whole input and output of the step; and of its neighbours, where they are shown."""
        step, fetch = self._step, self.ppp.ports.database.fetch
        lines = await read_step(fetch, step, self._session, self._loaded)
        lines.append(TextLine("  ".join(f"{key_of(name)} {label}" for name, label in _HINTS), "dim"))
        if self._is_shown(step):
            self.text.set_lines(lines)
        if not self.has_class("-large") or self._loaded is None:
            return
        await self.outline.move_cursor_to(step.id)
        try:
            await self._read_beside(step, self._loaded)
        except READ_ERRORS as error:
            self.ppp.show_trouble(str(error))

    async def _read_beside(self, step: StepLine, loaded: LoadedTurn) -> None:
        """Read and show the facts of a step, the calls like it, and the steps before and after it."""
        ports = self.ppp.ports
        fetch = ports.database.fetch
        facts = step_facts(step, loaded, self._session, ports.zone, ports.clock.now_ms())
        self.query_one("#step-facts", DetailText).set_lines(facts)
        calls = await read_calls(fetch, step, self._session, ports.zone)
        if not self._is_shown(step):
            return
        words = self.query_one("#step-turn", DetailText)
        if self._around is None:
            self._around = await load_around(fetch, self._session, step.turn_number)
        around, zone = self._around, ports.zone

        def words_for(width: int) -> list[TextLine]:
            room = max(20, width - 2)
            turns = [line for section in turn_sections(around, step.turn_number, room, zone) for line in section]
            return [*calls, *turn_words(loaded, room), *turns, *near_lines(around.near, room, zone)]

        words.set_lines_for(words_for)
        earlier = await fetch(latest_steps(self._session.id, 2 * MAX_AROUND, loaded.steps[0].id))
        place = loaded.steps.index(step)
        before = [other for other in [*earlier, *loaded.steps[:place]] if other.kind != "note"][::-1]
        after = [other for other in loaded.steps[place + 1 :] if other.kind != "note"]
        parts = await self._read_both_sides(before, after, loaded)
        if self._is_shown(step):
            width = max(20, self.query(".step-neighbours").first().size.width - 3)
            self._fill_both_sides(parts, near_sections(around.near, width, zone))
            for pane, lines in zip(self.query(".step-neighbours").results(DetailText), parts, strict=True):
                pane.set_lines(lines)
            self._fit_dialog()

    async def _read_both_sides(
        self, before: Sequence[StepLine], after: Sequence[StepLine], loaded: LoadedTurn
    ) -> list[list[TextLine]]:
        """Return the steps before and after the shown one, a list for each pane.

        Where little or nothing is on one side, its pane goes on with the other one.
        """
        first = await self._read_around(before, loaded, 2 if len(after) < FEW_STEPS else 1)
        second = await self._read_around(after, loaded, 2 if len(before) < FEW_STEPS else 1)
        if not after:
            return first
        if not before:
            return second
        panes = [first[0], second[0]]
        for pane, words, more in ((1, "further before", first[1:]), (0, "further on", second[1:])):
            for lines in filter(None, more):
                panes[pane] = [*panes[pane], TextLine(words, "dim"), TextLine(""), *lines]
        return panes

    def _fill_both_sides(self, panes: list[list[TextLine]], sections: Sequence[list[TextLine]]) -> None:
        """Add sessions around the shown one to both panes below the step, down to where the pane beside ends."""
        rows = self._left_rows - self.text.virtual_size.height - 1
        for section in sections:
            pane = min(panes, key=len)
            if len(pane) + MIN_AROUND_ROWS > rows:
                break
            pane += section

    def _fit_dialog(self) -> None:
        """Make the dialog as high as the fullest step so far needs, so that the screen below stays in sight."""
        around = self.query(".step-neighbours").results(DetailText)
        text = self.text.virtual_size.height
        right = max(
            text + max(pane.virtual_size.height for pane in around) + 1,
            int(text / MAX_TEXT_SHARE) + 1,
        )
        self._rows = max(self._rows, self._left_rows, right)
        dialog = self.query_one(".dialog")
        dialog.styles.height = min(self._rows, self._most_rows) + FRAME_ROWS

    @property
    def _left_rows(self) -> int:
        """Rows of the facts, the list of steps and the turn's words, within those that a dialog may have."""
        facts, turn = self.query_one("#step-facts", DetailText), self.query_one("#step-turn", DetailText)
        steps = len(self._steps) + 1
        rows = max(facts.size.height + steps + turn.virtual_size.height + 1, int(steps / MAX_LIST_SHARE) + 1)
        return min(rows, self._most_rows)

    @property
    def _most_rows(self) -> int:
        """Rows that a large dialog may have within its frame."""
        return int(self.app.size.height * MAX_DIALOG_SHARE) - FRAME_ROWS

    def _is_shown(self, step: StepLine) -> bool:
        return self.is_attached and step == self._step

    async def _read_around(self, steps: Sequence[StepLine], loaded: LoadedTurn, panes: int) -> list[list[TextLine]]:
        """Return steps on one side of the shown one, the nearest first, as many as fill each of so many panes."""
        text = min(self.text.virtual_size.height, int(self._most_rows * MAX_TEXT_SHARE))
        fetch, rows = self.ppp.ports.database.fetch, self._most_rows - text - 1
        led = next((step for step in steps if step in self._steps), None)
        parts: list[list[TextLine]] = [[] for _ in range(panes)]
        number = 0
        for step in steps[: panes * MAX_AROUND]:
            if len(parts[number]) >= rows:
                number += 1
            if number == panes:
                break
            key = "" if step is not led else key_of("previous_mark" if step.id < self._step.id else "next_mark")
            parts[number] += await read_neighbour(fetch, step, self._session, loaded, key)
        return parts

    @on(LineTable.Highlighted, "#step-list")
    def _listed_step(self, event: LineTable.Highlighted) -> None:
        step = self.outline.step_of(event.key)
        if step is not None and step != self._step and self.outline.has_focus:
            self._go([self._steps.index(step)])

    @on(LineTable.Selected, "#step-list")
    def _step_selected(self) -> None:
        self.text.focus()

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
        return self.text.search(words)

    def focus_shown(self) -> None:
        """See `FindsText.focus_shown`."""
        self.text.focus()

    def action_edit_file(self) -> None:
        """Open the file that the step is about, else the session's."""
        below = self.app.screen_stack[-2]
        if not isinstance(below, BaseScreen):
            return
        if self._step.kind in ("read", "edit"):
            below.edit(self._step.target)
        else:
            below.edit_session(self._session)

    def action_help(self) -> None:
        """Show the help: what the keys do."""
        from ppp_tui.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen("step"))

    def action_copy_text(self) -> None:
        """Copy the whole text."""
        text = "\n".join(line.text for line in self.text.lines)
        self.app.copy_to_clipboard(text)
        self.notify(f"copied {counted(len(text), 'character')}")
