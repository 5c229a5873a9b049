"""The writer: rows and sums change together, and a row that comes again changes nothing."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from ppp_tui.model.rows import RetryRow
from ppp_tui.store.connect import DatabaseError
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas
from ppp_tui.store.verify import dump
from ppp_tui.store.write import Writer
from ppp_tui.store.writers.trajectories import WAITING_CHILDREN
from tests.store.row_builders import batch, delta, step, turn, usage


def summary(writer: Writer, path: str, columns: str, name: str = "") -> tuple[object, ...]:
    found: tuple[object, ...] = writer._connection.execute(
        f"SELECT {columns} FROM trajectory_summaries JOIN trajectories AS t ON t.id = trajectory_id "
        "JOIN source_files AS f ON f.id = t.file_id WHERE f.path = ? AND t.lane = ?",
        (path, name),
    ).fetchone()
    return found


def minutes(writer: Writer) -> list[tuple[object, ...]]:
    return writer._connection.execute(
        "SELECT minute, agent_name, model, requests, input_tokens, output_tokens, cost_micros, unpriced_requests "
        "FROM usage_minutes ORDER BY 1, 2, 3"
    ).fetchall()


def test_sums_follow_rows(writer: Writer) -> None:
    rows = delta(
        turns=[turn(1), turn(2, wall_ms=500)],
        steps=[step(1, 1), step(1, 2, "failed"), step(1, 3, kind="message"), step(2, 1)],
        usage=[usage(1, 1, "a", 7), usage(2, 1, "b", 5, cost=None)],
    )
    writer.write([batch("/s/one.jsonl", rows)])
    assert summary(
        writer,
        "/s/one.jsonl",
        "turns, wall_ms, steps, failed_steps, requests, input_tokens, output_tokens, cache_read_tokens, "
        "cache_write_tokens, cost_micros, unpriced_requests, last_turn_number",
    ) == (2, 1500, 3, 1, 2, 200, 12, 2000, 100, 10, 1, 2)
    assert minutes(writer) == [("2026-11-20 10:00", "claude", "m1", 2, 200, 12, 10, 1)]


def test_a_failed_request_is_a_retry_and_no_failed_step(writer: Writer) -> None:
    rows = delta(turns=[turn(1)], steps=[step(1, 1, "failed"), step(1, 2, "failed", kind="error")])
    rows.retries = [
        RetryRow(
            turn_number=1,
            retry_number=1,
            at="2026-11-20 10:00:00.200",
            reason="rate_limit",
            attempt=1,
            max_attempts=10,
            wait_ms=1000,
            status_code=429,
            message="",
            is_final=0,
        )
    ]
    writer.write([batch("/s/one.jsonl", rows)])
    assert summary(writer, "/s/one.jsonl", "steps, failed_steps, retries") == (1, 1, 1)


def test_a_row_that_comes_again_replaces_itself(writer: Writer) -> None:
    [file] = writer.write([batch("/s/one.jsonl", delta(turns=[turn(1)], usage=[usage(1, 1, "a", 7)]))])
    writer.write([batch("/s/one.jsonl", delta(usage=[usage(1, 1, "a", 9, cost=30)]), file_id=file.id)])
    assert summary(writer, "/s/one.jsonl", "turns, requests, output_tokens, cost_micros") == (1, 1, 9, 30)
    assert minutes(writer) == [("2026-11-20 10:00", "claude", "m1", 1, 100, 9, 30, 0)]


def test_a_copied_request_counts_once_for_the_trajectory_that_began_first(writer: Writer) -> None:
    fork = delta("2026-11-20 11:00:00.000", turns=[turn(1, "k")], usage=[usage(1, 1, "a", 9, cost=30)])
    original = delta("2026-11-20 10:00:00.000", turns=[turn(1, "k")], usage=[usage(1, 1, "a", 7)])
    writer.write([batch("/s/fork.jsonl", fork)])
    writer.write([batch("/s/original.jsonl", original)])
    columns = "turns, requests, output_tokens, cost_micros"
    assert summary(writer, "/s/original.jsonl", columns) == (1, 1, 9, 30)
    assert summary(writer, "/s/fork.jsonl", columns) == (0, 0, 0, 0)
    assert minutes(writer) == [("2026-11-20 10:00", "claude", "m1", 1, 100, 9, 30, 0)]


def test_a_side_conversation_repeats_a_message_under_another_request(writer: Writer) -> None:
    main = delta(turns=[turn(1)], usage=[usage(1, 1, "m:r1", 7, alias_hash=5), usage(1, 2, "m:r2", 8, alias_hash=5)])
    aside = delta("2026-11-20 11:00:00.000", turns=[turn(1)], usage=[usage(1, 1, "m:r9", 7, alias_hash=5, is_aside=1)])
    writer.write([batch("/s/aside.jsonl", aside), batch("/s/main.jsonl", main)])
    assert summary(writer, "/s/main.jsonl", "requests, output_tokens") == (2, 15)
    assert summary(writer, "/s/aside.jsonl", "requests, output_tokens") == (0, 0)


def test_the_order_of_reading_does_not_show(tmp_path: Path) -> None:
    spent = [usage(1, 1, "x", 7), usage(2, 1, "y", 3)]
    one = batch("/s/a.jsonl", delta(turns=[turn(1, "k"), turn(2, "l")], usage=spent))
    two = batch(
        "/s/b.jsonl",
        delta("2026-11-20 10:00:00.000", turns=[turn(1, "k"), turn(2, "n")], usage=[usage(1, 1, "x", 9)]),
        born_ns=5,
    )
    child = batch("/s/c.jsonl", delta(turns=[turn(1)], usage=[usage(1, 1, "z", 4)]), parent="/s/a.jsonl")
    dumps = []
    for number, order in enumerate([[one, two, child], [child, two, one], [two, one, child]]):
        writer = Writer(tmp_path / f"{number}.db")
        for entry in order:
            writer.write([entry])
        dumps.append(list(dump(writer._connection)))
        writer.close()
    assert dumps[0] == dumps[1] == dumps[2]
    assert sum(line.startswith("token_usage") and "is_counted=1" in line for line in dumps[0]) == 3


def test_cost_of_children_rolls_up_in_any_order(writer: Writer) -> None:
    child = delta(turns=[turn(1)], usage=[usage(1, 1, "c", 5, cost=20)])
    grandchild = delta(turns=[turn(1)], usage=[usage(1, 1, "g", 2, cost=3)])
    writer.write([batch("/s/g.jsonl", grandchild, native_id="g", parent="c")])
    [file] = writer.write([batch("/s/c.jsonl", child, native_id="c", parent="p")])
    writer.write([batch("/s/p.jsonl", delta(turns=[turn(1)], usage=[usage(1, 1, "p", 1)]), native_id="p")])
    writer.write([batch("/s/c.jsonl", delta(usage=[usage(1, 2, "c2", 1, cost=100)]), file_id=file.id, native_id="c")])
    columns = "output_tokens, tree_output_tokens, tree_cost_micros, tree_requests, children"
    assert summary(writer, "/s/p.jsonl", columns) == (1, 9, 133, 4, 1)
    assert summary(writer, "/s/c.jsonl", columns) == (6, 8, 123, 3, 1)
    assert summary(writer, "/s/g.jsonl", columns) == (2, 2, 3, 1, 0)


def test_forgetting_a_file_takes_it_out_of_every_sum(writer: Writer) -> None:
    rows = delta(turns=[turn(1, prompt="walnut")], steps=[step(1, 1)], usage=[usage(1, 1, "a", 7)])
    [file] = writer.write([batch("/s/one.jsonl", rows)])
    writer.index_some(10)
    writer.reset_file(file)
    assert summary(writer, "/s/one.jsonl", "turns, requests, cost_micros, steps, tree_cost_micros") == (0, 0, 0, 0, 0)
    assert minutes(writer) == []
    assert hits(writer, "walnut") == []
    assert writer._connection.execute("SELECT count(*) FROM steps").fetchone() == (0,)


def hits(writer: Writer, word: str) -> list[tuple[int]]:
    return writer._connection.execute(
        "SELECT s.turn_id & 1048575 FROM search_index JOIN search_segments AS s ON s.id = search_index.rowid "
        "WHERE search_index MATCH ?",
        (word,),
    ).fetchall()


def test_text_is_searched_once_it_is_indexed_and_as_it_grows(writer: Writer) -> None:
    [file] = writer.write([batch("/s/one.jsonl", delta(turns=[turn(1, prompt="walnut", response="almond")]))])
    assert hits(writer, "walnut") == []
    assert writer.index_some(10) == 0
    assert hits(writer, "walnut") == [(1,)]
    longer = turn(1, prompt="walnut", response="almond\n\npecan")
    writer.write([batch("/s/one.jsonl", delta(turns=[longer]), file_id=file.id)])
    writer.index_some(10)
    assert (hits(writer, "almond"), hits(writer, "pecan")) == ([(1,)], [(1,)])


def test_a_turn_written_anew_loses_its_old_rows_and_words(writer: Writer) -> None:
    first = delta(turns=[turn(1, prompt="walnut")], steps=[step(1, 1), step(1, 2)])
    [file] = writer.write([batch("/s/one.jsonl", first)])
    writer.index_some(10)
    anew = delta(turns=[turn(1, prompt="hazel")], steps=[step(1, 1)], rewritten=[1])
    writer.write([batch("/s/one.jsonl", anew, file_id=file.id)])
    writer.index_some(10)
    assert (hits(writer, "walnut"), hits(writer, "hazel")) == ([], [(1,)])
    assert summary(writer, "/s/one.jsonl", "turns, steps") == (1, 1)


def test_a_failed_transaction_leaves_nothing(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: SummaryDeltas) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(SummaryDeltas, "flush", fail)
    with pytest.raises(DatabaseError, match="disk I/O error"):
        writer.write([batch("/s/one.jsonl", delta(turns=[turn(1)]))])
    assert writer._connection.execute("SELECT count(*) FROM source_files").fetchone() == (0,)
    assert writer._connection.execute("SELECT value FROM archive_facts WHERE name = 'revision'").fetchone() == ("0",)


def test_every_commit_moves_the_revision_of_what_it_touched(writer: Writer) -> None:
    writer.write([batch("/s/one.jsonl", delta(turns=[turn(1)]))])
    writer.write([batch("/s/two.jsonl", delta(turns=[turn(1)]))])
    assert summary(writer, "/s/one.jsonl", "revision") == (1,)
    assert summary(writer, "/s/two.jsonl", "revision") == (2,)


def test_the_database_is_private(tmp_path: Path) -> None:
    path = tmp_path / "data" / "archive.db"
    writer = Writer(path)
    writer.write([batch("/s/one.jsonl", delta(turns=[turn(1)]))])
    modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in path.parent.iterdir()}
    writer.close()
    assert modes == {"archive.db": 0o600, "archive.db-wal": 0o600, "archive.db-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_new_session_looks_only_at_the_children_that_wait_for_it(writer: Writer) -> None:
    plan = [row[3] for row in writer._connection.execute(f"EXPLAIN QUERY PLAN {WAITING_CHILDREN}", (1,))]
    assert plan == [
        "SEARCH p USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH c USING INDEX trajectories_awaiting_parent (parent_native_id=?)",
    ]
