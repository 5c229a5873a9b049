"""Trends out of the database: which rows count on which day, and what a day without any is."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone, tzinfo
from typing import Any

import pytest

from ppp_tui.model.clock import from_text
from ppp_tui.query.measures import MEASURES, trend_points
from ppp_tui.query.scope import Scope
from ppp_tui.query.trends import change_text, measured_trend, shown_spans, unusual_text
from ppp_tui.query.usage.rows import ROLLUP_COLUMNS
from ppp_tui.query.usage.spans import TimeSpan, days
from tests.query.database_fixture import NOON_MS, Database

ZONE = timezone(timedelta(hours=2))


def values(
    database: Database, name: str, first: str, last: str, zone: tzinfo = UTC
) -> list[tuple[float | None, float]]:
    """Value and support of each day."""
    spans = days(from_text(first), from_text(last), zone)
    return [point[1:3] for point in database.ask(trend_points(MEASURES[name], spans, NOON_MS))]


def run(database: Database, number: int, at: str, passed: int, failed: int) -> None:
    database.put(
        "test_runs",
        id=(1 << 40) + number,
        suite="s",
        at=at,
        total=passed + failed,
        passed=passed,
        failed=failed,
        skipped=0,
    )


def fill(database: Database) -> None:
    def session(number: int, at: str, **summary: Any) -> None:
        database.session(number, {"last_at": at, "turns": 2, **summary})

    session(1, "2026-11-18 21:59:00.000", steps=10, failed_steps=1, wall_ms=4_000, low_questions=1)
    session(2, "2026-11-18 22:00:00.000", steps=30, failed_steps=3, wall_ms=8_000, medium_questions=1, turns=6)
    session(3, "2026-11-20 11:00:00.000", steps=5, minor_violations=1, violations=1)
    database.session(4, {"last_at": "2026-11-20 11:00:00.000", "turns": 2, "steps": 5, "retries": 2}, parent_id=3)
    database.writer.execute("UPDATE trajectory_summaries SET is_child = 1 WHERE trajectory_id = 4")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("sessions", [(2.0, 2.0), (0.0, 0.0), (1.0, 1.0)]),
        ("turns", [(8.0, 2.0), (0.0, 0.0), (2.0, 1.0)]),
        ("turns_per_session", [(4.0, 2.0), (None, 0.0), (2.0, 1.0)]),
        ("latency", [(1500.0, 2.0), (None, 0.0), (None, 0.0)]),
        ("failures", [(4.0, 2.0), (0.0, 0.0), (0.0, 2.0)]),
        ("failure_rate", [(0.1, 40.0), (None, 0.0), (0.0, 10.0)]),
        ("retries", [(0.0, 2.0), (0.0, 0.0), (2.0, 2.0)]),
        ("questions", [(2.0, 2.0), (0.0, 0.0), (0.0, 1.0)]),
        ("medium_questions", [(1.0, 2.0), (0.0, 0.0), (0.0, 1.0)]),
        ("violations", [(0.0, 2.0), (0.0, 0.0), (1.0, 1.0)]),
        ("r_pers", [(None, 0.0), (None, 0.0), (-0.01, 1.0)]),
    ],
)
def test_sessions_count_on_the_day_of_their_last_sign_of_life(
    database: Database, name: str, told: list[tuple[float | None, float]]
) -> None:
    fill(database)
    assert values(database, name, "2026-11-18", "2026-11-21") == told


def test_failed_requests_are_unknown_on_days_on_which_no_agent_records_them(database: Database) -> None:
    for number, source, at, retries in (
        (1, "gemini_cli", "2026-11-18 10:00:00.000", 0),
        (2, "gemini_cli", "2026-11-19 10:00:00.000", 0),
        (3, "claude_code", "2026-11-19 11:00:00.000", 0),
        (4, "gemini_cli", "2026-11-20 10:00:00.000", 3),
    ):
        database.session(number, {"last_at": at, "retries": retries}, source=source)
    told = values(database, "retries", "2026-11-18", "2026-11-22")
    assert told == [(None, 1.0), (0.0, 2.0), (3.0, 1.0), (0.0, 0.0)]


def test_r_proact_is_the_mean_of_sessions(database: Database) -> None:
    fill(database)
    [(first, support), *_] = values(database, "r_proact", "2026-11-18", "2026-11-19")
    assert first is not None
    assert (round(first, 9), support) == (-0.025, 2.0)


def test_scope_leaves_out_other_agents_and_projects(database: Database) -> None:
    for number, agent, project in ((1, "claude", "/a"), (2, "codex", "/a"), (3, "claude", "/b"), (4, "claude", "/a")):
        at = "2026-11-18 10:00:00.000"
        database.session(number, {"last_at": at, "turns": number}, agent_name=agent, project=project)
        database.put(
            "test_runs",
            id=number << 40,
            suite="s",
            at=at,
            total=10,
            passed=10 - number,
            failed=number,
            skipped=0,
            agent_name=agent,
            project=project,
        )
        day = {"day": "2026-11-18 00:00", "agent_name": agent, "model": f"m{number}", "project": project}
        zeros = dict.fromkeys(ROLLUP_COLUMNS, 0)
        database.put("project_days", **day, reasoning_effort="", **{**zeros, "requests": 1, "input_tokens": 10**number})
    spans = days(from_text("2026-11-18"), from_text("2026-11-19"), UTC)

    def told(name: str, agent: str | None = None, project: str | None = None) -> float | None:
        [point] = database.ask(trend_points(MEASURES[name], spans, NOON_MS, Scope(agent=agent, project=project)))
        return point.value

    assert [told("turns", agent="claude"), told("turns", project="/a"), told("turns", agent="codex", project="/b")] == [
        8.0,
        7.0,
        0.0,
    ]
    assert told("red_runs", agent="claude", project="/a") == 2.0
    assert told("tokens", agent="claude", project="/a") == 10_010.0
    assert [told(name, agent="claude", project="/a") for name in ("r_pers", "goal")] == [None, None]


def test_evaluations_are_means_of_what_rules_say(database: Database) -> None:
    fill(database)
    for number, method, score in ((1, "rules-1", 1.0), (2, "rules-1", 0.5), (2, "llm-1 m", 0.0), (3, "rules-1", None)):
        verdict = "unknown" if score is None else "good"
        database.put("evaluations", trajectory_id=number, name="goal", method=method, verdict=verdict, score=score)
    assert values(database, "goal", "2026-11-18", "2026-11-21") == [(0.75, 2.0), (None, 0.0), (None, 0.0)]


def test_a_day_begins_at_midnight_in_the_users_zone(database: Database) -> None:
    fill(database)
    spans = [TimeSpan(from_text("2026-11-17 22:00"), from_text("2026-11-18 22:00"))]
    spans.append(TimeSpan(spans[0].high_ms, spans[0].high_ms + 86_400_000))
    found = database.ask(trend_points(MEASURES["sessions"], spans, NOON_MS))
    assert [point.value for point in found] == [1.0, 1.0]


def test_tests_count_in_the_local_day_that_holds_them(database: Database) -> None:
    run(database, 1, "2026-11-18 23:30:00.000", 3, 1)
    run(database, 2, "2026-11-19 10:00:00.000", 4, 0)
    low = from_text("2026-11-17 22:00")
    spans = days(low, low + 2 * 86_400_000, ZONE)
    # 23:30 UTC of the 18th is 01:30 of the 19th.
    assert [point[1:3] for point in database.ask(trend_points(MEASURES["pass_rate"], spans, NOON_MS))] == [
        (None, 0.0),
        (0.875, 2.0),
    ]
    assert values(database, "pass_rate", "2026-11-17", "2026-11-20") == [(None, 0.0), (0.75, 1.0), (1.0, 1.0)]
    assert values(database, "red_runs", "2026-11-18", "2026-11-19") == [(1.0, 1.0)]


def test_only_the_day_that_runs_is_incomplete(database: Database) -> None:
    spans = days(from_text("2026-11-19"), from_text("2026-11-21"), UTC)
    found = database.ask(trend_points(MEASURES["sessions"], spans, NOON_MS))
    assert [point.is_complete for point in found] == [True, False]


def test_what_precedes_the_first_data_is_unknown_not_nothing(database: Database) -> None:
    fill(database)
    spans = shown_spans(from_text("2026-11-17"), NOON_MS, "day", UTC)
    measured = database.ask(measured_trend(MEASURES["sessions"], spans, "day", NOON_MS, UTC))
    assert [judged.point.value for judged in measured.trend.points] == [None, 2.0, 0.0, 1.0]


@pytest.mark.parametrize("name", list(MEASURES))
def test_every_measure_reads_an_empty_database(database: Database, name: str) -> None:
    assert values(database, name, "2026-11-18", "2026-11-19") == [(0.0 if MEASURES[name].is_sum else None, 0.0)]


@pytest.mark.parametrize("name", list(MEASURES))
def test_no_measure_reads_a_table_from_end_to_end(database: Database, name: str) -> None:
    spans = shown_spans(None, NOON_MS, "day", UTC)
    read = database.plan(measured_trend(MEASURES[name], spans, "day", NOON_MS, UTC))
    assert read - {"project_folders"} <= set()


def test_weeks_begin_on_monday_and_hold_the_first_day_as_a_whole() -> None:
    spans = shown_spans(from_text("2026-11-12 15:00"), NOON_MS, "week", UTC)
    assert [span.low_ms for span in spans] == [from_text("2026-11-09"), from_text("2026-11-16")]
    assert spans[-1].high_ms == from_text("2026-11-23")


def test_too_many_days_are_refused() -> None:
    with pytest.raises(ValueError, match="750 days at most"):
        shown_spans(0, NOON_MS, "day", UTC)
    with pytest.raises(ValueError, match="no time"):
        shown_spans(NOON_MS, NOON_MS, "day", UTC)


def test_change_and_anomaly_are_sentences_with_their_figures(database: Database) -> None:
    for day in range(1, 21):
        for number in range(1 if day < 11 else 30):
            at = f"2026-10-{day:02d} 10:00:00.000"
            database.session(day * 100 + number, {"last_at": at, "turns": 3})
    spans = shown_spans(from_text("2026-10-05"), from_text("2026-10-21"), "day", UTC)
    measured = database.ask(measured_trend(MEASURES["sessions"], spans, "day", NOON_MS, UTC))
    [change] = measured.trend.changes
    assert change_text(change, measured, UTC) == "sessions: 30 a day since 2026-10-11, 1 before."
    first = measured.trend.anomalies[0]
    assert unusual_text(first, measured, UTC) == (
        "2026-10-11: 30 is unusually high; 0 to 10.5 was usual (the 10 days before)."
    )
    assert unusual_text(measured.trend.points[0], measured, UTC) == ""
