"""Journals: a frame or nothing, one holder, and every entry in the database once."""

from __future__ import annotations

import errno
import stat
import tempfile
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ppp_tui.store.connect import DatabaseError
from ppp_tui.store.logged.entries import encode
from ppp_tui.store.logged.journal import MAGIC, Journal, LiveJournal, ReplayMark, journal_folder, journals
from ppp_tui.store.logged.journal_replay import replay_next, write_entries
from ppp_tui.store.write import Writer

T = "t" * 32


def turn(number: int, response: str = "r") -> bytes:
    """A turn as a journal holds it."""
    return encode(("turned", T, 1_795_176_000_000, number, "p", response, None, None, "completed", (), ()))


def abandoned(database: Path, *contents: bytes, tail: bytes = b"") -> Path:
    """A journal whose logger is gone."""
    journal = Journal.create(journal_folder(database), 1)
    for content in contents:
        journal.append(content)
    journal.close()
    with journal.path.open("ab") as file:
        file.write(tail)
    return journal.path


def responses(writer: Writer) -> list[tuple[object, ...]]:
    return writer._connection.execute("SELECT turn_number, response FROM trajectory_turns ORDER BY 1").fetchall()


def carry_all(writer: Writer) -> int:
    passed_over: set[Path] = set()
    return sum(iter(lambda: int(replay_next(writer, passed_over)), 0))


def test_a_journal_is_private_and_begins_with_its_name(tmp_path: Path) -> None:
    journal = Journal.create(journal_folder(tmp_path / "a.db"), 5)
    assert journal.path.parent == tmp_path / "a.db.journals"
    assert journal.path.name.startswith("00000000000005-")
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700
    assert journal.path.read_bytes() == MAGIC
    assert journals(tmp_path / "a.db") == [journal.path]
    journal.close()


def test_entries_come_back_as_they_were_written_in_pieces_too(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "j", 1)
    written = [b"a", b"b" * 3_000_000, b"c"]
    for content in written:
        journal.append(content)
    offset, read = 0, []
    while offset < journal.ends:
        piece = journal.read(offset, journal.ends)
        assert piece.contents
        read += piece.contents
        offset = piece.ends
    assert read == written
    journal.close()


@pytest.mark.parametrize("tail", [b"\x05", b"\x05\0\0\0\1\2\3\4ab", b"\0" * 64, b"\xff" * 64], ids=repr)
def test_what_was_not_written_to_its_end_is_no_entry(tmp_path: Path, tail: bytes) -> None:
    writer = Writer(tmp_path / "a.db")
    path = abandoned(tmp_path / "a.db", turn(1), turn(2), tail=tail)
    assert carry_all(writer) == 1
    assert responses(writer) == [(1, "r"), (2, "r")]
    assert not path.exists()
    assert list(path.parent.iterdir()) == []
    writer.close()


def test_a_damaged_entry_costs_itself_only_and_the_file_is_kept(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db")
    path = abandoned(tmp_path / "a.db", turn(1), turn(2, "DAMAGED"), turn(3))
    path.write_bytes(path.read_bytes().replace(b"DAMAGED", b"DAMAGEd"))
    assert carry_all(writer) == 1
    assert responses(writer) == [(1, "r"), (3, "r")]
    assert [left.suffix for left in path.parent.iterdir()] == [".damaged"]
    writer.close()


def test_the_next_write_takes_the_place_of_one_that_failed(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "j", 1)
    journal.append(b"first")
    with journal.path.open("r+b") as file:
        file.seek(journal.ends)
        file.write(b"half of a longer frame")
    journal.append(b"second")
    assert journal.read(0, journal.ends).contents == [b"first", b"second"]
    journal.close()


def test_a_journal_that_lives_is_left_to_its_logger(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db")
    journal = Journal.create(journal_folder(tmp_path / "a.db"), 1)
    journal.append(turn(1))
    assert Journal.try_lock(journal.path) is None
    assert not replay_next(writer, set())
    journal.close()
    assert replay_next(writer, set())
    assert responses(writer) == [(1, "r")]
    writer.close()


def test_a_journal_is_never_seen_before_it_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[Path]] = []
    monkeypatch.setattr("fcntl.flock", lambda *_: seen.append(journals(tmp_path / "a.db")))
    Journal.create(journal_folder(tmp_path / "a.db"), 1).close()
    assert seen == [[]]


def test_what_was_carried_in_before_a_crash_is_not_carried_in_again(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db")
    path = abandoned(tmp_path / "a.db", turn(1), turn(2), turn(3))
    # As if whoever imported it had died after its first commit: of a turn that is there, a second copy would show.
    write_entries(writer, path.name, [turn(1, "once")], len(MAGIC) + 8 + len(turn(1)))
    assert carry_all(writer) == 1
    assert responses(writer) == [(1, "once"), (2, "r"), (3, "r")]
    assert writer._connection.execute("SELECT count(*) FROM journals").fetchone() == (0,)
    assert writer._connection.execute("SELECT turns FROM trajectory_summaries").fetchone() == (3,)
    writer.close()


def test_an_entry_that_is_none_does_not_hold_up_the_others(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db")
    contents = [turn(1), b"\x93garbage", encode(("turned", T, 1, 2, "p", "r", None, None, "odd", (), ())), turn(4)]
    assert write_entries(writer, "j", contents, 99) == 2
    assert responses(writer) == [(1, "r"), (4, "r")]
    assert writer._connection.execute("SELECT turns FROM trajectory_summaries").fetchone() == (2,)
    assert writer._connection.execute("SELECT offset FROM journals").fetchone() == (99,)
    writer.close()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db")
    folder = journal_folder(tmp_path / "a.db")
    folder.mkdir()
    other = tmp_path / "other"
    other.write_bytes(MAGIC)
    (folder / "1.journal").symlink_to(other)
    passed_over: set[Path] = set()
    assert not replay_next(writer, passed_over)
    assert passed_over == {folder / "1.journal"}
    assert other.exists()
    writer.close()


def test_a_file_that_is_no_journal_holds_nothing(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db")
    folder = journal_folder(tmp_path / "a.db")
    folder.mkdir()
    (folder / "1.journal").write_bytes(b"")
    assert replay_next(writer, set())
    assert list(folder.iterdir()) == []
    writer.close()


def test_entries_behind_a_damaged_length_are_carried_in_and_the_file_is_kept(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db")
    path = abandoned(tmp_path / "a.db", turn(1), turn(2), turn(3))
    content = bytearray(path.read_bytes())
    content[len(MAGIC) + 8 + len(turn(1)) + 2] ^= 0x40
    path.write_bytes(content)
    assert carry_all(writer) == 1
    assert responses(writer) == [(1, "r"), (3, "r")]
    assert [left.suffix for left in path.parent.iterdir()] == [".damaged"]
    writer.close()


def test_journal_that_cannot_be_named_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="No space left"):
        Journal.create(tmp_path / "j", 1, is_shared=True)
    assert list((tmp_path / "j").iterdir()) == []


def test_journal_on_which_the_import_fails_does_not_hold_up_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer(tmp_path / "a.db")
    first = abandoned(writer.path, turn(1))
    second = Journal.create(journal_folder(writer.path), 2)
    second.append(turn(2))
    second.close()
    is_whole = Journal.is_whole

    def fail(journal: Journal) -> bool:
        if journal.path == first:
            raise ZeroDivisionError
        return is_whole(journal)

    monkeypatch.setattr(Journal, "is_whole", fail)
    passed_over: set[Path] = set()
    with pytest.raises(ZeroDivisionError):
        replay_next(writer, passed_over)
    assert replay_next(writer, passed_over)
    assert not replay_next(writer, passed_over)
    assert responses(writer) == [(2, "r")]
    assert (passed_over, first.exists()) == ({first}, True)
    writer.close()


def test_journal_stays_when_the_database_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = Writer(tmp_path / "a.db")
    path = abandoned(writer.path, turn(1))

    def fail(self: Writer, *_: object, **__: object) -> NoReturn:
        raise DatabaseError("full")

    with monkeypatch.context() as full:
        full.setattr(Writer, "transaction", fail)
        with pytest.raises(DatabaseError, match="full"):
            replay_next(writer, set())
    assert path.exists()
    assert carry_all(writer) == 1
    assert responses(writer) == [(1, "r")]
    writer.close()


def test_import_mark_is_read_back_until_it_is_cleared(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "j", 1, is_shared=True)
    private = Journal.create(tmp_path / "j", 2)
    live = LiveJournal.open(journal.path)
    assert live is not None
    assert (journal.replay_mark(), private.replay_mark()) == (None, None)
    live.write_mark(ReplayMark(500, 3))
    assert journal.replay_mark() == ReplayMark(500, 3)
    live.clear_mark()
    assert journal.replay_mark() is None
    live.write_mark(ReplayMark(600, 3))
    journal.clear_replay_mark()
    assert journal.replay_mark() is None
    for opened in (live, journal, private):
        opened.close()
    assert live.size() == 0


def test_failed_write_is_cut_off_behind_the_last_entry(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "j", 1)
    journal.append(b"first")
    with journal.path.open("ab") as file:
        file.write(b"half")
    journal.cut_off()
    assert journal.path.stat().st_size == journal.ends == len(MAGIC) + 8 + 5
    journal.close()


@settings(max_examples=30, deadline=None)
@given(flips=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 7)), max_size=3), cut=st.integers(0, 5000))
def test_flipped_and_cut_journals_keep_all_before_the_damage_and_make_nothing_up(
    flips: list[tuple[int, int]], cut: int
) -> None:
    written = [turn(number, f"r{number}") for number in range(1, 9)]
    with tempfile.TemporaryDirectory() as folder:
        writer = Writer(Path(folder) / "a.db")
        path = abandoned(writer.path, *written)
        whole = path.read_bytes()
        damaged = bytearray(whole)
        for place, bit in flips:
            damaged[len(MAGIC) + place % (len(whole) - len(MAGIC))] ^= 1 << bit
        path.write_bytes(damaged[: max(len(MAGIC), len(whole) - cut % len(whole))])
        assert carry_all(writer) == 1
        carried = responses(writer)
        writer.close()
    kept = next((at for at, pair in enumerate(zip(whole, damaged, strict=True)) if pair[0] != pair[1]), len(whole))
    kept, ends, intact = min(kept, len(whole) - cut % len(whole)), len(MAGIC), 0
    for content in written:
        ends += 8 + len(content)
        intact += ends <= kept
    assert carried[:intact] == [(number, f"r{number}") for number in range(1, intact + 1)]
    assert set(carried) <= {(number, f"r{number}") for number in range(1, 9)}
