"""Files that move, are renamed, compressed, replaced or forbidden: each costs its own news and nothing else."""

from __future__ import annotations

import errno
import os
import random
from pathlib import Path

import pytest
import zstandard

from ppp_tui.ingest import file_registry
from ppp_tui.ingest.file_identity import FileStat, stat_file
from ppp_tui.ingest.known_files import KnownFiles
from ppp_tui.sources import content
from ppp_tui.store.writers.files import SourceFile
from tests.ingest.house import House, age

FILES = "SELECT path, health, health_detail FROM source_files ORDER BY path"
TURNS = "SELECT prompt, response, is_copy FROM trajectory_turns ORDER BY id"


def files(house: House) -> list[tuple[str, ...]]:
    return [(Path(path).name, *rest) for path, *rest in house.ask(FILES)]


def pack(house: House, name: str, unpacked: bytes) -> Path:
    path = house.notes / name
    path.write_bytes(zstandard.compress(unpacked))
    age(path)
    return path


def test_a_compressed_copy_is_left_alone_run_after_run(house: House) -> None:
    path = house.write("a.note", {"prompt": "Fix"})
    house.ingest()
    pack(house, "a.note.zst", path.read_bytes())
    for _ in range(3):
        house.ingest()
        assert files(house) == [("a.note", "ok", ""), ("a.note.zst", "refused", f"the same session as {path}")]
        assert house.ask(TURNS) == [("Fix", "", 0)]


def test_a_compressed_copy_takes_over_once_the_session_is_gone(house: House) -> None:
    path = house.write("a.note", {"prompt": "Fix"})
    house.ingest()
    pack(house, "a.note.zst", path.read_bytes() + b'{"say": "Done."}\n')
    house.ingest()
    path.unlink()
    house.ingest()
    assert files(house) == [("a.note.zst", "ok", "")]
    assert house.ask(TURNS) == [("Fix", "Done.", 0)]


def test_a_session_that_is_restored_beside_its_compressed_copy_is_read(house: House) -> None:
    packed = pack(house, "a.note.zst", b'{"prompt": "Fix"}\n')
    house.ingest()
    house.write("a.note", {"prompt": "Fix"}, {"say": "Resumed."})
    for _ in range(2):
        house.ingest()
        assert files(house) == [
            ("a.note", "ok", ""),
            ("a.note.zst", "refused", f"the same session as {house.notes / 'a.note'}"),
        ]
    packed.unlink()
    house.ingest()
    assert house.ask(TURNS) == [("Fix", "Resumed.", 0)]


def test_a_renamed_file_goes_on_under_its_new_name(house: House) -> None:
    path = house.write("a.note", {"prompt": "Fix", "key": "k"}, {"tokens": 5, "key": "r"})
    house.ingest()
    path.rename(house.notes / "b.note")
    house.append("b.note", {"say": "Done."})
    house.ingest()
    assert files(house) == [("b.note", "ok", "")]
    assert house.ask("SELECT native_id, run_id FROM trajectories") == [("b", "b")]
    assert house.ask(TURNS) == [("Fix", "Done.", 0)]
    assert house.ask("SELECT turns, output_tokens FROM trajectory_summaries") == [(1, 5)]


def test_files_whose_name_many_have_are_told_by_their_inodes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_registry, "MAX_SAME_NAMED", 3)
    looked_through: list[int] = []

    def of_session(known: KnownFiles, source: str, native_id: str) -> list[SourceFile]:
        sessions = whole_answer(known, source, native_id)
        looked_through.append(len(sessions))
        return sessions

    whole_answer = KnownFiles.of_session
    monkeypatch.setattr(KnownFiles, "of_session", of_session)
    for number in range(6):
        (house.notes / f"folder{number}").mkdir()
        house.write(f"folder{number}/s.note", {"prompt": f"Task {number}"})
    house.ingest()
    assert looked_through == [0, 1, 2], "each of the first ones asks for those before it"
    (house.notes / "folder4").rename(house.notes / "moved")
    house.append("moved/s.note", {"say": "Done."})
    house.ingest()
    assert sorted(house.ask(TURNS)) == [
        *((f"Task {number}", "", 0) for number in range(4)),
        ("Task 4", "Done.", 0),
        ("Task 5", "", 0),
    ]
    assert [health for _, health, _ in files(house)] == ["ok"] * 6


def test_a_copy_under_another_name_is_a_session_of_its_own_that_counts_nothing_twice(house: House) -> None:
    path = house.write("a.note", {"prompt": "Fix", "key": "k"}, {"tokens": 5, "key": "r"})
    house.ingest()
    (house.notes / "b.note").write_bytes(path.read_bytes())
    age(house.notes / "b.note")
    house.ingest()
    assert files(house) == [("a.note", "ok", ""), ("b.note", "ok", "")]
    assert house.ask("SELECT sum(turns), sum(output_tokens) FROM trajectory_summaries") == [(1, 5)]


def test_a_file_that_inherits_inode_size_and_time_is_told_by_its_birth(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    births = [7, 8]

    def reborn(path: Path) -> FileStat:
        return stat_file(str(path))._replace(inode=12, device=3, born_ns=births[0])

    monkeypatch.setattr(file_registry, "stat_file", reborn)
    path = house.write("a.note", {"prompt": "One"})
    house.ingest()
    path.unlink()
    house.write("a.note", {"prompt": "Two"})
    house.ingest()
    assert house.ask(TURNS) == [("One", "", 0)], "nothing tells it from the first"
    births.pop(0)
    house.ingest()
    assert house.ask(TURNS) == [("One", "", 0), ("Two", "", 0)]


def test_a_file_written_over_in_place_is_another_session(house: House) -> None:
    path = house.write("a.note", {"prompt": "One"}, {"say": "first"})
    house.ingest()
    inode = path.stat().st_ino
    house.write("a.note", {"prompt": "Two"}, {"say": "other words"})
    assert path.stat().st_ino == inode
    house.ingest()
    assert files(house) == [("a.note", "ok", ""), ("a.note#1", "vanished", "replaced by another session")]
    assert house.ask(TURNS) == [("One", "first", 0), ("Two", "other words", 0)]


def test_an_emptied_file_keeps_its_rows_and_begins_anew(house: House) -> None:
    path = house.write("a.note", {"prompt": "One", "key": "k1"})
    house.ingest()
    os.truncate(path, 0)
    age(path)
    house.ingest()
    house.append("a.note", {"prompt": "Two", "key": "k2"})
    house.ingest()
    assert house.ask(TURNS) == [("One", "", 0), ("Two", "", 0)]


def test_a_file_that_may_not_be_read_is_read_once_it_may(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = house.write("a.note", {"prompt": "One"})
    house.write("b.note", {"prompt": "Two"})
    read = content.read

    def refuse(path: Path, offset: int, size: int) -> bytes:
        if path == locked:
            raise PermissionError(13, "Permission denied", str(path))
        return read(path, offset, size)

    with monkeypatch.context() as forbidden:
        forbidden.setattr(content, "read", refuse)
        house.ingest()
        assert files(house) == [("a.note", "unreadable", "Permission denied"), ("b.note", "ok", "")]
        assert house.ask(TURNS) == [("Two", "", 0)]
    house.ingest()
    assert files(house) == [("a.note", "ok", ""), ("b.note", "ok", "")]
    assert sorted(house.ask(TURNS)) == [("One", "", 0), ("Two", "", 0)]


def test_file_whose_stat_fails_is_unreadable_until_it_can_be_looked_at(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = house.write("a.note", {"prompt": "One"})
    house.ingest()
    house.append("a.note", {"say": "Done."})

    def refuse(name: str) -> FileStat:
        if name == str(path):
            raise OSError(errno.EIO, "Input/output error", name)
        return stat_file(name)

    with monkeypatch.context() as failing:
        failing.setattr(file_registry, "stat_file", refuse)
        house.ingest()
        assert files(house) == [("a.note", "unreadable", "Input/output error")]
    house.ingest()
    assert files(house) == [("a.note", "ok", "")]
    assert house.ask(TURNS) == [("One", "Done.", 0)]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read anything")
def test_permissions_of_the_file_system_are_news(house: House) -> None:
    house.write("a.note", {"prompt": "One"}).chmod(0)
    house.ingest()
    assert files(house) == [("a.note", "unreadable", "Permission denied")]


def test_what_did_not_change_is_not_opened_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        house.write(f"{number}.note", {"prompt": "Fix"}, {"say": "Done."})
    pack(house, "5.note.zst", b'{"prompt": "Fix"}\n')
    house.write("5.note", {"prompt": "Fix"})
    house.ingest()

    def refuse(path: Path, offset: int, size: int) -> bytes:
        raise AssertionError(f"{path} was opened")

    monkeypatch.setattr(content, "read", refuse)
    house.ingest()
    assert len(house.ask(TURNS)) == 6


def test_a_vanished_file_that_comes_back_goes_on(house: House) -> None:
    path = house.write("a.note", {"prompt": "Fix"})
    kept = path.read_bytes()
    house.ingest()
    path.unlink()
    house.ingest()
    assert files(house) == [("a.note", "vanished", "")]
    path.write_bytes(kept + b'{"say": "Done."}\n')
    age(path)
    house.ingest()
    assert files(house) == [("a.note", "ok", "")]
    assert house.ask(TURNS) == [("Fix", "Done.", 0)]


def test_a_newer_version_does_not_forget_a_vanished_file(house: House) -> None:
    house.write("a.note", {"prompt": "Fix"}).unlink()
    house.write("b.note", {"prompt": "Fix"})
    house.ingest()
    (house.notes / "b.note").unlink()
    house.ask("UPDATE source_files SET parser_version = 1")
    house.ingest()
    assert house.ask(TURNS) == [("Fix", "", 0)]


def test_news_of_a_file_are_told_once(house: House) -> None:
    house.write("a.note", {"prompt": "Fix"})
    house.ingest()
    (house.notes / "a.note").unlink()
    house.ingest()
    [(before,)] = house.ask("SELECT value FROM archive_facts WHERE name = 'revision'")
    house.ingest()
    [(after,)] = house.ask("SELECT value FROM archive_facts WHERE name = 'revision'")
    # Each run tells of itself at its beginning and its end.
    assert int(after) - int(before) <= 2


def test_looks_at_a_file_tell_its_birth_where_the_system_does(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    first = stat_file(str(path))
    path.write_bytes(b"xy")
    second = stat_file(str(path))
    assert (first.inode, first.born_ns, first.size, second.size) == (second.inode, second.born_ns, 1, 2)
    assert first.born_ns <= second.modified_ns


def test_a_compressed_bomb_is_read_up_to_the_limit_and_the_rest_is_named(house: House) -> None:
    line = b'{"say": "' + b"x" * 91 + b'"}\n'
    pack(house, "bomb.note.zst", b'{"prompt": "Boom"}\n' + line * 20_000)
    house.write("small.note", {"prompt": "Fix"})
    for _ in range(2):
        house.ingest(unpack_limit_bytes=10_000, unpack_ratio=2)
        read = 19 + (10_000 - 19) // len(line) * len(line)
        assert house.ask("SELECT offset, health FROM source_files WHERE path LIKE '%bomb.note.zst'") == [(read, "ok")]
        assert house.ask("SELECT kind, offset, length FROM source_news") == [("left out", read, 0)]
    assert house.ask("SELECT prompt FROM trajectory_turns ORDER BY 1") == [("Boom",), ("Fix",)]


def test_a_compressed_session_within_the_ratio_is_read_whole(house: House) -> None:
    digits = random.Random(1)
    content = b'{"prompt": "Fix"}\n' + b"".join(b'{"say": "%x"}\n' % digits.getrandbits(200) for _ in range(400))
    packed = pack(house, "a.note.zst", content)
    house.ingest(unpack_limit_bytes=100, unpack_ratio=50)
    assert packed.stat().st_size * 50 > len(content)
    assert house.ask("SELECT offset FROM source_files") == [(len(content),)]
    assert house.ask("SELECT * FROM source_news") == []
