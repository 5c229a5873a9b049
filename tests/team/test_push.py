"""Two people's local databases and one shared store: what is pushed arrives, once, and can be taken back."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ppp_tui.model.ids import CHILD_BITS
from ppp_tui.model.project import ShareLevel
from ppp_tui.paths import name_key
from ppp_tui.store.meta import DATABASE_ID, fact
from ppp_tui.store.write import Writer
from ppp_tui.team import forget, replica
from ppp_tui.team.connect import tenant_transaction
from ppp_tui.team.founding import add_member
from ppp_tui.team.preview import preview
from ppp_tui.team.push import Pusher, SharedBy
from ppp_tui.team.replica import Replica
from ppp_tui.team.share import OF_REPLICAS, OF_TRAJECTORIES, OF_TURNS
from tests.postgres import Server
from tests.store.row_builders import batch, delta, turn
from tests.team.people import (
    SESSION,
    add_session,
    ask,
    change,
    contents,
    count_of,
    make_database,
    make_full_database,
    opened,
    push,
    shares,
    touch,
)

TABLES = {table.target: table for table in (*OF_TRAJECTORIES, *OF_TURNS, *OF_REPLICAS)}


def numbered_as_here(rows: Mapping[str, list[dict[str, Any]]], numbers: Mapping[int, int]) -> dict[str, list[Any]]:
    """Rows with the local numbers of their trajectories, and without the replica's."""
    bits = {"trajectory": 0, "parent": 0, "root": 0, "turn": CHILD_BITS, "row": 2 * CHILD_BITS}

    def value(table: str, column: str, number: Any) -> Any:
        kind = next(each.change for each in TABLES[table].columns if each.name == column)
        if kind == "replica":
            return "replica"
        if kind == "number":
            return number & ((1 << 40) - 1)
        if kind in bits and number is not None:
            return (numbers[number >> bits[kind]] << bits[kind]) | number & ((1 << bits[kind]) - 1)
        return number

    return {
        table: sorted(([(name, value(table, name, each)) for name, each in row.items()] for row in own), key=repr)
        for table, own in rows.items()
        if own
    }


@pytest.mark.parametrize("share", ["figures", "summaries", "text"])
def test_a_preview_shows_exactly_what_arrives(ada: str, tmp_path: Path, share: ShareLevel) -> None:
    database = make_full_database(tmp_path / "full.db", sessions=2)
    shown: dict[str, list[dict[str, Any]]] = {}
    for each in preview(None, database, shares(share)):
        for table in each.tables:
            shown.setdefault(table.name, []).extend(dict(zip(table.columns, row, strict=True)) for row in table.rows)
    done = push(ada, database, shares(share))
    arrived = contents(ada)
    numbers = dict(ask(ada, "SELECT trajectory_id, local_id FROM shared_trajectories"))
    same = {number: number for number in numbers.values()}
    assert numbered_as_here(arrived, numbers) == numbered_as_here(shown, same)
    assert sum(done.rows.values()) == sum(map(len, shown.values()))
    if share == "text":
        assert {table for table, rows in arrived.items() if not rows} == set()


def test_a_preview_of_what_is_pushed_already_is_empty_and_changes_nothing(ada: str, database: Path) -> None:
    push(ada, database)
    before = contents(ada)
    with opened(ada) as store:
        batches = list(preview(store, database, shares()))
        touch(database, 1)
        change(database, "UPDATE steps SET status = 'failed' WHERE id >> 20 = (1 << 20) | 2", 1)
        (changed, *_) = preview(store, database, shares())
    assert [each.pushed.trajectories for each in batches] == [0]
    assert {table.name: len(table.rows) for table in changed.tables}["steps"] == 1
    assert contents(ada) == before


def test_a_push_again_sends_nothing_and_one_of_a_change_its_turn_alone(ada: str, database: Path) -> None:
    assert push(ada, database).trajectories == 3
    assert (push(ada, database).trajectories, push(ada, database).rows) == (0, {})
    touch(database, 1, 2, 3)
    assert push(ada, database).trajectories == 0
    change(database, "UPDATE steps SET status = 'failed' WHERE id >> 20 = (1 << 20) | 2", 1)
    revisions = "SELECT t.native_id, s.revision FROM trajectory_summaries AS s JOIN trajectories AS t "
    revisions += "ON t.id = s.trajectory_id ORDER BY 1"
    before = ask(ada, revisions)
    done = push(ada, database)
    assert done.rows == {"trajectory_turns": 1, "token_usage": 1, "steps": 1}
    assert ask(ada, "SELECT status, count(*) FROM steps GROUP BY 1 ORDER BY 1") == [("failed", 1), ("ok", 3)]
    after = ask(ada, revisions)
    # Who follows the store hears of the trajectory that changed.
    assert [now[1] > then[1] for now, then in zip(after, before, strict=True)] == [True, False, False]


SUMS = (
    "SELECT day, agent_name, model, requests, input_tokens, cost_micros FROM usage_days ORDER BY 1, 2, 3",
    "SELECT hour, requests, output_tokens FROM total_hours ORDER BY 1",
    "SELECT day, requests, cost_micros FROM folder_days",
    "SELECT suite = '', runs, passed, failed FROM test_suites",
    "SELECT uses, reads, edits, read_tokens FROM file_sums",
    "SELECT decision_type, reason_code, decisions FROM decision_counts",
    "SELECT signal_type, true_count, false_count FROM signal_counts",
    "SELECT hour, kind, chains, attempts FROM retry_hours",
)


def test_sums_are_those_of_the_local_database_and_go_with_the_rows(ada: str, tmp_path: Path) -> None:
    database = make_full_database(tmp_path / "full.db", sessions=2)

    def local(sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(database)) as connection:
            return connection.execute(sql).fetchall()

    def differing() -> list[str]:
        return [sql for sql in SUMS if ask(ada, sql) != local(sql.replace("suite = ''", "0 = 1"))]

    push(ada, database)
    assert all(map(local, SUMS))
    assert differing() == []
    with closing(Writer(database)) as writer:
        add_session(writer, 7)
    change(database, "UPDATE test_runs SET id = id", 1)
    push(ada, database, shares("text"))
    assert differing() == []
    push(ada, database, shares("none"))
    assert [sql for sql in SUMS if ask(ada, sql)] == []


def test_turns_that_are_gone_here_go_there(ada: str, database: Path) -> None:
    push(ada, database)
    change(database, "DELETE FROM steps WHERE id >> 40 = 1", 1)
    change(database, "DELETE FROM token_usage WHERE id >> 20 = (1 << 20) | 2", 1)
    change(database, "DELETE FROM trajectory_turns WHERE id = (1 << 20) | 2", 1)
    push(ada, database)
    number = ask(ada, "SELECT trajectory_id FROM shared_trajectories WHERE local_id = 1")[0][0]
    assert count_of(ada, "trajectory_turns", f"id >> 20 = {number}") == 1
    assert count_of(ada, "token_usage", f"id >> 40 = {number}") == 1
    assert count_of(ada, "steps", f"id >> 40 = {number}") == 0


def test_new_sessions_and_turns_follow(ada: str, database: Path) -> None:
    push(ada, database)
    with closing(Writer(database)) as writer:
        add_session(writer, 7)
    assert push(ada, database).trajectories == 1
    assert count_of(ada, "trajectories", f"native_id = '{SESSION}7'") == 1


def test_a_sub_agent_comes_with_its_session_whoever_changed_first(ada: str, database: Path) -> None:
    touch(database, 1)
    push(ada, database)
    ((child, parent),) = ask(ada, "SELECT id, parent_id FROM trajectories WHERE parent_id IS NOT NULL")
    assert ask(ada, f"SELECT native_id FROM trajectories WHERE id = {parent}") == [(f"{SESSION}1",)]
    assert ask(ada, f"SELECT DISTINCT root_id FROM session_hours WHERE trajectory_id = {child}") == [(parent,)]


def test_what_retention_removes_here_stays_there(ada: str, database: Path) -> None:
    push(ada, database)
    with closing(Writer(database)) as writer:
        writer.forget_before(2_000_000_000_000, keeps_sums=True)
    push(ada, database)
    assert count_of(ada, "trajectories") == 3
    assert count_of(ada, "trajectory_turns") == 5


def test_a_level_that_is_raised_or_lowered_holds_for_what_was_pushed(ada: str, database: Path) -> None:
    prompts = "SELECT DISTINCT prompt = '' FROM trajectory_turns"
    push(ada, database)
    assert ask(ada, prompts) == [(True,)]
    push(ada, database, shares("text"))
    assert ask(ada, prompts) == [(False,)]
    push(ada, database, shares("text", shop="summaries"))
    assert ask(ada, prompts) == [(True,)]
    assert ask(ada, "SELECT min(length(first_prompt)) > 0 FROM trajectories") == [(True,)]
    assert count_of(ada, "trajectory_turns") == 5


def test_a_project_that_is_kept_at_home_is_taken_away_and_comes_again(ada: str, tmp_path: Path) -> None:
    database = make_full_database(tmp_path / "full.db")
    push(ada, database)
    done = push(ada, database, shares("figures", shop="none"))
    assert done.removed == 2
    left = {table for table, rows in contents(ada).items() if rows}
    assert left == {"agents_by_replica", "performance_events"}
    push(ada, database)
    assert {table for table, rows in contents(ada).items() if not rows} == {"trajectory_metadata"}


def test_rows_of_two_people_stand_beside_each_other(ada: str, bob: str, tmp_path: Path) -> None:
    mine, other = make_database(tmp_path / "a.db"), make_database(tmp_path / "b.db", folder="/home/bob/web/shop")
    change(other, "UPDATE trajectories SET native_id = 'b-' || native_id, parent_native_id = ''", 1, 2)
    push(ada, mine)
    push(bob, other, SharedBy("figures", {}, "/home/bob", "m2"))
    assert count_of(ada, "trajectories") == 4
    assert count_of(bob, "trajectories") == 2
    assert ask(ada, "SELECT DISTINCT project FROM trajectories") == [("shop",)]
    numbers = ask(ada, "SELECT replica_id, id FROM trajectories ORDER BY 2")
    assert [number for _, number in numbers] == [1, 2, 3, 4]
    assert [owner for owner, _ in numbers] == [1, 1, 2, 2]
    people = ask(ada, "SELECT f.person, f.host FROM trajectories AS t JOIN source_files AS f ON f.id = t.file_id")
    assert sorted(set(people)) == [("ada", "m1"), ("bob", "m2")]


def test_one_database_goes_to_two_teams(
    ada: str, postgres: Server, common_store: str, tenant: str, database: Path
) -> None:
    with closing(postgres.connect(common_store)) as connection:
        add_member(connection, f"{tenant}_blue", "ada", "member", login=f"{tenant}_ada")
    assert push(ada, database, tenant=tenant).trajectories == 3
    assert push(ada, database, shares("text"), tenant=f"{tenant}_blue").trajectories == 3
    assert ask(ada, "SELECT DISTINCT prompt = '' FROM trajectory_turns", tenant) == [(True,)]
    assert ask(ada, "SELECT DISTINCT prompt = '' FROM trajectory_turns", f"{tenant}_blue") == [(False,)]
    assert push(ada, database, tenant=tenant).trajectories == 0


def copied(database: Path, name: str, *, is_same: bool = False) -> Path:
    """A copy of a database, which is another one unless it is the same on another machine."""
    copy = database.with_name(name)
    shutil.copy(database, copy)
    if not is_same:
        with closing(sqlite3.connect(copy)) as connection:
            connection.execute(f"UPDATE archive_facts SET value = '{'e' * 32}' WHERE name = '{DATABASE_ID}'")
            connection.commit()
    return copy


@pytest.mark.parametrize("is_same", [True, False])
def test_a_session_on_two_machines_of_one_person_counts_once(ada: str, database: Path, is_same: bool) -> None:
    push(ada, database)
    copy = copied(database, "laptop.db", is_same=is_same)
    laptop = shares("figures", "m2")
    assert (push(ada, copy, laptop).held, count_of(ada, "trajectories")) == (3, 3)
    # It goes on there: that copy takes the place of the first one.
    with closing(Writer(copy)) as writer:
        more = delta(turns=[turn(3, "late")])
        more.live = more.live and more.live._replace(last_at=1795168901000)
        writer.write([batch("/s/2", more, native_id=f"{SESSION}2", file_id=2)])
    change(copy, "UPDATE trajectory_summaries SET last_at = '2026-11-21 10:00:00.000' WHERE trajectory_id = 2", 2)
    push(ada, copy, laptop)
    assert count_of(ada, "trajectories") == 3
    assert count_of(ada, "trajectories", "replica_id = 2") == 1
    touch(database, 2)
    assert (push(ada, database).held, count_of(ada, "trajectories")) == (1, 3)


def test_a_session_that_somebody_else_shares_is_left_out(ada: str, bob: str, database: Path) -> None:
    push(ada, database)
    copy = copied(database, "bob.db")
    change(copy, "UPDATE trajectory_summaries SET last_at = '2026-11-21 10:00:00.000'", 1, 2, 3)
    assert (push(bob, copy).held, count_of(ada, "trajectories")) == (3, 3)
    with opened(ada) as store:
        own = own_replica(store, database)
        forget.forget(store, forget.all_trajectories(store, own), "all")
    touch(copy, 1, 2, 3)
    assert (push(bob, copy).trajectories, count_of(bob, "trajectories")) == (3, 3)


def test_a_database_that_was_begun_anew_takes_the_place_of_the_old_one(ada: str, database: Path) -> None:
    push(ada, database)
    anew = copied(database, "anew.db")
    assert push(ada, anew).trajectories == 3
    assert count_of(ada, "trajectories") == count_of(ada, "trajectories", "replica_id = 2") == 3


def test_a_database_put_back_from_a_backup_is_pushed_on(ada: str, database: Path) -> None:
    backup = copied(database, "backup.db", is_same=True)
    touch(database, 1)
    touch(database, 1)
    push(ada, database)
    with closing(Writer(backup)) as writer:
        add_session(writer, 8)
    push(ada, backup)
    assert count_of(ada, "trajectories", f"native_id = '{SESSION}8'") == 1
    assert count_of(ada, "trajectories") == 4


def own_replica(store: Any, database: Path) -> Replica:
    with closing(sqlite3.connect(database)) as connection, tenant_transaction(store.connection, store.member.tenant_id):
        own = replica.find_replica(store, "m1", fact(connection, DATABASE_ID))
    assert own is not None
    return own


def test_what_was_taken_back_does_not_come_again_by_itself(ada: str, tmp_path: Path) -> None:
    database = make_full_database(tmp_path / "full.db", sessions=2)
    push(ada, database)
    with opened(ada) as store:
        own = own_replica(store, database)
        ids = forget.trajectories_of_sessions(store, own, [1])
        forget.forget(store, ids, "a session")
        assert len(ids) == 2
        left = contents(ada)
        assert [row["native_id"] for row in left["trajectories"]] == [f"{SESSION}2"]
        assert {len(left[table]) for table in ("alerts", "session_reports", "test_runs", "evaluations")} == {0}
        touch(database, 1, 3)
        with closing(Writer(database)) as writer:
            child = delta(turns=[turn(1, "n")])
            writer.write([batch("/s/new", child, native_id=f"{SESSION}6", parent=f"{SESSION}1")])
        push(ada, database)
        push(ada, database, shares("text"))
        assert count_of(ada, "trajectories") == 1
        assert forget.share_again(store, own, [1, 3]) == 2
        push(ada, database, shares("text"))
        assert count_of(ada, "trajectories") == 4
    audited = ask(ada, "SELECT action, detail FROM audit WHERE action IN ('forget', 'share again') ORDER BY id")
    assert audited == [("forget", "a session: 2 trajectories"), ("share again", "2 trajectories")]


def test_a_project_or_all_is_taken_back(ada: str, tmp_path: Path) -> None:
    database = make_full_database(tmp_path / "full.db", sessions=2)
    push(ada, database)
    with opened(ada) as store:
        own = own_replica(store, database)
        assert forget.trajectories_of_project(store, own, "other") == []
        assert len(forget.trajectories_of_project(store, own, "shop")) == 3
        forget.forget(store, forget.all_trajectories(store, own), "all")
        forget.forget_rest(store, own)
    assert {table for table, rows in contents(ada).items() if rows} == set()
    assert push(ada, database).trajectories == 0


def test_an_admin_takes_back_what_somebody_else_shared(ada: str, bob: str, database: Path) -> None:
    push(bob, database)
    with opened(bob) as store:
        own = own_replica(store, database)
    with opened(ada) as store:
        forget.forget(store, forget.all_trajectories(store, own), "all of bob")
    assert count_of(bob, "trajectories") == 0
    touch(database, 1, 2, 3)
    assert push(bob, database).trajectories == 0


def test_a_long_history_goes_in_many_transactions(ada: str, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ppp_tui.team.push.BATCH_ROWS", 3)
    heard: list[int] = []
    with opened(ada) as store:
        Pusher(store, database, shares()).push(lambda done: heard.append(done.trajectories))
    assert heard == [1, 2, 3, 3]
    assert count_of(ada, "trajectories") == 3


def test_a_sub_agent_that_changed_before_its_long_session_is_not_waited_for_in_vain(
    ada: str, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ppp_tui.team.push.BATCH_ROWS", 3)
    touch(database, 1, 2)
    assert push(ada, database).trajectories == 3
    assert count_of(ada, "trajectory_turns") == 5


def test_a_break_in_the_middle_loses_and_doubles_nothing(
    ada: str, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ppp_tui.team.push.BATCH_ROWS", 3)
    fail_in = iter([1, 2, 3, 4])
    left = [next(fail_in)]

    def breaking(store: Any, *values: Any) -> Replica:
        left[0] -= 1
        if not left[0]:
            store.connection.close()
        return moving(store, *values)

    moving = replica.move_replica
    monkeypatch.setattr(replica, "move_replica", breaking)
    failed = 0
    for _ in range(10):
        try:
            push(ada, database)
            break
        except psycopg.OperationalError:
            failed += 1
            left[0] = next(fail_in, 100)
    assert failed >= 2
    monkeypatch.undo()
    assert push(ada, database).trajectories == 0
    assert (count_of(ada, "trajectories"), count_of(ada, "trajectory_turns"), count_of(ada, "steps")) == (3, 5, 4)


def test_two_who_push_the_same_database_at_once_push_it_once(ada: str, database: Path) -> None:
    name_key(database)
    pushed: list[int] = []
    threads = [threading.Thread(target=lambda: pushed.append(push(ada, database).trajectories)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(pushed) == 3
    assert (count_of(ada, "trajectories"), count_of(ada, "token_usage"), count_of(ada, "replicas")) == (3, 5, 1)


def test_a_new_machine_is_written_down_once(ada: str, database: Path) -> None:
    push(ada, database, shares("summaries"))
    entries = "SELECT detail FROM audit WHERE action = 'share' ORDER BY id"
    assert [detail.partition(": ")[2] for (detail,) in ask(ada, entries)] == ["summaries"]
    push(ada, database, shares("text"))
    assert [detail.partition(": ")[2] for (detail,) in ask(ada, entries)] == ["summaries", "text"]
