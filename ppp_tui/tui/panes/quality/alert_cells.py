"""Alerts as table lines, and all times of one rule. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from ppp_tui.model.project import NO_LABELS, Labels
from ppp_tui.query.quality.alert_list import AlertLine
from ppp_tui.text.alert_value import alert_value
from ppp_tui.text.format import age, date_time, duration
from ppp_tui.tui.panes.row_links import key_to
from ppp_tui.tui.panes.session_cells import folder, titled
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.lines import Cell, Line
from ppp_tui.tui.widgets.tones import agent_tone

ALERT_COLUMNS = (
    Column("age", "when", width=4, align="right", priority=170),
    Column("state", "", width=6, priority=198),
    Column("rule", "rule", width=26, priority=200),
    Column("value", "value", width=8, align="right", priority=190),
    Column("agent", "agent", width=8, priority=150),
    Column("project", "project", width=14, priority=130),
    Column("title", "session", weight=1, min_width=12, priority=180),
    Column("held", "held", width=8, align="right", priority=120),
)
"""Columns of alerts."""

ALERT_TIME_COLUMNS = (
    Column("since", "since", width=16, priority=170),
    Column("held", "held", width=8, align="right", priority=190),
    Column("value", "value", width=8, align="right", priority=200),
    Column("agent", "agent", width=8, priority=120),
    Column("title", "session", weight=1, min_width=10, priority=150),
)
"""Columns of the times that one rule held."""


def alert_lines(
    alerts: Sequence[AlertLine], now_ms: int, labels: Labels = NO_LABELS, *, is_shared: bool = False
) -> list[Line]:
    """Return alerts as table lines; a line's key is the alert's id."""
    return [
        Line(
            alert.id,
            (
                Cell(age(now_ms - alert.since), "dim"),
                Cell("open", "stuck") if alert.until is None else Cell("closed", "dim"),
                alert.rule,
                alert_value(alert.rule, alert.value),
                Cell(alert.agent, agent_tone(alert.agent)),
                folder(alert.project, labels),
                titled(alert.title, is_shared=is_shared),
                _held(alert, now_ms),
            ),
        )
        for alert in alerts
    ]


def alert_time_lines(
    rule: str, alerts: Sequence[AlertLine], now_ms: int, zone: tzinfo, *, is_shared: bool = False
) -> list[Line]:
    """Return all times that a rule held as table lines; each key leads to its session."""
    return [
        Line(
            key_to(alert.session, None, alert.id),
            (
                Cell(date_time(alert.since, zone, seconds=False), "dim"),
                _held(alert, now_ms),
                alert_value(alert.rule, alert.value),
                Cell(alert.agent, agent_tone(alert.agent)),
                titled(alert.title, is_shared=is_shared),
            ),
        )
        for alert in alerts
        if alert.rule == rule
    ]


def _held(alert: AlertLine, now_ms: int) -> str:
    return duration(max(0, (now_ms if alert.until is None else alert.until) - alert.since))
