"""The demo opens on the session that needs the user, whenever it is started."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ppp_tui.cli.invocation import Invocation
from ppp_tui.tui.panes.live.feed import FeedPane
from ppp_tui.tui.panes.live.live_list import LiveList
from tests.pictures.shots import Shot, staged


@pytest.mark.slow
@pytest.mark.parametrize("after_s", [0, 12, 34, 50, 59, 80, 92, 105])
async def test_cursor_and_feed_are_on_who_needs_the_user(after_s: int, demo_after: Callable[[int], Invocation]) -> None:
    async with staged(demo_after(after_s), Shot("live", after_s), (120, 36)) as shown:
        needing = [row.session.id for row in shown.app.board.rows if row.state.group == "needs you"]
        assert needing, "the demo has somebody waiting by now"
        live = shown.app.screen.query_one(LiveList)
        assert live.cursor_key == needing[0]
        assert shown.app.screen.query_one(FeedPane).followed == needing[0]
