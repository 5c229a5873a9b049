"""What an agent is told of its past, from a literal database."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.api.recall import MAX_TEXT_CHARS, Recall, UnknownSessionError, repository_of_folder
from ppp_tui.model.clock import FrozenClock
from ppp_tui.model.project import Labels
from ppp_tui.query.errors import DatabaseMissingError
from tests.query.database_fixture import NOON_MS, Database

SHOP = "/home/ann/shop"


@pytest.fixture
def recall(database: Database) -> Recall:
    """An agent in the project shop, whose session 1 failed a command and mended it; session 2 is elsewhere."""
    database.session(
        1,
        {
            "turns": 2,
            "failed_steps": 2,
            "context_tokens": 50_000,
            "context_window": 200_000,
            "low_questions": 2,
            "tree_requests": 4,
            "tree_cost_micros": 1_500_000,
            "tree_output_tokens": 70,
        },
        title="Add\x1b[31m login",
        model="opus",
    )
    database.session(2, {"failed_steps": 1, "low_questions": 1}, project="/home/ann/docs")
    for trajectory in (1, 2):
        database.turn(trajectory, 1, "Mend the login page")
        database.turn(trajectory, 2)
        database.index((trajectory << 20) + 1, trajectory, -1, 19)
        at = f"2026-11-20 11:3{trajectory}:00.000"
        database.step(
            trajectory, 1, 1, status="failed", target="make", exit_code=2, output_preview="boom", started_at=at
        )
    database.step(1, 1, 2, kind="edit", target="login.py", started_at="2026-11-20 11:32:00.000")
    database.step(1, 2, 1, target="make", started_at="2026-11-20 11:33:00.000")
    database.step(1, 2, 2, status="failed", target="lint", started_at="2026-11-20 11:34:00.000")
    database.writer.execute("UPDATE project_folders SET repository = folder WHERE folder = ?", (SHOP,))
    return Recall(database.path, f"{SHOP}/src/pages", FrozenClock(NOON_MS))


def test_failed_command_comes_with_what_made_it_succeed(recall: Recall) -> None:
    told = recall.failed()
    assert told["project"] == SHOP
    mended, broken = told["commands"]
    assert mended == {
        "session": 1,
        "turn": 1,
        "at": "2026-11-20T11:31:00.000Z",
        "command": "make",
        "exit_code": 2,
        "output": "boom",
        "succeeded_in_turn": 2,
        "files_changed_before": ["login.py"],
    }
    assert (broken["command"], broken["succeeded_in_turn"], broken["files_changed_before"]) == ("lint", None, [])
    assert [command["command"] for command in recall.failed("/home/ann/docs")["commands"]] == ["make"]


def test_past_work_is_that_of_the_project(recall: Recall) -> None:
    turns = recall.past_work("login")["turns"]
    assert [(turn["session"], turn["turn"]) for turn in turns] == [(1, 1)]
    assert "[login]" in turns[0]["text"]
    assert recall.past_work("nothing")["turns"] == []


def test_session_figures_are_those_of_the_newest_session(recall: Recall) -> None:
    figures = recall.session_figures()
    assert (figures["session"], figures["cost_usd"], figures["context_filled"]) == (1, 1.5, 0.25)
    assert figures["title"] == "Add␛[31m login"
    assert recall.session_figures("2")["cost_usd"] is None
    with pytest.raises(UnknownSessionError, match=r"There is no session 99\."):
        recall.session_figures("99")
    with pytest.raises(UnknownSessionError, match=r"There is no session 9␛\[31m\."):
        recall.session_figures("9\x1b[31m")


def test_project_without_sessions_has_no_figures(recall: Recall, database: Database) -> None:
    elsewhere = Recall(database.path, "/nowhere", FrozenClock(NOON_MS))
    assert elsewhere.failed()["commands"] == []
    with pytest.raises(UnknownSessionError, match=r"This project has no session yet\."):
        elsewhere.session_figures()


def test_only_answered_questions_are_told(recall: Recall, database: Database) -> None:
    for number, answer in ((1, "GitHub"), (2, None), (3, ""), (4, None), (5, None), (6, None)):
        database.put(
            "trajectory_questions",
            id=(((1 << 20) + 1) << 20) + number,
            turn_id=(1 << 20) + 1,
            question_text=f"Which provider? {number}",
            effort_level="low",
            method="m",
            rule="r",
            source="tool",
            options='["GitHub", "Google"]',
            answer=answer,
        )
    [question] = recall.answered_questions(limit=1)["questions"]
    assert (question["question"], question["answer"]) == ("Which provider? 1", "GitHub")
    assert question["options"] == ["GitHub", "Google"]


def test_long_texts_and_limits_are_cut(recall: Recall, database: Database) -> None:
    database.writer.execute("UPDATE steps SET target = ?", ("x" * 5000,))
    [command] = recall.failed(limit=0)["commands"]
    assert len(command["command"]) == MAX_TEXT_CHARS


def test_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissingError, match="There is no database at"):
        Recall(tmp_path / "none.db", "/x", FrozenClock(NOON_MS)).sessions()


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/a/shop", "/a/shop"),
        ("/a/shop/src/deep", "/a/shop"),
        ("/a/worktree", "/a/shop"),
        ("/a/other", "/a/other"),
        ("", ""),
    ],
)
def test_folder_belongs_to_the_repository_above_it(folder: str, expected: str) -> None:
    labels = Labels({}, {"/a/shop": "/a/shop", "/a/worktree": "/a/shop"})
    assert repository_of_folder(folder, labels) == expected
