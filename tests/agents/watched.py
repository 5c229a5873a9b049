"""A home that a running ingest reads, and what the dashboard would show of it at this moment."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

import psutil

from ppp_tui.model.clock import SystemClock
from ppp_tui.model.live import StateName
from ppp_tui.query.connect import open_reader
from ppp_tui.query.errors import DatabaseMissingError
from ppp_tui.query.ingest_status import SourceHealth, ingest_status, source_health
from ppp_tui.query.query import Query, answer
from ppp_tui.query.rows import LiveRow, SessionRow, StepLine, TurnSummary
from ppp_tui.query.sessions.live import live_sessions, with_states
from ppp_tui.query.sessions.session_lists import children
from ppp_tui.query.sessions.steps import latest_steps, question_lines
from ppp_tui.query.sessions.turns import turn_window
from ppp_tui.sources import registry
from ppp_tui.sources.source import LineSource
from tests.agents.agent import AgentName
from tests.waiting import until

DEADLINE_S = 20.0
"""How long something may take to show: far beyond what it takes, so that only what never shows fails."""

GLANCE_S = 0.004
"""How often files and database are looked at for the measurement."""

Answer = TypeVar("Answer")


class Picture(NamedTuple):
    """A session as the screens show it."""

    state: StateName
    words: str
    turns: tuple[str, ...]
    """The status of each."""
    steps: tuple[tuple[str, str, int | None], ...] = ()
    """Tool, status and exit code of every call; of a failed request its kind stands for the tool."""
    tokens: tuple[int, ...] = (0, 0, 0, 0)
    """Fresh input, output, cache read and cache write, sub-agents included."""
    questions: tuple[tuple[str, str], ...] = ()
    """Effort and text."""


class Helper(NamedTuple):
    """The only sub-agent of a session as its rows show it."""

    turns: tuple[str, ...]
    """The status of each."""
    tokens: tuple[int, ...]
    """As in a picture of its session."""
    questions: int


class Watched:
    """A database of one home, kept up to date by an ingest process while it is entered."""

    def __init__(self, home: Path, database: Path) -> None:
        """Begin to read when entered; the home need not exist."""
        self.home, self.database = home, database
        home.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ppp_tui", "ingest", "--follow", "--child", "--database", str(database)],
            env={"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"},
            stdin=subprocess.PIPE,
        )

    def __enter__(self) -> Self:
        """Wait until it hears what is written."""
        try:
            until(self._is_following, "ingest to follow", DEADLINE_S)
        except BaseException:
            self._process.kill()
            self._process.communicate()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let ingest end, as a dashboard does that is left."""
        self._process.communicate(timeout=DEADLINE_S)
        assert self._process.returncode == 0

    def ask(self, query: Query[Answer]) -> Answer:
        """An answer of the database."""
        with closing(open_reader(self.database)) as connection:
            return answer(connection, query)

    def live(self) -> list[LiveRow]:
        """The rows of the Live screen, judged by the clock and the processes of this machine."""
        now_ms = SystemClock().now_ms()
        return with_states(self.ask(live_sessions(now_ms - 3_600_000)), now_ms, is_alive=psutil.pid_exists)

    def session(self) -> SessionRow:
        """The only session."""
        (row,) = self.live()
        return row.session

    def counts(self) -> tuple[int, int, int, int]:
        """Questions of low and of high effort, failed steps and retries of the only session."""
        row = self.session()
        return row.efforts.low, row.efforts.high, row.failed_steps, row.retries

    def helpers(self) -> list[SessionRow]:
        """The sub-agents of the only session."""
        return self.ask(children(self.session().id))

    def turns(self, trajectory_id: int) -> list[TurnSummary]:
        """The turns of a session, in order."""
        return self.ask(turn_window(trajectory_id, 0, 100))

    def steps(self, trajectory_id: int) -> list[StepLine]:
        """The steps of a session, in order."""
        return self.ask(latest_steps(trajectory_id, 100))

    def health(self, source: str) -> SourceHealth:
        """How the files of a source fare."""
        return next(health for health in self.ask(source_health()) if health.source == source)

    def picture(self) -> Picture | None:
        """The only session as it shows now; None while there is none."""
        rows = self.live()
        if not rows:
            return None
        ((session, state),) = [(row.session, row.state) for row in rows]
        turns = self.turns(session.id)
        return Picture(
            state.name,
            state.words,
            tuple(turn.status for turn in turns),
            tuple((step.tool, step.status, step.exit_code) for step in self.steps(session.id) if step.tool),
            tuple(session.tree.tokens),
            tuple((asked.effort, asked.text) for turn in turns for asked in self.ask(question_lines(turn.id))),
        )

    def helper(self) -> Helper | None:
        """The only sub-agent as it shows now; None while there is none."""
        helpers = self.helpers()
        if not helpers:
            return None
        (helper,) = helpers
        turns = tuple(turn.status for turn in self.turns(helper.id))
        return Helper(turns, tuple(helper.own.tokens), helper.efforts.total)

    def until_it_shows(self, expected: Picture) -> None:
        """Wait for a picture. Raises AssertionError with the last one that was seen instead."""
        until_equal(self.picture, expected)

    def until_its_helper_is(self, expected: Helper) -> None:
        """Wait for a sub-agent: its rows may be written after those of its session. Raises as for a picture."""
        until_equal(self.helper, expected)

    def _is_following(self) -> bool:
        assert self._process.poll() is None
        try:
            status = self.ask(ingest_status())
        except DatabaseMissingError:
            return False
        return status is not None and status.phase == "following"


def until_equal(look: Callable[[], object], expected: object) -> None:
    """Wait for what is looked at to equal that. Raises AssertionError with what was seen last instead."""
    try:
        until(lambda: look() == expected, timeout_s=DEADLINE_S)
    except TimeoutError:
        raise AssertionError(f"expected {expected},\nshown    {look()}") from None


class Delays:
    """How long after an agent's write the database has it, measured beside the test while it is entered."""

    def __init__(self, watched: Watched, agent: AgentName) -> None:
        """Measure when entered."""
        found = registry.source(agent)
        assert isinstance(found, LineSource)
        self.waits_ms: list[float] = []
        self._watched, self._source = watched, found
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._measure, name="delays", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self._is_over.set()
        self._thread.join(DEADLINE_S)

    def told(self) -> str:
        """The figures in one line."""
        waits = sorted(self.waits_ms)
        return (
            f"{len(waits)} writes, shown after {statistics.median(waits):.0f} ms in the middle, "
            f"{waits[int(len(waits) * 0.95)]:.0f} ms at the 95th percentile, {waits[-1]:.0f} ms at most"
        )

    def _measure(self) -> None:
        connection = open_reader(self._watched.database)
        seen = 0
        written: list[tuple[int, float]] = []
        while not self._is_over.wait(GLANCE_S):
            size, at = self._size()
            if size > seen:
                seen = size
                written.append((size, at))
            read = sum(one.bytes for one in answer(connection, source_health()) if one.source == self._source.name)
            while written and written[0][0] <= read:
                self.waits_ms.append((time.time() - written.pop(0)[1]) * 1000)
        connection.close()

    def _size(self) -> tuple[int, float]:
        """Bytes in all session files, and when the last of them were written."""
        found = [path.stat() for root in self._source.roots({}, self._watched.home) for path in self._source.find(root)]
        return sum(stat.st_size for stat in found), max((stat.st_mtime for stat in found), default=0.0)
