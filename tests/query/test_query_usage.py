"""Usage by span and group: days of any zone, filters, sub-agents, and what is too old for minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest

from ppp_tui.model.clock import from_text
from ppp_tui.query.query import Query
from ppp_tui.query.usage.rows import UsageFilter, UsageSums, add_up
from ppp_tui.query.usage.spans import HOUR_MS, TimeSpan, cut_spans, days, hours, midnight, month_begin
from ppp_tui.query.usage.spend import day_and_month_spend
from ppp_tui.query.usage.sums import dearest_sessions, usage
from ppp_tui.store.writers.trajectories import COST_SUMS
from tests.query.database_fixture import Database

INDIA = timezone(timedelta(hours=5, minutes=30))
SUMS = (*COST_SUMS, "lower_bound_requests")


class Clocks(tzinfo):
    """A zone that sets its clocks forward by an hour at 2026-03-29 01:00 UTC, from two hours ahead to three."""

    CHANGE = datetime(2026, 3, 29, 3, 0)  # noqa: DTZ001 - local, as the base class hands times over

    def utcoffset(self, when: datetime | None) -> timedelta:
        is_later = when is not None and when.replace(tzinfo=None) >= self.CHANGE
        return timedelta(hours=3 if is_later else 2)

    def dst(self, when: datetime | None) -> timedelta:
        return timedelta(0)

    def tzname(self, when: datetime | None) -> str:
        return "clocks"


def ms(text: str) -> int:
    return from_text(f"{text}:00.000")


def put(database: Database, at: str, cost: int, project: str = "/shop", session: int = 1, **names: Any) -> None:
    """One request in every rollup."""
    agent, model = names.get("agent", "claude"), names.get("model", "m1")
    root = names.get("root", session)
    values = dict(zip(SUMS, (1, 10, 20, 300, 4, cost, 0, 0), strict=True))
    hour, day = at[:13] + ":00", at[:10] + " 00:00"
    for number in (session, root):
        database.writer.execute(
            "INSERT OR IGNORE INTO trajectories (id, spec_id, agent_name, project) VALUES (?, '', ?, ?)",
            (number, agent, project),
        )
    (count,) = database.writer.execute("SELECT count(*) FROM token_usage WHERE id >> 40 = ?", (session,)).fetchone()
    database.put(
        "token_usage",
        id=(session << 40) + (1 << 20) + count,
        at=f"{at}:00.000",
        model=model,
        reasoning_effort=names.get("reasoning_effort", ""),
        input_tokens=10,
        output_tokens=20,
        cache_read_tokens=300,
        cache_write_5m_tokens=4,
        cost_micros=cost,
    )
    made: dict[str, Any] = {"model": model, "reasoning_effort": names.get("reasoning_effort", "")}
    shared: dict[str, Any] = {"agent_name": agent, **made}
    own: dict[str, Any] = {"trajectory_id": session, "root_id": root, **made}
    add(database, "usage_minutes", {"minute": at, **shared}, values)
    add(database, "usage_hours", {"hour": hour, **shared}, values)
    add(database, "project_hours", {"hour": hour, "project": project, **shared}, values)
    add(database, "project_days", {"day": day, "project": project, **shared}, values)
    add(database, "usage_days", {"day": day, **shared}, values)
    add(database, "total_hours", {"hour": hour}, values)
    add(database, "folder_days", {"day": day, "project": project}, values)
    add(database, "folder_months", {"month": f"{day[:8]}01 00:00", "project": project}, values)
    add(database, "session_hours", {"hour": hour, **own}, values)
    add(database, "session_days", {"day": day, **own}, values)


def add(database: Database, table: str, names: dict[str, Any], values: dict[str, int]) -> None:
    columns = {**names, **values}
    database.writer.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(f':{name}' for name in columns)}) "
        "ON CONFLICT DO UPDATE SET " + ", ".join(f"{name} = {name} + excluded.{name}" for name in values),
        columns,
    )


def costs(database: Database, query: Query[Any]) -> list[tuple[int, str, int]]:
    return [(bar.span, bar.key, bar.sums.cost_micros) for bar in database.ask(query)]


def test_day_is_that_of_the_users_zone(database: Database) -> None:
    put(database, "2026-11-19 21:59", 1)
    put(database, "2026-11-19 22:00", 2)
    put(database, "2026-11-20 21:59", 4)
    put(database, "2026-11-20 22:00", 8)
    ahead = timezone(timedelta(hours=2))
    day = days(ms("2026-11-19 22:00"), ms("2026-11-21 22:00"), ahead)
    assert costs(database, usage(day)) == [(0, "", 6), (1, "", 8)]


def test_a_zone_of_half_hours_parts_an_hour_by_its_minutes(database: Database) -> None:
    database.put("archive_facts", name="minutes_since", value="2026-11-20 00:00")
    put(database, "2026-11-20 18:29", 1)
    database.put(
        "usage_minutes",
        minute="2026-11-20 18:30",
        agent_name="claude",
        model="m1",
        **dict(zip(SUMS, (1, 10, 20, 300, 4, 2, 0, 0), strict=True)),
    )
    database.writer.execute("UPDATE total_hours SET cost_micros = 3")
    begin = midnight(ms("2026-11-20 12:00"), INDIA)
    assert begin == ms("2026-11-19 18:30")
    assert costs(database, usage(days(begin, begin + 48 * HOUR_MS, INDIA))) == [(0, "", 1), (1, "", 2)]


def test_where_minutes_are_gone_an_hour_is_cut_by_its_requests(database: Database) -> None:
    database.put("archive_facts", name="minutes_since", value="2026-11-21 00:00")
    put(database, "2026-11-20 18:29", 1)
    put(database, "2026-11-20 18:30", 2)
    database.writer.execute("DELETE FROM usage_minutes")
    begin = ms("2026-11-19 18:30")
    two = days(begin, begin + 48 * HOUR_MS, INDIA)
    for grouping, key in (("none", ""), ("model", "m1"), ("project", "/shop"), ("session", "1")):
        assert costs(database, usage(two, grouping)) == [(0, key, 1), (1, key, 2)], grouping  # type: ignore[arg-type]
    assert costs(database, dearest_sessions(two[1], 5)) == [(0, "1", 2)]


def test_usage_of_a_forgotten_session_counts_where_its_hour_begins_and_is_marked_on_both_sides(
    database: Database,
) -> None:
    database.put("archive_facts", name="minutes_since", value="2026-11-21 00:00")
    put(database, "2026-11-20 18:29", 1)
    put(database, "2026-11-20 18:30", 2, session=2, project="/docs")
    database.writer.execute("DELETE FROM usage_minutes")
    database.writer.execute("DELETE FROM token_usage WHERE id >> 40 = 2")
    begin = ms("2026-11-19 18:30")
    bars = database.ask(usage(days(begin, begin + 48 * HOUR_MS, INDIA), "project"))
    assert [(bar.span, bar.key, bar.sums.cost_micros, bar.sums.uncut_requests) for bar in bars] == [
        (0, "/docs", 2, 1),
        (0, "/shop", 1, 0),
        (1, "/docs", 0, 1),
    ]
    assert [bar.sums.is_approximate for bar in bars] == [True, False, True]


def test_a_day_with_a_changed_clock_has_twenty_three_hours() -> None:
    found = days(ms("2026-03-28 22:00"), ms("2026-03-30 21:00"), Clocks())
    assert [(span.high_ms - span.low_ms) // HOUR_MS for span in found] == [23, 24]


def test_whole_days_of_a_long_span_and_its_edges_are_counted_once(database: Database) -> None:
    for at, cost in (
        ("2026-11-18 23:00", 1),
        ("2026-11-19 05:00", 2),
        ("2026-11-20 21:00", 4),
        ("2026-11-20 23:30", 8),
    ):
        put(database, at, cost)
    span = TimeSpan(ms("2026-11-18 22:00"), ms("2026-11-20 22:00"))
    assert costs(database, usage([span], "project")) == [(0, "/shop", 7)]
    assert costs(database, dearest_sessions(span, 5)) == [(0, "1", 7)]


def test_groups_stand_in_the_order_of_their_cost(database: Database) -> None:
    put(database, "2026-11-20 10:00", 1, agent="codex", model="gpt-5.5", project="/a", session=2)
    put(database, "2026-11-20 11:00", 5, project="/b")
    span = [TimeSpan(ms("2026-11-20 00:00"), ms("2026-11-21 00:00"))]
    assert costs(database, usage(span, "model")) == [(0, "m1", 5), (0, "gpt-5.5", 1)]
    assert costs(database, usage(span, "agent")) == [(0, "claude", 5), (0, "codex", 1)]
    assert costs(database, usage(span, "project")) == [(0, "/b", 5), (0, "/a", 1)]


def test_filters_hold_in_every_grouping(database: Database) -> None:
    for number, project, agent in ((1, "/home/Shop", "claude"), (2, "/docs", "codex")):
        database.session(number, project=project, agent_name=agent)
    put(database, "2026-11-20 10:00", 1, agent="codex", model="gpt-5.5", project="/docs", session=2)
    put(database, "2026-11-20 11:00", 5, project="/home/Shop")
    span = [TimeSpan(ms("2026-11-20 00:00"), ms("2026-11-21 00:00"))]
    for chosen in (UsageFilter(project="shop"), UsageFilter(agent="Claude"), UsageFilter(model="M1")):
        for grouping, key in (("none", ""), ("model", "m1"), ("project", "/home/Shop"), ("session", "1")):
            assert costs(database, usage(span, grouping, chosen)) == [(0, key, 5)], (chosen, grouping)  # type: ignore[arg-type]
        assert costs(database, dearest_sessions(span[0], 5, chosen)) == [(0, "1", 5)]


def test_a_sub_agents_usage_stands_under_its_session(database: Database) -> None:
    for number in (1, 2, 3):
        database.session(number)
    put(database, "2026-11-20 10:00", 5)
    put(database, "2026-11-20 11:00", 2, session=2, root=1)
    put(database, "2026-11-20 12:00", 6, session=3)
    span = TimeSpan(ms("2026-11-20 00:00"), ms("2026-11-21 00:00"))
    assert costs(database, usage([span], "session")) == [(0, "1", 7), (0, "3", 6)]
    assert costs(database, dearest_sessions(span, 1)) == [(0, "1", 7)]


def test_quarters_of_an_hour_come_from_minutes(database: Database) -> None:
    put(database, "2026-11-20 10:14", 1)
    put(database, "2026-11-20 11:15", 2)
    quarter = [
        TimeSpan(ms("2026-11-20 10:00"), ms("2026-11-20 10:15")),
        TimeSpan(ms("2026-11-20 11:15"), ms("2026-11-20 11:30")),
    ]
    assert costs(database, usage(quarter)) == [(0, "", 1), (1, "", 2)]


def test_today_and_this_month(database: Database) -> None:
    put(database, "2026-11-01 00:00", 1)
    put(database, "2026-10-31 23:59", 2)
    put(database, "2026-11-20 00:00", 4)
    now_ms = ms("2026-11-20 12:00")
    found = database.ask(day_and_month_spend(now_ms, UTC))
    assert (found.today.cost_micros, found.month.cost_micros) == (4, 5)
    assert month_begin(now_ms, UTC) == ms("2026-11-01 00:00")


def test_months_days_and_hours_make_up_a_span_by_project(database: Database) -> None:
    for at, cost in (
        ("2026-08-30 23:00", 1),
        ("2026-08-31 00:00", 2),
        ("2026-09-01 00:00", 4),
        ("2026-10-31 23:59", 8),
        ("2026-11-01 00:00", 16),
        ("2026-11-20 12:59", 32),
        ("2026-11-20 13:00", 64),
    ):
        put(database, at, cost)
    span = [TimeSpan(ms("2026-08-30 23:00"), ms("2026-11-20 13:00"))]
    cut = cut_spans(span, with_days=True, with_months=True)
    assert cut.months == [(0, "2026-09-01 00:00", "2026-11-01 00:00")]
    assert cut.days == [(0, "2026-08-31 00:00", "2026-09-01 00:00"), (0, "2026-11-01 00:00", "2026-11-20 00:00")]
    assert cut.hours == [(0, "2026-08-30 23:00", "2026-08-31 00:00"), (0, "2026-11-20 00:00", "2026-11-20 13:00")]
    for grouping, key in (("project", "/shop"), ("model", "m1"), ("none", ""), ("session", "1")):
        assert costs(database, usage(span, grouping)) == [(0, key, 63)], grouping  # type: ignore[arg-type]
    assert costs(database, usage(span, "project", UsageFilter(agent="claude"))) == [(0, "/shop", 63)]


def test_a_month_begins_where_a_span_does_and_the_last_of_january_is_followed_by_february() -> None:
    def months(low: str, high: str) -> list[tuple[int, str, str]]:
        return cut_spans([TimeSpan(ms(f"{low} 00:00"), ms(f"{high} 00:00"))], with_days=True, with_months=True).months

    assert months("2026-02-01", "2026-03-01") == [(0, "2026-02-01 00:00", "2026-03-01 00:00")]
    assert months("2026-01-31", "2026-03-01") == [(0, "2026-02-01 00:00", "2026-03-01 00:00")]
    assert months("2025-12-02", "2026-01-31") == []


@pytest.mark.parametrize("by_tokens", [False, True])
def test_the_dearest_of_a_span_are_found_among_the_dearest_of_all_time_only_if_no_other_can_be(
    database: Database, by_tokens: bool
) -> None:
    """Thirty sessions of which those that cost most did so before the span; the index alone would name them."""
    span = TimeSpan(ms("2026-11-20 00:00"), ms("2026-11-21 00:00"))
    for session in range(1, 31):
        put(database, "2026-11-20 10:00", session, session=session)
        database.put(
            "trajectory_summaries",
            trajectory_id=session,
            tree_cost_micros=session,
            tree_input_tokens=334,
        )
    dearest = [(0, "30", 30), (0, "29", 29)]
    assert costs(database, dearest_sessions(span, 2, by_tokens=by_tokens)) == (
        dearest if not by_tokens else [(0, "2", 2), (0, "1", 1)]
    )
    for session in range(1, 29):
        put(database, "2026-11-10 10:00", 100, session=session)
        database.writer.execute(
            "UPDATE trajectory_summaries SET tree_cost_micros = tree_cost_micros + 100, tree_input_tokens = 668 "
            "WHERE trajectory_id = ?",
            (session,),
        )
    if not by_tokens:
        assert costs(database, dearest_sessions(span, 2)) == dearest


def test_hours_with_a_gap_or_twice_are_told_each_by_itself(database: Database) -> None:
    for hour, cost in ((9, 1), (10, 2), (11, 4)):
        put(database, f"2026-11-20 {hour:02d}:30", cost)
    nine, ten, eleven = hours(ms("2026-11-20 09:00"), ms("2026-11-20 12:00"))
    assert costs(database, usage([nine, ten, eleven])) == [(0, "", 1), (1, "", 2), (2, "", 4)]
    assert costs(database, usage([nine, eleven])) == [(0, "", 1), (1, "", 4)]
    assert costs(database, usage([ten, ten])) == [(0, "", 2), (1, "", 2)]
    assert costs(database, usage([nine, TimeSpan(ten.low_ms, eleven.high_ms)])) == [(0, "", 1), (1, "", 6)]


def test_a_year_of_hours_is_asked_for_as_a_single_piece() -> None:
    year = hours(ms("2025-11-20 00:00"), ms("2026-11-20 00:00"))
    cut = cut_spans(year, with_days=False)
    assert cut.hours == [(0, "2025-11-20 00:00", "2026-11-20 00:00")]
    assert len(year) == len(cut.span_by_hour) == 8760
    assert cut.span_by_hour["2026-11-19 23:00"] == 8759


def test_hours_and_parts_of_a_span() -> None:
    assert hours(0, 90 * 60_000) == [TimeSpan(0, HOUR_MS), TimeSpan(HOUR_MS, 90 * 60_000)]
    cut = cut_spans([TimeSpan(ms("2026-11-19 22:30"), ms("2026-11-21 01:30"))], with_days=True)
    assert cut.edges == [
        (0, "2026-11-19 22:30", "2026-11-19 23:00", "2026-11-19 22:00"),
        (0, "2026-11-21 01:00", "2026-11-21 01:30", "2026-11-21 01:00"),
    ]
    assert cut.hours == [(0, "2026-11-19 23:00", "2026-11-20 00:00"), (0, "2026-11-21 00:00", "2026-11-21 01:00")]
    assert cut.days == [(0, "2026-11-20 00:00", "2026-11-21 00:00")]
    assert cut.cut_hours == [
        (0, "2026-11-19 22:00", "2026-11-19 23:00", "2026-11-19 22:00"),
        (1, "2026-11-21 01:00", "2026-11-21 02:00", "2026-11-21 01:00"),
    ]


def test_rates_of_sums() -> None:
    sums = UsageSums(
        requests=2,
        input_tokens=100,
        output_tokens=30,
        cache_read_tokens=300,
        cache_write_tokens=100,
        cost_micros=53,
        unpriced_requests=1,
    )
    assert (sums.cache_hit_rate, sums.token_efficiency, sums.output_share) == (0.75, 0.3, 0.06)
    assert (sums.cost, sums.is_lower_bound, sums.reasoning, sums.reported) == (53, True, None, None)
    assert sums.cost_per_1k_micros == 100.0
    nothing = UsageSums(requests=1, unpriced_requests=1)
    assert (nothing.cost, nothing.saved, nothing.cache_hit_rate, nothing.cost_per_1k_micros) == (None, None, None, None)
    assert add_up((sums, nothing)).requests == 3


def test_no_report_reads_a_rollup_from_one_end_to_the_other(database: Database) -> None:
    span = [TimeSpan(ms("2026-11-18 22:30"), ms("2026-11-20 22:00"))]
    for grouping in ("none", "model", "agent", "project", "session"):
        assert database.plan(usage(span, grouping)) == set()
    # Of sessions by what they cost altogether, the first ones of an index are read.
    assert database.plan(dearest_sessions(span[0], 5)) == {"trajectory_summaries"}
    assert database.plan(dearest_sessions(span[0], 5, UsageFilter(agent="claude"))) == set()
