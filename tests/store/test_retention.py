"""What is older than the person keeps is forgotten whole: rows, words, sums and pieces of the file itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from ppp_tui.model.clock import from_text
from ppp_tui.model.live import LiveFacts
from ppp_tui.model.rows import TrajectoryDelta
from ppp_tui.store.write import Writer
from tests.store.row_builders import batch, delta, step, turn, usage

OLD, NEW = "2026-11-01 10:00:00.000", "2026-11-20 10:00:00.000"
BEFORE_MS = from_text("2026-11-10 00:00:00.000")


def session(at: str, key: str) -> TrajectoryDelta:
    """A session whose last sign of life was then."""
    return delta(
        at,
        turns=[turn(1, key, prompt="walnut")],
        steps=[step(1, 1)],
        usage=[usage(1, 1, key, 7, at=at)],
        live=LiveFacts(last_at=from_text(at)),
    )


def count(writer: Writer, table: str) -> int:
    found: int = writer._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return found


def paths_with_rows(writer: Writer) -> list[str]:
    sql = "SELECT f.path FROM trajectories AS t JOIN source_files AS f ON f.id = t.file_id ORDER BY 1"
    return [path for (path,) in writer._connection.execute(sql)]


@pytest.mark.parametrize(("keeps_sums", "minutes"), [(True, 2), (False, 1)])
def test_the_old_go_and_the_new_stay(writer: Writer, keeps_sums: bool, minutes: int) -> None:
    old = batch("/old", session(OLD, "a"))
    writer.write(
        [
            replace(old, file=structs.replace(old.file, offset=90, anchor_hash="x"), raw=(0, b"raw")),
            batch("/new", session(NEW, "b")),
        ]
    )
    while writer.index_some(10):
        pass
    assert writer.forget_before(BEFORE_MS, keeps_sums=keeps_sums) == 1
    assert paths_with_rows(writer) == ["/new"]
    for table in ("trajectory_turns", "steps", "token_usage", "trajectory_summaries", "session_days"):
        assert count(writer, table) == 1, table
    assert (count(writer, "raw_chunks"), count(writer, "usage_minutes")) == (0, minutes)
    hits = writer._connection.execute("SELECT count(*) FROM search_index WHERE search_index MATCH 'walnut'").fetchone()
    assert hits == (1,)
    files = writer._connection.execute("SELECT path, offset, anchor_hash FROM source_files ORDER BY path").fetchall()
    assert files == [("/new", 0, ""), ("/old", 90, "x")]
    assert writer.forget_before(BEFORE_MS) == 0


def test_a_sub_agent_is_as_young_as_the_session_that_started_it(writer: Writer) -> None:
    writer.write(
        [
            batch("/parent", session(NEW, "a"), native_id="p"),
            batch("/child", session(OLD, "b"), native_id="c", parent="p"),
            batch("/old-parent", session(OLD, "d"), native_id="q"),
            batch("/young-child", session(NEW, "e"), native_id="r", parent="q"),
        ]
    )
    assert writer.forget_before(BEFORE_MS) == 0
    writer.write([batch("/lonely", session(OLD, "f"), native_id="l")])
    assert writer.forget_before(BEFORE_MS) == 1
    assert paths_with_rows(writer) == ["/child", "/old-parent", "/parent", "/young-child"]


def test_a_session_that_goes_on_after_it_was_forgotten_is_there_again(writer: Writer) -> None:
    [file] = writer.write([batch("/old", session(OLD, "a"))])
    writer.forget_before(BEFORE_MS)
    writer.write([replace(batch("/old", session(NEW, "b")), file=file)])
    sums = writer._connection.execute("SELECT turns, output_tokens FROM trajectory_summaries").fetchall()
    assert sums == [(1, 7)]
