"""The user's marks: kept in a private file beside the database by any number of dashboards, found by predicates."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.paths import marks_file
from ppp_tui.query.connect import open_reader
from ppp_tui.query.query import Query, answer
from ppp_tui.query.sessions.filters import parse
from ppp_tui.query.sessions.session_lists import Sort, session_ids
from ppp_tui.query.sessions.user_marks import UserMark, Visits, first_unread_turn, user_marks, visits
from ppp_tui.store.user_marks import MarksFile, MarksNotKeptError
from tests.query.database_fixture import NOON_MS, Database

MINUTE = 60_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with three sessions."""
    made = Database(tmp_path / "archive.db")
    for number, last in ((1, "11:00"), (2, "11:30"), (3, "11:50")):
        made.session(number, {"last_at": f"2026-11-20 {last}:00.000"})
    made.turn(1, 1, ended_at="2026-11-20 10:30:00.000")
    made.turn(1, 2, ended_at="2026-11-20 11:00:00.000")
    made.writer.close()
    return made.path


def ask(path: Path, query: Query[object]) -> object:
    with closing(open_reader(path)) as connection:
        return answer(connection, query)


def kept(path: Path, text: str) -> object:
    return ask(path, session_ids(parse(text, NOON_MS), Sort("started"), 10))


def test_without_marks_nothing_is_written_and_nothing_is_marked(path: Path) -> None:
    assert ask(path, user_marks([1, 2])) == {}
    assert ask(path, visits()) == Visits(0, 0)
    assert kept(path, "pinned") == []
    assert not marks_file(path).exists()


def test_marks_lie_in_a_file_that_only_its_owner_reads(path: Path) -> None:
    MarksFile(path).set_label("claude_code", "native-1", "keep")
    assert stat.S_IMODE(marks_file(path).stat().st_mode) == 0o600
    assert not marks_file(path).with_name(marks_file(path).name + "-wal").exists()


def test_each_mark_leaves_the_others_as_another_dashboard_set_them(path: Path) -> None:
    marks = MarksFile(path)
    marks.set_label("claude_code", "native-1", "keep")
    marks.set_pinned("claude_code", "native-1", is_pinned=True)
    marks.mark_read("claude_code", "native-1", 2, NOON_MS)
    marks.mark_read("claude_code", "native-1", 1, NOON_MS - 1)
    assert ask(path, user_marks([1, 2])) == {1: UserMark(2, NOON_MS, is_pinned=True, label="keep")}
    marks.set_pinned("claude_code", "native-1", is_pinned=False)
    marks.set_label("claude_code", "native-1", "")
    assert ask(path, user_marks([1])) == {1: UserMark(2, NOON_MS)}


def test_session_of_another_kind_with_the_same_name_has_marks_of_its_own(path: Path) -> None:
    MarksFile(path).set_label("codex", "native-1", "keep")
    assert ask(path, user_marks([1])) == {}


def test_predicates_find_labels_pins_and_what_was_not_read(path: Path) -> None:
    marks = MarksFile(path)
    marks.set_label("claude_code", "native-1", "keep")
    marks.set_pinned("claude_code", "native-2", is_pinned=True)
    assert kept(path, "label:keep") == [1]
    assert kept(path, "label:ke -pinned") == [1]
    assert kept(path, "pinned") == [2]
    assert sorted(kept(path, "-pinned")) == [1, 3]  # type: ignore[call-overload]
    assert kept(path, '"pinned"') == []


def test_session_is_unread_if_it_went_on_after_it_was_read_or_since_the_first_visit(path: Path) -> None:
    marks = MarksFile(path)
    marks.note_visit(NOON_MS - 45 * MINUTE)
    assert sorted(kept(path, "unread")) == [2, 3]  # type: ignore[call-overload]
    marks.mark_read("claude_code", "native-3", 1, NOON_MS)
    marks.mark_read("claude_code", "native-1", 1, NOON_MS - 90 * MINUTE)
    assert sorted(kept(path, "unread")) == [1, 2]  # type: ignore[call-overload]


def test_without_a_visit_nothing_is_unread(path: Path) -> None:
    assert kept(path, "unread") == []


def test_first_visit_stays_and_the_last_one_moves_on(path: Path) -> None:
    marks = MarksFile(path)
    for at_ms in (NOON_MS, NOON_MS + MINUTE, NOON_MS - MINUTE):
        marks.note_visit(at_ms)
    assert ask(path, visits()) == Visits(NOON_MS, NOON_MS + MINUTE)


@pytest.mark.parametrize(
    ("mark", "turn"),
    [
        (UserMark(), 1),
        (UserMark(1, NOON_MS), 2),
        (UserMark(2, NOON_MS), None),
        (UserMark(2, NOON_MS - 61 * MINUTE), 2),
    ],
)
def test_first_unread_turn_is_the_one_after_the_last_read_or_that_one_if_it_went_on(
    path: Path, mark: UserMark, turn: int | None
) -> None:
    assert ask(path, first_unread_turn(1, mark)) == turn


def test_damaged_marks_are_empty_for_readers_and_an_error_for_writers(path: Path) -> None:
    marks_file(path).write_bytes(b"no database at all, but long enough to be taken for one" * 40)
    assert ask(path, user_marks([1])) == {}
    assert kept(path, "-pinned") != []
    with pytest.raises(MarksNotKeptError, match=r"archive\.db-marks"):
        MarksFile(path).set_label("claude_code", "native-1", "keep")


def write_mark(path: Path, *values: object) -> None:
    MarksFile(path).set_pinned("claude_code", "native-1", is_pinned=True)
    with closing(sqlite3.connect(marks_file(path))) as connection, connection:
        connection.execute("UPDATE session_marks SET read_turn = ?, read_at = ?, label = ?", values)


@pytest.mark.parametrize(
    ("values", "mark"),
    [
        (("abc", "nonsense", "a\x1b[31mb"), UserMark(0, 0, is_pinned=True, label="a␛[31mb")),
        ((b"\xff", b"\xff\xfe", b"\xffx"), UserMark(0, 0, is_pinned=True, label="\ufffdx")),
        ((-1, 5, "two\nlines" * 50), UserMark(0, 0, is_pinned=True, label="two⏎linestwo⏎linestwo⏎li")),
        ((2**62, "2026-13-45", ""), UserMark(2**20 - 1, 0, is_pinned=True)),
    ],
)
def test_values_that_another_program_wrote_fail_no_list(path: Path, values: tuple[object, ...], mark: UserMark) -> None:
    write_mark(path, *values)
    assert ask(path, user_marks([1])) == {1: mark}
    assert ask(path, first_unread_turn(1, mark)) in (None, 1)


def test_marks_of_other_columns_are_as_good_as_none(path: Path) -> None:
    with closing(sqlite3.connect(marks_file(path))) as connection:
        connection.execute("CREATE TABLE session_marks (label)")
        connection.execute("CREATE TABLE mark_facts (name, value)")
    assert ask(path, user_marks([1])) == {}
    assert kept(path, "pinned") == []


def test_marks_with_a_damaged_page_behind_the_first_are_as_good_as_none(path: Path) -> None:
    marks = MarksFile(path)
    for number in range(200):
        marks.set_label("claude_code", f"native-{number}", "keep")
    content = bytearray(marks_file(path).read_bytes())
    content[-4096:-3896] = b"\xee" * 200
    marks_file(path).write_bytes(content)
    assert ask(path, user_marks([1, 2, 3])) == {}
    assert kept(path, "label:keep") == []


def test_marks_of_a_newer_program_are_left_alone(path: Path) -> None:
    MarksFile(path).set_label("claude_code", "native-1", "keep")
    with closing(sqlite3.connect(marks_file(path))) as connection:
        connection.execute("PRAGMA user_version=9")
    with pytest.raises(MarksNotKeptError, match="written by a newer ppp-tui"):
        MarksFile(path).set_label("claude_code", "native-1", "drop")
