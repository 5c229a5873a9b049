"""Pushes that are killed, servers that are: whatever breaks, the next push leaves each row there once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ppp_tui.model.clock import SystemClock
from ppp_tui.store.write import Writer
from ppp_tui.team import follow
from ppp_tui.team.connect import StoreAwayError, open_store
from ppp_tui.team.follow import PushFollower, read_follow_status
from ppp_tui.team.push import Pusher
from tests.cli.conftest import environment
from tests.postgres import DURABLE, Server, end_server, start_server
from tests.team.people import HOME, add_session, ask, contents, make_database, push, settle, shares, touch
from tests.waiting import until
from tests.warm import Warm

KILLS = int(os.environ.get("PPP_TEAM_KILLS") or 12)
"""Of each side; PPP_TEAM_KILLS asks for another number."""

TENANTS = count(1)


@pytest.fixture
def ada(postgres: Server, common_store: str) -> str:
    return postgres.add_member(common_store, f"{common_store}_k{next(TENANTS)}", "ada", "admin")


def grow(database: Path, number: int) -> None:
    """Add a session to a database, and let all that is there have changed."""
    with closing(Writer(database)) as writer:
        add_session(writer, number, turns=3)
        settle(writer, f"{HOME}/code/shop")
    touch(database, 1, 2, 3)


@pytest.mark.slow
def test_a_push_that_is_killed_at_any_moment_loses_and_doubles_nothing(
    ada: str, tmp_path: Path, warm: Warm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process is killed by SIGKILL, at moments spread over the time that a whole push takes."""
    database = make_database(tmp_path / "a.db", sessions=3)
    code = (
        "import sys\nfrom pathlib import Path\nfrom ppp_tui.team import push\n"
        "from ppp_tui.team.connect import open_store\npush.BATCH_ROWS = 3\n"
        f"by = push.SharedBy(sys.argv[1], {{}}, {HOME!r}, 'm1')\n"
        f"push.Pusher(open_store({ada!r}), Path({str(database)!r}), by).push()"
    )
    variables, clock, moments = environment(tmp_path), SystemClock(), random.Random(7)
    took_ms, killed = 0, 0
    for number in range(KILLS + 1):
        grow(database, 10 + number)
        # Another level than before: all is pushed anew, in many transactions.
        began = clock.now_ms()
        process = warm.start(["-c", code, ("text", "summaries")[number % 2]], variables)
        with suppress(subprocess.TimeoutExpired):
            assert process.wait(moments.random() * took_ms / 1000 if took_ms else 60) == 0
            took_ms = clock.now_ms() - began
        killed += process.returncode is None
        process.kill()
    assert killed > KILLS / 4
    push(ada, database, shares("text"))
    arrived = contents(ada)
    assert push(ada, database, shares("text")).trajectories == 0
    assert arrived == afresh(ada, database)


def afresh(url: str, database: Path) -> dict[str, object]:
    """What lies there after all was taken away and pushed anew in one go."""
    push(url, database, shares("none"))
    push(url, database, shares("text"))
    return dict(contents(url))


class Breaking(psycopg.Connection[Any]):
    """A connection whose backend is ended before one of its statements."""

    left: int
    killer: psycopg.Connection[Any]

    def execute(self, *values: Any, **named: Any) -> Any:
        Breaking.left -= 1
        if Breaking.left == 0:
            Breaking.killer.execute("SELECT pg_terminate_backend(%s, 5000)", (self.info.backend_pid,))
        return super().execute(*values, **named)


@pytest.mark.slow
def test_a_server_that_breaks_off_at_any_moment_loses_and_doubles_nothing(
    ada: str, postgres: Server, common_store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backend is ended by pg_terminate_backend, after any of the statements of a push."""
    monkeypatch.setattr("ppp_tui.team.push.BATCH_ROWS", 3)
    database = make_database(tmp_path / "a.db", sessions=3)
    push(ada, database, shares("text"))
    moments = random.Random(11)
    broken = 0
    with closing(postgres.connect(common_store)) as killer:
        Breaking.killer = killer
        for number in range(KILLS):
            grow(database, 10 + number)
            Breaking.left = moments.randrange(1, 60)
            with monkeypatch.context() as patch:
                patch.setattr(psycopg, "connect", Breaking.connect)
                try:
                    push(ada, database, shares("text"))
                except (psycopg.OperationalError, StoreAwayError):
                    broken += 1
    assert broken > KILLS / 4
    push(ada, database, shares("text"))
    arrived = contents(ada)
    assert push(ada, database, shares("text")).trajectories == 0
    assert arrived == afresh(ada, database)


@pytest.mark.slow
def test_a_machine_that_was_offline_catches_up(
    own_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Followed continuously: the server goes away in the middle of the week, work goes on, the server comes back."""
    monkeypatch.setattr(follow, "FIRST_WAIT_S", 0.05)
    monkeypatch.setattr(follow, "MAX_WAIT_S", 0.2)
    store = own_server.make_database()
    ada = own_server.add_member(store, "red", "ada", "admin")
    database = make_database(tmp_path / "a.db", sessions=2)
    stop, told = threading.Event(), list[str]()
    follower = PushFollower(database, lambda: open_store(ada), shares(), SystemClock(), tell=told.append)
    thread = threading.Thread(target=follower.run, args=(stop, 0.05))
    thread.start()
    try:
        until(lambda: len(told) == 1, "the first push")
        assert told[0].startswith("3 trajectories pushed (")
        end_server(own_server.folder)
        for number in range(5, 8):
            grow(database, number)
        until(lambda: len(told) == 2, "the trouble to be told")
        assert "does not answer" in told[1] or "went away" in told[1]
        status = read_follow_status(database)
        assert status is not None
        assert (status.state in ("failed", "pushing"), status.pushed_at > 0) == (True, True)
        start_server(own_server.folder, DURABLE)
        # A server that begins may refuse once more before it answers.
        until(lambda: "trajectories pushed" in told[-1], "what was missed to be pushed")
        # Three that are new: what was acknowledged before is there, and nothing of it differs.
        assert told[-1].startswith("3 trajectories pushed (")
    finally:
        stop.set()
        thread.join()
    status = read_follow_status(database)
    assert status is not None
    assert (status.state, status.error, status.trajectories) == ("ended", "", 6)
    assert ask(ada, "SELECT count(*), count(DISTINCT native_id) FROM trajectories") == [(6, 6)]


@pytest.mark.slow
def test_a_server_that_is_killed_has_what_was_committed(
    own_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All its processes are killed in the middle of a push; it recovers from its log."""
    monkeypatch.setattr("ppp_tui.team.push.BATCH_ROWS", 3)
    store = own_server.make_database()
    ada = own_server.add_member(store, "red", "ada", "admin")
    database = make_database(tmp_path / "a.db", sessions=3)
    for moment in (1, 2, 3):
        grow(database, 10 + moment)
        heard = [0]

        def kill_at(_: object, heard: list[int] = heard, moment: int = moment) -> None:
            heard[0] += 1
            if heard[0] == moment:
                end_server(own_server.folder, signal.SIGKILL)
                start_server(own_server.folder, DURABLE)

        opened = open_store(ada)
        with closing(opened.connection), suppress(psycopg.OperationalError):
            Pusher(opened, database, shares("text")).push(kill_at)
    push(ada, database, shares("text"))
    arrived = contents(ada)
    assert push(ada, database, shares("text")).trajectories == 0
    assert arrived == afresh(ada, database)
