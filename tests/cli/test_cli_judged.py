"""``questions`` and ``violations`` over a database with one session that asks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import SESSION, SESSION_FILE, Run, copy_home, environment, make_home, record
from tests.warm import Warm


@pytest.fixture(scope="module")
def made_home(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Path:
    """A home whose session asks, in the database."""
    home = make_home(tmp_path_factory.mktemp("judged") / "home")
    asked = {
        "id": "msg_2",
        "model": "claude-sonnet-4-5",
        "stop_reason": "end_turn",
        "content": [{"type": "text", "text": "It stands.\n\nShould I use port 80, or \u202e81?"}],
        "usage": {"input_tokens": 10, "output_tokens": 5},
    }
    with (home / SESSION_FILE).open("a") as file:
        file.write(record("user", 3, {"content": "Serve it"}) + record("assistant", 4, asked, requestId="req_2"))
    commas = environment(home, PPP_TUI_PPP__PREFERENCES__USER="commas")
    assert warm.run(["ingest"], commas).returncode == 0
    return home


@pytest.fixture(autouse=True)
def home(made_home: Path, tmp_path: Path) -> Path:
    return copy_home(made_home, tmp_path / "home")


def test_questions_for_people_stand_under_the_names_of_the_fields(ppp: Run) -> None:
    done = ppp("questions")
    title, head, _, row = done.stdout.splitlines()
    assert (done.returncode, title) == (0, "Questions")
    assert re.split(" {2,}", head) == [
        "session",
        "turn",
        "agent",
        "project",
        "title",
        "asked at",
        "effort",
        "judged by",
        "rule",
        "source",
        "options",
        "answered at",
        "answer",
        "status",
        "question",
    ]
    assert row.endswith("Should I use port 80, or ⟨RLO⟩81?")
    assert head.index("question") == row.index("Should")


def test_questions_for_programs_have_the_same_fields(ppp: Run) -> None:
    done = ppp("questions", "--json", "--effort", "low", "--agent", "claude", "--since", "2026-11-20", "--session", "1")
    assert json.loads(done.stdout)["rows"] == [
        {
            "session": 1,
            "turn": 2,
            "agent": "claude",
            "project": "/shop",
            "title": "",
            "at": "2026-11-20T10:00:04.000Z",
            "effort": "low",
            "method": "heuristic-6",
            "rule": "choice",
            "source": "text",
            "question": "Should I use port 80, or \u202e81?",
            "options": [],
            "answered_at": None,
            "answer": None,
            "answer_status": None,
        }
    ]
    assert done.stdout.isascii()


def test_violations_are_listed_both_ways(ppp: Run) -> None:
    assert ppp("violations").stdout.splitlines()[3].split()[-1:] == ["comma"]
    done = ppp("violations", "--json", "--preference", "commas", "--severity", "major", "--until", "2026-11")
    assert json.loads(done.stdout)["rows"] == [
        {
            "session": 1,
            "turn": 2,
            "agent": "claude",
            "project": "/shop",
            "title": "",
            "at": "2026-11-20T10:00:03.000Z",
            "preference": "commas",
            "severity": "major",
            "expected": "no commas",
            "actual": "1 comma",
            "source": "judged",
            "method": "preferences-1",
            "text_start": 12,
            "text_end": 41,
        }
    ]


@pytest.mark.parametrize(
    ("arguments", "sought"),
    [
        (("questions", "--effort", "high"), "No questions (effort high)."),
        (("violations", "--project", "elsewhere"), "No violations (project elsewhere)."),
        (("questions", "--since", "2026-11-21", "--until", "2026-11-22"), "(since 2026-11-21, until 2026-11-22)."),
    ],
)
def test_empty_list_says_what_was_searched_and_ends_with_status_one(
    ppp: Run, home: Path, arguments: tuple[str, ...], sought: str
) -> None:
    done = ppp(*arguments)
    place = f"Searched {home}/.local/share/ppp-tui/archive.db: 1 session, 2026-11-20 to 2026-11-20.\n"
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(f"{sought} {place}")


def test_a_time_that_is_none_is_refused_with_what_is_one(ppp: Run) -> None:
    done = ppp("questions", "--since", "noon")
    assert done.returncode == 2
    assert "noon is not a time: write a day (2026-11-20)" in done.stderr


def test_answers_stand_beside_their_questions(ppp: Run, home: Path) -> None:
    session = home / ".claude" / "projects" / "-shop" / f"{SESSION}.jsonl"
    with session.open("a") as file:
        file.write(record("user", 9, {"content": "Take 81"}))
    assert ppp("ingest").returncode == 0
    told = json.loads(ppp("questions", "--json").stdout)["rows"][0]
    assert (told["answer"], told["answer_status"], told["answered_at"]) == (
        "Take 81",
        "reply",
        "2026-11-20T10:00:09.000Z",
    )
