"""Ingest and programs that log, killed side by side at any moment: nothing acknowledged is lost or comes twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.query.connect import open_reader
from ppp_tui.store.logged.journal import journals
from tests.cli.conftest import SESSION, environment, record
from tests.warm import Warm

KILLS = int(os.environ.get("PPP_KILLS") or 20)
"""Processes that are killed; PPP_KILLS asks for another number."""

LOGGING = """
import os, sys, time
from pathlib import Path
from ppp_tui import TrajectoryLogger
log = TrajectoryLogger.open(Path(sys.argv[1]))
trajectory, number = log.start("S", sys.argv[2]), 0
while True:
    number += 1
    trajectory.log_turn(str(number), "Which?", questions=[{"text": "Which?", "effort": "low"}])
    os.write(1, number.to_bytes(4, "big"))
    time.sleep(0.001)
"""


def grow(home: Path, number: int) -> None:
    """Two more records of the one session."""
    path = home / ".claude" / "projects" / "-shop" / f"{SESSION}.jsonl"
    answer = {
        "id": f"msg_{number}x",
        "model": "claude-sonnet-4-5",
        "stop_reason": "end_turn",
        "content": [{"type": "text", "text": "Which one?"}],
        "usage": {"input_tokens": 10, "output_tokens": 5},
    }
    with path.open("a") as file:
        file.write(record("user", 3, {"content": f"Prompt {number}"}, uuid=f"u{number}", parentUuid=f"a{number - 1}"))
        file.write(
            record("assistant", 4, answer, uuid=f"a{number}", parentUuid=f"u{number}", requestId=f"req_{number}x")
        )


@pytest.mark.slow
def test_ingest_and_loggers_killed_side_by_side_lose_and_double_nothing(home: Path, tmp_path: Path, warm: Warm) -> None:
    chance, database, acknowledged = random.Random(11), tmp_path / "data" / "archive.db", dict[str, int]()
    command = ["--database", str(database), "ingest"]
    rounds = KILLS // 2
    for number in range(rounds):
        ingest = warm.start([*command, "--follow"], environment(home))
        reads, writes = os.pipe()
        with os.fdopen(reads, "rb") as numbers:
            with os.fdopen(writes, "wb") as theirs:
                name = f"agent {number}"
                logger = warm.start(["-c", LOGGING, str(database), name], environment(home), stdout=theirs)
            grow(home, number)
            # Only from here on is there anything to be lost.
            written = numbers.read(4)
            for process in chance.sample([ingest, logger], 2):
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(chance.uniform(0.0, 0.3))
                assert process.kill() == -signal.SIGKILL
            written += numbers.read()
        acknowledged[name] = len(written) // 4
    assert warm.start(command, environment(home)).wait(120) == 0
    assert journals(database) == []
    with closing(open_reader(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        logged = connection.execute(
            "SELECT t.agent_name, count(*), max(n.turn_number), s.turns, s.low_questions FROM trajectories AS t "
            "JOIN trajectory_turns AS n ON n.trajectory_id = t.id JOIN trajectory_summaries AS s "
            "ON s.trajectory_id = t.id WHERE t.source = 'logger' GROUP BY t.id"
        ).fetchall()
        read = connection.execute(
            "SELECT s.turns, s.output_tokens FROM trajectories AS t JOIN trajectory_summaries AS s "
            "ON s.trajectory_id = t.id WHERE t.source = 'claude_code'"
        ).fetchall()
    assert [row for row in logged if len(set(row[1:])) != 1] == []
    found = {name: count for name, count, *_ in logged}
    # An entry whose call had not returned may be there as well: one, not more.
    assert {found.get(name, 0) - count for name, count in acknowledged.items()} <= {0, 1}
    assert sum(acknowledged.values()) > rounds
    assert read == [(rounds + 1, 5 * (rounds + 1))]
