"""A terminal that changes its size while keys are pressed: each size is worked off once, and the last one wins."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest
from textual.css.query import NoMatches
from textual.events import Resize
from textual.geometry import Size
from textual.screen import Screen

from tests.tui.archive_of import write_archive
from tests.tui.dashboard_of import Dashboard, dashboard, ports_of

pytestmark = pytest.mark.slow

KEYS = ("1", "2", "5", "6", "7", "j", "enter", "escape", "tab")
ROWS, COLUMNS = (10, 24, 36, 60), (40, 80, 120, 200)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive, which no test here changes."""
    return write_archive(tmp_path_factory.mktemp("archive"))


def resize(shown: Dashboard, columns: int, rows: int) -> None:
    """Tell the app of a new size, as its driver does, and wait for nothing."""
    size = Size(columns, rows)
    driver = shown.app._driver
    assert driver is not None
    driver._size = (columns, rows)
    shown.app.post_message(Resize(size, size))


async def test_size_that_the_terminal_has_left_is_laid_out_on_no_screen(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out: list[Size] = []
    lay_out = Screen._screen_resized

    def counted(screen: Screen[None], size: Size) -> None:
        laid_out.append(size)
        lay_out(screen, size)

    async with dashboard(ports_of(path), size=(120, 36)) as shown:
        await shown.press("2", "enter", "question_mark")
        monkeypatch.setattr(Screen, "_screen_resized", counted)
        left, current = Size(80, 24), Size(120, 36)
        for screen in shown.app.screen_stack:
            screen.post_message(Resize(left, left))
        await shown.settle()
        assert laid_out == []
        shown.app.screen.post_message(Resize(current, current))
        await shown.settle()
        assert laid_out
        assert set(laid_out) == {current}


async def test_keys_are_heard_after_a_storm_of_sizes(path: Path) -> None:
    faults: list[Exception] = []

    def keep(error: Exception) -> bool:
        faults.append(error)
        return True

    async with dashboard(ports_of(path, keep_trace=keep), size=(120, 36)) as shown, asyncio.timeout(120):
        for seed in range(20):
            random_numbers = random.Random(seed)
            for _ in range(2):
                resize(shown, random_numbers.choice(COLUMNS), random_numbers.choice(ROWS))
                await shown.pilot.press(random_numbers.choice(KEYS))
        resize(shown, 120, 36)
        await shown.settle()
        await shown.press("escape", "escape", "2")
        assert shown.kind == "SessionsScreen"
        assert shown.app.screen.size == Size(120, 36)
        assert shown.app.screen.has_class("-medium", "-tall")
    # A read may end between the removal of a screen's parts and that of the screen.
    assert {type(error) for error in faults} <= {NoMatches}
