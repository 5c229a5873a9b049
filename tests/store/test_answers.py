"""What the user wrote next as the answer to questions that got none where they were put."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.model.rows import QuestionRow, TurnRow
from ppp_tui.store.verify import dump
from ppp_tui.store.write import Writer
from ppp_tui.store.writers import scores
from tests.store.row_builders import batch, delta, turn


def question(turn_number: int, number: int = 1, **changes: object) -> QuestionRow:
    row = QuestionRow(
        turn_number=turn_number,
        question_number=number,
        question_text="Which port?",
        effort_level="low",
        method="literal",
        rule="choice",
        source="text",
        asked_at="2026-11-20 10:00:00.500",
        text_start=0,
        text_end=5,
    )
    return row._replace(**changes)  # type: ignore[arg-type]


def at(minute: int, row: TurnRow, **changes: object) -> TurnRow:
    return row._replace(timestamp=f"2026-11-20 10:{minute:02d}:00.000", **changes)  # type: ignore[arg-type]


def answers(writer: Writer) -> list[tuple[object, ...]]:
    return writer._connection.execute(
        "SELECT answer, answer_status, answered_at FROM trajectory_questions ORDER BY id"
    ).fetchall()


def test_the_next_prompt_answers_whatever_the_turn_asked(writer: Writer) -> None:
    first = delta(turns=[turn(1)], questions=[question(1), question(1, 2)], prompted=[1])
    writer.write([batch("/a", first)])
    assert answers(writer) == [(None, None, None)] * 2
    writer.write([batch("/a", delta(turns=[at(5, turn(2, prompt="8080"))], prompted=[2]), file_id=1)])
    assert answers(writer) == [("8080", "reply", "2026-11-20 10:05:00.000")] * 2


@pytest.mark.parametrize("origin", ["system", "command"])
def test_what_the_user_did_not_write_is_no_answer(writer: Writer, origin: str) -> None:
    turns = [turn(1), at(1, turn(2, prompt="/cost"), origin=origin), at(2, turn(3, prompt="Take 80"))]
    writer.write([batch("/a", delta(turns=turns, questions=[question(1)], prompted=[1, 2, 3]))])
    assert answers(writer) == [("Take 80", "reply", "2026-11-20 10:02:00.000")]


def test_a_reply_that_was_taken_back_gives_way_to_the_next(writer: Writer) -> None:
    turns = [turn(1), at(1, turn(2, prompt="80"))]
    writer.write([batch("/a", delta(turns=turns, questions=[question(1)], prompted=[1, 2]))])
    writer.write([batch("/a", delta(turns=[at(2, turn(3, prompt="443"))], prompted=[3], rolled_back=[2]), file_id=1)])
    assert answers(writer) == [("443", "reply", "2026-11-20 10:02:00.000")]


def test_a_question_of_a_turn_that_was_taken_back_is_not_answered_by_what_came_instead(writer: Writer) -> None:
    turns = [turn(1), at(1, turn(2, prompt="Blue")), at(2, turn(3, prompt="Green"))]
    asked = [question(1), question(2)]
    writer.write([batch("/a", delta(turns=turns, questions=asked, prompted=[1, 2, 3], rolled_back=[2]))])
    assert answers(writer) == [("Green", "reply", "2026-11-20 10:02:00.000"), (None, None, None)]
    writer.write([batch("/a", delta(turns=[], rolled_back=[3], restored=[2]), file_id=1)])
    assert answers(writer) == [("Blue", "reply", "2026-11-20 10:01:00.000"), (None, None, None)]


def test_what_a_turn_asked_and_took_counts_though_it_was_taken_back(writer: Writer) -> None:
    turns = [turn(1), at(1, turn(2, prompt="Blue"))]
    writer.write([batch("/a", delta(turns=turns, questions=[question(1), question(2)], prompted=[1, 2]))])
    sums = "SELECT turns, low_questions, low_asks, wall_ms FROM trajectory_summaries"
    before = writer._connection.execute(sums).fetchall()
    writer.write([batch("/a", delta(turns=[], rolled_back=[2]), file_id=1)])
    assert before == writer._connection.execute(sums).fetchall()
    assert before[0][:3] == (2, 2, 2)


@pytest.mark.parametrize("status", ["given", "rejected", "empty", "failed"])
def test_an_answer_that_came_otherwise_stays(writer: Writer, status: str) -> None:
    asked = question(1, source="tool", answer_status=status)
    writer.write([batch("/a", delta(turns=[turn(1), turn(2, prompt="Go on")], questions=[asked], prompted=[1, 2]))])
    assert answers(writer) == [(None, status, None)]


def test_without_text_a_reply_is_known_and_not_told(writer: Writer) -> None:
    hidden = at(1, turn(2, prompt=""), prompt_length=7, prompt_hash="ab")
    writer.write([batch("/a", delta(turns=[turn(1), hidden], questions=[question(1)], prompted=[1, 2]))])
    assert answers(writer) == [(None, "reply", "2026-11-20 10:01:00.000")]


def test_a_long_reply_is_kept_in_part(writer: Writer) -> None:
    turns = [turn(1), turn(2, prompt="x" * 5000)]
    writer.write([batch("/a", delta(turns=turns, questions=[question(1)], prompted=[1, 2]))])
    [(answer, _, _)] = answers(writer)
    assert answer == "x" * 4000


def test_questions_that_are_found_anew_keep_their_reply(writer: Writer) -> None:
    turns = [turn(1), at(1, turn(2, prompt="80"))]
    writer.write([batch("/a", delta(turns=turns, questions=[question(1)], prompted=[1, 2]))])
    judged = scores.ScoredTurn(1, "newer", (question(1), question(1, 2)), (), {})
    with writer.transaction() as summaries:
        scores.put_turn(writer._connection, 1, judged, summaries)
    assert answers(writer) == [("80", "reply", "2026-11-20 10:01:00.000")] * 2


def test_answers_come_back_from_an_archive_file(writer: Writer, tmp_path: Path) -> None:
    asked = question(1, source="tool", answer="80", answer_status="given", answered_at="2026-11-20 10:00:02.000")
    writer.write([batch("/a", delta(turns=[turn(1)], questions=[asked, question(1, 2)], prompted=[1]))])
    before = list(dump(writer._connection))
    assert any('"80"' in line or "80" in line for line in before)
    writer.archive(writer.archivable_units(2_000_000_000_000, 10), tmp_path / "out.jsonl.zst")
    assert answers(writer) == []
    writer.restore_archive(tmp_path / "out.jsonl.zst")
    assert answers(writer) == [("80", "given", "2026-11-20 10:00:02.000"), (None, None, None)]
    assert list(dump(writer._connection)) == before
