"""Footers of every screen at every size: whole keys, and the one that explains all others among them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.tui.screens.registry import MAIN_SCREENS
from tests.tui.dashboard_of import dashboard, ports_of
from tests.tui.database_of import SHOP

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_footer_shows_whole_keys_and_help(path: Path, size: tuple[int, int]) -> None:
    async with dashboard(ports_of(path), size) as shown:
        footers = {}
        for entry in MAIN_SCREENS:
            await shown.press(entry.key)
            footers[entry.kind] = shown.lines()[-1]
        await shown.app.open_trajectory(SHOP, 11)
        await shown.settle()
        footers["trajectory"] = shown.lines()[-1]
    assert [kind for kind, footer in footers.items() if "…" in footer or "? help" not in footer] == []
