"""An ingest that carries living journals in is killed again and again: each entry is in the database once."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ppp_tui import TrajectoryLogger
from ppp_tui.store.logged.journal import MARK_SUFFIX
from tests.logger.database_of import DEADLINE_S, Database, program
from tests.waiting import until

FOLLOWS = """
import sys
from pathlib import Path
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import SystemClock
from ppp_tui.store.write import Writer
database = Path(sys.argv[1])
Pipeline(Writer(database), IngestOptions(database, ()), SystemClock(), {}, database.parent).run(follow=True)
"""
ROUNDS = 8


@pytest.mark.slow
def test_entries_are_there_once_however_often_the_ingest_is_killed(tmp_path: Path) -> None:
    database = Database(tmp_path / "archive.db")
    moments = random.Random(7)
    logged = carried = 0
    with TrajectoryLogger.open(database.path, channel=1000) as log:
        trajectory = log.start("S", "a")
        [journal] = database.journals()
        mark = journal.with_suffix(MARK_SUFFIX)
        for _ in range(ROUNDS):
            ingest = program(FOLLOWS, database.path)
            until(lambda: mark.stat().st_size > 0)
            for _ in range(moments.randrange(200, 1500)):
                logged += 1
                trajectory.log_turn(str(logged), questions=[{"text": "Which?", "effort": "low"}])
            carried += mark.stat().st_size > 0
            ingest.kill()
            ingest.communicate()
        assert log.flush(DEADLINE_S)
    assert carried > 0
    assert database.one("SELECT count(*), count(DISTINCT turn_number), max(turn_number) FROM trajectory_turns") == (
        logged,
        logged,
        logged,
    )
    assert database.one("SELECT count(*) FROM trajectory_questions") == logged
    assert database.one("SELECT turns, low_questions FROM trajectory_summaries") == (logged, logged)
    assert database.one("PRAGMA integrity_check") == "ok"
    assert database.journals() == []
