"""What users ask most, counted in keys from Live on a recorded session: where an answer moves away, this fails."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
from textual.widgets import Input

from ppp_tui.tui.panes.turns.turn_detail import TurnPane
from tests.tui.dashboard_of import WIDE, Dashboard, Edited, dashboard, ports_of
from tests.tui.recorded_session import DESCRIPTION, read_recorded_session

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database, which no test here changes."""
    return read_recorded_session(tmp_path_factory.mktemp("home"))


async def press_at_most(shown: Dashboard, most: int, *keys: str) -> str:
    """Press keys and return what is on the screen, after seeing that they are no more than allowed."""
    assert len(keys) <= most
    assert shown.kind == "LiveScreen"
    await shown.press(*keys)
    return shown.text


@pytest.mark.parametrize("size", [(80, 24), WIDE])
async def test_failing_command_with_its_output(path: Path, size: tuple[int, int]) -> None:
    async with dashboard(ports_of(path), size) as shown:
        text = await press_at_most(shown, 4, "enter", "e")
        assert DESCRIPTION in text
        assert "FAILED: the cart is empty" in text
        assert "exit 1" in text


async def test_whole_output_of_a_failing_command(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        text = await press_at_most(shown, 4, "enter", "e", "enter", "enter")
        assert shown.kind == "StepScreen"
        assert "test line 7" in text


async def test_output_unfolds_in_place_and_folds_again(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await press_at_most(shown, 4, "enter", "e")
        pane = shown.app.screen.query_one(TurnPane)
        folded = pane.as_text()
        assert "test line 15" not in folded
        await shown.press("enter")
        assert "test line 15" in pane.as_text()
        await shown.press("backspace")
        assert pane.as_text() == folded


async def test_all_questions_of_a_session_with_their_answers(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        text = await press_at_most(shown, 3, "enter", "a")
        assert "○ Shelf" in text
        assert "● Drawer" in text
        assert "“Fifteen, no more”" in text


async def test_why_the_dearest_session_was_dear(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        text = await press_at_most(shown, 4, "2", "s", "enter", "s")
        assert "turn 2 took 99%" in text
        assert shown.table("#turns").cursor_key == 2


async def test_what_fills_the_context(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        text = await press_at_most(shown, 3, "enter", "c")
        assert "context after turn 2: 60.0k of" in text
        assert "system" in text


async def test_where_the_time_went(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        text = await press_at_most(shown, 3, "enter", "w")
        assert "waiting for you" in text
        assert "longest steps of the turn" in text
        assert "Sort the rows" in text


async def test_next_hit_of_a_search(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("ctrl+f")
        await shown.write("rows")
        assert shown.app.screen.query_one(Input).value == "rows"
        await shown.press("enter")
        first = shown.table("#turns").cursor_key
        seen = {first}
        for _ in range(4):
            await shown.press("n")
            seen.add(shown.table("#turns").cursor_key)
        assert seen == {1, 2}


async def test_session_file_opens_at_the_turn(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edited = Edited()
    async with dashboard(ports_of(path, open_editor=edited)) as shown:
        monkeypatch.setattr(shown.app, "suspend", nullcontext)
        await shown.press("enter", "o", "k", "o")
    records = edited.paths[0].read_text(encoding="utf-8").splitlines()
    later, earlier = (records[line - 1] for line in edited.lines)
    assert "make sort" in later
    assert "pytest -q" in earlier
