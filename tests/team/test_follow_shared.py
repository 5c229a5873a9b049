"""Alerts of a team, told as its machines push that they open and close."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.cli import follow as module
from ppp_tui.cli.alert_stream import AlertBook, read_news
from ppp_tui.cli.report.output import Output
from ppp_tui.cli.report.place import SharedPlace
from ppp_tui.query.errors import Connection
from tests.postgres import Server
from tests.team.people import change, make_full_database, push


def test_alerts_are_told_as_they_are_pushed(
    postgres: Server,
    common_store: str,
    ada: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(module, "POLL_S", 0.001)
    database = make_full_database(tmp_path / "ada.db")
    push(ada, database)
    news, looks = read_news(AlertBook(), Output("json")), 0

    def read(connection: Connection) -> list[str]:
        nonlocal looks
        looks += 1
        lines = list(news(connection))
        if looks == 1:
            change(database, "UPDATE alerts SET until = '2026-11-20 10:05:00.000'", 1)
            push(ada, database)
        elif looks == 2:
            with closing(postgres.connect("postgres")) as other:
                # The connection that was kept breaks: the next look opens another one.
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND state = 'idle'",
                    (common_store,),
                )
        elif looks >= 4:
            os.kill(os.getpid(), signal.SIGTERM)
        return lines

    asyncio.run(module.follow(SharedPlace(ada, ""), read, None))
    printed = capsys.readouterr()
    events = [line.split('"event": "')[1].split('"')[0] for line in printed.out.splitlines()]
    assert events == ["open", "closed"]
    assert "The shared store does not answer" in printed.err
