"""What is journaled reaches its session's file once, whatever breaks off in between."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ppp_tui.model.clock import FrozenClock
from ppp_tui.receive.received_journal import ReceivedJournal
from ppp_tui.receive.records import SessionLine
from ppp_tui.receive.session_files import SessionFiles

ONE, TWO = SessionLine("claude_code-a.jsonl", b'{"n":1}'), SessionLine("claude_code-a.jsonl", b'{"n":2}')


def content(folder: Path) -> bytes:
    return (folder / "sessions" / "claude_code-a.jsonl").read_bytes()


@pytest.fixture
def journal(tmp_path: Path) -> ReceivedJournal:
    return ReceivedJournal(tmp_path, FrozenClock(1))


def test_request_sent_twice_is_kept_once(journal: ReceivedJournal, tmp_path: Path) -> None:
    assert [journal.put([ONE, TWO]), journal.put([ONE, TWO])] == [2, 0]
    journal.distribute()
    assert content(tmp_path) == b'{"n":1}\n{"n":2}\n'


def test_request_sent_again_to_the_next_receiver_is_kept_once(journal: ReceivedJournal, tmp_path: Path) -> None:
    journal.put([ONE])
    journal.close()
    assert ReceivedJournal(tmp_path, FrozenClock(2)).put([ONE, TWO]) == 1


def test_journal_of_a_killed_receiver_is_replayed_without_doubling(journal: ReceivedJournal, tmp_path: Path) -> None:
    journal.put([ONE])
    journal.put([TWO])  # the first is distributed, the second is not
    assert content(tmp_path) == b'{"n":1}\n'
    journal._journal.close()  # type: ignore[union-attr]  # as a kill does
    heir = ReceivedJournal(tmp_path, FrozenClock(2))
    assert heir.recover() == 1
    assert content(tmp_path) == b'{"n":1}\n{"n":2}\n'
    assert not list((tmp_path / "journals").iterdir())


def test_line_that_was_not_written_to_its_end_is_written_anew(journal: ReceivedJournal, tmp_path: Path) -> None:
    journal.put([ONE, TWO])
    journal._journal.close()  # type: ignore[union-attr]
    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions" / ONE.file_name).write_bytes(b'{"n":1}\n{"n"')
    ReceivedJournal(tmp_path, FrozenClock(2)).recover()
    assert content(tmp_path) == b'{"n":1}\n{"n":2}\n'


def test_journal_cut_in_its_last_entry_gives_what_came_before(journal: ReceivedJournal, tmp_path: Path) -> None:
    journal.put([ONE])
    journal.put([TWO])
    path = journal._journal.path  # type: ignore[union-attr]
    journal._journal.close()  # type: ignore[union-attr]
    os.truncate(path, path.stat().st_size - 3)
    ReceivedJournal(tmp_path, FrozenClock(2)).recover()
    assert content(tmp_path) == b'{"n":1}\n'


def test_nothing_is_acknowledged_if_the_journal_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.joinpath("journals").write_text("in the way")
    with pytest.raises(FileExistsError):
        ReceivedJournal(tmp_path, FrozenClock(1)).put([ONE])


def test_lines_wait_in_the_journal_while_session_files_cannot_be_written(
    journal: ReceivedJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(SessionFiles, "append", fail)
        journal.put([ONE])
        with pytest.raises(OSError, match="no space"):
            journal.distribute()
    journal.put([TWO])
    journal.distribute()
    assert content(tmp_path) == b'{"n":1}\n{"n":2}\n'


def test_finished_journal_is_removed(journal: ReceivedJournal, tmp_path: Path) -> None:
    journal.put([SessionLine("claude_code-a.jsonl", b"x" * (5 << 20))])
    journal.distribute()
    assert not list((tmp_path / "journals").iterdir())


def test_link_in_place_of_a_session_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("")
    (tmp_path / ONE.file_name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        SessionFiles(tmp_path).append([ONE])


def test_files_are_private(journal: ReceivedJournal, tmp_path: Path) -> None:
    journal.put([ONE])
    journal.distribute()
    assert (tmp_path / "sessions" / ONE.file_name).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "sessions").stat().st_mode & 0o777 == 0o700


def test_file_of_a_session_that_is_long_over_is_removed_and_others_stay(tmp_path: Path) -> None:
    day = 86_400
    (tmp_path / "sessions").mkdir()
    for name, age_days in (("old.jsonl", 31), ("new.jsonl", 29), ("other.txt", 99)):
        path = tmp_path / "sessions" / name
        path.write_text("{}\n")
        os.utime(path, ((100 - age_days) * day,) * 2)
    journal = ReceivedJournal(tmp_path, FrozenClock(100 * day * 1000), keep_days=30)
    journal.put([ONE])
    journal.distribute()
    left = {path.name for path in (tmp_path / "sessions").iterdir()}
    assert left == {"new.jsonl", "other.txt", ONE.file_name}


def test_nothing_is_removed_where_files_are_kept_for_ever(tmp_path: Path) -> None:
    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions" / "old.jsonl").write_text("{}\n")
    ReceivedJournal(tmp_path, FrozenClock(4_000_000_000_000)).put([ONE])
    assert (tmp_path / "sessions" / "old.jsonl").exists()
