"""The stream of states that `serve` gives: what it says of a database that is away, and that it goes on."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from pathlib import Path

from ppp_tui.api.http_app import LiveEvent
from ppp_tui.cli.doors.live_stream import BEAT, QUIET_BEATS, LiveStream
from ppp_tui.model.clock import FrozenClock
from ppp_tui.model.live import LiveFacts
from ppp_tui.scoring.live_thresholds import DEFAULT
from tests.query.database_fixture import NOON_MS, Database, stored


def stream(tmp_path: Path) -> LiveStream:
    return LiveStream(
        tmp_path / "archive.db",
        DEFAULT,
        clock=FrozenClock(NOON_MS),
        log=tmp_path / "log",
        pause=partial(asyncio.sleep, 0),
    )


def add_working_session(database: Database, number: int) -> None:
    works = LiveFacts(last_at=NOON_MS - 1000, turn_status="open", turn_started_at=NOON_MS - 5000, is_thinking=True)
    database.session(number, {"live": stored(works)})


async def test_database_that_is_away_is_told_once_and_states_come_when_it_is_back(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    events = stream(tmp_path).events()
    missing = await anext(events)
    assert missing.kind == "database"
    assert json.loads(missing.data) == {
        "error": f"There is no database at {path} yet: run ppp-tui ingest, or just ppp-tui."
    }
    # Looks without news are passed over: the next event is a beat, not the sentence again.
    assert await anext(events) == BEAT

    database = Database(path)
    add_working_session(database, 1)
    assert await anext(events) == LiveEvent("database", '{"error": null}')
    state = await anext(events)
    assert (state.kind, json.loads(state.data)["session"]) == ("state", 1)

    database.writer.execute("DROP TABLE trajectory_violations")
    broken = await anext(events)
    assert (broken.kind, "has lost tables" in broken.data) == ("database", True)
    database.writer.close()
    await events.aclose()


async def test_fault_of_a_database_is_logged_once_for_all_clients(tmp_path: Path) -> None:
    served = stream(tmp_path)
    clients = [served.events() for _ in range(3)]
    told = [await anext(events) for events in clients]
    assert [event.kind for event in told] == ["database"] * 3
    assert (tmp_path / "log").read_text().count("DatabaseMissingError") == 1
    for events in clients:
        await events.aclose()


async def test_quiet_stream_sends_a_beat_now_and_then(tmp_path: Path) -> None:
    database = Database(tmp_path / "archive.db")
    add_working_session(database, 1)
    looks: list[int] = []

    async def pause() -> None:
        looks.append(1)

    served = LiveStream(tmp_path / "archive.db", DEFAULT, clock=FrozenClock(NOON_MS), log=tmp_path / "log", pause=pause)
    events = served.events()
    assert (await anext(events)).kind == "state"
    assert await anext(events) == BEAT
    assert len(looks) == QUIET_BEATS
    database.writer.close()
    await events.aclose()
