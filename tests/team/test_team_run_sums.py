"""Sums over a team's runs by day and month: a local database's figures, withdrawn by each write, for leads alone."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.query.connect import open_reader
from ppp_tui.query.quality.drilldown import conduct_sums
from ppp_tui.query.query import Query, answer
from ppp_tui.query.scope import Scope
from ppp_tui.query.signals.correlations import correlations
from ppp_tui.query.signals.sums import decision_sums, signal_sums
from ppp_tui.query.signals.versions import version_list
from ppp_tui.team import forget
from ppp_tui.team.reader import open_team_reader
from tests.postgres import Server
from tests.team.people import ROW, ask, change, make_full_database, opened, own_replica, push

LONG_AGO = """
UPDATE trajectory_summaries SET last_at = '2020-0' || trajectory_id || '-15 08:00:00.000' WHERE trajectory_id IN (1, 2)
"""
"""The first two sessions were alive in January and in February 2020; the sub-agent is of 2026-11-20."""

FAILURES = f"""
INSERT INTO agent_quality_signals (signal_id, signal_type, signal_code, value, recorded_at) VALUES
    ({ROW + 1}, 'tool_failure', 'timeout', 1, '2020-01-15 07:00:00.000'),
    ({ROW + 2}, 'tool_failure', 'timeout', 1, '2020-01-15 07:00:00.000'),
    ({ROW + 3}, 'empty_retrieval', 'no_results', 1, '2020-01-15 07:00:00.000'),
    ({ROW + 4}, 'empty_retrieval', 'filtered_out', 0, '2020-01-15 07:00:00.000')
"""
"""Of the first session: a tool that failed twice, a search that found nothing, another one that did."""

SPANS = "SELECT span FROM run_spans WHERE span < '2021' ORDER BY 1"


def reports(scope: Scope) -> list[Query[Any]]:
    return [
        *(decision_sums(scope, by) for by in ("code", "version", "type", "agent")),
        *(signal_sums(scope, by) for by in ("code", "version")),
        *(correlations(subject, scope, "outcome") for subject in ("decisions", "signals")),
        version_list(scope),
        conduct_sums(scope),
    ]


def told(url: str) -> list[Any]:
    with closing(open_team_reader(url)) as shared:
        return [answer(shared, query) for query in reports(Scope())]


@pytest.fixture
def old_work(tmp_path: Path) -> Path:
    database = make_full_database(tmp_path / "old.db", sessions=2)
    change(database, FAILURES, 1)
    change(database, LONG_AGO, 1, 2)
    return database


def test_a_push_sums_days_and_months_that_are_over(ada: str, old_work: Path) -> None:
    push(ada, old_work)
    assert ask(ada, SPANS) == [("2020-01",), ("2020-01-15",), ("2020-02",), ("2020-02-15",)]
    assert ask(ada, "SELECT span, runs, turns FROM run_sums WHERE span < '2021' ORDER BY 1") == [
        (span, 1, 2) for (span,) in ask(ada, SPANS)
    ]
    entries = (
        "SELECT type, code, entries, other_entries, runs, hit_runs, ended_runs, retrieval_failed_runs FROM entry_sums "
        "WHERE span = '2020-01' ORDER BY 1, 2"
    )
    assert ask(ada, entries) == [
        ("empty_retrieval", "", 1, 1, 1, 1, 1, 1),
        ("empty_retrieval", "filtered_out", 0, 1, 1, 0, 0, 0),
        ("empty_retrieval", "no_results", 1, 0, 1, 1, 1, 1),
        ("tool_failure", "", 2, 0, 1, 1, 1, 1),
        ("tool_failure", "timeout", 2, 0, 1, 1, 1, 1),
        ("tool_selection", "", 1, 1, 1, 1, 1, 1),
        ("tool_selection", "fresh_data_required", 1, 1, 1, 1, 1, 1),
        ("tool_success", "", 1, 0, 1, 1, 1, 1),
        ("tool_success", "first_attempt", 1, 0, 1, 1, 1, 1),
    ]
    assert ask(ada, "SELECT code, failure_code, runs FROM failure_code_sums WHERE span = '2020-01-15' ORDER BY 1") == [
        ("first_attempt", "timeout", 1),
        ("fresh_data_required", "timeout", 1),
        ("no_results", "timeout", 1),
        ("timeout", "timeout", 1),
    ]
    with closing(open_reader(old_work)) as local:
        assert told(ada) == [answer(local, query) for query in reports(Scope())]


def test_what_changes_a_run_withdraws_its_days_until_they_are_summed_anew(
    ada: str, old_work: Path, postgres: Server, common_store: str
) -> None:
    push(ada, old_work)
    first = "UPDATE trajectory_summaries SET turns = turns + 1 WHERE trajectory_id = %s"
    number = ask(ada, "SELECT trajectory_id FROM trajectory_summaries WHERE last_at < '2020-02'")[0]
    with closing(postgres.connect(common_store)) as other, opened(ada) as store:
        with other.transaction():
            other.execute(first, number)
            # Who sums meanwhile does not see it, and is not waited for.
            with store.connection.transaction():
                store.connection.execute("SELECT set_config('ppp.tenant', %s, true)", (str(store.member.tenant_id),))
                store.connection.execute("SELECT ppp_sum_days(9)")
            assert ("2020-01-15",) in ask(ada, SPANS)
        assert ask(ada, SPANS) == [("2020-02",), ("2020-02-15",)]
    assert [runs.turns for runs in told(ada)[-1]] == [6]
    assert ask(ada, "SELECT ppp_sum_days(9)") == [(1,)]
    assert ask(ada, "SELECT turns FROM run_sums WHERE span IN ('2020-01', '2020-01-15')") == [(3,), (3,)]


def test_what_is_taken_back_leaves_the_sums(ada: str, old_work: Path) -> None:
    push(ada, old_work)
    with opened(ada) as store:
        own = own_replica(store, old_work)
        forget.forget(store, forget.trajectories_of_sessions(store, own, [1]), "1")
    assert ask(ada, SPANS) == [("2020-02",), ("2020-02-15",)]
    assert [line.sessions for line in told(ada)[-1]] == [1]
    ask(ada, "SELECT ppp_sum_days(9)")
    assert [line.sessions for line in told(ada)[-1]] == [1]
    assert ask(ada, "SELECT runs FROM run_sums WHERE span LIKE '2020-01%'") == []


def test_a_member_reads_no_sums_of_the_team_and_gets_own_figures(ada: str, bob: str, old_work: Path) -> None:
    push(ada, old_work)
    tables = ("run_spans", "run_sums", "entry_sums", "failure_code_sums", "conduct_sums")
    assert [table for table in tables if ask(bob, f"SELECT 1 FROM {table}")] == []
    assert [answer for answer in told(bob) if answer] == []
    # Whoever pushes sums for the whole team.
    ask(bob, "SELECT ppp_sum_days(9)")
    with pytest.raises(Exception, match="permission denied"):
        ask(bob, "SELECT ppp_sum_days_of(1, '2026-01-01', 9)")


def test_sums_made_again_are_the_same(ada: str, old_work: Path, postgres: Server, common_store: str) -> None:
    push(ada, old_work)
    before = {table: ask(ada, f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4, 5") for table in ("run_sums", "entry_sums")}
    with closing(postgres.connect(common_store)) as connection:
        connection.execute("UPDATE trajectory_summaries SET turns = turns WHERE last_at < '2021'")
    ask(ada, "SELECT ppp_sum_days(9)")
    assert before == {
        table: ask(ada, f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4, 5") for table in ("run_sums", "entry_sums")
    }


@pytest.mark.parametrize(
    ("damage", "kept"),
    [
        ("UPDATE trajectory_summaries SET wall_ms = 9223372036854775807 WHERE last_at < '2021'", ["2020-02-15"]),
        ("UPDATE trajectory_summaries SET last_at = '2020-01-32 x' WHERE last_at < '2020-02'", ["2020-02-15"]),
    ],
)
def test_what_cannot_be_summed_is_left_out_and_holds_nothing_up(
    ada: str, old_work: Path, postgres: Server, common_store: str, damage: str, kept: list[str]
) -> None:
    push(ada, old_work)
    tenant = ask(ada, "SELECT ppp_tenant()")[0]
    with closing(postgres.connect(common_store)) as connection:
        connection.execute(
            "UPDATE trajectory_summaries SET last_at = '2020-01-15 09:00:00.000' WHERE last_at > '2021' "
            "AND tenant_id = %s",
            tenant,
        )
        connection.execute(damage.encode() + b" AND tenant_id = %s", tenant)
    while ask(ada, "SELECT ppp_sum_days(1)") != [(0,)]:
        pass
    assert set(kept) <= {span for (span,) in ask(ada, SPANS)}
