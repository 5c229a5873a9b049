"""What belongs to no turn, hostile values, and names of databases: how they arrive in the shared store."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.store.meta import DATABASE_ID, fact
from ppp_tui.store.write import Writer
from ppp_tui.team import loose
from ppp_tui.team.connect import StoreError
from ppp_tui.team.local import FACTS, pack_digests, unpack_digests
from tests.team.people import ask, change, count_of, push, shares


def test_events_are_numbered_on_after_the_local_database_began_again(ada: str, database: Path) -> None:
    def record(*hours: int) -> None:
        for hour in hours:
            change(
                database,
                "INSERT INTO performance_events (at, type, agent_id, data) VALUES "
                f"('2026-11-20 {hour}:00:00.000', 'task-execution', 'claude', '{{}}')",
            )

    record(10, 11)
    push(ada, database)
    change(database, "DELETE FROM performance_events")
    record(12)
    push(ada, database)
    record(13)
    push(ada, database)
    push(ada, database, shares("text"))
    assert ask(ada, "SELECT id & 255, substr(at, 12, 2) FROM performance_events ORDER BY id") == [
        (1, "10"),
        (2, "11"),
        (3, "12"),
        (4, "13"),
    ]


def test_more_events_than_fit_go_in_turns(ada: str, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loose, "MOST_EVENTS", 2)
    values = ", ".join(f"('2026-11-20 10:00:0{number}.000', 'task-execution', '{{}}')" for number in range(5))
    change(database, f"INSERT INTO performance_events (at, type, data) VALUES {values}")
    push(ada, database)
    assert count_of(ada, "performance_events") == 5


def test_alerts_that_end_end_there(ada: str, database: Path) -> None:
    change(database, "INSERT INTO alerts VALUES (1, 'retries > 5', 1, '2026-11-20 10:00:00.000', 6.0, NULL)")
    push(ada, database)
    change(database, "UPDATE alerts SET until = '2026-11-20 11:00:00.000'")
    change(database, "INSERT INTO alerts VALUES (2, 'retries > 5', 1, '2026-11-20 12:00:00.000', 7.0, NULL)")
    push(ada, database)
    assert ask(ada, "SELECT since, until, value FROM alerts ORDER BY id") == [
        ("2026-11-20 10:00:00.000", "2026-11-20 11:00:00.000", 6.0),
        ("2026-11-20 12:00:00.000", None, 7.0),
    ]


def test_hostile_values_arrive_as_both_databases_hold_them(ada: str, database: Path) -> None:
    change(database, "UPDATE trajectory_turns SET prompt = 'a' || char(0) || 'b', token_count = 'many'", 1, 2, 3)
    change(database, "UPDATE trajectories SET title = 'x' || char(9) || '\\N' || char(10) || '\\.'", 1, 2, 3)
    push(ada, database, shares("text"))
    assert ask(ada, "SELECT DISTINCT prompt, token_count FROM trajectory_turns") == [("a␀b", None)]
    assert ask(ada, "SELECT DISTINCT title FROM trajectories") == [("x\t\\N\n\\.",)]


def test_a_database_without_a_name_is_refused(ada: str, database: Path) -> None:
    change(database, f"DELETE FROM archive_facts WHERE name = '{DATABASE_ID}'")
    with pytest.raises(StoreError, match="no name of its own"):
        push(ada, database)


def test_every_new_database_has_a_name_of_its_own(tmp_path: Path) -> None:
    names = []
    for number in range(2):
        with closing(Writer(tmp_path / f"{number}.db")) as writer:
            names.append(writer.ask(fact, DATABASE_ID))
        with closing(Writer(tmp_path / f"{number}.db")) as writer:
            assert writer.ask(fact, DATABASE_ID) == names[-1]
    assert len(set(names)) == 2
    assert [len(name) for name in names] == [32, 32]


def test_digests_are_kept_by_the_number_of_their_turn() -> None:
    digests = {1: b"12345678", FACTS: b"abcdefgh", 300: b"\0" * 8}
    assert unpack_digests(pack_digests(digests)) == digests
    assert unpack_digests(b"") == unpack_digests(b"odd") == {}
