"""What a card shows of the next prompt's cost: looked up once, and again where it was unknown and prices came."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.query.pool import Pool
from ppp_tui.query.query import Answer, Query
from ppp_tui.query.sessions.live_details import LastRequest, LiveDetail
from ppp_tui.tui.panes.live.live_extras import ExtrasReader
from tests.tui.dashboard_of import ports_of
from tests.tui.live_rows import NOW_MS, session

REQUEST = LastRequest(NOW_MS, "new-model", 61_000, 300_000)
DETAILS = {1: LiveDetail("", REQUEST)}


class Memo(Pool):
    """A database of which only the memo of prices is read."""

    memo = ""

    async def fetch(self, query: Query[Answer]) -> Answer:
        """Answer the memo."""
        return query.build([(self.memo,)])


async def test_an_unknown_price_is_asked_for_again_when_prices_were_looked_up_and_only_then(tmp_path: Path) -> None:
    asked: list[str] = []

    def price(memo: str, _source: str, request: LastRequest) -> int | None:
        asked.append(memo)
        return 410_000 if request.model in memo else None

    database = Memo(tmp_path / "archive.db")
    reader = ExtrasReader(ports_of(database.path, database=database, recache_price=price))
    sessions = [session(1)]
    assert await reader.recache_micros(sessions, DETAILS) == {1: None}
    assert await reader.recache_micros(sessions, DETAILS) == {1: None}
    assert asked == [""]
    database.memo = "new-model: 5"
    assert await reader.recache_micros(sessions, DETAILS) == {1: 410_000}
    assert await reader.recache_micros(sessions, DETAILS) == {1: 410_000}
    assert asked == ["", "new-model: 5"]
