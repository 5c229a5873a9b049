"""What a program can read of performance events and agents: those committed to the logger's database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ppp_tui.model.clock import Clock, to_iso
from ppp_tui.model.performance import AgentStatus, hash_name

if TYPE_CHECKING:
    import sqlite3

    from ppp_tui.query.performance.agents import RegisteredAgent
    from ppp_tui.query.performance.stats import TaskStats


class PerformanceStats(NamedTuple):
    """Sums of all events in the database."""

    total_routing_decisions: int
    total_task_executions: int
    total_evaluation_outcomes: int
    average_completion_time_ms: float | None
    """None where no execution has a time."""
    overall_success_rate: float | None
    """None where no execution says whether it succeeded."""
    collection_started_at: str | None
    """UTC; None without events."""
    last_updated_at: str | None


class PerformanceReader:
    """Reads committed events; `TrajectoryLogger.flush` waits until all that were recorded are committed."""

    def __init__(self, database: Path | None, clock: Clock, key: bytes) -> None:
        """Read this database, or nothing without one; with a `key`, given names are hashed."""
        self._database = database
        self._clock = clock
        self._key = key

    def agent(self, agent_id: str) -> RegisteredAgent | None:
        """Return an agent as it is stored; None if it was never named."""
        matches = self._agents(hash_name(agent_id, self._key) if self._key else agent_id)
        return matches[0] if matches else None

    def agents(self, capability: str = "", status: AgentStatus | str = "") -> list[RegisteredAgent]:
        """Return the agents with a capability and a status, all by default."""
        return self._agents("", capability, status)

    def export_training_data(self, since: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield events in the order of their times, each with `type`, `timestamp` and `data`.

        `since` is a time such as ``2026-11-20`` or ``7d``, in UTC. Raises ValueError for another text.
        """
        from ppp_tui.query.time_grammar import read_time

        since_ms = 0 if since is None else read_time(since, self._clock.now_ms(), UTC).low_ms
        return self._events(since_ms)

    def get_stats(self) -> PerformanceStats:
        """Return sums of all events."""
        from ppp_tui.query.performance.events import event_sums
        from ppp_tui.query.query import answer

        with self._opened() as connection:
            sums = [] if connection is None else answer(connection, event_sums())
        by_type = {entry.type: entry for entry in sums}
        executions = by_type.get("task-execution")
        counts = {name: entry.events for name, entry in by_type.items()}
        return PerformanceStats(
            total_routing_decisions=counts.get("routing-decision", 0),
            total_task_executions=counts.get("task-execution", 0),
            total_evaluation_outcomes=counts.get("evaluation-outcome", 0),
            average_completion_time_ms=executions.mean_ms if executions else None,
            overall_success_rate=executions.success_rate if executions else None,
            collection_started_at=min((to_iso(entry.first_at) for entry in sums), default=None),
            last_updated_at=max((to_iso(entry.last_at) for entry in sums), default=None),
        )

    def get_stats_by_version(self) -> list[TaskStats]:
        """Return figures of recorded executions by agent and version."""
        from ppp_tui.query.performance.stats import execution_stats, execution_sums
        from ppp_tui.query.query import answer
        from ppp_tui.query.scope import EVERYTHING

        with self._opened() as connection:
            return (
                [] if connection is None else execution_stats(answer(connection, execution_sums("version", EVERYTHING)))
            )

    def _agents(self, agent_id: str, capability: str = "", status: str = "") -> list[RegisteredAgent]:
        from ppp_tui.query.performance.agents import registered_agents
        from ppp_tui.query.query import answer

        query = registered_agents(agent_id=agent_id, capability=capability, status=status)
        with self._opened() as connection:
            return [] if connection is None else answer(connection, query)

    def _events(self, since_ms: int) -> Iterator[dict[str, Any]]:
        from ppp_tui.query.performance.events import event_page
        from ppp_tui.query.query import answer

        after = None
        with self._opened() as connection:
            while connection is not None and (page := answer(connection, event_page(since_ms, after))):
                after = page[-1]
                for event in page:
                    yield {"type": event.type, "timestamp": to_iso(event.at), "data": dict(event.data)}

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection | None]:
        """Yield a connection for reading; None where there is no database yet, or one of an older version."""
        from ppp_tui.query.connect import open_reader
        from ppp_tui.query.errors import DatabaseMissingError

        connection = None
        # The first commit makes it, or brings it up to date.
        with suppress(DatabaseMissingError):
            connection = open_reader(self._database) if self._database is not None else None
        try:
            yield connection
        finally:
            if connection is not None:
                connection.close()
