"""The demo opens on the session that needs the user, whenever it is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.tui.panes.live.feed import FeedPane
from ppp_tui.tui.panes.live.live_list import LiveList
from tests.pictures.shots import START_MS, Shot, followed_demo, staged

MOMENTS_S = (0, 12, 34, 50, 59, 80, 92, 105)


@pytest.mark.slow
async def test_cursor_and_feed_are_on_who_needs_the_user(tmp_path: Path) -> None:
    demo = followed_demo(tmp_path, [START_MS + after_s * 1000 for after_s in MOMENTS_S])
    for after_s, invocation in zip(MOMENTS_S, demo, strict=True):
        async with staged(invocation, Shot("live", after_s), (120, 36)) as shown:
            needing = [row.session.id for row in shown.app.board.rows if row.state.group == "needs you"]
            assert needing, f"the demo has somebody waiting after {after_s} s"
            cursor = shown.app.screen.query_one(LiveList).cursor_key
            followed = shown.app.screen.query_one(FeedPane).followed
            assert (after_s, cursor, followed) == (after_s, needing[0], needing[0])
