"""Moving trajectories out and back: nothing lost at any moment, nothing twice, and no file believed."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from ppp_tui.model.clock import from_text
from ppp_tui.model.live import LiveFacts
from ppp_tui.model.rows import ReportRow
from ppp_tui.store.archive_file import reader as archive_reader
from ppp_tui.store.archive_file import writer as archive_writer
from ppp_tui.store.archive_file.reader import DamagedFileError
from ppp_tui.store.connect import DatabaseError
from ppp_tui.store.write import Writer
from tests.store.archive_fixture import ALL, AT, LATER_MS, contents, full, put_logged, work_of
from tests.store.row_builders import ROLLUPS, batch, delta, turn, usage


def move_out(writer: Writer, path: Path, before_ms: int = LATER_MS) -> int:
    return writer.archive(writer.archivable_units(before_ms, ALL), path)


REPORT = ReportRow(
    "claude_code", "one", AT, "m1", cost_micros=9, api_ms=8, wall_ms=7, context_tokens=6, context_window=5
)


def counts(writer: Writer, table: str = "trajectories") -> int:
    number: int = writer._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return number


def test_what_is_moved_out_comes_back_as_it_was(writer: Writer, tmp_path: Path) -> None:
    writer.write([batch("/s/one.jsonl", full(), full("sub", "Look"), native_id="one")])
    writer.put_statuses(
        (),
        [REPORT],
        {},
    )
    put_logged(writer)
    before = contents(writer)
    assert move_out(writer, tmp_path / "old.jsonl.zst") == 3
    assert {table: rows for table, rows in contents(writer).items() if rows} == {}
    assert writer.restore_archive(tmp_path / "old.jsonl.zst") == (3, 5, 0)
    assert contents(writer) == before


LEFT_BEHIND = {
    "agents",
    "alerts",
    "alert_commands",
    "evaluations",
    "decision_counts",
    "signal_counts",
    "run_spans",
    "run_sums",
    "entry_sums",
    "failure_code_sums",
    "conduct_sums",
    "archive_facts",
    "ingest_status",
    "journals",
    "judged_efforts",
    "performance_events",
    "price_queue",
    "received_failures",
    "received_requests",
    "received_sessions",
    "received_spans",
    "received_waits",
    "schema_steps",
    "search_queue",
    "search_segments",
    *ROLLUPS,
    "limit_readings",
    "test_suites",
    "test_days",
    "retry_hours",
    "file_sums",
    "codebases",
    "codebase_types",
    "codebase_files",
    "plain_queue",
    "plain_turns",
    "project_folders",
    "sqlite_sequence",
    "logged_states",
}
"""Tables that hold nothing of a trajectory's own, or what follows from its rows.

Readings of limits are the agent's, codebases and what repositories are called are the project's.
Alerts tell when ingest saw rules hold, not what a trajectory did.
The fold of a logged trajectory begins afresh should it ever go on.
"""


def test_every_table_is_moved_out_or_left_on_purpose(writer: Writer) -> None:
    named = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search_index%' "
        "AND name NOT LIKE 'search_split%'"
    )
    tables = {name for (name,) in writer._connection.execute(named)}
    assert tables == LEFT_BEHIND | set(archive_reader.TABLES)


def test_text_that_comes_back_is_found_again(writer: Writer, tmp_path: Path) -> None:
    writer.write([batch("/s/one.jsonl", full(prompt="Mend the walnut"))])
    writer.index_some(10)
    move_out(writer, tmp_path / "old.zst")
    search = "SELECT count(*) FROM search_index WHERE search_index MATCH 'walnut'"
    assert writer._connection.execute(search).fetchone() == (0,)
    writer.restore_archive(tmp_path / "old.zst")
    writer.index_some(10)
    assert writer._connection.execute(search).fetchone() == (1,)


def test_taking_in_twice_changes_nothing(writer: Writer, tmp_path: Path) -> None:
    writer.write([batch("/s/one.jsonl", full())])
    put_logged(writer)
    move_out(writer, tmp_path / "old.zst")
    writer.restore_archive(tmp_path / "old.zst")
    before = contents(writer)
    assert writer.restore_archive(tmp_path / "old.zst") == (0, 0, 2)
    assert contents(writer) == before


def test_what_came_back_is_counted_under_the_name_that_it_brings(writer: Writer, tmp_path: Path) -> None:
    [file] = writer.write([batch("/s/one.jsonl", full())])
    move_out(writer, tmp_path / "old.zst")
    more = delta("2026-11-21 10:00:00.000", turns=[turn(3)], usage=[usage(3, 1, "c", 11)])
    writer.write([batch("/s/one.jsonl", more, file_id=file.id)])
    writer.restore_archive(tmp_path / "old.zst")
    found = writer._connection.execute("SELECT project, requests, output_tokens FROM project_days").fetchall()
    assert found == [("/shop", 3, 23)]


def test_the_work_of_a_copy_counts_once_when_both_are_back(writer: Writer, tmp_path: Path) -> None:
    first, second = (delta(at, turns=[turn(1, "same")], work=work_of()) for at in (AT, "2026-11-20 11:00:00.000"))
    writer.write([batch("/s/one.jsonl", first), batch("/s/two.jsonl", second)])
    before = contents(writer)
    assert [row[4:8] for row in before["test_suites"]] == [(1, 2, 1, 0)]
    for name in ("one", "two"):
        assert writer.archive(writer.archivable_units(LATER_MS, 1), tmp_path / f"{name}.zst") == 1
    assert counts(writer, "test_suites") == 0
    for name in ("two", "one"):
        writer.restore_archive(tmp_path / f"{name}.zst")
    assert [row[4:8] for row in contents(writer)["test_suites"]] == [(1, 2, 1, 0)]
    copies = writer._connection.execute(
        "SELECT f.path FROM test_runs AS r JOIN trajectories AS t ON t.id = r.id >> 40 "
        "JOIN source_files AS f ON f.id = t.file_id WHERE r.is_copy = 1"
    ).fetchall()
    assert copies == [("/s/two.jsonl",)]


def test_what_forgotten_rows_cost_is_not_known_in_another_archive(writer: Writer, tmp_path: Path) -> None:
    [file] = writer.write([batch("/s/one.jsonl", full())])
    writer.forget_before(LATER_MS)
    later = usage(3, 1, "c", 11, at="2026-11-21 10:00:00.000")
    writer.write([batch("/s/one.jsonl", delta(turns=[turn(3)], usage=[later]), file_id=file.id)])
    move_out(writer, tmp_path / "old.zst")
    other = Writer(tmp_path / "other.db")
    other.restore_archive(tmp_path / "old.zst")
    assert other._connection.execute("SELECT path, counted_until FROM source_files").fetchall() == [
        ("/s/one.jsonl", "")
    ]
    other.close()


def test_a_report_of_another_session_is_no_row_of_the_unit(writer: Writer, tmp_path: Path) -> None:
    writer.put_statuses(
        (),
        [REPORT._replace(native_id="/s/one.jsonl")],
        {},
    )
    lines = changed("session_reports", native_id="another")(lines_of(writer, tmp_path))
    (tmp_path / "odd.jsonl").write_text("".join(lines))
    with pytest.raises(DamagedFileError, match="the row belongs to no trajectory of its unit"):
        writer.restore_archive(tmp_path / "odd.jsonl")


def test_an_id_that_was_moved_out_is_not_given_again_and_comes_back(writer: Writer, tmp_path: Path) -> None:
    writer.write([batch("/s/one.jsonl", full())])
    move_out(writer, tmp_path / "old.zst")
    writer.write([batch("/s/two.jsonl", delta(turns=[turn(1, prompt="Another")]))])
    writer.restore_archive(tmp_path / "old.zst")
    prompts = writer._connection.execute("SELECT trajectory_id, id & 1048575, prompt FROM trajectory_turns").fetchall()
    assert prompts == [(1, 1, "Fix it"), (1, 2, "Fix it"), (2, 1, "Another")]


def test_ids_that_are_taken_are_not_taken_again(writer: Writer, tmp_path: Path) -> None:
    writer.write([batch("/s/one.jsonl", full())])
    move_out(writer, tmp_path / "old.zst")
    other = Writer(tmp_path / "other.db")
    other.write([batch("/s/two.jsonl", delta(turns=[turn(1, prompt="Another")]))])
    other.restore_archive(tmp_path / "old.zst")
    prompts = other._connection.execute("SELECT trajectory_id, id & 1048575, prompt FROM trajectory_turns").fetchall()
    assert prompts == [(1, 1, "Another"), (2, 1, "Fix it"), (2, 2, "Fix it")]
    owners = "SELECT turn_id, id >> 20 FROM trajectory_questions"
    assert other._connection.execute(owners).fetchall() == [((2 << 20) + 1, (2 << 20) + 1)]
    other.close()


def test_a_session_that_went_on_meanwhile_is_whole_again(writer: Writer, tmp_path: Path) -> None:
    [file] = writer.write([batch("/s/one.jsonl", full())])
    move_out(writer, tmp_path / "old.zst")
    more = delta("2026-11-21 10:00:00.000", turns=[turn(3, prompt="Go on")], usage=[usage(3, 1, "c", 11)])
    writer.write([batch("/s/one.jsonl", more, file_id=file.id)])
    assert writer.restore_archive(tmp_path / "old.zst") == (0, 2, 1)
    row = "SELECT created_at, title, turns, output_tokens, high_questions FROM trajectories JOIN trajectory_summaries"
    found = writer._connection.execute(f"{row} ON trajectory_id = id").fetchall()
    assert found == [("2026-11-20 10:00:00.000", "Mend the shop", 3, 23, 1)]


def test_the_file_of_a_session_stays_read(writer: Writer, tmp_path: Path) -> None:
    [file] = writer.write([batch("/s/one.jsonl", full())])
    writer._connection.execute("UPDATE source_files SET offset = 900, parser_state = x'01' WHERE id = ?", (file.id,))
    move_out(writer, tmp_path / "old.zst")
    assert writer._connection.execute("SELECT offset, parser_state FROM source_files").fetchall() == [(900, b"\1")]


def test_sub_agents_find_their_parent_again(writer: Writer, tmp_path: Path) -> None:
    writer.write(
        [batch("/s/child.jsonl", full("", "Look"), parent="main"), batch("/s/a.jsonl", full(), native_id="main")]
    )
    tree = "SELECT native_id, parent_id IS NULL, children, tree_requests FROM trajectories JOIN trajectory_summaries "
    before = writer._connection.execute(f"{tree} ON trajectory_id = id ORDER BY 1").fetchall()
    assert before == [("/s/child.jsonl", 0, 0, 2), ("main", 1, 1, 4)]
    move_out(writer, tmp_path / "old.zst")
    writer.restore_archive(tmp_path / "old.zst")
    assert writer._connection.execute(f"{tree} ON trajectory_id = id ORDER BY 1").fetchall() == before


def test_a_session_with_a_sub_agent_at_work_stays(writer: Writer, tmp_path: Path) -> None:
    young = delta(turns=[turn(1)], live=LiveFacts(last_at=LATER_MS))
    writer.write([batch("/s/a.jsonl", full(), native_id="main"), batch("/s/child.jsonl", young, parent="main")])
    assert writer.archivable_units(LATER_MS, ALL) == []


def test_only_what_is_old_enough_is_due(writer: Writer) -> None:
    writer.write([batch("/s/one.jsonl", full())])
    put_logged(writer)
    assert len(writer.archivable_units(LATER_MS, ALL)) == 2
    assert len(writer.archivable_units(LATER_MS, 1)) == 1
    assert writer.archivable_units(from_text("2026-11-20 10:00:00.000"), ALL) == []


def test_what_gains_something_meanwhile_stays(writer: Writer, tmp_path: Path) -> None:
    [file] = writer.write([batch("/s/one.jsonl", full())])
    put_logged(writer)
    units = writer.archivable_units(LATER_MS, ALL)
    writer.write([batch("/s/one.jsonl", delta(turns=[turn(3)]), file_id=file.id)])
    assert writer.archive(units, tmp_path / "old.zst") == 1
    assert writer._connection.execute("SELECT source FROM trajectories").fetchall() == [("claude_code",)]


def test_a_crash_before_the_removal_loses_nothing(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.write([batch("/s/one.jsonl", full())])
    before = contents(writer)

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(archive_writer, "remove_archived", fail)
        with pytest.raises(DatabaseError):
            move_out(writer, tmp_path / "old.zst")
    assert contents(writer) == before
    assert writer.restore_archive(tmp_path / "old.zst") == (0, 0, 1)
    assert contents(writer) == before


def test_a_file_that_cannot_be_finished_is_not_there_and_nothing_is_moved(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.write([batch("/s/one.jsonl", full())])

    def full_disk(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        move_out(writer, tmp_path / "out" / "old.zst")
    assert (counts(writer), list((tmp_path / "out").iterdir())) == (1, [])


def test_the_file_is_synced_before_anything_is_removed(
    writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.write([batch("/s/one.jsonl", full())])
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(stat.S_IFMT(os.fstat(descriptor).st_mode)))
    remove_archived = archive_writer.remove_archived

    def look(*arguments: Any) -> list[archive_writer.ArchiveUnit]:
        assert synced == [stat.S_IFREG, stat.S_IFDIR]
        return remove_archived(*arguments)

    monkeypatch.setattr(archive_writer, "remove_archived", look)
    assert move_out(writer, tmp_path / "old.zst") == 1


def test_the_file_is_private_and_takes_the_place_of_nothing(writer: Writer, tmp_path: Path) -> None:
    writer.write([batch("/s/one.jsonl", full())])
    for name in ("there.zst", "link.zst"):
        target = tmp_path / name
        if name == "link.zst":
            target.symlink_to(tmp_path / "elsewhere.zst")
        else:
            target.write_text("mine")
        with pytest.raises(FileExistsError):
            move_out(writer, target)
    assert ((tmp_path / "there.zst").read_text(), (tmp_path / "elsewhere.zst").exists()) == ("mine", False)
    move_out(writer, tmp_path / "new" / "old.zst")
    assert stat.S_IMODE((tmp_path / "new" / "old.zst").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_names_beside_the_archive_do_not_meet(tmp_path: Path) -> None:
    at = from_text("2026-11-20 12:00:00.123")
    first = archive_writer.new_archive_path(tmp_path / "archive.db", at)
    assert first == tmp_path / "archives" / "trajectories-20261120120000.jsonl.zst"
    first.parent.mkdir()
    first.touch()
    assert (
        archive_writer.new_archive_path(tmp_path / "archive.db", at).name == "trajectories-20261120120000-1.jsonl.zst"
    )


def lines_of(writer: Writer, tmp_path: Path) -> list[str]:
    """The lines of a file with one session, which is then no more in the archive."""
    writer.write([batch("/s/one.jsonl", full())])
    move_out(writer, tmp_path / "whole.zst")
    with zstandard.open(tmp_path / "whole.zst", "rt", encoding="ascii") as file:
        return list(file)


def changed(table: str, **fields: object) -> Callable[[list[str]], list[str]]:
    def change(lines: list[str]) -> list[str]:
        objects = [json.loads(line) for line in lines]
        next(entry for entry in objects if entry.get("table") == table)["row"].update(fields)
        return [json.dumps(entry) + "\n" for entry in objects]

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: lines[:-1], "ends early"),
        (lambda lines: [*lines[:-3], lines[-3][:9]], "ends early"),
        (lambda _: ["{}\n"], "was not written by ppp-tui archive"),
        (lambda _: [], "ends early"),
        (lambda _: ["no JSON\n"], "line 1: this is no line that ppp-tui archive wrote"),
        (lambda lines: [re.sub(r'"schema":\d+', '"schema":99', lines[0]), *lines[1:]], "written by a newer ppp-tui"),
        (lambda lines: [lines[0], lines[2], *lines[3:]], "line 2: this is no row of an archive"),
        (changed("steps", status=3), "status is of the wrong type"),
        (changed("steps", status="strange"), "these rows do not fit one another"),
        (changed("steps", id=7), "the row belongs to no trajectory of its unit"),
        (changed("trajectory_turns", turn_number=9), "the turn's number is not that of its id"),
        (changed("trajectory_turns", latency_ms=1 << 70), "latency_ms is too large"),
        (changed("trajectories", id=0), "the trajectory has no id of its own"),
        (changed("source_files", fold_state={"base64": "?"}), "bytes are not written as base64"),
    ],
)
def test_a_damaged_file_is_told_with_its_place(
    writer: Writer, tmp_path: Path, change: Callable[[list[str]], list[str]], message: str
) -> None:
    (tmp_path / "damaged.jsonl").write_text("".join(change(lines_of(writer, tmp_path))))
    with pytest.raises(DamagedFileError, match=message):
        writer.restore_archive(tmp_path / "damaged.jsonl")
    assert counts(writer, "trajectory_turns") == 0


def test_bytes_that_are_no_compressed_text_are_told(writer: Writer, tmp_path: Path) -> None:
    lines_of(writer, tmp_path)
    whole = (tmp_path / "whole.zst").read_bytes()
    (tmp_path / "cut.zst").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "noise.zst").write_bytes(whole[:40] + bytes(40) + whole[80:])
    for name in ("cut.zst", "noise.zst"):
        with pytest.raises(DamagedFileError):
            writer.restore_archive(tmp_path / name)


def test_unknown_column_is_left_out(writer: Writer, tmp_path: Path) -> None:
    lines = changed("trajectories", **{"title = 'x'; --": "y"})(lines_of(writer, tmp_path))
    (tmp_path / "odd.jsonl").write_text("".join(lines))
    assert writer.restore_archive(tmp_path / "odd.jsonl") == (1, 2, 0)
