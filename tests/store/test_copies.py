"""Copies of requests and turns: one counts, whichever came first, and it tells the greatest output of them all."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from ppp_tui.store.verify import dump
from ppp_tui.store.write import FileBatch, Writer
from tests.store.rows_of import batch, lane, turn, usage

NINE, TEN, ELEVEN = (f"2026-11-20 {hour:02d}:00:00.000" for hour in (9, 10, 11))


def copies() -> list[FileBatch]:
    """A session and two that go on from it, each with a request of its own; and a later record of the shared one."""
    resumed = [usage(1, 1, "x", 9), usage(2, 1, "z", 2)]
    return [
        batch("/s/a", lane(NINE, turns=[turn(1, "t1")], usage=[usage(1, 1, "x", 5), usage(1, 2, "y", 1)])),
        batch("/s/b", lane(TEN, turns=[turn(1, "t1"), turn(2, "t2")], usage=resumed)),
        batch("/s/c", lane(ELEVEN, turns=[turn(1, "t1"), turn(2, "t3")], usage=[usage(1, 1, "x", 7)])),
    ]  # fmt: skip


def counted(writer: Writer) -> list[tuple[object, ...]]:
    return writer.connection.execute(
        "SELECT f.path, s.turns, s.requests, s.output_tokens FROM trajectory_summaries AS s "
        "JOIN trajectories AS t ON t.id = s.trajectory_id JOIN source_files AS f ON f.id = t.file_id ORDER BY 1"
    ).fetchall()


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_whatever_is_read_first_the_earliest_counts(tmp_path: Path, order: tuple[int, ...]) -> None:
    writer = Writer(tmp_path / "a.db")
    for number in order:
        writer.write([copies()[number]])
    found = counted(writer)
    minutes = writer.connection.execute("SELECT sum(requests), sum(output_tokens) FROM usage_minutes").fetchone()
    writer.close()
    assert found == [("/s/a", 1, 2, 10), ("/s/b", 1, 1, 2), ("/s/c", 1, 0, 0)]
    assert minutes == (3, 12)


def test_of_two_that_began_at_once_the_file_that_was_born_first_counts(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db")
    rows = lane(NINE, turns=[turn(1, "t1")], usage=[usage(1, 1, "x", 5)])
    writer.write([batch("/s/a", rows, born_ns=8), batch("/s/b", rows, born_ns=7)])
    found = counted(writer)
    writer.close()
    assert found == [("/s/a", 0, 0, 0), ("/s/b", 1, 1, 5)]


def test_the_same_turn_twice_in_one_session_is_no_copy(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db")
    writer.write([batch("/s/a", lane(NINE, turns=[turn(1, "t1"), turn(2, "t1")]))])
    found = counted(writer)
    writer.close()
    assert found == [("/s/a", 2, 0, 0)]


def test_a_record_that_comes_again_with_more_raises_the_owner_alone(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db")
    files = [writer.write([entry])[0] for entry in copies()]
    more = batch("/s/c", lane(usage=[usage(1, 1, "x", 20)]), file_id=files[2].id)
    writer.write([more])
    found = counted(writer)
    writer.close()
    assert found == [("/s/a", 1, 2, 21), ("/s/b", 1, 1, 2), ("/s/c", 1, 0, 0)]


def test_kept_pieces_of_a_file_do_not_show_how_it_was_cut(tmp_path: Path) -> None:
    dumps = []
    for number, cuts in enumerate(
        [[(0, b"one\ntwo\n")], [(0, b"one\n"), (4, b"two\n")], [(0, b"one\n"), (0, b"one\ntwo\n")]]
    ):
        writer = Writer(tmp_path / f"{number}.db")
        file_id = 0
        for offset, content in cuts:
            read = batch("/s/a", lane(NINE, turns=[turn(1)]), file_id=file_id)
            read.raw = (offset, content)
            file_id = writer.write([read])[0].id
        dumps.append([line for line in dump(writer.connection) if line.startswith("raw")])
        writer.close()
    assert dumps[0] == dumps[1] == dumps[2]
    assert "8 bytes" in dumps[0][0]
