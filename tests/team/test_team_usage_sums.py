"""Sums over a team's usage by hour, day and month: what its machines' sums make, whatever is pushed and taken back."""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from datetime import UTC, timedelta, timezone, tzinfo
from pathlib import Path

import psycopg
import pytest

from ppp_tui.model.clock import from_text
from ppp_tui.query.connect import open_reader
from ppp_tui.query.query import answer
from ppp_tui.query.usage.rows import Grouping, UsageBar
from ppp_tui.query.usage.spans import TimeSpan, days, hours, months
from ppp_tui.query.usage.sums import usage as usage_of
from ppp_tui.store.write import Writer
from ppp_tui.team import forget, schema
from ppp_tui.team.founding import found_store
from ppp_tui.team.push import SharedBy
from ppp_tui.team.reader import open_team_reader
from tests.postgres import Server
from tests.store.row_builders import batch, delta, turn, usage
from tests.team.people import HOME, SESSION, ask, change, opened, own_replica, push, settle, touch, transaction

KEYS = {
    "usage_hours": 4,
    "usage_days": 4,
    "total_hours": 1,
    "project_hours": 5,
    "project_days": 5,
    "folder_days": 2,
    "folder_months": 2,
}
"""Views of sums, and how many columns each is told apart by."""

AT_BORDERS = (
    "2020-01-15 18:29:59.999",
    "2020-01-15 18:30:00.000",
    "2020-01-15 23:59:59.999",
    "2020-01-16 00:00:00.000",
    "2020-01-31 23:59:59.999",
    "2020-02-01 00:00:00.000",
    "2020-02-29 12:00:00.000",
    "2026-11-20 10:00:00.500",
)
"""When a session asked a model: around midnight and the ends of months in UTC, and around midnight in India."""

INDIA, HAWAII = timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-10))

Sums = dict[tuple[str, ...], tuple[int, ...]]


def write_session(path: Path, number: int, *moments: str, folder: str = "shop", cost: int = 10) -> None:
    """Write a session with a turn and a request at each moment."""
    turns = [
        turn(each, f"k{path.stem}{number}.{each}")._replace(timestamp=at, ended_at=at)
        for each, at in enumerate(moments, 1)
    ]
    requests = [
        usage(each, 1, f"{path.stem}{number}.{each}", output=each, cost=cost * each, at=at)
        for each, at in enumerate(moments, 1)
    ]
    rows = delta(turns=turns, usage=requests)
    rows.facts["project"] = f"{HOME}/code/{folder}"
    with closing(Writer(path)) as writer:
        writer.write([batch(f"/s/{path.stem}/{number}", rows, native_id=f"{SESSION[:-5]}{path.stem}{number}")])
        settle(writer, folder)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Ada's: a session at all borders, and one of another project."""
    path = tmp_path / "adas.db"
    write_session(path, 1, *AT_BORDERS)
    write_session(path, 2, "2020-01-15 08:00:00.000", folder="books")
    return path


@pytest.fixture
def bobs_work(tmp_path: Path) -> Path:
    """Bob's: usage of the same days, in the same project."""
    path = tmp_path / "bobs.db"
    write_session(path, 1, "2020-01-15 23:00:00.000", "2020-02-29 12:30:00.000", cost=1000)
    return path


def sums_in(url: str, view: str) -> Sums:
    """The rows of a view of sums."""
    rows = ask(url, f"SELECT * FROM {view}")
    assert len({row[: KEYS[view] + 1] for row in rows}) == len(rows)
    return {row[1 : KEYS[view] + 1]: row[KEYS[view] + 1 :] for row in rows}


def sums_of_machines(url: str, view: str) -> Sums:
    """What the sums of all machines make."""
    added: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for _, _, *row in ask(url, f"SELECT * FROM {view}_by_replica"):
        key, sums = tuple(row[: KEYS[view]]), row[KEYS[view] :]
        added[key] = [a + b for a, b in zip(added[key], sums, strict=True)] if key in added else sums
    return {key: tuple(sums) for key, sums in added.items()}


def assert_sums_agree(*urls: str) -> None:
    """Whoever asks gets what the machines' sums make."""
    for view in KEYS:
        expected = sums_of_machines(urls[0], view)
        assert [sums_in(url, view) for url in urls] == [expected] * len(urls), view


def summed_days(url: str) -> set[str]:
    return {day[:10] for (day,) in ask(url, "SELECT day FROM usage_days_of_team")}


USAGE_SUMS_STEP = 19

PUSHED_BEFORE = (
    (
        "INSERT INTO replicas (tenant_id, replica_id, person_id, database_id) VALUES (1, 1, 1, gen_random_uuid()), "
        "(1, 2, 1, gen_random_uuid())"
    ),
    (
        "INSERT INTO trajectories (tenant_id, replica_id, id, spec_id, agent_name, project) "
        "SELECT 1, n, n, '', 'claude', 'shop' FROM generate_series(1, 2) AS n"
    ),
    (
        "INSERT INTO session_hours (tenant_id, replica_id, hour, trajectory_id, model, root_id, requests, "
        "input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, unpriced_requests, "
        "lower_bound_requests) "
        "SELECT 1, n, hour, n, 'm1', n, requests, 0, 0, 0, 0, 0, 0, 0 FROM (VALUES (1, '2020-01-15 23:00', 1), "
        "(2, '2020-01-15 23:00', 2), (2, '2020-01-16 00:00', 4)) AS h (n, hour, requests)"
    ),
)
"""What two machines of a person's have in a store without sums of usage: three hours of January 2020."""

OLD_DAYS = {"2020-01-15", "2020-01-16", "2020-01-31", "2020-02-01", "2020-02-29"}


def test_a_push_sums_the_usage_of_days_and_months_that_are_over(ada: str, work: Path) -> None:
    push(ada, work)
    assert summed_days(ada) >= OLD_DAYS
    assert (
        ask(ada, "SELECT month, project, requests, cost_micros FROM folder_months_of_team WHERE month < '2021'") != []
    )
    hours_of_day = "SELECT hour, requests, cost_micros FROM total_hours_of_team WHERE hour < '2020-01-17' ORDER BY 1"
    assert ask(ada, hours_of_day) == [
        ("2020-01-15 08:00", 1, 10),
        ("2020-01-15 18:00", 2, 30),
        ("2020-01-15 23:00", 1, 30),
        ("2020-01-16 00:00", 1, 40),
    ]
    assert_sums_agree(ada)


@pytest.mark.parametrize("grouping", ["none", "model", "agent"])
@pytest.mark.parametrize("zone", [UTC, INDIA, HAWAII], ids=["UTC", "India", "Hawaii"])
def test_reports_in_any_zone_are_those_of_the_local_database(
    ada: str, work: Path, zone: tzinfo, grouping: Grouping
) -> None:
    push(ada, work)
    begin, end = from_text("2020-01-10 03:30:00.000"), from_text("2020-03-02 00:00:00.000")
    reports = [
        usage_of(spans, grouping)
        for spans in (
            days(begin, end, zone),
            months(begin, end, zone),
            hours(from_text("2020-01-15 17:00:00.000"), from_text("2020-01-16 02:00:00.000"), zone),
            [TimeSpan(begin, end)],
            [TimeSpan(begin, from_text("2026-12-01 00:00:00.000"))],
        )
    ]
    with closing(open_reader(work)) as local, closing(open_team_reader(ada)) as shared:
        expected: list[list[UsageBar]] = [answer(local, report) for report in reports]
        assert [answer(shared, report) for report in reports] == expected
    assert [sum(bar.sums.requests for bar in bars) for bars in expected] == [8, 8, 4, 8, 9]


def test_sums_stay_those_of_all_machines_whatever_is_pushed_and_taken_back(
    ada: str, bob: str, work: Path, bobs_work: Path
) -> None:
    push(ada, work)
    push(bob, bobs_work)
    assert_sums_agree(ada, bob)
    assert sums_in(bob, "total_hours")[("2020-01-15 23:00",)][0] == 2
    write_session(bobs_work, 2, "2020-01-15 23:30:00.000", "2020-01-16 00:30:00.000", cost=9)
    push(bob, bobs_work)
    assert_sums_agree(ada, bob)
    # A project is kept at home from now on.
    push(ada, work, SharedBy("figures", {f"{HOME}/code/books": "none"}, HOME, "m1"))
    assert_sums_agree(ada, bob)
    assert ("2020-01-15 08:00",) not in sums_in(bob, "total_hours")
    # A folder has another name.
    with closing(Writer(work)) as writer, writer.transaction() as summaries:
        summaries.call(lambda c: c.execute("UPDATE project_folders SET label = 'market', name = 'market'"))
    touch(work, 1)
    push(ada, work)
    assert_sums_agree(ada, bob)
    # Bob leaves: what was shared stays until an admin takes it back.
    with transaction(ada) as connection:
        connection.execute("UPDATE members SET removed_at = now() WHERE name = 'bob'")
    assert_sums_agree(ada)
    with transaction(ada) as connection:
        connection.execute(
            "DELETE FROM trajectories WHERE agent_name = 'claude' AND replica_id <> ALL (ppp_replicas())"
        )
    ask(ada, "SELECT ppp_sum_days(99)")
    assert_sums_agree(ada)
    with opened(ada) as store:
        forget.forget(store, forget.trajectories_of_sessions(store, own_replica(store, work), [1]), "1")
    assert_sums_agree(ada)
    ask(ada, "SELECT ppp_sum_days(99)")
    assert_sums_agree(ada)


def test_a_write_withdraws_its_days_and_no_others_until_they_are_summed_anew(
    ada: str, work: Path, postgres: Server, common_store: str
) -> None:
    push(ada, work)
    costlier = (
        "UPDATE session_hours SET cost_micros = cost_micros + 1 WHERE hour = '2020-01-15 18:00' AND tenant_id = %s"
    )
    tenant = ask(ada, "SELECT ppp_tenant()")[0]
    with closing(postgres.connect(common_store)) as other, other.transaction():
        other.execute(costlier, tenant)
        # Who sums and asks meanwhile does not see it, and is not waited for.
        ask(ada, "SELECT ppp_sum_days(9)")
        assert_sums_agree(ada)
    assert ask(ada, "SELECT span FROM withdrawn_spans ORDER BY 1") == [("2020-01",), ("2020-01-15",)]
    assert sums_in(ada, "total_hours")[("2020-01-15 18:00",)][5] == 31
    assert_sums_agree(ada)
    assert ask(ada, "SELECT ppp_sum_days(9)") == [(1,)]
    assert ask(ada, "SELECT span FROM withdrawn_spans") == []
    assert ask(ada, "SELECT cost_micros FROM total_hours_of_team WHERE hour = '2020-01-15 18:00'") == [(31,)]
    assert_sums_agree(ada)


def test_a_session_that_goes_on_leaves_the_sums_of_its_earlier_days(ada: str, work: Path) -> None:
    push(ada, work)
    made = "SELECT day, xmin::text FROM usage_days_of_team WHERE day < '2021' ORDER BY 1"
    before = ask(ada, made)
    later = (
        "UPDATE session_hours SET requests = 7, cost_micros = 70 WHERE trajectory_id = 1 AND hour = '2020-02-29 12:00'"
    )
    gone = "DELETE FROM session_hours WHERE trajectory_id = 1 AND hour = '2020-01-31 23:00'"
    change(work, later, 1)
    change(work, gone, 1)
    push(ada, work)
    after = ask(ada, made)
    assert [day for day, _ in before if day not in dict(after)] == ["2020-01-31 00:00"]
    assert [day for day, xmin in after if dict(before)[day] != xmin] == ["2020-02-29 00:00"]
    assert ask(ada, "SELECT requests, cost_micros FROM usage_days WHERE day = '2020-02-29 00:00'") == [(7, 70)]
    assert_sums_agree(ada)


def test_days_that_cannot_be_summed_are_added_up_when_somebody_asks(
    ada: str, work: Path, postgres: Server, common_store: str
) -> None:
    push(ada, work)
    tenant = ask(ada, "SELECT ppp_tenant()")[0]
    with closing(postgres.connect(common_store)) as connection:
        for replica in (1_000, 1_001):
            connection.execute(
                "INSERT INTO replicas (tenant_id, replica_id, person_id, database_id) "
                "VALUES (%s, %s, 1, gen_random_uuid())",
                (*tenant, replica),
            )
            connection.execute(
                "INSERT INTO usage_days_by_replica (tenant_id, replica_id, day, agent_name, model, requests, "
                "input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, unpriced_requests, "
                "lower_bound_requests) VALUES (%s, %s, '2020-01-16 00:00', 'a', 'm', 1, 0, 0, 0, 0, %s, 0, 0)",
                (*tenant, replica, 2**63 - 1 if replica == 1_000 else 5),
            )
    ask(ada, "SELECT ppp_sum_days(9)")
    assert "2020-01-16" not in summed_days(ada)
    others = "SELECT sum(requests) FROM usage_days WHERE day <> '2020-01-16 00:00' AND day < '2021'"
    assert ask(ada, others) == [(7,)]
    with pytest.raises(psycopg.errors.NumericValueOutOfRange):
        ask(ada, "SELECT * FROM usage_days WHERE day = '2020-01-16 00:00'")
    # What is wrong goes with its machines.
    with closing(postgres.connect(common_store)) as connection:
        connection.execute("DELETE FROM replicas WHERE tenant_id = %s AND replica_id >= 1000", tenant)
    ask(ada, "SELECT ppp_sum_days(9)")
    assert "2020-01-16" in summed_days(ada)
    assert_sums_agree(ada)


def test_nobody_writes_or_makes_sums_of_the_team_by_hand(ada: str, work: Path) -> None:
    push(ada, work)
    for view in KEYS:
        for statement in (
            f"DELETE FROM {view}_of_team RETURNING 1",
            f"UPDATE {view}_of_team SET requests = 0 RETURNING 1",
            f"INSERT INTO {view}_of_team SELECT * FROM {view}_of_team RETURNING 1",
            f"SELECT ppp_sum_{view}(1, '2020-01-15')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                ask(ada, statement)


def test_another_team_and_who_left_read_no_sums(
    ada: str, bob: str, work: Path, postgres: Server, common_store: str, tenant: str
) -> None:
    push(ada, work)
    eve = postgres.add_member(common_store, f"{tenant}_other", "eve", "admin")
    number = ask(bob, "SELECT ppp_tenant()")[0][0]
    with transaction(ada) as connection:
        connection.execute("UPDATE members SET removed_at = now() WHERE name = 'bob'")
    tables = [*KEYS, *(f"{view}_of_team" for view in KEYS), "summed_spans", "withdrawn_days"]
    for url in (eve, bob):
        with closing(psycopg.connect(url, autocommit=True)) as connection:
            connection.execute(f"SET ppp.tenant = '{number}'".encode())
            assert [table for table in tables if connection.execute(f"SELECT 1 FROM {table}".encode()).fetchall()] == []


def test_a_members_figures_are_the_teams_without_a_look_at_runs(ada: str, bob: str, work: Path) -> None:
    push(ada, work)
    assert_sums_agree(ada, bob)
    assert sums_in(bob, "total_hours") != {}
    hidden = ("run_spans", "run_sums", "entry_sums", "failure_code_sums", "conduct_sums", "session_hours")
    assert [table for table in hidden if ask(bob, f"SELECT 1 FROM {table}")] == []


def test_an_upgrade_sums_the_usage_that_was_pushed_before(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    database = postgres.make_database("template0")
    before = [step for step in schema.steps() if step.number < USAGE_SUMS_STEP]
    try:
        with closing(postgres.connect(database)) as connection:
            with monkeypatch.context() as older:
                older.setattr(schema, "steps", lambda: before)
                found_store(connection)
                ada = postgres.add_member(database, "red", "ada", "admin")
            for statement in PUSHED_BEFORE:
                connection.execute(statement.encode())
            assert found_store(connection)[0] == "0019_team_usage_sums"
        assert ask(ada, "SELECT hour, requests FROM total_hours_of_team ORDER BY 1") == [
            ("2020-01-15 23:00", 3),
            ("2020-01-16 00:00", 4),
        ]
        assert ask(ada, "SELECT month, requests FROM folder_months_of_team") == [("2020-01-01 00:00", 7)]
        assert ask(ada, "SELECT span FROM withdrawn_spans") == []
        assert_sums_agree(ada)
    finally:
        postgres.drop_database(database)
