"""Copies of requests and turns: one counts, whichever came first, and it tells the greatest output of them all."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from ppp_tui.store.upkeep.dedup import MAX_COMPARED_ROWS
from ppp_tui.store.verify import dump
from ppp_tui.store.write import FileBatch, Writer
from tests.store.row_builders import batch, delta, turn, usage

NINE, TEN, ELEVEN = (f"2026-11-20 {hour:02d}:00:00.000" for hour in (9, 10, 11))


def copies() -> list[FileBatch]:
    """A session and two that go on from it, each with a request of its own; and a later record of the shared one."""
    resumed = [usage(1, 1, "x", 9), usage(2, 1, "z", 2)]
    return [
        batch("/s/a", delta(NINE, turns=[turn(1, "t1")], usage=[usage(1, 1, "x", 5), usage(1, 2, "y", 1)])),
        batch("/s/b", delta(TEN, turns=[turn(1, "t1"), turn(2, "t2")], usage=resumed)),
        batch("/s/c", delta(ELEVEN, turns=[turn(1, "t1"), turn(2, "t3")], usage=[usage(1, 1, "x", 7)])),
    ]


def counted(writer: Writer) -> list[tuple[object, ...]]:
    return writer._connection.execute(
        "SELECT f.path, s.turns, s.requests, s.output_tokens FROM trajectory_summaries AS s "
        "JOIN trajectories AS t ON t.id = s.trajectory_id JOIN source_files AS f ON f.id = t.file_id ORDER BY 1"
    ).fetchall()


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_whatever_is_read_first_the_earliest_counts(tmp_path: Path, order: tuple[int, ...]) -> None:
    writer = Writer(tmp_path / "a.db")
    for number in order:
        writer.write([copies()[number]])
    found = counted(writer)
    minutes = writer._connection.execute("SELECT sum(requests), sum(output_tokens) FROM usage_minutes").fetchone()
    writer.close()
    assert found == [("/s/a", 1, 2, 10), ("/s/b", 1, 1, 2), ("/s/c", 1, 0, 0)]
    assert minutes == (3, 12)


def test_of_two_that_began_at_once_the_file_that_was_born_first_counts(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db")
    rows = delta(NINE, turns=[turn(1, "t1")], usage=[usage(1, 1, "x", 5)])
    writer.write([batch("/s/a", rows, born_ns=8), batch("/s/b", rows, born_ns=7)])
    found = counted(writer)
    writer.close()
    assert found == [("/s/a", 0, 0, 0), ("/s/b", 1, 1, 5)]


def test_the_same_turn_twice_in_one_session_is_no_copy(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db")
    writer.write([batch("/s/a", delta(NINE, turns=[turn(1, "t1"), turn(2, "t1")]))])
    found = counted(writer)
    writer.close()
    assert found == [("/s/a", 2, 0, 0)]


def test_a_record_that_comes_again_with_more_raises_the_owner_alone(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db")
    files = [writer.write([entry])[0] for entry in copies()]
    more = batch("/s/c", delta(usage=[usage(1, 1, "x", 20)]), file_id=files[2].id)
    writer.write([more])
    found = counted(writer)
    writer.close()
    assert found == [("/s/a", 1, 2, 21), ("/s/b", 1, 1, 2), ("/s/c", 1, 0, 0)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_copy_that_names_the_model_names_it_for_the_owner(tmp_path: Path, order: tuple[int, ...]) -> None:
    nameless = batch("/s/a", delta(NINE, turns=[turn(1, "t1")], usage=[usage(1, 1, "x", 5, None, model="")]))
    named = batch("/s/b", delta(TEN, turns=[turn(1, "t1")], usage=[usage(1, 1, "x", 5, 30, model="m2")]))
    writer = Writer(tmp_path / "a.db")
    for number in order:
        writer.write([(nameless, named)[number]])
    found = writer._connection.execute("SELECT model, cost_micros FROM token_usage WHERE is_counted = 1").fetchall()
    sums = writer._connection.execute(
        "SELECT model, requests, cost_micros FROM usage_hours WHERE requests > 0"
    ).fetchall()
    writer.close()
    assert found == [("m2", 30)]
    assert sums == [("m2", 1, 30)]


def test_kept_pieces_of_a_file_do_not_show_how_it_was_cut(tmp_path: Path) -> None:
    dumps = []
    for number, cuts in enumerate(
        [[(0, b"one\ntwo\n")], [(0, b"one\n"), (4, b"two\n")], [(0, b"one\n"), (0, b"one\ntwo\n")]]
    ):
        writer = Writer(tmp_path / f"{number}.db")
        file_id = 0
        for offset, content in cuts:
            read = batch("/s/a", delta(NINE, turns=[turn(1)]), file_id=file_id)
            read.raw = (offset, content)
            file_id = writer.write([read])[0].id
        dumps.append([line for line in dump(writer._connection) if line.startswith("raw")])
        writer.close()
    assert dumps[0] == dumps[1] == dumps[2]
    assert "8 bytes" in dumps[0][0]


def sums(writer: Writer) -> list[tuple[object, ...]]:
    return [row[:1] + row[2:] for row in counted(writer)]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_sub_agent_that_begins_with_the_whole_conversation_counts_its_own_requests_only(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    said = delta(NINE, turns=[turn(1, "t1")], usage=[usage(1, 1, "m:r1", 5, alias_hash=7)])
    own = [usage(1, 1, "m:r1", 5, alias_hash=7, is_aside=1), usage(1, 2, "n:r2", 3, alias_hash=8, is_aside=1)]
    batches = [
        batch("/s/z", said, native_id="s", born_ns=9),
        batch("/s/a", delta(NINE, turns=[turn(1, "t1")], usage=own), native_id="agent-1", parent="s", born_ns=1),
        batch("/s/b", delta(NINE, turns=[turn(1, "t1")], usage=own[:1]), native_id="agent-2", parent="s", born_ns=2),
    ]
    writer = Writer(tmp_path / "a.db")
    for number in order:
        writer.write([batches[number]])
    found = sums(writer)
    writer.close()
    assert found == [("/s/a", 1, 3), ("/s/b", 0, 0), ("/s/z", 1, 5)]


@pytest.mark.parametrize("is_own_first", [True, False])
def test_a_sub_agent_in_its_parents_file_and_in_its_own_counts_once(tmp_path: Path, is_own_first: bool) -> None:
    echo = delta(NINE, "agent-1", turns=[turn(1, "t")], usage=[usage(1, 1, "m:r1", 2, alias_hash=7, is_aside=1)])
    echo.parent_name = ""
    parent = batch("/s/a", delta(NINE, turns=[turn(1, "p")], usage=[usage(1, 1, "p:r0", 4)]), echo, native_id="s")
    whole = [usage(1, 1, "m:r1", 6, alias_hash=7, is_aside=1), usage(1, 2, "n:r2", 1, alias_hash=8, is_aside=1)]
    own = batch("/s/b", delta(NINE, turns=[turn(1, "t")], usage=whole), native_id="agent-1", parent="s", born_ns=5)
    writer = Writer(tmp_path / "a.db")
    for entry in [own, parent] if is_own_first else [parent, own]:
        writer.write([entry])
    found = writer._connection.execute(
        "SELECT f.path, t.lane, s.turns, s.requests, s.output_tokens, s.tree_output_tokens FROM trajectories AS t "
        "JOIN trajectory_summaries AS s ON s.trajectory_id = t.id JOIN source_files AS f ON f.id = t.file_id "
        "ORDER BY 1, 2"
    ).fetchall()
    writer.close()
    assert found == [("/s/a", "", 1, 1, 4, 11), ("/s/b", "", 1, 2, 7, 7)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_copy_that_lost_its_request_id_is_the_same_request(tmp_path: Path, order: tuple[int, int]) -> None:
    batches = [
        batch("/s/a", delta(NINE, turns=[turn(1)], usage=[usage(1, 1, "m:r1", 5, alias_hash=7)])),
        batch("/s/b", delta(TEN, turns=[turn(1)], usage=[usage(1, 1, "m:uuid", 5, alias_hash=7, is_aside=1)])),
    ]
    writer = Writer(tmp_path / "a.db")
    for number in order:
        writer.write([batches[number]])
    found = sums(writer)
    writer.close()
    assert found == [("/s/a", 1, 5), ("/s/b", 0, 0)]


def test_two_sessions_of_a_relay_that_knows_one_id_share_no_request(tmp_path: Path) -> None:
    one = [usage(1, 1, "relay:u1", 5, alias_hash=7, is_aside=1), usage(2, 1, "relay:u2", 5, alias_hash=7, is_aside=1)]
    other = [usage(1, 1, "relay:u3", 5, alias_hash=7, is_aside=1, at="2026-11-20 11:00:00.000")]
    writer = Writer(tmp_path / "a.db")
    writer.write([batch("/s/a", delta(NINE, turns=[turn(1), turn(2)], usage=one))])
    writer.write([batch("/s/b", delta(TEN, turns=[turn(1)], usage=other))])
    found = sums(writer)
    writer.close()
    assert found == [("/s/a", 2, 10), ("/s/b", 1, 5)]


def test_a_side_conversation_under_a_relays_id_is_no_copy_of_another_prompt(tmp_path: Path) -> None:
    aside = usage(1, 1, "relay:r2", 6, alias_hash=7, is_aside=1, input_tokens=55, at="2026-11-20 10:00:09.000")
    writer = Writer(tmp_path / "a.db")
    writer.write([batch("/s/a", delta(NINE, turns=[turn(1)], usage=[usage(1, 1, "relay:r1", 5, alias_hash=7)]))])
    writer.write([batch("/s/b", delta(NINE, turns=[turn(1)], usage=[aside]), native_id="agent-1", parent="/s/a")])
    found = sums(writer)
    writer.close()
    assert found == [("/s/a", 1, 5), ("/s/b", 1, 6)]


def test_among_thousands_of_answers_with_one_id_a_copy_is_still_found(tmp_path: Path) -> None:
    rows = [
        usage(1, number, f"relay:r{number}", 5, alias_hash=7, input_tokens=number)
        for number in range(1, MAX_COMPARED_ROWS + 90)
    ]
    writer = Writer(tmp_path / "a.db")
    writer.write([batch("/s/a", delta(NINE, turns=[turn(1)], usage=rows))])
    copied = [usage(1, 1, "relay:r4", 8, alias_hash=7, input_tokens=4)]
    lost = [usage(1, 2, "relay:u9", 2, alias_hash=7, input_tokens=300, is_aside=1)]
    writer.write([batch("/s/b", delta(TEN, turns=[turn(1)], usage=copied + lost))])
    found = sums(writer)
    writer.close()
    assert found == [("/s/a", MAX_COMPARED_ROWS + 89, 5 * (MAX_COMPARED_ROWS + 89) + 3), ("/s/b", 0, 0)]
