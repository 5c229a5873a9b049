"""Ingest killed at any moment, with files growing meanwhile, ends in the database of an undisturbed run."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ppp_tui.store.verify import dump
from ppp_tui.store.write import Writer
from tests.corpus import CORPUS, needs_corpus
from tests.warm import Warm

KILLS = int(os.environ.get("PPP_KILLS") or 50)
"""How often the ingest is killed; PPP_KILLS asks for another number."""

EVERY_S = 0.02
"""How often a session grows while ingest runs."""

OLD = (1_700_000_000, 1_700_000_000)
"""Times of a file that has been quiet for long."""

pytestmark = [pytest.mark.slow, needs_corpus]


class Growing:
    """A session that is written piece by piece, by pieces that end anywhere, within records and characters too."""

    def __init__(self, path: Path, content: bytes) -> None:
        self.path = path
        self._content = content
        self._written = 0
        path.parent.mkdir(parents=True, exist_ok=True)

    def grow(self, size: int) -> None:
        """Gain so many bytes."""
        piece = self._content[self._written : self._written + size]
        with self.path.open("ab") as file:
            file.write(piece)
        self._written += len(piece)

    def finish(self) -> None:
        """Gain the rest; some sessions end without a newline, which only a quiet file may."""
        self.grow(len(self._content))
        os.utime(self.path, OLD)


def sessions(home: Path) -> list[Growing]:
    """Sessions small enough to be written anew many times, forks and growing copies among them."""
    found = sorted((CORPUS / "claude-code").rglob("*.jsonl")) + sorted((CORPUS / "codex").rglob("*.jsonl"))
    made = []
    for number, source in enumerate(path for path in found if path.stat().st_size < 700_000):
        is_codex = source.name.startswith("rollout-")
        folder = home / (".codex/sessions/2026/06/17" if is_codex else f".claude/projects/p{number % 5}")
        made.append(Growing(folder / source.name, source.read_bytes()))
    return made


@contextmanager
def growing(files: list[Growing], chance: random.Random) -> Iterator[None]:
    """Let the files grow, one after the other, as long as the block lasts."""
    is_over = threading.Event()

    def write() -> None:
        while not is_over.wait(EVERY_S):
            chance.choice(files).grow(chance.randrange(1, 20_000))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        is_over.set()
        writer.join()


def command(home: Path, database: Path, *more: str) -> tuple[list[str], dict[str, str]]:
    """An ingest that reads in two processes, whatever the size of the backfill."""
    code = (
        "from ppp_tui.ingest import backfill, pipeline; pipeline.MIN_POOL_BYTES = backfill.TASK_BYTES = 200_000;"
        "from ppp_tui.cli.main import main; main()"
    )
    environment = {
        **os.environ,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "PPP_TUI_DATABASE__KEEP_RAW": "true",
        "PPP_TUI_PPP__PREFERENCES__USER": "concise_question,one_question,commas,ask_many,no_commas",
    }
    return ["-c", code, "--database", str(database), "ingest", *more], environment


def run_to_its_end(warm: Warm, home: Path, database: Path) -> list[str]:
    """An ingest that nobody disturbs, and the database after it."""
    started, environment = command(home, database)
    assert warm.start(started, environment).wait(120) == 0
    writer = Writer(database)
    try:
        while writer.index_some(1000):
            pass
        return list(dump(writer._connection))
    finally:
        writer.close()


def test_however_often_it_is_killed_the_database_is_the_same(tmp_path: Path, warm: Warm) -> None:
    chance = random.Random(7)
    home, database = tmp_path / "home", tmp_path / "killed.db"
    files = sessions(home)
    started, environment = command(home, database, "--follow")
    for number in range(KILLS):
        for file in chance.sample(files, 4):
            file.grow(chance.randrange(1, 100_000))
        with growing(files, random.Random(number)):
            process = warm.start(started, environment)
            # Most are killed while they read, some before, some when they wait for more.
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0.0, 0.4))
            assert process.kill() == -signal.SIGKILL
    for file in files:
        file.finish()
    killed = run_to_its_end(warm, home, database)
    undisturbed = run_to_its_end(warm, home, tmp_path / "undisturbed.db")
    known = set(undisturbed)
    assert [line for line in killed if line not in known][:3] == []
    assert killed == undisturbed
    assert sum(line.startswith("token_usage") for line in undisturbed) > 500
    assert sum(line.startswith("raw_chunks") for line in undisturbed) == len(files)
    assert sum(line.startswith("trajectory_violations") for line in undisturbed) > 50
