"""Disk full, writes refused, programs killed: the host goes on, and what was acknowledged is in the database once."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from ppp_tui import TrajectoryLogger
from ppp_tui.logger.health import Health
from tests.logger.database_of import Database, run
from tests.strace import can_trace, traced

NUMBERED = """
import sys
from ppp_tui import TrajectoryLogger
log = TrajectoryLogger.open(sys.argv[1])
trajectory = log.start("S", "a")
for number in range(1, int(sys.argv[2]) + 1):
    turn = trajectory.log_turn(str(number), "r" * 400)
patience_s = float(sys.argv[3])
print(log.flush(patience_s), log.lost, log.health.unsafe, log.health.is_well, flush=True)
log.close(patience_s)
"""


@pytest.mark.slow
@pytest.mark.skipif(not can_trace(), reason="needs strace, and leave to trace")
@pytest.mark.parametrize(
    "fault",
    [
        "pwrite64:error=ENOSPC:when=30..42+3",
        "pwrite64:error=EIO:when=31..60+7",
        "pwrite64:error=EINTR:when=20..90+5",
        "fdatasync:error=EIO:when=1..5+2",
    ],
)
def test_calls_that_fail_now_and_then_lose_nothing(database: Database, fault: str) -> None:
    out, err, code = run(NUMBERED, database.path, "300", "30", before=traced(fault))
    assert code == 0, err
    assert "Traceback" not in err
    assert out.split() == ["True", "0", "0", "True"]
    database.carry()
    assert database.ask("SELECT turn_number, prompt FROM trajectory_turns ORDER BY 1") == [
        (number, str(number)) for number in range(1, 301)
    ]
    assert database.one("PRAGMA integrity_check") == "ok"


LIMITED = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))\n" + NUMBERED


def test_files_that_may_not_grow_cost_the_program_nothing(database: Database) -> None:
    out, err, code = run(LIMITED, database.path, "3000", "1")
    assert code == 0, err
    assert "Traceback" not in err
    assert err.count("\n") == 1
    assert out.split() == ["False", "0", "0", "False"]
    database.carry()
    assert database.one("SELECT count(*), max(turn_number) FROM trajectory_turns") == (3000, 3000)


FILLED = """
import sys
from pathlib import Path
from ppp_tui import TrajectoryLogger
from ppp_tui.logger import journal_queue
journal_queue.WAIT_MOST_S = 0.2
folder = Path(sys.argv[1])
log = TrajectoryLogger.open(folder / "archive.db", policy=sys.argv[2])
trajectory = log.start("S", "a")
trajectory.log_turn("1")
log.flush()
filler = folder / "filler"
with filler.open("wb", buffering=0) as file:
    try:
        while True:
            file.write(b"x" * 4096)
    except OSError:
        pass
kept = 1
for number in range(2, 300):
    lost = log.lost
    trajectory.log_turn(str(number), "r" * 4000)
    kept += log.lost == lost
full = log.health
filler.unlink()
print(log.flush(20), kept, log.lost, full.lost, bool(full.trouble), log.health.trouble == "", flush=True)
log.close()
"""


@pytest.mark.parametrize("policy", ["wait", "drop"])
def test_a_full_disk_is_told_and_gone_through(tiny_disk: Path, policy: str) -> None:
    out, err, code = run(FILLED, tiny_disk, policy)
    assert code == 0, err
    assert "Traceback" not in err
    assert err.count("\n") == 1 if policy == "wait" else err.count("\n") <= 1
    flushed, kept, lost, lost_while_full, was_told, is_well = out.split()
    assert (flushed, was_told, is_well) == ("True", "True", "True")
    assert int(kept) >= 100
    assert lost == lost_while_full
    assert int(kept) + int(lost) == 299
    assert Database(tiny_disk / "archive.db").one("SELECT count(*) FROM trajectory_turns") == int(kept)


def take_away(path: Path, *, with_journals: bool) -> None:
    """Delete a database and what SQLite keeps beside it."""
    for beside in path.parent.glob(f"{path.name}*"):
        if beside.is_file():
            beside.unlink()
        elif with_journals:
            shutil.rmtree(beside)


@pytest.mark.parametrize("with_journals", [False, True])
def test_a_database_that_is_deleted_under_a_logger_is_begun_anew(database: Database, with_journals: bool) -> None:
    with TrajectoryLogger.open(database.path) as log:
        trajectory = log.start("S", "a")
        trajectory.log_turn("1")
        assert log.flush()
        take_away(database.path, with_journals=with_journals)
        trajectory.log_turn("2")
        assert log.flush()
        trajectory.log_turn("3")
        assert log.flush()
        assert log.health == Health()
    assert database.ask("SELECT turn_number, prompt FROM trajectory_turns ORDER BY 1") == [(1, "1"), (2, "2"), (3, "3")]
    assert database.journals() == []


KILLED = """
import json, os, random, select, signal, sys
from ppp_tui import TrajectoryLogger
TrajectoryLogger.open(sys.argv[1]).close()
moments, acknowledged = random.Random(20), {}

def log(name, acknowledge):
    trajectory, number = TrajectoryLogger.open(sys.argv[1]).start("S", name), 0
    while True:
        number += 1
        trajectory.log_turn(str(number), "Which?", questions=[{"text": "Which?", "effort": "low"}])
        os.write(acknowledge, number.to_bytes(4, "big"))

def begin(name):
    reads, writes = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reads)
        log(name, writes)
    os.close(writes)
    return name, pid, reads

for turn in range(int(sys.argv[2])):
    running = {begin(f"a{turn}-{program}"): 4 * moments.randrange(1, 300) for program in range(4)}
    numbers = {reads: b"" for _, _, reads in running}
    while running:
        ready, _, _ = select.select([reads for _, _, reads in running], [], [])
        for (name, pid, reads), wanted in list(running.items()):
            if reads in ready:
                numbers[reads] += os.read(reads, wanted)
            if len(numbers[reads]) < wanted:
                continue
            os.kill(pid, signal.SIGKILL)
            while more := os.read(reads, 1 << 16):
                numbers[reads] += more
            os.close(reads)
            os.waitpid(pid, 0)
            acknowledged[name] = int.from_bytes(numbers[reads][-4:], "big")
            del running[name, pid, reads]
print(json.dumps(acknowledged))
"""
KILLS = int(os.environ.get("PPP_KILLS") or 200)
"""Programs that are killed, four side by side; PPP_KILLS asks for another number. Of fewer, none may hit a commit."""


@pytest.mark.slow
def test_no_acknowledged_entry_is_lost_or_doubled_by_kills(database: Database) -> None:
    out, err, code = run(KILLED, database.path, str(KILLS // 4))
    assert (err, code) == ("", 0)
    acknowledged: dict[str, int] = json.loads(out)
    database.carry()
    found = database.ask(
        "SELECT t.agent_name, count(*), count(DISTINCT n.prompt), max(n.turn_number), s.turns, s.low_questions, "
        "(SELECT count(*) FROM trajectory_questions AS q WHERE q.turn_id >> 20 = t.id) FROM trajectories AS t "
        "JOIN trajectory_turns AS n ON n.trajectory_id = t.id JOIN trajectory_summaries AS s ON s.trajectory_id = t.id "
        "GROUP BY t.id"
    )
    assert len(found) == len(acknowledged) == KILLS // 4 * 4
    assert [row for row in found if len(set(row[1:])) != 1] == []
    # An entry whose call had not returned may be there as well: one, not more.
    assert {count - acknowledged[name] for name, count, *_ in found} <= {0, 1}
    assert database.one("PRAGMA integrity_check") == "ok"
    assert database.journals() == []
