"""Usage of one group alone: nothing whose name merely holds its name, and what has no name is a group, too."""

from __future__ import annotations

from ppp_tui.query.usage.rows import Grouping, UsageFilter
from ppp_tui.query.usage.spans import TimeSpan
from ppp_tui.query.usage.sums import dearest_sessions, usage
from tests.query.database_fixture import Database
from tests.query.test_query_usage import costs, ms, put

DAY = TimeSpan(ms("2026-11-20 00:00"), ms("2026-11-21 00:00"))
HOURS = TimeSpan(ms("2026-11-20 09:00"), ms("2026-11-20 11:00"))


def fill(database: Database) -> None:
    """Four sessions whose models, agents and projects begin alike, and one that tells nothing."""
    put(database, "2026-11-20 10:00", 1, "/shop", 1, model="m1")
    put(database, "2026-11-20 10:00", 2, "/shop2", 2, model="m1-codex", agent="claude2")
    put(database, "2026-11-20 10:00", 4, "/shop", 3, model="m1", root=1)
    put(database, "2026-11-20 10:00", 8, "", 4, model="", agent="")


def by_session(database: Database, span: TimeSpan, grouping: Grouping, key: str) -> list[tuple[int, str, int]]:
    return costs(database, usage([span], "session", UsageFilter(only=((grouping, key),))))


def test_sessions_of_a_group_are_those_that_made_its_bar(database: Database) -> None:
    fill(database)
    for span in (DAY, HOURS):
        assert by_session(database, span, "model", "m1") == [(0, "1", 5)]
        assert by_session(database, span, "agent", "claude") == [(0, "1", 5)]
        assert by_session(database, span, "project", "/shop") == [(0, "1", 5)]
        assert by_session(database, span, "session", "1") == [(0, "1", 5)]


def test_what_tells_no_name_is_a_group_of_its_own(database: Database) -> None:
    fill(database)
    for grouping in ("model", "agent", "project"):
        assert by_session(database, DAY, grouping, "") == [(0, "4", 8)]


def test_every_grouping_can_be_asked_of_one_group(database: Database) -> None:
    fill(database)
    assert costs(database, usage([DAY], "model", UsageFilter(only=(("agent", "claude"),)))) == [(0, "m1", 5)]
    assert costs(database, usage([DAY], "agent", UsageFilter(only=(("project", "/shop2"),)))) == [(0, "claude2", 2)]
    assert costs(database, dearest_sessions(DAY, 9, UsageFilter(only=(("model", "m1-codex"),)))) == [(0, "2", 2)]


def test_several_groups_keep_what_lies_in_all_of_them(database: Database) -> None:
    fill(database)
    put(database, "2026-11-20 10:00", 16, "/shop", 1, model="m2")
    both = UsageFilter(only=(("model", "m2"), ("session", "1")))
    assert costs(database, usage([DAY], "session", both)) == [(0, "1", 16)]
    assert costs(database, usage([DAY], "none", both)) == [(0, "", 16)]


def test_sessions_can_be_ranked_by_their_tokens(database: Database) -> None:
    put(database, "2026-11-20 10:00", 9, session=1)
    put(database, "2026-11-20 10:00", 1, session=2)
    put(database, "2026-11-20 10:01", 1, session=2)
    assert costs(database, dearest_sessions(DAY, 1)) == [(0, "1", 9)]
    assert costs(database, dearest_sessions(DAY, 1, by_tokens=True)) == [(0, "2", 2)]


def test_reasoning_efforts_are_groups_beside_every_other_condition(database: Database) -> None:
    for cost, effort, session in ((1, "high", 1), (2, "low", 1), (4, "high", 2), (8, "", 2)):
        put(database, "2026-11-20 10:00", cost, "/shop", session, reasoning_effort=effort)
    for span in (DAY, HOURS):
        assert costs(database, usage([span], "reasoning_effort")) == [(0, "", 8), (0, "high", 5), (0, "low", 2)]
        assert by_session(database, span, "reasoning_effort", "high") == [(0, "2", 4), (0, "1", 1)]
        assert by_session(database, span, "reasoning_effort", "") == [(0, "2", 8)]
        assert costs(database, usage([span], "model", UsageFilter(project="shop"))) == [(0, "m1", 15)]
    of_one = UsageFilter(only=(("session", "1"),))
    assert costs(database, usage([DAY], "reasoning_effort", of_one)) == [(0, "low", 2), (0, "high", 1)]


def test_an_hour_that_is_cut_counts_a_session_with_several_efforts_once(database: Database) -> None:
    put(database, "2026-11-20 10:00", 1, reasoning_effort="high")
    put(database, "2026-11-20 10:10", 2, reasoning_effort="low")
    put(database, "2026-11-20 10:40", 4, reasoning_effort="high")
    cut = TimeSpan(ms("2026-11-20 09:30"), ms("2026-11-20 10:30"))
    assert costs(database, usage([cut], "session")) == [(0, "1", 3)]
    assert costs(database, usage([cut], "reasoning_effort")) == [(0, "low", 2), (0, "high", 1)]
    assert by_session(database, cut, "reasoning_effort", "high") == [(0, "1", 1)]
    assert costs(database, usage([cut], "reasoning_effort", UsageFilter(project="shop"))) == [
        (0, "low", 2),
        (0, "high", 1),
    ]
