"""Notes over a screen: literal, one at a time, above the status lines, and in no picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets._toast import Toast

from tests.tui.dashboard_of import Dashboard, dashboard, ports_of

pytestmark = pytest.mark.slow


def shown_notes(shown: Dashboard) -> int:
    return len(shown.app.screen.query(Toast))


async def test_note_with_brackets_is_shown_as_it_is_written(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        shown.app.notify("no [/such] tag, [red]no colour")
        await shown.settle()
        assert "no [/such] tag, [red]no colour" in shown.text


async def test_note_takes_the_place_of_the_one_before_but_not_of_an_error(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        for number in range(3):
            shown.app.notify(f"note {number}")
        await shown.settle()
        assert ("note 2" in shown.text, shown_notes(shown)) == (True, 1)
        shown.app.notify("it broke", severity="error")
        shown.app.notify("note 3")
        await shown.settle()
        assert ("it broke" in shown.text, "note 3" in shown.text) == (True, True)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_note_leaves_the_status_lines_legible(path: Path, size: tuple[int, int]) -> None:
    async with dashboard(ports_of(path), size) as shown:
        before = shown.lines()[-2:]
        shown.app.notify("a note that is as long as such notes are")
        await shown.settle()
        assert shown.lines()[-2:] == before


async def test_picture_shows_the_screen_without_notes(path: Path, tmp_path: Path) -> None:
    async with dashboard(ports_of(path, exports=tmp_path)) as shown:
        shown.app.notify("covers_the_screen")
        await shown.settle()
        assert "covers_the_screen" in shown.text
        await shown.press("ctrl+s")
        picture = tmp_path / "ppp-tui-live-2026-11-20-120000.svg"
        text = picture.read_text(encoding="utf-8")
        assert "OAuth" in text
        assert "covers_the_screen" not in text
        assert shown.notices()[-1] == f"Picture written to {picture}"
