"""Any span in any zone is the sum of its requests, by whatever it is told apart; days and hours leave nothing out."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ppp_tui.model.clock import DAY_MS, HOUR_MS, MINUTE_MS, from_text, to_text
from ppp_tui.query.usage.rows import GROUPINGS, Grouping, UsageFilter, UsageSums, add_up
from ppp_tui.query.usage.spans import TimeSpan, days, hour_begin, hour_name, hours
from ppp_tui.query.usage.sums import dearest_sessions, usage
from ppp_tui.store.upkeep.rollups import Rollups, UsageCounts, drop_minutes
from tests.query.database_fixture import Database

ZONES = (
    "UTC",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "Africa/Cairo",
    "Pacific/Chatham",
)
SET_BACK_OR_FORTH = (
    "2026-03-08 07:00",
    "2026-03-08 05:00",
    "2026-04-04 15:00",
    "2026-04-23 22:00",
    "2026-10-03 15:30",
    "2026-10-29 21:00",
    "2026-11-01 06:00",
    "2026-11-01 04:00",
    "2026-04-04 13:45",
)
"""Moments at which some of the zones set their clocks, to within a day."""

KEPT_SINCE = "2026-10-20 00:00"
MODELS = ("m1", "m1-mini", "")
TRAJECTORIES = {
    1: ("claude", "/shop", 1),
    2: ("claude", "/docs", 2),
    3: ("codex", "/shop", 3),
    4: ("codex", "/shop", 1),
}
"""Agent, project and session of each; the last one is a sub-agent."""

EFFORTS = ("", "high", "low")
FILTERS = (
    UsageFilter(),
    UsageFilter(project="SHOP"),
    UsageFilter(agent="Codex"),
    UsageFilter(model="mini"),
    UsageFilter(only=(("session", "1"),)),
    UsageFilter(only=(("project", "/shop"), ("model", "m1"))),
    UsageFilter(project="docs", model="m1", agent="claude"),
    UsageFilter(only=(("reasoning_effort", "high"), ("agent", "codex"))),
)


class Request(NamedTuple):
    at_ms: int
    trajectory: int
    model: str
    effort: str
    tokens: int

    def group(self, grouping: Grouping) -> str:
        agent, project, session = TRAJECTORIES[self.trajectory]
        keys: dict[Grouping, str] = {
            "none": "",
            "model": self.model,
            "reasoning_effort": self.effort,
            "agent": agent,
            "project": project,
            "session": str(session),
            # Of one machine and one person: neither has a name.
            "machine": "",
            "person": "",
        }
        return keys[grouping]

    def is_chosen(self, chosen: UsageFilter) -> bool:
        return (
            chosen.project.lower() in self.group("project")
            and chosen.agent.lower() in ("", self.group("agent"))
            and chosen.model.lower() in self.model
            and all(self.group(grouping) == key for grouping, key in chosen.only)
        )


def invented() -> list[Request]:
    """Requests close to where clocks are set, and some spread over the year."""
    dice = random.Random(20261120)
    near = [
        from_text(f"{text}:00.000") + dice.randrange(-DAY_MS, DAY_MS) for text in SET_BACK_OR_FORTH for _ in range(40)
    ]
    spread = [from_text("2026-01-01 00:00:00.000") + dice.randrange(330 * DAY_MS) for _ in range(200)]
    on_the_minute = [at // (15 * MINUTE_MS) * 15 * MINUTE_MS for at in near[::5]]
    return [
        Request(at, dice.choice(list(TRAJECTORIES)), dice.choice(MODELS), dice.choice(EFFORTS), dice.randrange(1, 1000))
        for at in (*near, *spread, *on_the_minute)
    ]


class Filled:
    """A database and the requests that it was made of."""

    def __init__(self, database: Database, requests: list[Request]) -> None:
        self.database, self.requests = database, requests


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """A database whose sums the store has made of requests, without the minutes of most of the year."""
    database, requests = Database(Path(tmp_path_factory.mktemp("spans")) / "a.db"), invented()
    connection = database.writer
    for number, (agent, project, session) in TRAJECTORIES.items():
        database.session(number, agent_name=agent, project=project, parent_id=None if session == number else session)
    rollups = Rollups(connection)
    for place, request in enumerate(requests):
        row = UsageCounts(
            at=to_text(request.at_ms),
            model=request.model,
            reasoning_effort=request.effort,
            input_tokens=request.tokens,
            output_tokens=2,
            reasoning_tokens=None,
            cache_read_tokens=3,
            cache_write_5m_tokens=4,
            cache_write_1h_tokens=5,
            cost_micros=request.tokens,
            saved_micros=1,
            reported_micros=None,
            is_lower_bound=0,
        )
        database.put("token_usage", id=(request.trajectory << 40) + (1 << 20) + place, **row._asdict())
        rollups.count(request.trajectory, row, 1)
    rollups.flush()
    drop_minutes(connection, KEPT_SINCE)
    yield Filled(database, requests)
    connection.close()


def told(
    filled: Filled, spans: list[TimeSpan], grouping: Grouping, chosen: UsageFilter
) -> dict[tuple[int, str], tuple[int, int]]:
    bars = filled.database.ask(usage(spans, grouping, chosen))
    assert not any(bar.sums.is_approximate for bar in bars)
    return {(bar.span, bar.key): (bar.sums.requests, bar.sums.input_tokens) for bar in bars}


def summed(
    filled: Filled, spans: list[TimeSpan], grouping: Grouping, chosen: UsageFilter
) -> dict[tuple[int, str], tuple[int, int]]:
    """The same from the requests themselves."""
    found: dict[tuple[int, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for request in filled.requests:
        if request.is_chosen(chosen):
            for number, (low_ms, high_ms) in enumerate(spans):
                if low_ms <= request.at_ms < high_ms:
                    count, tokens = found[number, request.group(grouping)]
                    found[number, request.group(grouping)] = (count + 1, tokens + request.tokens)
    return dict(found)


@st.composite
def bounds(draw: st.DrawFn) -> TimeSpan:
    """A span of some unit, most often near a moment at which clocks are set, up to some days long."""
    middle = from_text(draw(st.sampled_from(SET_BACK_OR_FORTH)) + ":00.000")
    begin = middle + draw(st.integers(-3000, 3000)) * MINUTE_MS
    unit = draw(st.sampled_from((777, 61_001, MINUTE_MS, 15 * MINUTE_MS, HOUR_MS)))
    return TimeSpan(begin // unit * unit, begin // unit * unit + draw(st.integers(1, 200)) * unit)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(span=bounds(), zone=st.sampled_from(ZONES), grouping=st.sampled_from(GROUPINGS), chosen=st.sampled_from(FILTERS))
def test_any_span_is_the_sum_of_its_requests(
    filled: Filled, span: TimeSpan, zone: str, grouping: Grouping, chosen: UsageFilter
) -> None:
    whole = summed(filled, [span], grouping, chosen)
    assert told(filled, [span], grouping, chosen) == whole
    for cut in (days, hours):
        spans = cut(*span, ZoneInfo(zone))
        assert (spans[0].low_ms, spans[-1].high_ms) == span
        assert all(before.high_ms == after.low_ms for before, after in pairwise(spans))
        assert told(filled, spans, grouping, chosen) == summed(filled, spans, grouping, chosen)
    if grouping == "session":
        ranked = filled.database.ask(dearest_sessions(span, 9, chosen))
        assert {(0, bar.key): (bar.sums.requests, bar.sums.input_tokens) for bar in ranked} == whole
        assert [bar.sums.cost_micros for bar in ranked] == sorted((cost for _, cost in whole.values()), reverse=True)


@settings(max_examples=100, deadline=None)
@given(span=bounds(), zone=st.sampled_from(ZONES))
def test_no_two_hours_have_one_name_and_none_is_longer_than_an_hour(span: TimeSpan, zone: str) -> None:
    found = hours(*span, ZoneInfo(zone))
    names = [hour_name(low_ms, ZoneInfo(zone)) for low_ms, _ in found]
    assert len(set(names)) == len(names)
    assert all(high_ms - low_ms <= HOUR_MS for low_ms, high_ms in found)
    assert all(hour_begin(low_ms, ZoneInfo(zone)) <= low_ms for low_ms, _ in found)


def test_the_hour_that_a_clock_strikes_twice_has_two_names() -> None:
    zone = ZoneInfo("America/New_York")
    day = days(from_text("2026-11-01 04:00:00.000"), from_text("2026-11-02 05:00:00.000"), zone)
    assert [(span.high_ms - span.low_ms) // HOUR_MS for span in day] == [25]
    assert [hour_name(span.low_ms, zone) for span in hours(*day[0], zone)][:4] == [
        "2026-11-01 00:00-04:00",
        "2026-11-01 01:00-04:00",
        "2026-11-01 01:00-05:00",
        "2026-11-01 02:00-05:00",
    ]


def test_hours_of_a_half_hour_zone_are_those_on_its_clocks() -> None:
    zone = ZoneInfo("Asia/Kathmandu")
    found = hours(from_text("2026-11-20 10:00:00.000"), from_text("2026-11-20 11:30:00.000"), zone)
    assert [(to_text(low)[11:16], to_text(high)[11:16]) for low, high in found] == [
        ("10:00", "10:15"),
        ("10:15", "11:15"),
        ("11:15", "11:30"),
    ]
    assert [hour_name(low, zone) for low, _ in found] == [
        "2026-11-20 15:00+05:45",
        "2026-11-20 16:00+05:45",
        "2026-11-20 17:00+05:45",
    ]


def test_sums_by_every_group_and_by_days_and_hours_are_the_total(filled: Filled) -> None:
    year = TimeSpan(from_text("2026-01-01 00:00:00.000"), from_text("2027-01-01 00:00:00.000"))
    [total] = filled.database.ask(usage([year]))
    assert total.sums.requests == len(filled.requests)
    for grouping in GROUPINGS:
        assert add_up(bar.sums for bar in filled.database.ask(usage([year], grouping))) == total.sums, grouping
    zone = ZoneInfo("Asia/Kolkata")
    for spans in (days(*year, zone), hours(*year, zone)):
        assert add_up(bar.sums for bar in filled.database.ask(usage(spans))) == total.sums
        by_project: list[UsageSums] = [bar.sums for bar in filled.database.ask(usage(spans, "project"))]
        assert add_up(by_project) == total.sums


@pytest.mark.parametrize("grouping", GROUPINGS)
def test_only_edges_look_at_requests_and_nothing_is_read_whole(filled: Filled, grouping: Grouping) -> None:
    span = TimeSpan(from_text("2026-01-01 00:30:00.000"), from_text("2026-11-01 00:15:00.000"))
    for query in (usage([span], grouping), dearest_sessions(span, 9)):
        tables = ("token_usage", "trajectories", "session_hours", "project_hours", "usage_hours", "usage_minutes")
        assert not filled.database.plan(query) & set(tables)
    whole = usage([TimeSpan(span.low_ms // DAY_MS * DAY_MS, span.high_ms // DAY_MS * DAY_MS)], grouping)
    assert "token_usage" not in whole.sql
