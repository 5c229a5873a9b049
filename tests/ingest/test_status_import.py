"""What status lines leave is imported once, whatever is put aside meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.cli.statusline.status_line import queue_status
from ppp_tui.ingest.jobs.status_import import ROTATE_BYTES, StatusImportJob, read_line
from ppp_tui.paths import status_spool
from ppp_tui.sources.claude_status import Status, StatusLimit
from ppp_tui.store.write import Writer

T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC."""


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    made = Writer(tmp_path / "data" / "archive.db")
    yield made
    made.close()


def status(used: float = 42.0, cost: int | None = 5, session: str = "s1") -> Status:
    limit = StatusLimit("five_hour", used, 300, T0 + 3_600_000)
    return Status(
        session_id=session,
        model="claude-opus-5",
        model_name="Opus 5",
        cost_micros=cost,
        api_ms=7,
        wall_ms=9,
        context_tokens=100,
        context_window=200,
        context_percent=50.0,
        limits=(limit,),
    )


def rows(writer: Writer, sql: str) -> list[tuple[Any, ...]]:
    return writer._connection.execute(sql).fetchall()


LIMITS = (
    "SELECT agent_name, name, at, used_percent, window_minutes, resets_at, provenance FROM limit_readings ORDER BY at"
)
REPORTS = (
    "SELECT source, native_id, at, cost_micros, api_ms, wall_ms, context_tokens, context_window FROM session_reports"
)


def test_limits_are_official_and_reports_are_kept(writer: Writer) -> None:
    queue_status(writer.path, status(), T0)
    spool = StatusImportJob(writer)
    assert spool.run_slice(0)
    assert rows(writer, LIMITS) == [
        ("claude", "five_hour", "2026-11-20 10:00:00.000", 42.0, 300, "2026-11-20 11:00:00.000", "official")
    ]
    assert rows(writer, REPORTS) == [("claude_code", "s1", "2026-11-20 10:00:00.000", 5, 7, 9, 100, 200)]
    assert not spool.run_slice(0)


def test_a_spool_is_private_and_says_nothing_twice(writer: Writer) -> None:
    for at in (T0, T0 + 1, T0 + 2):
        queue_status(writer.path, status(), at)
    spool = status_spool(writer.path)
    assert spool.stat().st_mode & 0o777 == 0o600
    assert len(spool.read_bytes().splitlines()) == 1
    queue_status(writer.path, status(used=43.0), T0 + 3)
    assert len(spool.read_bytes().splitlines()) == 2


def test_what_a_newer_word_leaves_out_stays(writer: Writer) -> None:
    queue_status(writer.path, status(), T0)
    queue_status(writer.path, status(cost=None)._replace(api_ms=8), T0 + 1000)
    StatusImportJob(writer).run_slice(0)
    assert rows(writer, REPORTS) == [("claude_code", "s1", "2026-11-20 10:00:01.000", 5, 8, 9, 100, 200)]


def test_another_process_goes_on_where_the_spool_was_left(writer: Writer) -> None:
    queue_status(writer.path, status(used=1.0), T0)
    StatusImportJob(writer).run_slice(0)
    queue_status(writer.path, status(used=2.0), T0 + 1000)
    StatusImportJob(writer).run_slice(0)
    assert [row[3] for row in rows(writer, LIMITS)] == [1.0, 2.0]


def test_half_a_line_waits_and_what_is_no_line_is_left_out(writer: Writer) -> None:
    path = status_spool(writer.path)
    path.write_bytes(b"nonsense\n17 [1, 2]\n" + f"{T0} ".encode())
    spool = StatusImportJob(writer)
    spool.run_slice(0)
    assert rows(writer, LIMITS) == []
    path.unlink()
    queue_status(writer.path, status(), T0)
    spool.run_slice(0)
    assert len(rows(writer, LIMITS)) == 1


def test_a_grown_spool_is_put_aside_and_what_came_late_is_not_lost(writer: Writer) -> None:
    count = 0
    path = status_spool(writer.path)
    while not path.exists() or path.stat().st_size < ROTATE_BYTES:
        queue_status(writer.path, status(used=count / 100), T0 + count)
        count += 1
    spool = StatusImportJob(writer)
    aside = path.with_name(f"{path.name}.1")
    assert spool.run_slice(0)
    assert (path.exists(), aside.exists()) == (False, True)
    with aside.open("ab") as late:
        late.write(f"{T0 + count} {path_line(status(used=99.0))}\n".encode())
    queue_status(writer.path, status(used=98.0), T0 + count + 1)
    while spool.run_slice(0) or aside.exists():
        pass
    assert len(rows(writer, LIMITS)) == count + 2
    assert not aside.exists()


def path_line(one: Status) -> str:
    import json

    return json.dumps(one)


@pytest.mark.parametrize("line", [b"", b"1", b"x []", b"1 {}", b"1 [1,2,3,4,5,6,7,8,9,[[1]]]", b"9999999999999999 []"])
def test_a_line_of_another_shape_is_none(line: bytes) -> None:
    assert read_line(line) is None


def test_a_line_that_the_database_cannot_hold_costs_itself_only(writer: Writer) -> None:
    spool = StatusImportJob(writer)
    odd = [
        status(session="\ud800"),
        status(cost=1 << 70),
        status()._replace(limits=(StatusLimit("x", 1.0, 1, 1 << 70),)),
    ]
    for number, entry in enumerate([status(session="first"), *odd, status(session="last")]):
        queue_status(writer.path, entry, T0 + number)
    assert spool.run_slice(0)
    assert rows(writer, "SELECT native_id FROM session_reports ORDER BY 1") == [("first",), ("last",)]
    assert not spool.run_slice(0)
