"""The one registry of what keys do: bindings, footer, help and palette are made from it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import NamedTuple

from textual.binding import Binding


class UnknownActionError(Exception):
    """Keys in the settings belong to no action; the message says which."""


class Action(NamedTuple):
    """Something that the person can ask for."""

    name: str
    """The method `action_<name>`, and the name in the settings."""
    keys: str
    label: str
    help: str
    screens: tuple[str, ...] = ()
    """Screens where it works; everywhere if none is named."""
    in_footer: bool = False


ACTIONS: tuple[Action, ...] = (
    Action("go_live", "1", "Live", "Who needs me, who works, who is stuck"),
    Action("go_sessions", "2", "Sessions", "Every session there is"),
    Action("open_row", "enter", "open", "Open the session, turn or step under the cursor", in_footer=True),
    Action("next_needing", "n", "next that needs me", "To the next session that needs you", ("live", "sessions"), True),
    Action("previous_needing", "N", "previous that needs me", "To the previous session that needs you",
           ("live", "sessions")),
    Action("follow_row", "f", "follow", "Follow the session under the cursor beside the list", ("live",), True),
    Action("filter_rows", "slash", "filter", "Narrow the list while you type; Escape ends it", ("live", "sessions"),
           True),
    Action("find_text", "slash", "find", "Find in what is shown; n and N go on", ("trajectory", "step"), True),
    Action("command", "colon", "predicates", "Narrow by predicates such as agent:codex cost>0.5 state:stuck",
           ("live", "sessions"), True),
    Action("search_all", "ctrl+f", "search", "Search the text of all turns", in_footer=True),
    Action("sort_rows", "s", "sort", "Sort by the next column", ("sessions",), True),
    Action("reverse_rows", "S", "reverse", "Turn the order round", ("sessions",)),
    Action("next_mark", "right_square_bracket", "next mark", "To the next turn with a question, error or violation",
           ("trajectory",), True),
    Action("previous_mark", "left_square_bracket", "previous mark", "To the previous such turn", ("trajectory",)),
    Action("next_tab", "l,right", "next view", "Conversation, steps, questions, violations, usage, raw",
    ("trajectory",)),
    Action("previous_tab", "h,left", "previous view", "The view before", ("trajectory",)),
    Action("replay", "r", "replay", "Play the session again from its beginning; space pauses, arrows step",
           ("trajectory",), True),
    Action("parent", "u", "parent", "To the session that started this sub-agent", ("trajectory",)),
    Action("copy_resume", "y", "copy resume", "Copy the command that resumes the session",
           ("live", "sessions", "trajectory"), True),
    Action("copy_text", "Y", "copy text", "Copy what is shown", ("trajectory", "step")),
    Action("edit_file", "o", "open file", "Open the session file, or the file of a step, in $EDITOR",
           ("live", "sessions", "trajectory", "step")),
    Action("export_markdown", "e", "export", "Write the session as Markdown", ("trajectory",), True),
    Action("export_lines", "E", "export JSON", "Write the session as JSON lines", ("trajectory",)),
    Action("next_theme", "t", "theme", "The next theme"),
    Action("picture", "ctrl+s", "picture", "Write the screen as an SVG picture"),
    Action("help", "question_mark", "help", "What the keys do here", in_footer=True),
    Action("go_back", "escape", "back", "Back, or end the filter"),
    Action("quit", "q", "quit", "Leave", in_footer=True),
)  # fmt: skip
"""All actions, in the order of the help."""

_BY_NAME = {action.name: action for action in ACTIONS}


def bindings_for(screen: str) -> list[Binding]:
    """The bindings of a screen."""
    return [
        Binding(action.keys, action.name, action.label, show=action.in_footer, id=action.name, tooltip=action.help)
        for action in actions_for(screen)
    ]


def actions_for(screen: str) -> list[Action]:
    """The actions that work on a screen."""
    return [action for action in ACTIONS if not action.screens or screen in action.screens]


def keymap(overrides: Mapping[str, str]) -> dict[str, str]:
    """Keys from the settings as Textual's keymap. Raises UnknownActionError for an action that does not exist."""
    for name in overrides:
        if name not in _BY_NAME:
            near = difflib.get_close_matches(name, _BY_NAME, 1)
            hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(_BY_NAME)}"
            raise UnknownActionError(f"keys: there is no action {name}; {hint}")
    return dict(overrides)
