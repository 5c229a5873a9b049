"""How much of a large terminal every screen uses: voids are measured on the demo, and may not grow."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from ppp_tui.cli.invocation import Invocation
from tests.pictures.shots import Shot, draw_lines

SIZE = (200, 60)
REACH = 3
"""Columns around a cell, on its row and on both rows beside it, in which something must stand."""

RULES = frozenset("─│┤├┬┴┼┈▏")
"""Signs that part what stands on the screen; they count neither as content nor as cells."""

AFTER_S = 105

SCREENS: dict[str, tuple[tuple[str, ...], float]] = {
    "live": ((), 0.30),
    "sessions": (("2",), 0.28),
    "compare agents": (("3",), 0.28),
    "compare sessions": (("space", "space", "c"), 0.35),
    "compare one effort": (("3", "l", "l"), 0.33),
    "compare nothing yet": (("3", "h"), 0.30),
    "consensus": (("4", "enter", "j", "j"), 0.32),
    "consensus of tasks": (("4",), 0.33),
    "usage": (("5", "d", "d"), 0.32),
    "usage today": (("5",), 0.35),
    "usage of 90 days": (("5", "d", "d", "d"), 0.33),
    "usage by agent": (("5", "b"), 0.35),
    "usage by session": (("5", "b", "b", "b"), 0.35),
    "quality": (("6",), 0.32),
    "quality without a row": (("6", "l", "l", "l"), 0.28),
    "quality retries": (("6", "l", "l", "l", "l"), 0.35),
    "quality signals": (("6", "h", "h", "h", "h", "h"), 0.35),
    "quality tasks": (("6", "l", "l", "l", "l", "l"), 0.33),
    "quality conduct": (("6", "h", "h", "h"), 0.33),
    "code": (("7",), 0.35),
    "insights": (("8",), 0.35),
    "insights failures": (("8", "l"), 0.35),
    "insights without a thread": (("8", "l", "l"), 0.25),
    "trajectory": (("enter",), 0.26),
    "steps": (("enter", "l"), 0.26),
    "a sub-agent": (("ctrl+f", *"euros", "enter"), 0.35),
    "a session of one answer": (("2", "slash", *"plan", "enter", "enter"), 0.25),
    "its answer": (("2", "slash", *"plan", "enter", "enter", "enter"), 0.30),
    "doors": (("9",), 0.35),
    "a step": (("enter", "tab", "l", *"jjjjjj", "enter"), 0.35),
}
"""Keys that lead to a screen, and the greatest share of its cells that may be void."""


def void_share(lines: Sequence[str]) -> float:
    """Return the share of cells with nothing within `REACH` columns on their row or the rows beside it."""
    width = max(map(len, lines))
    marks = [[sign not in RULES and sign != " " for sign in line.ljust(width)] for line in lines]
    cells = void = 0
    for y, line in enumerate(lines):
        near = marks[max(0, y - 1) : y + 2]
        for x, sign in enumerate(line.ljust(width)):
            if sign in RULES:
                continue
            cells += 1
            void += not any(any(row[max(0, x - REACH) : x + REACH + 1]) for row in near)
    return void / cells


def test_void_is_what_lies_far_from_everything() -> None:
    assert void_share(["x" + " " * 9]) == 0.6
    assert void_share(["x" + " " * 9, " " * 10, " " * 10]) == (6 + 6 + 10) / 30
    assert void_share(["──────│   x"]) == 0.0
    assert void_share(["abc"]) == 0.0


@pytest.mark.slow
@pytest.mark.parametrize("name", SCREENS)
async def test_large_terminal_is_used(name: str, demo_after: Callable[[int], Invocation]) -> None:
    keys, most = SCREENS[name]
    lines = await draw_lines(demo_after(AFTER_S), Shot(name, AFTER_S, keys), SIZE)
    assert void_share(lines) <= most
