"""Ingest killed at any moment, with files growing meanwhile, ends in the archive of an undisturbed run."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ppp_tui.store.verify import dump
from ppp_tui.store.write import Writer
from tests.corpus import CORPUS, needs_corpus

KILLS = 50
"""How often the ingest is killed."""

pytestmark = [pytest.mark.slow, needs_corpus]


def sessions() -> list[Path]:
    """Sessions small enough to be written anew many times, forks and growing copies among them."""
    found = sorted((CORPUS / "claude-code").rglob("*.jsonl")) + sorted((CORPUS / "codex").rglob("*.jsonl"))
    return [path for path in found if path.stat().st_size < 700_000]


def command(home: Path, archive: Path) -> tuple[list[str], dict[str, str]]:
    """An ingest that reads in two processes, whatever the size of the backlog."""
    code = (
        "from ppp_tui.ingest import backlog, pipeline; pipeline.POOL_BYTES = backlog.TASK_BYTES = 200_000;"
        "from ppp_tui.cli.main import main; main()"
    )
    environment = {
        **os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"),
        "PPP_TUI_PPP__PREFERENCES__USER": "concise_question,one_question,commas,ask_many,no_commas",
    }  # fmt: skip
    return [sys.executable, "-c", code, "--archive", str(archive), "ingest"], environment


def lines_of(archive: Path) -> list[str]:
    writer = Writer(archive)
    try:
        while writer.index_some(1000):
            pass
        return list(dump(writer.connection))
    finally:
        writer.close()


def test_killed_fifty_times_the_archive_is_the_same(tmp_path: Path) -> None:
    chance = random.Random(7)
    home, archive = tmp_path / "home", tmp_path / "killed.db"
    targets = []
    for number, source in enumerate(sessions()):
        is_codex = source.name.startswith("rollout-")
        folder = home / (".codex/sessions/2026/06/17" if is_codex else f".claude/projects/p{number % 5}")
        folder.mkdir(parents=True, exist_ok=True)
        content = source.read_bytes()
        targets.append((folder / source.name, content))
    grown = dict.fromkeys((path for path, _ in targets), 0)
    started, environment = command(home, archive)
    for _ in range(KILLS):
        for path, content in chance.sample(targets, 6):
            # Cuts fall anywhere, in the middle of records and of characters too.
            more = min(len(content), grown[path] + chance.randrange(1, 150_000))
            with path.open("ab") as file:
                file.write(content[grown[path] : more])
            grown[path] = more
        process = subprocess.Popen(started, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.1, 0.9))
        process.send_signal(signal.SIGKILL)
        process.wait()
    for path, content in targets:
        with path.open("ab") as file:
            file.write(content[grown[path] :])
        # Some sessions end without a newline: their last record is read once the file has been quiet for a while.
        os.utime(path, (1_700_000_000, 1_700_000_000))
    subprocess.run(started, env=environment, check=True, stdout=subprocess.DEVNULL, timeout=120)
    undisturbed, environment = command(home, tmp_path / "undisturbed.db")
    subprocess.run(undisturbed, env=environment, check=True, stdout=subprocess.DEVNULL, timeout=120)
    killed, whole = lines_of(archive), lines_of(tmp_path / "undisturbed.db")
    known = set(whole)
    assert [line for line in killed if line not in known][:3] == []
    assert killed == whole
    assert sum(line.startswith("token_usage") for line in whole) > 500
    assert sum(line.startswith("trajectory_violations") for line in whole) > 50
    shutil.rmtree(home)
