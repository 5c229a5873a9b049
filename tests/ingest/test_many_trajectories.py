"""A database with more trajectories than a file's state remembers, and sessions older than the person keeps."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import FrozenClock
from ppp_tui.model.limits import MAX_TRAJECTORIES
from ppp_tui.store.verify import dump
from ppp_tui.store.write import Writer
from tests.ingest.house import LATER_MS, House
from tests.sources.trajectory_tables import SCHEMA, write

MANY = MAX_TRAJECTORIES + 40


def read_database(foreign: Path, database: Path) -> list[str]:
    options = IngestOptions(database, (), (("trajectory_db", foreign),))
    with closing(Writer(database)) as writer:
        Pipeline(writer, options, FrozenClock(LATER_MS), {}, database.parent).run(follow=False)
        return list(dump(writer._connection))


def test_many_trajectories_that_grow_in_turn_are_read_as_if_at_once(tmp_path: Path) -> None:
    database = write(tmp_path / "t.db", SCHEMA)
    begun = ", ".join(f"({number}, 'SPEC', 'claude', 'run', '2026-11-20 09:00:00')" for number in range(1, MANY + 1))
    write(database, f"INSERT INTO trajectories VALUES {begun};")
    for turn in (1, 2, 3):
        turns = ", ".join(
            f"({number}, {turn}, 'Go on', 'Which one?', 5, 100, '2026-11-20 10:0{turn}:00')"
            for number in range(1, MANY + 1)
        )
        columns = "trajectory_id, turn_number, prompt, response, token_count, latency_ms, timestamp"
        write(database, f"INSERT INTO trajectory_turns ({columns}) VALUES {turns};")
        in_parts = read_database(database, tmp_path / "parts.db")
    assert in_parts == read_database(database, tmp_path / "whole.db")
    assert sum(line.startswith("trajectory_turns") for line in in_parts) == 3 * MANY
    assert {line.partition("created_at=")[2][:26] for line in in_parts if line.startswith("trajectories")} == {
        "'2026-11-20 09:00:00.000',"
    }


def test_sessions_older_than_the_user_keeps_are_forgotten_and_not_read_again(house: House) -> None:
    old = {"at": -10 * 86_400}
    house.write("old.note", {"prompt": "Old", **old}, {"tokens": 5, "key": "o", **old})
    house.write("new.note", {"prompt": "New"}, {"tokens": 7, "key": "n"})
    prompts = "SELECT prompt FROM trajectory_turns ORDER BY prompt"
    house.ingest(retention_days=11)
    assert house.ask(prompts) == [("New",), ("Old",)]
    for _ in range(2):
        house.ingest(retention_days=5)
        assert house.ask(prompts) == [("New",)]
    assert house.ask("SELECT sum(output_tokens) FROM session_days") == [(7,)]
    assert house.ask("SELECT sum(output_tokens) FROM project_days") == [(12,)]
    house.append("old.note", {"say": "Back again."})
    house.ingest(retention_days=5)
    assert house.ask("SELECT response FROM trajectory_turns ORDER BY 1") == [("",), ("Back again.",)]
