"""The one table of screens; modes, number keys, palette, help, the documents' tables and the pictures derive from it.

A new screen is its own files and one row here. The module loads no screen: `load_screen` does when it is first shown.
"""

from __future__ import annotations

import time
from importlib import import_module
from typing import Literal, NamedTuple, cast

from textual.screen import Screen

PAUSE_S = 0.02
"""Seconds between two imports that nobody waits for yet."""

Feature = Literal["list", "views", "session", "report"]
"""list: rows of sessions that can be filtered, marked and compared · views: tabs beside each other · session: shows
sessions that can be resumed · report: covers a period of time."""


class ScreenEntry(NamedTuple):
    """One row of the table of screens."""

    kind: str
    """Name of the screen for actions, modes and pictures."""
    title: str
    help: str
    """The question that the screen answers, for the help and the palette."""
    key: str = ""
    """Number key that leads there; '' for a screen that is opened from another one."""
    target: str = ""
    """``module:class`` of a screen with a number key."""
    features: tuple[Feature, ...] = ()


_MAIN: tuple[tuple[str, str, str, tuple[Feature, ...]], ...] = (
    ("live", "LiveScreen", "Who needs me, who works, who is stuck", ("list", "session")),
    ("sessions", "SessionsScreen", "Every session there is", ("list", "session")),
    ("compare", "CompareScreen", "Marked sessions side by side, or one agent against another", ("views", "report")),
    ("consensus", "ConsensusScreen", "Who did best on the same task, and why", ("report",)),
    ("usage", "UsageScreen", "Where tokens and money go, and what limits are left", ("report",)),
    ("quality", "QualityScreen", "Tests, retries, questions and violations", ("views", "report")),
    ("code", "CodeScreen", "How large the projects are, and which files agents use", ("views", "report")),
    (
        "insights",
        "InsightsScreen",
        "What agents are used for, how that goes, and which failures recur",
        ("views", "report"),
    ),
    (
        "doors",
        "DoorsScreen",
        "What is open to other programs, what came in, and where it differs from session files",
        (),
    ),
)
"""Kind, class, question and features of the screens with a number key, in the order of the keys."""

SCREENS: tuple[ScreenEntry, ...] = (
    *(
        ScreenEntry(kind, kind.capitalize(), question, str(number), f"ppp_tui.tui.screens.{kind}:{name}", features)
        for number, (kind, name, question, features) in enumerate(_MAIN, 1)
    ),
    ScreenEntry("trajectory", "Trajectory", "One session, turn by turn", features=("views", "session")),
    ScreenEntry("step", "Step", "One step with all that went in and came out"),
)
"""All screens that have actions of their own, in the order of the navigation line."""

MAIN_SCREENS: tuple[ScreenEntry, ...] = tuple(entry for entry in SCREENS if entry.key)
"""The screens that number keys lead to."""

OWN_SHEETS: tuple[str, ...] = (*(entry.kind for entry in MAIN_SCREENS), "trajectory", "dialogs")
"""Names of the style sheets that are read as a screen opens: its kind, and one for all that opens over a screen."""

KINDS: tuple[str, ...] = tuple(entry.kind for entry in SCREENS)


def kinds_with(feature: Feature) -> tuple[str, ...]:
    """Return the screens that have a feature."""
    return tuple(entry.kind for entry in SCREENS if feature in entry.features)


OPENED_MODULES: tuple[str, ...] = (
    "ppp_tui.tui.screens.trajectory",
    "ppp_tui.tui.screens.step",
    "ppp_tui.tui.screens.search",
    "ppp_tui.tui.screens.help",
    "ppp_tui.tui.commands",
)
"""Modules of what is opened over a main screen."""


def import_screens() -> None:
    """Import the modules of all screens, which takes long enough to be felt when one of them is first opened."""
    for module in (*(entry.target.partition(":")[0] for entry in MAIN_SCREENS), *OPENED_MODULES):
        import_module(module)
        # Whoever waits for the interpreter comes first.
        time.sleep(PAUSE_S)


def load_screen(entry: ScreenEntry) -> Screen[None]:
    """Import the class of a main screen and return a new screen of it."""
    module, _, name = entry.target.partition(":")
    return cast("Screen[None]", getattr(import_module(module), name)())
