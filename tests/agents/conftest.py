"""Runs of real agents for tests: recorded once and shared, or live and in the test's hand.

They take minutes, so they are skipped unless ``PPP_TUI_AGENTS=required``, as `make agents` sets it; without Node.js or
the agents' command lines they then fail.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, Protocol

import pytest
from filelock import FileLock

from ppp_tui.sources import registry
from ppp_tui.sources.source import LineSource, ParsedChunk, reads_tables
from tests.agents.agent import AgentName, Run, what_is_missing
from tests.agents.scenario import load
from tests.agents.watched import Watched


class Recording(NamedTuple):
    """What an agent left behind when it had gone through a scenario."""

    agent: AgentName
    home: Path
    project: Path
    refused: list[int]
    """Statuses with which the model refused."""

    @property
    def source(self) -> LineSource:
        """Who reads it."""
        found = registry.source(self.agent)
        assert isinstance(found, LineSource)
        return found

    def readings(self) -> list[ParsedChunk]:
        """What the source reads of each session file, or of each database."""
        source = registry.source(self.agent)
        if source is not None and reads_tables(source):
            databases = [path for root in source.roots({}, self.home) for path in source.find(root)]
            return [source.poll(path).reading for path in databases]
        return [self.source.parser(path).feed(path.read_bytes(), 0) for path in self.sessions()]

    def sessions(self) -> list[Path]:
        """The session files, in the order in which they were begun."""
        found = [path for root in self.source.roots({}, self.home) for path in self.source.find(root)]
        return sorted(filter(_first_time, found), key=_first_time)


def _first_time(path: Path) -> str:
    """The time of the first record; '' for a session that was opened and left without a word."""
    records = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return next((str(record["timestamp"]) for record in records if record.get("timestamp")), "")


@cache
def _missing(agent: AgentName) -> str:
    return what_is_missing(agent)


def need(agent: AgentName) -> None:
    """Skip the test where agents are not required; fail it where they are and this one cannot be run."""
    if os.environ.get("PPP_TUI_AGENTS") != "required":
        pytest.skip("real agents are run by make agents")
    if missing := _missing(agent):
        pytest.fail(missing)


@pytest.fixture(scope="session")
def record(tmp_path_factory: pytest.TempPathFactory) -> Callable[[AgentName, str], Recording]:
    """Lets an agent go through a scenario; the workers of a run of the tests share one recording of each."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "recordings"
    shared.mkdir(exist_ok=True)

    def made(agent: AgentName, scenario: str) -> Recording:
        need(agent)
        folder = shared / f"{agent}-{scenario}"
        done = folder / "refused.json"
        with FileLock(f"{folder}.lock"):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                run = Run(agent, load(scenario), folder)
                run.finish()
                done.write_text(json.dumps(run.server.refused))
        return Recording(agent, folder / "home", folder / "shop", json.loads(done.read_text()))

    return made


class StartRun(Protocol):
    """Starts an agent in the background."""

    def __call__(self, agent: AgentName, scenario: str, *, wait_s: float = 0.0, is_held: bool = False) -> Run:
        """The run; its `home` is where the sessions appear, its `server` gives the answers that are held."""
        ...


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """An ingest at work on the home of the first run that the test starts, before that run begins."""
    need("claude_code")
    with Watched(tmp_path / "run0" / "home", tmp_path / "data" / "archive.db") as watching:
        yield watching


@pytest.fixture
def start_run(tmp_path: Path) -> Iterator[StartRun]:
    """Runs that go on while the test looks on, each in a home of its own; none outlives the test."""
    runs: list[Run] = []

    def start(agent: AgentName, scenario: str, *, wait_s: float = 0.0, is_held: bool = False) -> Run:
        need(agent)
        run = Run(agent, load(scenario), tmp_path / f"run{len(runs)}", wait_s=wait_s, is_held=is_held)
        runs.append(run)
        return run

    yield start
    for run in runs:
        run.stop()
