"""A process that dies while it moves trajectories out, at any statement or sync: each is still somewhere, and once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ppp_tui.model.clock import from_text
from ppp_tui.store.write import Writer
from tests.store.row_builders import batch, delta, turn, usage

LATER_MS = from_text("2027-01-01 00:00:00.000")
KILLED = 77
SESSIONS = 60
"""More than one transaction takes out."""


def fill(path: Path) -> None:
    writer = Writer(path)
    for number in range(SESSIONS):
        rows = delta(turns=[turn(1, prompt=f"Task {number}")], usage=[usage(1, 1, f"key{number}", 5)])
        writer.write([batch(f"/s/{number}.jsonl", rows)])
    writer.close()


def die_at(database: Path, target: Path, moment: int) -> int:
    """Move everything out in a child that ends without another word at that moment; returns its exit status."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    left = moment

    def tick(*_: object) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os._exit(KILLED)

    sync = os.fsync
    os.fsync = lambda descriptor: (tick(), sync(descriptor))[1]  # type: ignore[assignment,func-returns-value]
    writer = Writer(database)
    writer._connection.set_trace_callback(tick)
    writer.archive(writer.archivable_units(LATER_MS, 1000), target)
    os._exit(0)


def prompts(writer: Writer) -> list[str]:
    return [prompt for (prompt,) in writer._connection.execute("SELECT prompt FROM trajectory_turns ORDER BY prompt")]


@pytest.mark.parametrize("moment", [1, 40, 500, 963, 964, 965, 966, 967, 1500, 2900, 2924, 2925, 3000, 100_000])
def test_whenever_it_dies_all_can_be_had_again(tmp_path: Path, moment: int) -> None:
    database, target = tmp_path / "archive.db", tmp_path / "old.jsonl.zst"
    fill(database)
    status = die_at(database, target, moment)
    assert status == (0 if moment == 100_000 else KILLED)
    writer = Writer(database)
    kept = prompts(writer)
    if target.exists():
        writer.restore_archive(target)
    assert len(kept) in ((0,) if status == 0 else (0, SESSIONS - 50, SESSIONS))
    assert prompts(writer) == sorted(f"Task {number}" for number in range(SESSIONS))
    assert writer._connection.execute("SELECT sum(requests), sum(output_tokens) FROM usage_minutes").fetchone() == (
        SESSIONS,
        5 * SESSIONS,
    )
    writer.close()
