"""``ppp-tui agents``: the registry of agents, what each says of itself beside what its tasks show."""

from __future__ import annotations

from contextlib import closing
from typing import Any, get_args

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.command import ReportCommand
from ppp_tui.cli.report.output import At
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.report import Report, ReportField, emit, fields_help
from ppp_tui.cli.report.searched import empty_answer
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.cli.usage.fields import usd, usd_text
from ppp_tui.model.performance import AgentStatus
from ppp_tui.query.performance.agents import RegisteredAgent, registered_agents
from ppp_tui.query.performance.stats import TaskStats, execution_stats, execution_sums, session_stats
from ppp_tui.query.query import answer
from ppp_tui.query.scope import EVERYTHING
from ppp_tui.query.scores.score_settings import score_settings
from ppp_tui.text import format as shown


def _whole_ms(ms: float) -> str:
    return shown.duration(round(ms))


_AGENT = (
    ReportField("agent", "agent", trim="end"),
    ReportField("is_registered"),
    ReportField("registered_at", "registered", rank=6),
    ReportField("agent_version", "version", rank=5),
    ReportField("capabilities", "can do", lambda names: ", ".join(map(str, names)), trim="end", rank=1),
    ReportField("status", "status", tones={"offline": "red"}),
    ReportField("status_reason"),
    ReportField("status_at"),
    ReportField("tasks", "tasks"),
    ReportField("mean_ms", "mean time", _whole_ms, rank=2),
    ReportField("baseline_latency_ms", "expected", _whole_ms, rank=2),
    ReportField("success_rate", "success", lambda rate: shown.percent(rate, decimals=1)),
    ReportField("baseline_reliability", "expected", lambda rate: shown.percent(rate, decimals=1), rank=3),
    ReportField("cost_usd_per_task", "per task", usd_text, rank=4),
    ReportField("baseline_cost_usd", "expected", usd_text, rank=4),
    ReportField("baseline_accuracy"),
    ReportField("quality"),
    ReportField("last_at", "last", rank=5),
)


@click.command("agents", cls=ReportCommand, epilog=fields_help(_AGENT))
@click.option("--capability", default="", metavar="NAME", help="Only agents that registered with this capability.")
@click.option("--status", type=click.Choice(get_args(AgentStatus)), help="Only agents in this status.")
@form_options
@common_options
@examples("agents", "agents --capability review --status available --json")
@pass_invocation
def agents_command(invocation: Invocation, capability: str, status: str | None, as_json: bool, as_csv: bool) -> int:
    """List agents: those that registered, and those that sessions and events name.

    What an agent registered with (`log.performance.record_agent_registration`) stands beside what its tasks show:
    recorded executions or, where there are none, sessions. `expected` is what it registered with.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    with closing(open_place(read_place(invocation))) as connection:
        agents = answer(connection, registered_agents(capability=capability, status=status or ""))
        weights = score_settings(invocation.settings).technical
        sessions = answer(connection, session_stats("agent", EVERYTHING, weights)) if agents else []
        executions = execution_stats(answer(connection, execution_sums("agent", EVERYTHING))) if agents else []
        bounds = {"capability": capability, "status": status}
        empty = "" if agents else empty_answer(connection, read_place(invocation), output, "agents", bounds)
    stats = {tasks.name: tasks for tasks in (*sessions, *executions)}
    rows = [_row(agent, stats.get(agent.agent_id)) for agent in agents]
    return emit(Report("agents", _AGENT, rows, empty=empty), output)


def _row(agent: RegisteredAgent, stats: TaskStats | None) -> dict[str, Any]:
    last_at = max(agent.last_at or 0, (stats.last_at if stats else None) or 0)
    return {
        "agent": agent.agent_id,
        "is_registered": agent.registered_at is not None,
        "registered_at": _moment(agent.registered_at),
        "agent_version": agent.agent_version or None,
        "capabilities": list(agent.capabilities) or None,
        "status": agent.status or None,
        "status_reason": agent.status_reason or None,
        "status_at": _moment(agent.status_at),
        "tasks": stats.tasks if stats else 0,
        "mean_ms": _rounded(stats.mean_ms if stats else None, 1),
        "success_rate": _rounded(stats.success_rate if stats else None, 6),
        "cost_usd_per_task": usd(stats.cost_per_task) if stats else None,
        "quality": _rounded(stats.quality if stats else None, 4),
        "baseline_latency_ms": agent.baselines.latency_ms,
        "baseline_accuracy": agent.baselines.accuracy,
        "baseline_cost_usd": agent.baselines.cost_usd,
        "baseline_reliability": agent.baselines.reliability,
        "last_at": _moment(last_at),
    }


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals)


def _moment(at_ms: int | None) -> At | None:
    return At(at_ms) if at_ms else None
