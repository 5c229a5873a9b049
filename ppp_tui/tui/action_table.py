"""The table of actions: name, description, keys, and screens of each."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ppp_tui.tui.screens.registry import MAIN_SCREENS, kinds_with

Group = Literal["go to", "find", "session", "turn", "screen", "move"]
"""Headings of the help, in order."""

Owner = Literal["screen", "app", "table", "text"]
"""What carries an action out: the screen, the app, or the focused widget."""


class Action(NamedTuple):
    """A user action with its keys and the screens that have it."""

    name: str
    """The name in the settings; for a screen's action also its method `action_<name>`."""
    keys: str
    label: str
    """One or two words, for the footer and the palette."""
    help: str
    group: Group
    screens: tuple[str, ...] = ()
    """Kinds of the screens that have the action; empty for all."""
    in_footer: bool = False
    owner: Owner = "screen"
    does: str = ""
    """Textual's action, if it is not `name`."""


_LISTS = kinds_with("list")
_VIEWS = kinds_with("views")
_REPORTS = kinds_with("report")
_SHOWING = kinds_with("session")

_NAVIGATION: tuple[Action, ...] = tuple(
    Action(
        name=f"go_{entry.kind}",
        keys=entry.key,
        label=entry.title,
        help=entry.help,
        group="go to",
        does=f"go_to('{entry.kind}')",
    )
    for entry in MAIN_SCREENS
)

_VIEW_ACTIONS: tuple[Action, ...] = tuple(
    Action(name, keys, label, sentence, "turn", ("trajectory",), in_footer=True)
    for name, keys, label, sentence in (
        ("show_questions", "a", "asked", "All questions of the session, with what was answered"),
        ("show_context", "c", "context", "What fills the context window, turn by turn"),
        ("show_time", "w", "time", "Where the time of the session and of the turn went"),
    )
)

ACTIONS: tuple[Action, ...] = (
    *_NAVIGATION,
    Action("open_row", "enter", "open", "Open the session, turn or step under the cursor", "go to", in_footer=True),
    Action(
        name="next_needing",
        keys="n",
        label="needs me",
        help="To the next session that waits for you",
        group="go to",
        screens=_LISTS,
        in_footer=True,
    ),
    Action("previous_needing", "N", "needs me, back", "To the previous session that waits for you", "go to", _LISTS),
    Action("parent", "u", "parent", "To the session that started this sub-agent", "go to", ("trajectory",)),
    Action(
        "jump", "ctrl+o", "jump", "Show a letter on every pane, tab and choice, and go to that of the next key", "go to"
    ),
    Action("go_back", "escape", "back", "End the filter, or back to the screen before", "go to"),
    Action(
        name="filter_group",
        keys="f",
        label="filter",
        help="Show one group only: needs you, finished, working, stuck, idle",
        group="find",
        screens=("live",),
        in_footer=True,
    ),
    Action(
        name="filter_rows",
        keys="slash",
        label="search",
        help="Narrow the list while you type; -word leaves out; Escape ends it",
        group="find",
        screens=_LISTS,
        in_footer=True,
    ),
    Action(
        name="find_text",
        keys="slash",
        label="find",
        help="Find in what is shown; n and N go on",
        group="find",
        screens=("trajectory", "step"),
        in_footer=True,
    ),
    Action(
        name="command",
        keys="colon",
        label="where",
        help="Narrow by predicates such as agent:codex cost>0.5 state:stuck",
        group="find",
        screens=_LISTS,
        in_footer=True,
    ),
    Action("search_all", "ctrl+f", "find all", "Search the text of all turns", "find", in_footer=True),
    Action(
        name="sort_rows",
        keys="s",
        label="sort",
        help="Sort by the next column; turns by number, cost, time or tokens",
        group="find",
        screens=("sessions", "trajectory"),
        in_footer=True,
    ),
    Action("reverse_rows", "S", "reverse", "Turn the order round", "find", ("sessions",)),
    Action(
        name="compare",
        keys="c",
        label="compare",
        help="Lay the marked sessions side by side",
        group="session",
        screens=(*_LISTS, "compare"),
        in_footer=True,
    ),
    Action(
        name="copy_resume",
        keys="y",
        label="copy resume",
        help="Copy the command that resumes the session",
        group="session",
        screens=_SHOWING,
        in_footer=True,
    ),
    Action(
        name="bring_up",
        keys="w",
        label="to agent",
        help="Bring up the pane of tmux, zellij, WezTerm or kitty in which the agent runs",
        group="session",
        screens=_LISTS,
        in_footer=True,
    ),
    Action("first_unread", "U", "unread", "Open the first turn that you have not read; • is news", "session", _LISTS),
    Action(
        "pin",
        "P",
        "pin",
        "Pin the session, so that it stands first, or unpin it; the predicate pinned finds it",
        "session",
        _LISTS,
    ),
    Action("label", "L", "label", "Give the session a word; the predicate label:word finds it", "session", _LISTS),
    Action("copy_text", "Y", "copy text", "Copy what is shown", "session", ("trajectory", "step")),
    Action(
        "edit_file",
        "o",
        "open file",
        "Open the session file, or the file of a step, in $EDITOR",
        "session",
        ("live", "sessions", "trajectory", "step"),
    ),
    Action("export_markdown", "x", "export", "Write the session as Markdown", "session", ("trajectory",)),
    Action("export_lines", "X", "export JSON", "Write the session as JSON lines", "session", ("trajectory",)),
    Action(
        name="next_failure",
        keys="e",
        label="failure",
        help="To the next failed step, with its output; in a step's window to that of the next one",
        group="turn",
        screens=("trajectory", "step"),
        in_footer=True,
    ),
    Action("previous_failure", "E", "failure, back", "To the previous failed step", "turn", ("trajectory", "step")),
    Action(
        name="next_mark",
        keys="right_square_bracket",
        label="mark",
        help="To the next question, failure or violation; in a step's window to the next step",
        group="turn",
        screens=("trajectory", "step"),
        in_footer=True,
    ),
    Action(
        name="previous_mark",
        keys="left_square_bracket",
        label="mark, back",
        help="To the previous one",
        group="turn",
        screens=("trajectory", "step"),
    ),
    *_VIEW_ACTIONS,
    Action(
        name="next_match",
        keys="n",
        label="next match",
        help="To the next place of what was searched for; after a search over all turns, on to the next hit",
        group="find",
        screens=("trajectory",),
    ),
    Action("previous_match", "N", "match, back", "To the place, or the hit, before", "find", ("trajectory",)),
    Action("next_tab", "l,right", "next view", "The next view", "turn", _VIEWS, in_footer=True),
    Action("previous_tab", "h,left", "previous view", "The view before", "turn", _VIEWS),
    Action(
        name="more_technical",
        keys="greater_than_sign,right",
        label="work counts more",
        help="Technical quality counts more",
        group="turn",
        screens=("consensus",),
        in_footer=True,
    ),
    Action(
        name="more_interaction",
        keys="less_than_sign,left",
        label="conduct counts more",
        help="How it treats you counts more",
        group="turn",
        screens=("consensus",),
        in_footer=True,
    ),
    Action(
        name="next_profile",
        keys="p",
        label="formulas",
        help="The other formulas: those of the documents, or of the paper",
        group="turn",
        screens=("consensus",),
        in_footer=True,
    ),
    Action(
        name="next_run",
        keys="v",
        label="run",
        help="One run of the task alone, or all again",
        group="turn",
        screens=("consensus",),
        in_footer=True,
    ),
    Action(
        name="replay",
        keys="r",
        label="replay",
        help="Play the session again from its beginning; space pauses, arrows step",
        group="turn",
        screens=("trajectory",),
        in_footer=True,
    ),
    Action(
        name="next_range",
        keys="d",
        label="range",
        help="Cover today, 7, 30 or 90 days, this month, all of time; the same on all reports",
        group="find",
        screens=_REPORTS,
        in_footer=True,
    ),
    Action(
        name="write_period",
        keys="D",
        label="span",
        help="Cover a span that you write: 2026-07, 2026-07-01..15, since last week",
        group="find",
        screens=_REPORTS,
    ),
    Action("all_time", "a", "all time", "Cover all of time", "find", _REPORTS),
    Action("next_bar", "right,l", "next bar", "To the next bar of the chart", "turn", ("usage",)),
    Action("previous_bar", "left,h", "bar before", "To the bar before", "turn", ("usage",)),
    Action("open_bar", "o", "open bar", "The sessions of the bar under the cursor", "turn", ("usage",)),
    Action(
        name="next_grouping",
        keys="b",
        label="group by",
        help="Group by the next thing: model, agent, project, session; or reason, hour; task, version; day, week",
        group="find",
        screens=("usage", "quality"),
        in_footer=True,
    ),
    Action(
        name="next_measure",
        keys="m",
        label="cost, tokens",
        help="Cost instead of tokens, or tokens instead of cost",
        group="find",
        screens=("usage",),
        in_footer=True,
    ),
    Action(
        name="one_project",
        keys="p",
        label="project",
        help="The project of the row alone, or all again",
        group="find",
        screens=("quality",),
        in_footer=True,
    ),
    Action(
        name="next_order",
        keys="s",
        label="order",
        help="Files that were most used, read, or changed",
        group="find",
        screens=("code",),
        in_footer=True,
    ),
    Action("help", "question_mark", "help", "What the keys do here", "screen", in_footer=True),
    Action(
        "palette",
        "ctrl+p",
        "palette",
        "Every action by its name, and every session",
        "screen",
        owner="app",
        does="command_palette",
    ),
    Action("next_theme", "t", "next theme", "The next theme", "screen"),
    Action("choose_theme", "T", "choose theme", "Choose among all themes; each is shown at once", "screen"),
    Action("picture", "ctrl+s", "picture", "Write the screen as an SVG picture", "screen"),
    Action("place_back", "comma,alt+left", "back in time", "To the place that you visited before", "go to"),
    Action("place_forward", "full_stop,alt+right", "forward", "To the place that you went back from", "go to"),
    Action(
        name="zoom",
        keys="z",
        label="maximise",
        help="Give the pane with the focus all the room, or all panes their own again",
        group="screen",
        screens=("live", "sessions", "trajectory"),
    ),
    Action("quit", "q", "quit", "Leave", "screen", in_footer=True),
    Action("table.down", "down,j", "down", "One row down", "move", owner="table"),
    Action("table.up", "up,k", "up", "One row up", "move", owner="table"),
    Action("table.page-down", "pagedown", "page down", "One page down", "move", owner="table"),
    Action("table.page-up", "pageup", "page up", "One page up", "move", owner="table"),
    Action("table.first", "home,g", "first", "To the first row", "move", owner="table"),
    Action("table.last", "end,G", "last", "To the last row, and follow what comes", "move", owner="table"),
    Action("table.mark", "space", "mark", "Mark the row, or take the mark away", "move", owner="table"),
    Action("next_pane", "tab", "next pane", "To the next pane", "move", does="app.focus_next"),
    Action("previous_pane", "shift+tab", "previous pane", "To the pane before", "move", does="app.focus_previous"),
)
"""All actions, in the order of the help."""
