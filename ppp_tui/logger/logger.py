"""The logger: what a program opens, and closes when it is done."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

from ppp_tui.logger import process_hooks
from ppp_tui.logger.health import Health
from ppp_tui.logger.journal_sink import JournalSink
from ppp_tui.logger.options import Durability, Options, Policy
from ppp_tui.logger.schemas import MetadataForm, StartForm, make
from ppp_tui.logger.sinks import EntrySink, NullSink
from ppp_tui.logger.trajectory import Trajectory
from ppp_tui.model.clock import Clock, SystemClock
from ppp_tui.model.thread import (
    KEPT_WITHOUT_TEXT,
    PATH_NAME,
    TRACEPARENT,
    TRACEPARENT_NAME,
    TraceParent,
    metadata_name,
    parse_traceparent,
    thread_of,
)
from ppp_tui.paths import NAME_KEY_BYTES, name_key, user_paths
from ppp_tui.settings import Settings, load
from ppp_tui.store.connect import DatabaseError
from ppp_tui.store.logged.entries import encode

if TYPE_CHECKING:
    from ppp_tui.logger.performance import PerformanceRecorder

CLOSE_S = 5.0
"""Seconds that closing may take; what is not in the database by then stays in the journal for the next process."""


class TrajectoryLogger:
    """Logs trajectories into a database; safe to share between threads and event loops.

    Open it with `open`, as ``with`` or ``async with`` or to be closed by `close`; at the end of the program it closes
    itself. In a child process that was forked it goes on with a journal of its own: there, begin trajectories anew.
    """

    stand_in: ClassVar[TrajectoryLogger | None] = None
    """What `open` returns instead of a new logger, while a test captures."""

    def __init__(
        self,
        sink: EntrySink,
        clock: Clock,
        *,
        keeps_text: bool,
        database: Path | None = None,
        anonymizes: bool = False,
        caller: TraceParent | None = None,
    ) -> None:
        """Log into this sink; `open` makes the one that the settings ask for. `caller` started this program."""
        self.database = database
        """The database that is logged into; None where nothing is written."""
        self.keeps_text = keeps_text
        self.clock = clock
        self._sink = sink
        self._anonymizes = anonymizes
        self._caller = caller
        self._performance: PerformanceRecorder | None = None
        self._is_closed = False
        process_hooks.add(self)

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        *,
        durability: Durability | None = None,
        policy: Policy | None = None,
        channel: int | None = None,
        buffer_size: int | None = None,
        flush_interval_ms: int | None = None,
        enabled: bool | None = None,
        anonymize: bool | None = None,
        environment: Mapping[str, str] | None = None,
        clock: Clock | None = None,
    ) -> TrajectoryLogger:
        """Return a logger on the database at `path`; options that are None, the path too, come from the settings.

        Raises DatabaseError if nothing can be written beside the database, and SettingsError if the settings are wrong.
        """
        if cls.stand_in is not None:
            return cls.stand_in
        if str(path) == ":memory:":
            raise DatabaseError(
                "A database in memory is seen by nobody else: name a file, or capture what is logged "
                "(ppp_tui.logger.testing)."
            )
        home = Path.home()
        environment = os.environ if environment is None else environment
        settings = load(environment, home, user_paths()).settings
        clock = clock or SystemClock()
        keeps_text = settings.database.text == "full"
        if not (settings.ppp.enabled if enabled is None else enabled):
            return cls(NullSink(), clock, keeps_text=keeps_text)
        options = _options(
            settings,
            durability=durability,
            policy=policy,
            channel=channel,
            buffer_size=buffer_size,
            flush_interval_ms=flush_interval_ms,
        )
        database = settings.database.path if path is None else Path(path).absolute()
        anonymizes = settings.ppp.logger.anonymize if anonymize is None else anonymize
        sink = JournalSink(database, options, clock)
        return cls(
            sink,
            clock,
            keeps_text=keeps_text,
            database=database,
            anonymizes=anonymizes,
            caller=parse_traceparent(environment.get(TRACEPARENT, "")),
        )

    def start(
        self,
        spec_id: str,
        agent_name: str,
        run_id: str | None = None,
        stage: str | None = None,
        *,
        attempt: int = 1,
        parent: Trajectory | str | None = None,
        path: str = "",
        project: str | None = None,
        title: str = "",
        model: str = "",
        agent_version: str = "",
        metadata: Mapping[str, str | int | float | bool] | None = None,
    ) -> Trajectory:
        """Begin a trajectory.

        `parent` is a trajectory or the `id` of one, of another process too. `path` places it within its run, such as
        ``/plan/agent-1``: below whichever trajectory of the run has the path ``/plan``. `project` is the folder that
        the agent works in, by default this process's. Runs are compared by `agent_version`. Without a parent, a program
        that an agent started hangs below the tool call which its environment names (``TRACEPARENT``).

        `metadata` holds up to 32 names with values of up to 1,000 characters; the predicate ``meta.name:value`` finds
        them. One of ``thread_id``, ``conversation_id``, ``session_id`` or ``Helicone-Session-Id`` joins trajectories to
        a thread; ``Helicone-Session-Path`` is the path where none is given. Without text in the database only these
        are kept. Raises pydantic's ValidationError.
        """
        if self._sink.is_null:
            return Trajectory(self._sink, self.clock, "", keeps_text=self.keeps_text)
        kept = self._kept_metadata(metadata or {})
        if self._caller is not None and not parent:
            kept.setdefault(TRACEPARENT_NAME, self._caller.text)
        form = make(
            StartForm,
            spec_id=spec_id,
            agent_name=agent_name,
            run_id=run_id if run_id is not None or PATH_NAME not in kept else thread_of(kept) or None,
            stage=stage or "",
            attempt=attempt,
            parent=parent.id if isinstance(parent, Trajectory) else parent or "",
            path=path or kept.get(PATH_NAME, ""),
            project=_current_folder() if project is None else project,
            title=title if self.keeps_text else "",
            model=model,
            agent_version=agent_version,
        )
        *values, version = form.__dict__.values()
        trajectory = Trajectory(self._sink, self.clock, uuid4().hex, keeps_text=self.keeps_text)
        stated = (*values, os.getpid(), tuple(sorted(kept.items())), version)
        self._sink.put(encode(("started", trajectory.id, self.clock.now_ms(), 0, *stated)))
        return trajectory

    def _kept_metadata(self, metadata: Mapping[str, str | int | float | bool]) -> dict[str, str]:
        """Return checked metadata as text, by the names under which it is kept."""
        if not metadata:
            return {}
        checked = make(MetadataForm, metadata=dict(metadata)).metadata
        named = {metadata_name(name): str(value) for name, value in checked.items()}
        return {name: value for name, value in named.items() if self.keeps_text or name in KEPT_WITHOUT_TEXT}

    @property
    def performance(self) -> PerformanceRecorder:
        """The recorder of performance events, which also reads them.

        Raises OSError if names are to be hashed and there can be no key for it.
        """
        if self._performance is None:
            # Most programs log trajectories alone, and need not load this.
            from ppp_tui.logger.performance import PerformanceRecorder

            self._performance = PerformanceRecorder(
                lambda: self._sink, self.clock, self._name_key(), self.database, keeps_text=self.keeps_text
            )
        return self._performance

    def _name_key(self) -> bytes:
        if not self._anonymizes or self._sink.is_null:
            return b""
        return os.urandom(NAME_KEY_BYTES) if self.database is None else name_key(self.database)

    @property
    def health(self) -> Health:
        """The logger's health: what is wrong, what waits, what was lost."""
        return self._sink.health()

    @property
    def lost(self) -> int:
        """Entries that were given up, by the policy or because neither journal nor memory had room."""
        return self._sink.health().lost

    def flush(self, timeout_s: float = CLOSE_S) -> bool:
        """Wait until all entries logged so far are in the database; return False if they are not after `timeout_s`."""
        return self._sink.flush(timeout_s)

    async def aflush(self, timeout_s: float = CLOSE_S) -> bool:
        """Flush without blocking the event loop."""
        return await asyncio.to_thread(self.flush, timeout_s)

    def close(self, timeout_s: float = CLOSE_S) -> None:
        """Flush, and close everything. Later calls that log raise RuntimeError."""
        if not self._is_closed:
            self._is_closed = True
            process_hooks.remove(self)
            self._sink.close(timeout_s)

    async def aclose(self, timeout_s: float = CLOSE_S) -> None:
        """Close without blocking the event loop."""
        await asyncio.to_thread(self.close, timeout_s)

    def before_fork(self) -> None:
        """Bring all threads to a safe point."""
        self._sink.before_fork()

    def after_fork_in_parent(self) -> None:
        """Let the threads work again."""
        self._sink.after_fork_in_parent()

    def after_fork_in_child(self) -> None:
        """Detach from the parent's journal, and go on with a sink of the child's own."""
        self._sink = self._sink.after_fork_in_child()

    def __enter__(self) -> TrajectoryLogger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> TrajectoryLogger:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _options(settings: Settings, **arguments: Any) -> Options:
    return Options(
        durability=arguments["durability"] or settings.ppp.logger.durability,
        policy=arguments["policy"] or settings.ppp.logger.policy,
        channel=arguments["channel"] or settings.ppp.logger.channel,
        buffer_size=arguments["buffer_size"] or settings.ppp.logger.buffer_size,
        flush_interval_ms=arguments["flush_interval_ms"] or settings.ppp.logger.flush_interval_ms,
    )


def _current_folder() -> str:
    try:
        return str(Path.cwd())
    except OSError:
        return ""
