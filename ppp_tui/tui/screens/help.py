"""Help: keys of a screen, meaning of signs, and predicates of filters; typed words narrow it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, NamedTuple, get_args

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from ppp_tui.query.sessions.filters import FIELDS, FLAGS
from ppp_tui.tui.action_table import Group
from ppp_tui.tui.actions import actions_for, key_of
from ppp_tui.tui.base_screen import PppModal
from ppp_tui.tui.widgets.detail_text import DetailText
from ppp_tui.tui.widgets.guarded import Vertical
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan, beside

TWO_COLUMNS = 150
"""Width from which on the help has two columns."""

KEY_CELLS = 12
"""Width of the column of keys."""

SIGNS: tuple[tuple[str, str], ...] = (
    ("◆", "needs you: it asks, or waits for a permission"),
    ("◇", "finished: its turn is over, and it waits for you"),
    ("●", "at work"),
    ("✕", "stuck: a limit, a failure, or silence"),
    ("○", "idle"),
    ("•", "news since you read it"),
    ("★", "pinned by you; #word is your label"),
    ("▸", "the cursor; ▹ where it stands in a pane without the focus"),
    ("✓", "marked with space; in a comparison, the best"),
    ("└", "a sub-agent, below the session that began it"),
    ("–", "unknown: never 0"),
    ("≥", "at least so much: a part is not known"),
    ("~", "an estimate, or guessed from silence and the clock"),
    ("…", "cut: there is more of it"),
    ("? 1·0·2", "questions to you of low, medium and high effort"),
    ("✕ 3", "after a sum or as a heading: failed steps and failed requests"),
    ("!", "preferences of yours that were not kept"),
    ("95%↑", "nearly full, or spent too soon at this pace; 50%↓ is below your target"),
    ("▓▓░░", "a gauge: how much of a window, a limit or a budget is used"),
    ("▁▂▅█", "output of the last hour, the newest at the right"),
    ("cache 3:12", "when the prompt cache ends; then the next prompt is written anew, at the price beside it"),
    ("R", "how well it treats you: above 0 is better; spec and paper are the formulas"),
)
"""Every sign that stands on several screens, with its one meaning."""


class HelpEntry(NamedTuple):
    """One line of the help."""

    name: str
    """Keys, a sign or a field."""
    text: str


class HelpSection(NamedTuple):
    """A heading with its lines of help."""

    title: str
    entries: tuple[HelpEntry, ...]
    note: str = ""


class HelpScreen(PppModal):
    """Modal with keys, signs and predicates; `/` narrows them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", show=False, id="help.leave"),
        Binding("q,question_mark", "app.pop_screen", "Close", show=False, id="help.close"),
        Binding("slash", "search", "Search", show=False, id="help.search"),
    ]

    def __init__(self, kind: str) -> None:
        """Show the help for a kind of screen."""
        super().__init__()
        self._kind = kind

    def compose(self) -> ComposeResult:
        """Compose a title, the command line and the text."""
        with Vertical(classes="dialog"):
            yield TopStrip([StripPart(" Keys, signs and predicates", "heading")], [])
            words = Input(placeholder="words of a key, a sign or a field", id="help-words", compact=True)
            words.cursor_blink = False
            words.display = False
            yield words
            yield DetailText(id="help-text")

    def on_mount(self) -> None:
        """Show the whole help."""
        self._show("")
        self.query_one(DetailText).focus()

    def _show(self, words: str) -> None:
        sections = matching(self._sections(), words)
        number = sum(len(section.entries) for section in sections)
        hint = f"{number} found  Escape shows all " if words.strip() else "/ finds  Escape closes "
        self.query_one(TopStrip).set_parts(
            [StripPart(" Keys, signs and predicates", "heading")], [StripPart(hint, "dim")]
        )
        text = self.query_one(DetailText)
        nothing = [TextLine("  Nothing here has these words.", "dim")]
        text.set_lines_for(lambda width: help_lines(sections, width) or nothing)

    def _sections(self) -> Iterator[HelpSection]:
        actions = actions_for(self._kind)
        for group in get_args(Group):
            entries = tuple(HelpEntry(key_of(action.name), action.help) for action in actions if action.group == group)
            if entries:
                yield HelpSection(group, entries)
        yield HelpSection("signs", tuple(HelpEntry(*sign) for sign in SIGNS))
        if any(action.name == "command" for action in actions):
            yield _predicates()

    def action_search(self) -> None:
        """Open the command line for words that narrow the help."""
        words = self.query_one(Input)
        words.display = True
        words.focus()

    def action_leave(self) -> None:
        """Clear the search; close the help if there is none."""
        words = self.query_one(Input)
        if words.display:
            words.display = False
            words.value = ""
            self._show("")
            self.query_one(DetailText).focus()
        else:
            self.app.pop_screen()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._show(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(DetailText).focus()


def matching(sections: Iterable[HelpSection], words: str) -> list[HelpSection]:
    """Return the sections with the entries that contain all words; a heading with a word keeps all of its entries."""
    wanted = words.casefold().split()
    matched: list[HelpSection] = []
    for section in sections:
        entries = tuple(
            entry
            for entry in section.entries
            if all(word in f"{section.title} {entry.name} {entry.text}".casefold() for word in wanted)
        )
        if entries:
            matched.append(section._replace(entries=entries))
    return matched


def help_lines(sections: Sequence[HelpSection], width: int) -> list[TextLine]:
    """Return sections as lines, in two columns of about the same length where each has room."""
    blocks = [list(_section_lines(section)) for section in sections]
    if width < TWO_COLUMNS or len(blocks) < 2:
        return [line for block in blocks for line in block]
    total, lengths = sum(map(len, blocks)), [0]
    for block in blocks:
        lengths.append(lengths[-1] + len(block))
    split = min(range(1, len(blocks)), key=lambda place: max(lengths[place], total - lengths[place]))
    left, right = ([line for block in part for line in block] for part in (blocks[:split], blocks[split:]))
    return beside(left, right, width)


def _predicates() -> HelpSection:
    fields = [HelpEntry(field.name, field.help) for field in FIELDS]
    flags = [HelpEntry(flag.name, f"sessions {flag.help}; the word stands alone") for flag in FLAGS]
    return HelpSection(
        "predicates, for the : line",
        (*fields, *flags),
        "Write name:text, name<number, name>number; - before one turns it round. Of several states one is enough.",
    )


def _section_lines(section: HelpSection) -> Iterator[TextLine]:
    yield TextLine(f" {section.title}", "heading")
    for entry in section.entries:
        yield _row(entry)
    if section.note:
        yield TextLine(f"  {section.note}", "dim", indent=2)
    yield TextLine("")


def _row(entry: HelpEntry) -> TextLine:
    gap = " " * max(1, KEY_CELLS + 1 - cell_len(entry.name))
    return TextLine(
        f"  {entry.name}{gap}{entry.text}",
        "text",
        (TextSpan(2, 2 + len(entry.name), "accent"),),
        indent=KEY_CELLS + 3,
    )
