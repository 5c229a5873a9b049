"""Commands that follow the database say once that it cannot be read, and go on when it can."""

from __future__ import annotations

import os
import signal
import sqlite3
from pathlib import Path

import pytest

from ppp_tui.cli import follow
from ppp_tui.query.errors import Connection
from tests.query.database_fixture import Database


async def test_database_that_fails_is_told_once_and_read_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "POLL_S", 0.001)
    path = tmp_path / "archive.db"
    looks = []

    def read_lines(connection: Connection) -> list[str]:
        looks.append(connection)
        if len(looks) < 3:
            raise sqlite3.OperationalError("disk I/O error")
        os.kill(os.getpid(), signal.SIGTERM)
        return ["back"]

    Database(path).writer.close()
    await follow.follow(path, read_lines, None, is_clocked=True)
    out, err = capsys.readouterr()
    assert (out, err) == ("back\n", f"ppp-tui: The database {path} cannot be read: disk I/O error.\n")


async def test_missing_database_is_told_where_no_ingest_makes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "POLL_S", 0.001)
    path, stamps = tmp_path / "archive.db", []

    def stamp(_path: Path) -> None:
        stamps.append(1)
        if len(stamps) == 3:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(follow, "commit_stamp", stamp)
    await follow.follow(path, lambda _: [], None)
    assert capsys.readouterr().err == (
        f"ppp-tui: There is no database at {path} yet: run ppp-tui ingest, or just ppp-tui.\n"
    )
