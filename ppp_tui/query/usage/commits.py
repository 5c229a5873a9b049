"""What got done, and how full contexts were, in a span of time: for figures that stand beside what was spent."""

from __future__ import annotations

from typing import NamedTuple

from ppp_tui.query.projects import is_called
from ppp_tui.query.query import Query
from ppp_tui.query.usage.bounds import bound_parameters
from ppp_tui.query.usage.rows import EVERYTHING, UsageFilter
from ppp_tui.query.usage.spans import TimeSpan

NEWEST_SESSIONS = 1000
"""Sessions whose contexts are looked at, those that moved last."""

_MATCHES_FILTER = f":agent IN (lower(t.agent_name), '') AND (:project = '' OR {is_called('t.project')})"


class Features(NamedTuple):
    """What got done: see `tool_output.commands.is_commit` for what counts."""

    commits: int
    specs: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.commits + self.specs


class ContextUse(NamedTuple):
    """How full the context windows of sessions were when they moved last; None where no window is known."""

    sessions: int
    mean: float | None
    greatest: float | None
    is_window_inferred: bool
    """At least one of the windows is neither recorded nor stated."""


def features(span: TimeSpan, usage_filter: UsageFilter = EVERYTHING) -> Query[Features]:
    """Query commits and finished specs of a span; a model cannot be asked for, since a feature is of a session."""
    return Query(
        "SELECT (SELECT count(*) FROM features AS f JOIN trajectory_turns AS n ON n.id = f.id >> 20 "
        f"JOIN trajectories AS t ON t.id = f.id >> 40 WHERE f.at >= :low AND f.at < :high AND n.is_copy = 0 "
        f"AND {_MATCHES_FILTER}), (SELECT count(DISTINCT t.spec_id) FROM trajectories AS t WHERE t.spec_id > '' "
        f"AND t.outcome = 'completed' AND t.ended_at >= :low AND t.ended_at < :high AND {_MATCHES_FILTER})",
        lambda rows: Features(*rows[0]),
        bound_parameters(span, usage_filter),
    )


def context_use(span: TimeSpan, usage_filter: UsageFilter = EVERYTHING) -> Query[ContextUse]:
    """Query how full contexts were; of very many sessions, of the newest."""
    return Query(
        "SELECT count(share), avg(share), max(share), max(is_window_inferred) FROM ("
        "SELECT s.is_window_inferred, 1.0 * s.context_tokens / s.context_window AS share "
        "FROM trajectory_summaries AS s CROSS JOIN trajectories AS t WHERE t.id = s.trajectory_id "
        f"AND s.last_at >= :low AND s.last_at < :high AND s.context_window > 0 AND {_MATCHES_FILTER} "
        f"ORDER BY s.last_at DESC LIMIT {NEWEST_SESSIONS})",
        lambda rows: _read_use(*rows[0]),
        bound_parameters(span, usage_filter),
    )


def _read_use(sessions: int, mean: float | None, greatest: float | None, is_window_inferred: int | None) -> ContextUse:
    return ContextUse(sessions, mean, greatest, bool(is_window_inferred))
