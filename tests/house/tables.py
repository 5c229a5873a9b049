"""The README's tables that are made from the code: keys, and what each format tells.

    python -m tests.house.tables

brings the README up to date.
"""

from __future__ import annotations

from ppp_tui.settings.source_names import BUILTIN
from ppp_tui.sources import registry
from ppp_tui.sources.source import Capabilities
from ppp_tui.tui.action_table import ACTIONS
from tests.house.trees import ROOT

README = ROOT / "README.md"
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
        shown = " ".join(f"`{sign(key)}`" for key in action.keys.split(","))
        rows.append(f"| {shown} | {action.help} | {', '.join(action.screens) or 'all'} | `{action.name}` |")
    return "\n".join(rows)


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


def brought_up_to_date(readme: str) -> str:
    """The README with both tables as they should be."""
    for name, table in (("keys", keys()), ("agents", agents())):
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, _, rest = readme.partition(begin)
        _, _, after = rest.partition(end)
        readme = f"{before}{begin}{table}\n{end}{after}"
    return readme


if __name__ == "__main__":
    README.write_text(brought_up_to_date(README.read_text(encoding="utf-8")), encoding="utf-8")
