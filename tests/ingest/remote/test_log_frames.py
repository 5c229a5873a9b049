"""Which bytes of a write-ahead log are whole transactions, against logs that SQLite wrote."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.ingest.remote.log_frames import FRAME_HEADER_BYTES, HEADER_BYTES, LogScan

PAGE = 4096
FRAME = FRAME_HEADER_BYTES + PAGE


@pytest.fixture
def log(tmp_path: Path) -> bytes:
    """A log of three transactions: the table, one row, and a row of three pages."""
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as owner:
        owner.execute(f"PRAGMA page_size = {PAGE}")
        owner.execute("PRAGMA journal_mode = WAL")
        owner.execute("CREATE TABLE t (x)")
        owner.execute("INSERT INTO t VALUES ('one')")
        owner.execute("INSERT INTO t VALUES (zeroblob(9000))")
        return (tmp_path / "a.db-wal").read_bytes()


def test_whole_transactions_are_found_however_the_bytes_arrive(log: bytes) -> None:
    ends = []
    for length in (1, FRAME, 1000, len(log)):
        scan = LogScan(log[:HEADER_BYTES])
        taken = b""
        while part := log[scan.position : scan.position + length]:
            taken += scan.take(part)
        assert taken == log[HEADER_BYTES:]
        ends.append(scan.end)
    assert set(ends) == {len(log)}
    assert (len(log) - HEADER_BYTES) % FRAME == 0


def test_a_transaction_that_is_not_whole_waits_and_may_be_written_anew(log: bytes) -> None:
    scan = LogScan(log[:HEADER_BYTES])
    whole = scan.take(log[HEADER_BYTES:-FRAME])
    assert 0 < len(whole) < len(log) - HEADER_BYTES - FRAME, "the last one has more pages than one"
    assert scan.position == len(log) - FRAME
    scan.rewind()
    assert scan.position == scan.end == HEADER_BYTES + len(whole)
    assert whole + scan.take(log[scan.end :]) == log[HEADER_BYTES:]


@pytest.mark.parametrize("place", [HEADER_BYTES + 9, HEADER_BYTES + FRAME_HEADER_BYTES + 77])
def test_frames_of_yesterday_and_torn_ones_end_it(log: bytes, place: int) -> None:
    last = len(log) - FRAME
    torn = bytearray(log)
    torn[last - HEADER_BYTES + place] ^= 1
    scan = LogScan(bytes(torn[:HEADER_BYTES]))
    scan.take(bytes(torn[HEADER_BYTES:]))
    assert scan.is_ended
    assert scan.end < last, "its whole transaction is left out"


@pytest.mark.parametrize("header", [b"", b"\0" * HEADER_BYTES, b"SQLite format 3\0" * 2])
def test_what_is_no_header_is_refused(header: bytes) -> None:
    with pytest.raises(ValueError, match=r"header of (a write-ahead|the) log|is not there"):
        LogScan(header)


def test_a_header_that_is_being_written_is_refused(log: bytes) -> None:
    with pytest.raises(ValueError, match="is being written"):
        LogScan(log[:20] + b"\0\0\0\1" + log[24:HEADER_BYTES])


def test_pages_are_numbered_and_the_last_one_tells_the_size(log: bytes, tmp_path: Path) -> None:
    scan = LogScan(log[:HEADER_BYTES])
    pages = bytearray()
    for frame in scan.frames(scan.take(log[HEADER_BYTES:])):
        place = (frame.page - 1) * PAGE
        pages[place : place + PAGE] = frame.content
        size = frame.database_pages or 0
    assert size * PAGE == len(pages)
    pages[18:20] = b"\1\1"
    (tmp_path / "b.db").write_bytes(pages)
    with closing(sqlite3.connect(tmp_path / "b.db")) as copy:
        assert copy.execute("SELECT count(*), max(length(x)) FROM t").fetchone() == (2, 9000)
