"""The documents' tables that are made from the code: keys, and what each format tells.

    python -m tests.house.tables

brings the documents up to date.
"""

from __future__ import annotations

from ppp_tui.settings.source_names import BUILTIN
from ppp_tui.sources import registry
from ppp_tui.sources.source import Capabilities
from ppp_tui.tui.action_table import ACTIONS
from tests.house.trees import ROOT

FIRST_KEYS = (
    "open_row",
    "next_needing",
    "filter_rows",
    "search_all",
    "next_failure",
    "copy_resume",
    "compare",
    "next_range",
    "help",
)
"""Actions that the README names; all of them stand in a document of their own."""

SIGNS = {
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "comma": ",",
    "full_stop": ".",
    "alt+left": "Alt+←",
    "alt+right": "Alt+→",
    "space": "Space",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "up": "↑",
    "down": "↓",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "right": "→",
    "left": "←",
    "enter": "Enter",
    "escape": "Escape",
}


def keys() -> str:
    """All actions with their keys."""
    rows = ["| key | what it does | on | name |", "|---|---|---|---|"]
    for action in ACTIONS:
        rows.append(
            f"| {shown_keys(action.keys)} | {action.help} | {', '.join(action.screens) or 'all'} | `{action.name}` |"
        )
    return "\n".join(rows)


def shown_keys(keys: str) -> str:
    return " ".join(f"`{sign(key)}`" for key in keys.split(","))


def sign(key: str) -> str:
    return SIGNS.get(key, key.replace("ctrl+", "Ctrl+"))


def agents() -> str:
    """All sources, with what their formats can tell."""
    sources = [registry.source(name) for name in BUILTIN]
    names = [field.replace("_", " ") for field in Capabilities._fields]
    rows = [
        f"| agent | kind, for `--source` | read from | {' | '.join(names)} |",
        "|---|---|---|" + "---|" * len(names),
    ]
    for source in sources:
        recorded = ["yes" if is_recorded else "–" for is_recorded in source.capabilities]
        rows.append(f"| {source.title} | `{source.name}` | {source.usual_place} | {' | '.join(recorded)} |")
    return "\n".join(rows)


def first_keys() -> str:
    """The actions that a newcomer needs."""
    rows = ["| key | what it does |", "|---|---|"]
    by_name = {action.name: action for action in ACTIONS}
    for action in (by_name[name] for name in FIRST_KEYS):
        rows.append(f"| {shown_keys(action.keys)} | {action.help} |")
    return "\n".join(rows)


TABLES = {
    "README.md": ("first keys", first_keys),
    "docs/keys.md": ("keys", keys),
    "docs/agents.md": ("agents", agents),
}
"""By the document: the marks between which a table stands, and what makes it."""


def brought_up_to_date(document: str) -> str:
    """The text of a document with its table as it should be."""
    name, table = TABLES[document]
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, _, rest = (ROOT / document).read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}{table()}\n{end}{after}"


if __name__ == "__main__":
    for document in TABLES:
        (ROOT / document).write_text(brought_up_to_date(document), encoding="utf-8")
