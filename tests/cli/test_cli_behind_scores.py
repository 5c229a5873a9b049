"""``questions`` and ``violations``, run as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ppp_tui.store.connect import open_writer
from ppp_tui.store.migrate import migrate
from tests.cli.conftest import Run

ROWS = """
INSERT INTO trajectories (id, spec_id, agent_name, native_id) VALUES (1, '', 'claude', 'one'), (2, '', 'codex', 'two');
INSERT INTO trajectory_summaries (trajectory_id, last_at, turns, low_questions, high_questions, violations)
VALUES (1, '2026-11-20 10:00:00.000', 1, 1, 1, 1), (2, '2026-11-20 11:00:00.000', 1, 1, 0, 0);
INSERT INTO trajectory_turns (id, trajectory_id, turn_number, prompt, response)
VALUES (1048579, 1, 3, '', ''), (2097153, 2, 1, '', '');
INSERT INTO trajectory_questions (id, turn_id, question_text, effort_level, method, rule, source, options, asked_at)
VALUES ((1048579 << 20) + 1, 1048579, 'Which one?', 'low', 'spec/1', 'mark', 'text', '["A", "B"]', NULL),
((1048579 << 20) + 2, 1048579, 'Why is\nit so?', 'high', 'spec/1', '', 'text', '[]', NULL),
((2097153 << 20) + 1, 2097153, 'Now?', 'low', 'stated', '', 'stated', '[]', '2026-11-20 10:59:00.000');
INSERT INTO trajectory_violations (id, turn_id, preference_name, expected, actual, severity, method)
VALUES ((1048579 << 20) + 1, 1048579, 'no_ask', 'no questions', 'asked \u202e2', 'major', 'spec/1');
"""


@pytest.fixture
def archive(home: Path) -> Path:
    """Two sessions: the older asked twice and kept to nothing, the newer asked once."""
    path = home / ".local" / "share" / "ppp-tui" / "archive.db"
    connection = open_writer(path)
    migrate(connection, path)
    connection.executescript(ROWS)
    connection.close()
    return path


@pytest.mark.usefixtures("archive")
def test_questions_are_listed_the_newest_session_first(ppp: Run) -> None:
    done = ppp("questions")
    assert (done.returncode, [" ".join(line.split()) for line in done.stdout.splitlines()]) == (0, [
        "session turn agent effort method rule source asked_at text options",
        "2 1 codex low stated – stated 2026-11-20 10:59:00.000 Now? –",
        "1 3 claude low spec/1 mark text – Which one? A, B",
        "1 3 claude high spec/1 – text – Why is it so? –",
    ])  # fmt: skip


@pytest.mark.usefixtures("archive")
def test_questions_of_one_session_and_effort_for_programs(ppp: Run) -> None:
    done = ppp("questions", "one", "--effort", "low", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {
        "session": 1, "turn": 3, "agent": "claude", "effort": "low", "method": "spec/1", "rule": "mark",
        "source": "text", "asked_at": None, "text": "Which one?", "options": ["A", "B"],
    })  # fmt: skip
    assert len(ppp("questions", "--json", "--limit", "2").stdout.splitlines()) == 2


@pytest.mark.usefixtures("archive")
def test_violations_are_listed_with_what_was_expected(ppp: Run) -> None:
    done = ppp("violations")
    assert [" ".join(line.split()) for line in done.stdout.splitlines()] == [
        "session turn agent severity preference method expected actual",
        "1 3 claude major no_ask spec/1 no questions asked ⟨RLO⟩2",
    ]
    assert json.loads(ppp("violations", "1", "--json").stdout)["actual"] == "asked \u202e2"


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize(
    "arguments", [("violations", "two"), ("violations", "--severity", "minor"), ("questions", "--effort", "medium")]
)
def test_none_is_a_status_of_its_own(ppp: Run, arguments: tuple[str, ...]) -> None:
    done = ppp(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
