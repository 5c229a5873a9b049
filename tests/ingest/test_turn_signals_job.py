"""Turns compared with what is usual: each once, only where enough turns tell, and not in what dumps compare."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.ingest.jobs import turn_signals
from ppp_tui.ingest.jobs.turn_signals import TurnSignalsJob
from ppp_tui.model.agent_codes import RULES_VERSION
from ppp_tui.model.preference import Preferences
from ppp_tui.store.verify import dump
from ppp_tui.store.writers import derived
from tests.ingest.house import House
from tests.ingest.notes_source import DAY
from tests.ingest.one_trajectory import OneTrajectory

NOW_MS = DAY + 12 * 3_600_000
AT = "2026-11-20 12:00:00.000"
SIGNALS = "SELECT signal_id >> 20 & 1048575, signal_code, value FROM agent_quality_signals ORDER BY signal_id"


class Desk(OneTrajectory):
    """A database with one trajectory of 60 turns that took 1 to 60 seconds and so many tokens."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.ask("UPDATE trajectory_summaries SET last_at = ?", AT)
        for number in range(1, 61):
            self.add(number, 1000 * number, number)

    def add(self, number: int, latency_ms: int | None, tokens: int | None, status: str = "completed") -> None:
        """Write a turn as a commit of ingest does."""
        with self.writer.transaction():
            self.ask(
                "INSERT INTO trajectory_turns (id, trajectory_id, turn_number, latency_ms, input_tokens, "
                "output_tokens, cache_read_tokens, cache_write_tokens, status, ended_at, prompt, response) "
                "VALUES (?, 1, ?, ?, ?, 0, 0, 0, ?, ?, '', '')",
                (1 << 20) | number,
                number,
                latency_ms,
                tokens,
                status,
                AT,
            )
            self.ask(
                "UPDATE trajectory_summaries SET revision = "
                "(SELECT CAST(value AS INTEGER) FROM archive_facts WHERE name = 'revision')"
            )

    def run(self, job: TurnSignalsJob | None = None) -> None:
        job = job or TurnSignalsJob(self.writer)
        while job.run_slice(NOW_MS):
            pass


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(Desk(tmp_path / "a.db")) as desk:
        yield desk


def so(desk: Desk) -> list[tuple[int, str]]:
    return [(turn, code) for turn, code, value in desk.ask(SIGNALS) if value]


def test_turns_beyond_what_nine_of_ten_took_exceed(desk: Desk) -> None:
    desk.run()
    assert {turn for turn, code in so(desk) if code == "exceeded_threshold"} == {55, 56, 57, 58, 59, 60}
    assert {turn for turn, code in so(desk) if code == "high_usage"} == {55, 56, 57, 58, 59, 60}
    assert len(desk.ask(SIGNALS)) == 180
    assert desk.ask("SELECT DISTINCT source, rules, recorded_at FROM agent_quality_signals") == [
        ("derived", RULES_VERSION, AT)
    ]


def test_turns_are_compared_once_however_they_are_cut_into_slices(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn_signals, "SLICE_TURNS", 7)
    job = TurnSignalsJob(desk.writer)
    desk.run(job)
    before = desk.ask(SIGNALS)
    assert len(before) == 180
    desk.add(61, 1, 1)
    desk.run(job)
    assert desk.ask(SIGNALS)[:180] == before
    assert len(desk.ask(SIGNALS)) == 183
    # What was compared stays so for another process.
    monkeypatch.setattr(derived, "put_turn_signals", None)
    desk.run()


def test_sessions_that_told_nothing_are_not_looked_at_again_by_the_next_process(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.run()
    with desk.writer.transaction():
        for number in range(2, 53):
            desk.ask("INSERT INTO trajectories (id, spec_id, agent_name) VALUES (?, '', 'codex')", number)
            desk.ask(
                "INSERT INTO trajectory_summaries (trajectory_id, last_at, revision) VALUES (?, ?, "
                "(SELECT CAST(value AS INTEGER) FROM archive_facts WHERE name = 'revision'))",
                number,
                AT,
            )
    desk.run()
    monkeypatch.setattr(derived, "unjudged_turns", None)
    desk.run()


def test_an_open_turn_waits_and_one_that_tells_nothing_has_no_signal(desk: Desk) -> None:
    desk.add(61, None, None)
    desk.add(62, 90_000, None, "open")
    desk.run()
    assert not any(turn in (61, 62) for turn, _, _ in desk.ask(SIGNALS))
    desk.ask("UPDATE trajectory_turns SET status = 'completed' WHERE turn_number = 62")
    desk.add(63, 1, 1)
    desk.run()
    assert (62, "exceeded_threshold") in so(desk)


def test_an_agent_with_few_turns_has_no_usual(desk: Desk) -> None:
    desk.ask("DELETE FROM trajectory_turns WHERE turn_number > 49")
    desk.run()
    assert desk.ask(SIGNALS) == []


def test_comparisons_are_left_out_of_dumps(desk: Desk) -> None:
    before = list(dump(desk.writer._connection))
    desk.run()
    assert list(dump(desk.writer._connection)) == before


SCHEMA = "SELECT signal_type, signal_code FROM agent_quality_signals WHERE signal_type = 'schema_valid'"


def test_an_answer_that_had_to_be_json_has_a_signal_for_as_long_as_that_is_asked(house: House) -> None:
    house.write(
        "a.note",
        {"project": "/home/ann/shop"},
        {"prompt": "List them", "at": 1},
        {"say": '{"a": 1}'},
        {"done": 1, "at": 5},
        {"prompt": "And now", "at": 6},
        {"say": "In prose."},
        {"done": 1, "at": 9},
    )
    house.ingest(preferences=Preferences(("require_json",)))
    assert house.ask(f"{SCHEMA} ORDER BY signal_id") == [
        ("schema_valid", "full_match"),
        ("schema_valid", "validation_failed"),
    ]
    house.ingest()
    assert house.ask(SCHEMA) == []
