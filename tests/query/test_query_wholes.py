"""The whole of a step: out of what was kept of its file, or out of the file itself."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from ppp_tui.query.rows import SessionRow, StepLine
from ppp_tui.query.sessions.payloads import Payload, PayloadMissingError, kept_record, load_payload
from ppp_tui.query.sessions.session_lists import session
from ppp_tui.query.sessions.steps import step
from tests.query.database_fixture import Database

CALL = json.dumps(
    {
        "type": "assistant",
        "message": {"content": [{"type": "tool_use", "id": "call1", "name": "Bash", "input": {"command": "make"}}]},
    }
).encode()
RESULT = json.dumps(
    {
        "type": "user",
        "message": {"content": [{"type": "tool_result", "tool_use_id": "call1", "content": "all good"}]},
    }
).encode()
FILE = b"{}\n" + CALL + b"\n" + RESULT + b"\n"
RESULT_AT = 3 + len(CALL) + 1


@pytest.fixture
def parts(database: Database, tmp_path: Path) -> tuple[StepLine, SessionRow]:
    """A step and its session, whose file is there."""
    path = tmp_path / "session.jsonl"
    path.write_bytes(FILE)
    database.put("source_files", id=5, source="claude_code", path=str(path))
    database.put("source_files", id=6, source="claude_code", path="/another")
    database.session(1, file_id=5)
    database.turn(1, 1)
    database.step(1, 1, 1, input_offset=3, input_bytes=len(CALL), output_offset=RESULT_AT, output_bytes=len(RESULT))
    database.step(1, 1, 2, key="call2", input_offset=3, input_bytes=len(CALL))
    found, row = database.ask(step((((1 << 20) + 1) << 20) + 1)), database.ask(session(1))
    assert found is not None
    assert row is not None
    return found, row


def keep(database: Database, *pieces: tuple[int, bytes], file_id: int = 5) -> None:
    for offset, content in pieces:
        database.put("raw_chunks", file_id=file_id, offset=offset, length=len(content), content=zlib.compress(content))


def test_both_sides_are_read_from_the_file(parts: tuple[StepLine, SessionRow]) -> None:
    found, row = parts
    assert load_payload(found, row, "input") == Payload("make")
    assert load_payload(found, row, "output") == Payload("all good")


def test_what_was_kept_serves_when_the_file_is_gone(parts: tuple[StepLine, SessionRow], database: Database) -> None:
    found, row = parts
    Path(row.path).unlink()
    keep(database, (0, FILE))
    kept = database.ask(kept_record(found, "output"))
    assert kept == RESULT
    assert load_payload(found, row, "output", kept) == Payload("all good")


@pytest.mark.parametrize("cut", [1, 3, 40, RESULT_AT, RESULT_AT + 1, len(FILE) - 2])
def test_a_record_across_kept_pieces_is_put_together(
    parts: tuple[StepLine, SessionRow], database: Database, cut: int
) -> None:
    keep(database, (0, FILE[:cut]), (cut, FILE[cut:]), (len(FILE), b"more"))
    keep(database, (0, b"x" * len(FILE)), file_id=6)
    assert database.ask(kept_record(parts[0], "input")) == CALL
    assert database.ask(kept_record(parts[0], "output")) == RESULT


def test_pieces_that_overlap_count_once(parts: tuple[StepLine, SessionRow], database: Database) -> None:
    keep(database, (0, FILE[: RESULT_AT + 20]), (RESULT_AT + 5, FILE[RESULT_AT + 5 :]))
    assert database.ask(kept_record(parts[0], "output")) == RESULT


def test_what_was_not_kept_as_a_whole_is_not_there(parts: tuple[StepLine, SessionRow], database: Database) -> None:
    assert database.ask(kept_record(parts[0], "output")) is None
    keep(database, (0, FILE[: RESULT_AT + 5]), (RESULT_AT + 9, FILE[RESULT_AT + 9 :]))
    assert database.ask(kept_record(parts[0], "output")) is None
    assert database.ask(kept_record(parts[0], "input")) == CALL


def test_a_piece_that_begins_too_late_is_not_the_record(parts: tuple[StepLine, SessionRow], database: Database) -> None:
    keep(database, (RESULT_AT + 5, FILE[RESULT_AT + 5 :]))
    assert database.ask(kept_record(parts[0], "output")) is None


def test_a_damaged_piece_is_none(parts: tuple[StepLine, SessionRow], database: Database) -> None:
    database.put("raw_chunks", file_id=5, offset=0, length=len(FILE), content=b"damaged")
    assert database.ask(kept_record(parts[0], "output")) is None


def test_kept_bytes_of_an_earlier_life_of_the_file_give_way_to_the_file(
    parts: tuple[StepLine, SessionRow],
) -> None:
    found, row = parts
    assert load_payload(found, row, "output", b'{"type": "user"}') == Payload("all good")


def test_a_file_that_is_gone_is_said(parts: tuple[StepLine, SessionRow]) -> None:
    found, row = parts
    Path(row.path).unlink()
    with pytest.raises(PayloadMissingError, match=r"The session file cannot be read \(No such file or directory\)\."):
        load_payload(found, row, "input")


@pytest.mark.parametrize("path", ["", "/", "/dev/null/x", "nul\0l"])
def test_a_path_that_is_no_file_is_said(parts: tuple[StepLine, SessionRow], path: str) -> None:
    found, row = parts
    with pytest.raises(PayloadMissingError, match="The session file"):
        load_payload(found, replace(row, path=path), "input")


def test_a_file_that_was_cut_or_rewritten_is_said(parts: tuple[StepLine, SessionRow]) -> None:
    found, row = parts
    Path(row.path).write_bytes(FILE[:60])
    with pytest.raises(PayloadMissingError, match="The session file holds something else there now"):
        load_payload(found, row, "input")


def test_a_part_that_is_not_there_is_said(parts: tuple[StepLine, SessionRow], database: Database) -> None:
    found = database.ask(step((((1 << 20) + 1) << 20) + 2))
    assert found is not None
    with pytest.raises(PayloadMissingError, match="There is nothing more"):
        load_payload(found, parts[1], "output")
    assert database.ask(kept_record(found, "output")) is None


@pytest.mark.parametrize("source", ["trajectory_db", "an agent of tomorrow"])
def test_a_session_without_records_is_said(parts: tuple[StepLine, SessionRow], source: str) -> None:
    found, row = parts
    with pytest.raises(PayloadMissingError, match="keeps no more than what is shown"):
        load_payload(found, replace(row, source=source), "input")
