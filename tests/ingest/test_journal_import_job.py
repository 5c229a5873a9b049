"""Ingest looks after programs that log: it imports what they left, prices what they used, finds their text."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from ppp_tui.logger.logger import TrajectoryLogger
from ppp_tui.settings.prices import ModelPrices
from ppp_tui.store.logged.entries import encode
from ppp_tui.store.logged.journal import Journal, journal_folder, journals
from ppp_tui.store.verify import dump
from ppp_tui.store.write import Writer
from tests.ingest.house import House
from tests.ingest.test_follow import ask, following
from tests.waiting import until

T = "t" * 32
AT = 1_795_176_000_000


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def leave(database: Path) -> Journal:
    """A logger's journal, still held."""
    journal = Journal.create(journal_folder(database), 1)
    for entry in (
        ("started", T, AT, 0, "SPEC", "me", "r", "plan", 1, "", "", "/p", "", "", 1),
        ("turned", T, AT, 1, "find the pangolin", "r", None, None, "completed", (), ()),
        ("used", T, AT, 1, "claude-sonnet-4-5", 100_000, 0, None, 0, 0, None),
        ("used", T, AT, 1, "a-model-that-nobody-sells", 10, 0, None, 0, 0, None),
    ):
        journal.append(encode(entry))
    return journal


def test_a_run_carries_in_prices_and_indexes_what_a_dead_program_left(house: House) -> None:
    leave(house.database).close()
    house.ingest()
    assert journals(house.database) == []
    assert house.ask("SELECT model, cost_micros FROM token_usage ORDER BY id") == [
        ("claude-sonnet-4-5", 300_000),
        ("a-model-that-nobody-sells", None),
    ]
    assert house.ask("SELECT cost_micros, unpriced_requests, tree_cost_micros FROM trajectory_summaries") == [
        (300_000, 1, 300_000)
    ]
    assert house.ask("SELECT model, requests, cost_micros, unpriced_requests FROM usage_minutes ORDER BY 1") == [
        ("a-model-that-nobody-sells", 1, 0, 1),
        ("claude-sonnet-4-5", 1, 300_000, 0),
    ]
    days = "SELECT d.model, d.cost_micros, d.saved_micros FROM project_days AS d WHERE d.project = '/p' ORDER BY 1"
    assert house.ask(days) == [("a-model-that-nobody-sells", 0, 0), ("claude-sonnet-4-5", 300_000, 0)]
    assert house.ask("SELECT count(*) FROM price_queue") == [(0,)]
    assert house.ask("SELECT count(*) FROM search_index WHERE search_index MATCH 'pangolin'") == [(1,)]


def test_a_second_run_changes_nothing(house: House) -> None:
    leave(house.database).close()
    house.ingest()
    writer = Writer(house.database)
    first = list(dump(writer._connection))
    writer.close()
    house.ingest()
    writer = Writer(house.database)
    assert list(dump(writer._connection)) == first
    assert [line for line in first if f"logger:{T}" in line and "find the pangolin" in line]
    writer.close()


def test_prices_of_the_users_own_price_what_was_logged_unless_it_states_a_cost(house: House) -> None:
    journal = leave(house.database)
    journal.append(encode(("used", T, AT, 1, "a-model-that-nobody-sells", 1_000, 0, None, 0, 0, 77)))
    journal.close()
    house.ingest()
    sums = "SELECT cost_micros, unpriced_requests, reported_micros FROM session_days WHERE model = ?"
    assert house.ask(sums, "a-model-that-nobody-sells") == [(77, 1, 77)]
    own = ModelPrices(input_usd=Decimal(2), output_usd=Decimal(0))
    house.ingest(prices=(("a-model-that-nobody-sells", own),))
    assert house.ask(sums, "a-model-that-nobody-sells") == [(77 + 20, 0, 77)]


@pytest.mark.slow
def test_while_it_follows_it_waits_for_the_program_to_go(house: House) -> None:
    with following(house):
        journal = leave(house.database)
        assert journals(house.database) == [journal.path]
        assert ask(house, "SELECT count(*) FROM trajectories") == [(0,)]
        journal.close()
        until(lambda: journals(house.database) == [])
        assert ask(house, "SELECT spec_id, agent_name FROM trajectories") == [("SPEC", "me")]
        until(lambda: ask(house, "SELECT count(*) FROM search_queue") == [(0,)])


@pytest.mark.slow
def test_a_program_logs_while_ingest_writes(house: House) -> None:
    house.write("a.note", {"prompt": "first"})
    with following(house), TrajectoryLogger.open(house.database) as log:
        trajectory = log.start("SPEC", "me")
        for number in range(200):
            trajectory.log_turn(f"logged {number}")
            if number % 20 == 0:
                house.append("a.note", {"prompt": f"noted {number}"})
        assert log.flush(30)
        assert log.lost == 0
        until(lambda: ask(house, "SELECT count(*) FROM trajectory_turns WHERE prompt LIKE 'noted%'") == [(10,)])
        assert ask(house, "SELECT count(*) FROM trajectory_turns WHERE prompt LIKE 'logged%'") == [(200,)]
        until(lambda: ask(house, "SELECT count(*) FROM search_queue") == [(0,)])
