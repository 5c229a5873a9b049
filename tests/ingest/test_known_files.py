"""Known files: few bytes of each in memory, and all that a look, a rename or a presence needs of them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from ppp_tui.ingest import known_files
from ppp_tui.ingest.file_identity import FileStat
from ppp_tui.ingest.known_files import KnownFiles, path_key, stat_key
from ppp_tui.store.write import Writer
from ppp_tui.store.writers.files import SourceFile

STAT = FileStat(device=1, inode=2, born_ns=3, size=4, modified_ns=5)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    made = Writer(tmp_path / "archive.db")
    yield made
    made.close()


def file_at(path: str, native_id: str = "", inode: int = 2, health: str = "ok") -> SourceFile:
    return SourceFile(
        id=0,
        source="notes",
        path=path,
        device=1,
        inode=inode,
        born_ns=3,
        size=4,
        modified_ns=5,
        parser_version=1001,
        parser_state=b"parser",
        health=health,  # type: ignore[arg-type]
        native_id=native_id or path,
    )


def paths(of: list[SourceFile]) -> list[str]:
    return [file.path for file in of]


def test_known_file_takes_few_bytes(writer: Writer) -> None:
    number = 2000
    writer.put_new(file_at(f"/home/dev/.agent/projects/-home-dev/{index:036}", inode=index) for index in range(number))
    tracemalloc.start()
    try:
        known = KnownFiles(writer)
        known.of_session("notes", "none")
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept / number < 200


def test_look_tells_stat_and_version_of_readable_files(writer: Writer) -> None:
    for path, health in (("/ok", "ok"), ("/bad", "unreadable"), ("/gone", "vanished"), ("/other", "refused")):
        writer.put_file(file_at(path, health=health))
    for known in (KnownFiles(writer), _put_again(writer)):
        assert known.stat_key("notes", "/ok") == stat_key(STAT, 1001)
        assert known.stat_key("notes", "/ok") != stat_key(STAT, 1002)
        assert known.stat_key("notes", "/ok") != stat_key(STAT._replace(born_ns=4), 1001)
        assert [known.stat_key("notes", path) for path in ("/bad", "/gone", "/other", "/unknown")] == [
            0,
            None,
            None,
            None,
        ]


def _put_again(writer: Writer) -> KnownFiles:
    known = KnownFiles(writer)
    for path in ("/ok", "/bad", "/gone", "/other"):
        file = known.get("notes", path)
        assert file is not None
        known.put(file)
    return known


def test_row_that_was_let_go_comes_back_out_of_the_database(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_files, "MAX_ROWS", 1)
    known = KnownFiles(writer)
    for path in ("/a", "/b", "/c"):
        known.put(writer.put_file(file_at(path)))
    for path in ("/a", "/b", "/c"):
        file = known.get("notes", path)
        assert file is not None
        assert (file.path, file.size, file.parser_state) == (path, 4, b"")
    assert known.get("notes", "/d") is None


def test_file_without_a_row_is_known_until_it_has_one(writer: Writer) -> None:
    known = KnownFiles(writer)
    new = file_at("/a", "session")
    known.put(new)
    known.put(new)
    unwritten = known.get("notes", "/a")
    assert unwritten is not None
    assert (unwritten.id, unwritten.path) == (0, "/a")
    assert paths(known.of_session("notes", "session")) == ["/a"]
    assert known.count_of_session("notes", "session", 9) == 1
    known.put(writer.put_file(new))
    assert paths(known.of_session("notes", "session")) == ["/a"]
    assert [file.id for file in known.of_session("notes", "session")] == [1]


def test_files_of_a_session_and_of_an_inode_are_told_as_they_are_now(writer: Writer) -> None:
    first, second = writer.put_new([file_at("/b", "session", 7), file_at("/a", "session", 8)])
    known = KnownFiles(writer)
    assert paths(known.of_session("notes", "session")) == ["/a", "/b"]
    assert [known.count_of_session("notes", "session", limit) for limit in (1, 2, 9)] == [1, 2, 2]
    moved = SourceFile(first.id, "notes", "/c", device=1, inode=9, born_ns=3, health="ok", native_id="renamed")
    known.drop(first)
    known.put(writer.put_file(moved))
    assert paths(known.of_session("notes", "session")) == ["/a"]
    assert paths(known.of_session("notes", "renamed")) == ["/c"]
    assert known.of_session("other", "renamed") == []
    assert known.of_inode("notes", STAT._replace(inode=7)) == []
    assert paths(known.of_inode("notes", STAT._replace(inode=8))) == [second.path]
    assert paths(known.of_inode("notes", STAT._replace(inode=9))) == ["/c"]
    assert known.of_inode("notes", STAT._replace(inode=9, born_ns=4)) == []


def test_files_whose_hashes_are_the_same_are_told_apart(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_files, "hash", lambda _: 1, raising=False)
    writer.put_new([file_at("/a", "one", 7), file_at("/b", "two", 8)])
    known = KnownFiles(writer)
    assert paths(known.of_session("notes", "two")) == ["/b"]
    assert paths(known.of_inode("notes", STAT._replace(inode=7))) == ["/a"]


def test_index_of_files_whose_inodes_keep_changing_does_not_grow_for_ever(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_files, "MAX_STALE_ENTRIES", 5)
    file = writer.put_file(file_at("/a", "session"))
    known = KnownFiles(writer)
    known.of_session("notes", "session")
    for inode in range(10, 60):
        known.put(writer.put_file(SourceFile(file.id, "notes", "/a", inode=inode, health="ok", native_id="session")))
        assert known._index is None or known._index.size <= 7
    assert paths(known.of_inode("notes", FileStat(0, 59, 0, 0, 0))) == ["/a"]


def test_absent_are_readable_files_that_were_not_found(writer: Writer) -> None:
    written = writer.put_new([file_at("/a"), file_at("/b"), file_at("/c"), file_at("/bad", health="unreadable")])
    writer.put_file(file_at("/gone", health="vanished"))
    known = KnownFiles(writer)
    assert known.absent({path_key("notes", path) for path in ("/a", "/b", "/c", "/bad")}) == []
    writer.drop_file(written[2])
    assert sorted(known.absent({path_key("notes", "/a")})) == [("notes", "/b"), ("notes", "/bad")]
    assert known.stat_key("notes", "/c") is None, "a file that the database forgot is not looked for again"
