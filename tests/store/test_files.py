"""Rows of session files: states come back as they were, news and unknown records are kept, sessions renamed."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ppp_tui.model.ingest_status import IngestStatus
from ppp_tui.store.write import Writer
from ppp_tui.store.writers import files
from ppp_tui.store.writers.files import KnownFile, SourceFile
from ppp_tui.store.writers.status import put_status
from tests.store.row_builders import batch, delta, turn

FILE = SourceFile(
    id=0,
    source="codex",
    path="/s/a.jsonl",
    device=1,
    inode=2,
    born_ns=3,
    head_length=4,
    head_hash="head",
    anchor_hash="anchor",
    size=5,
    modified_ns=6,
    offset=7,
    generation=2,
    parser_version=1001,
    parser_state=b"parser",
    fold_state=b"fold",
    health="ok",
    health_detail="",
    native_id="native",
)


def test_a_file_comes_back_as_it_was_kept(writer: Writer) -> None:
    kept = writer.put_file(FILE)
    [known] = files.known_files(writer._connection)
    assert known == KnownFile("codex", "/s/a.jsonl", (1, 2, 3, 5, 6), 1001, "ok")
    assert list(files.known_identities(writer._connection)) == [(kept.id, "codex", "native", 1, 2)]
    assert list(files.known_paths(writer._connection)) == [("codex", "/s/a.jsonl")]
    expected = replace(FILE, id=kept.id, parser_state=b"", fold_state=b"")
    assert files.load_without_states(writer._connection, kept.id) == expected
    assert files.load_at_path(writer._connection, "codex", "/s/a.jsonl") == expected
    assert files.load_states(writer._connection, kept.id) == (b"parser", b"fold")


def test_states_of_an_unknown_file_are_an_error(writer: Writer) -> None:
    with pytest.raises(KeyError):
        files.load_states(writer._connection, 9)
    assert files.load_without_states(writer._connection, 9) is None
    assert files.load_at_path(writer._connection, "codex", "/s/b.jsonl") is None


def test_telling_a_files_health_keeps_where_it_was_left(writer: Writer) -> None:
    kept = writer.put_file(FILE)
    before = files.load_at_path(writer._connection, "codex", "/s/a.jsonl")
    assert before is not None
    writer.put_files([before.with_health("unreadable", "Permission denied")])
    assert files.load_at_path(writer._connection, "codex", "/s/a.jsonl") == replace(
        before, health="unreadable", health_detail="Permission denied"
    )
    assert [file.health for file in files.known_files(writer._connection)] == ["unreadable"]
    assert files.load_states(writer._connection, kept.id) == (b"parser", b"fold")


def test_unknown_records_add_up_and_damage_told_twice_is_one(writer: Writer) -> None:
    file = writer.put_file(FILE)
    for _ in range(2):
        read = batch("/s/a.jsonl", delta(turns=[turn(1)]), file_id=file.id)
        read.unknown = {"telepathy": 2}
        read.news = [("torn", 40, 9)]
        writer.write([read])
    assert writer._connection.execute("SELECT name, count FROM unknown_records").fetchall() == [("telepathy", 4)]
    assert writer._connection.execute("SELECT kind, offset, length FROM source_news").fetchall() == [("torn", 40, 9)]


def test_a_session_is_renamed_with_its_file(writer: Writer) -> None:
    [file] = writer.write([batch("/s/a.jsonl", delta(turns=[turn(1)]), delta(name="inline"), native_id="old")])
    writer.put_file(SourceFile(file.id, "claude_code", "/s/b.jsonl", native_id="new"), "old")
    names = writer._connection.execute("SELECT lane, native_id, run_id FROM trajectories ORDER BY lane").fetchall()
    assert names == [("", "new", "new"), ("inline", "inline", "inline")]


def test_a_file_of_which_nothing_was_read_can_be_dropped(writer: Writer) -> None:
    writer.drop_file(writer.put_file(FILE))
    assert list(files.known_files(writer._connection)) == []


def test_there_is_one_status(writer: Writer) -> None:
    for phase in ("backlog", "following"):
        put_status(
            writer._connection,
            IngestStatus(
                pid=7,
                phase=phase,
                started_at=1,
                at=2,
                files_total=4,
                files_done=3,
                bytes_total=2,
                bytes_done=1,
                watching="events",
                trouble="",
            ),
        )
    found = writer._connection.execute("SELECT id, pid, phase, files_total, watching FROM ingest_status").fetchall()
    assert found == [(1, 7, "following", 4, "events")]
