"""Sums of usage: every table moves with the rows, with names, with links, and keeps what is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.model.clock import from_text
from ppp_tui.model.rows import UsageRow
from ppp_tui.model.usage import RequestPrice
from ppp_tui.store.connect import open_writer
from ppp_tui.store.migrate import migrate, steps
from ppp_tui.store.write import Writer
from tests.store.row_builders import ROLLUPS, batch, delta, turn, usage

LATER_MS = from_text("2027-01-01 00:00:00.000")


def rows(writer: Writer, table: str, columns: str) -> list[tuple[object, ...]]:
    return writer._connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2, 3").fetchall()


def test_a_request_is_in_the_sums_of_its_hour_and_day_project_and_session(writer: Writer) -> None:
    spent = usage(
        1,
        1,
        "a",
        7,
        at="2026-11-20 23:59:59.500",
        reasoning_tokens=3,
        cache_write_1h_tokens=20,
        saved_micros=-4,
        reported_micros=11,
    )
    writer.write([batch("/s/a.jsonl", delta(turns=[turn(1)], usage=[spent], facts={"project": "/shop"}))])
    sums = (
        "requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens, "
        "reasoning_tokens, reasoning_requests, cost_micros, saved_micros, reported_micros, reported_requests"
    )
    expected = (1, 100, 7, 1000, 70, 20, 3, 1, 10, -4, 11, 1)
    assert rows(writer, "usage_minutes", f"minute, agent_name, model, {sums}") == [
        ("2026-11-20 23:59", "claude", "m1", *expected)
    ]
    assert rows(writer, "usage_hours", f"hour, agent_name, model, {sums}") == [
        ("2026-11-20 23:00", "claude", "m1", *expected)
    ]
    for table, at in (("project_hours", "hour"), ("project_days", "day")):
        when = "2026-11-20 23:00" if at == "hour" else "2026-11-20 00:00"
        assert rows(writer, table, f"{at}, project, agent_name, model, {sums}") == [
            (when, "/shop", "claude", "m1", *expected)
        ]
        assert rows(writer, table.replace("project", "session"), f"{at}, trajectory_id, model, root_id, {sums}") == [
            (when, 1, "m1", 1, *expected)
        ]
    assert rows(writer, "usage_days", f"day, agent_name, model, {sums}") == [
        ("2026-11-20 00:00", "claude", "m1", *expected)
    ]
    assert rows(writer, "total_hours", f"hour, {sums}") == [("2026-11-20 23:00", *expected)]
    assert rows(writer, "folder_days", f"day, project, {sums}") == [("2026-11-20 00:00", "/shop", *expected)]
    assert rows(writer, "folder_months", f"month, project, {sums}") == [("2026-11-01 00:00", "/shop", *expected)]


def test_an_unpriced_and_a_short_record_are_counted_as_such(writer: Writer) -> None:
    spent = [usage(1, 1, "a", 7, cost=None), usage(1, 2, "b", 1, is_lower_bound=1)]
    writer.write([batch("/s/a.jsonl", delta(turns=[turn(1)], usage=spent))])
    assert rows(writer, "usage_hours", "requests, unpriced_requests, lower_bound_requests, reasoning_requests") == [
        (2, 1, 1, 0)
    ]


def test_usage_moves_when_the_project_is_another(writer: Writer) -> None:
    [file] = writer.write([batch("/s/a.jsonl", delta(turns=[turn(1)], usage=[usage(1, 1, "a", 7)]))])
    writer.write([batch("/s/a.jsonl", delta(facts={"project": "/shop"}), file_id=file.id)])
    assert rows(writer, "project_days", "project, requests, output_tokens") == [("/shop", 1, 7)]
    assert rows(writer, "project_hours", "project, requests, output_tokens") == [("/shop", 1, 7)]
    assert rows(writer, "session_days", "trajectory_id, requests, output_tokens") == [(1, 1, 7)]


def test_sub_agents_usage_is_its_sessions_in_any_order(writer: Writer) -> None:
    def spent(key: str) -> object:
        return delta(turns=[turn(1)], usage=[usage(1, 1, key, 5)])

    writer.write(
        [
            batch("/s/g.jsonl", spent("g"), native_id="g", parent="c"),  # type: ignore[arg-type]
            batch("/s/c.jsonl", spent("c"), native_id="c", parent="p"),  # type: ignore[arg-type]
        ]
    )
    writer.write([batch("/s/p.jsonl", spent("p"), native_id="p")])  # type: ignore[arg-type]
    assert rows(writer, "session_days", "trajectory_id, root_id, requests") == [(1, 3, 1), (2, 3, 1), (3, 3, 1)]
    assert rows(writer, "session_hours", "trajectory_id, root_id, requests") == [(1, 3, 1), (2, 3, 1), (3, 3, 1)]


def test_what_is_forgotten_stays_in_the_lasting_sums_and_is_not_counted_twice(writer: Writer) -> None:
    first = delta(turns=[turn(1)], usage=[usage(1, 1, "a", 7)], facts={"project": "/shop"})
    [file] = writer.write([batch("/s/a.jsonl", first)])
    assert writer.forget_before(LATER_MS) == 1
    lasting = [("/shop", 1, 7)]
    assert rows(writer, "project_days", "project, requests, output_tokens") == lasting
    assert rows(writer, "session_days", "trajectory_id, requests, output_tokens") == []
    again = delta(
        turns=[turn(1)],
        facts={"project": "/shop"},
        usage=[usage(1, 1, "a", 7), usage(1, 2, "b", 100, at="2026-11-20 10:00:00.501")],
    )
    writer.write([batch("/s/a.jsonl", again, file_id=file.id)])
    assert rows(writer, "project_days", "project, requests, output_tokens") == [("/shop", 2, 107)]
    assert rows(writer, "session_days", "requests, output_tokens, cost_micros") == [(2, 107, 20)]


def test_removed_rows_leave_every_sum_if_the_user_wants_so(writer: Writer) -> None:
    writer.write([batch("/s/a.jsonl", delta(turns=[turn(1)], usage=[usage(1, 1, "a", 7)]))])
    writer.forget_before(LATER_MS, keeps_sums=False)
    for table in ROLLUPS:
        assert rows(writer, table, "1, 1, 1") == []


def test_old_minutes_go_and_are_not_counted_any_more_while_hours_stay(writer: Writer) -> None:
    old, young = "2026-11-20 09:59:59.000", "2026-11-20 10:00:00.000"
    spent = [usage(1, 1, "a", 7, at=old), usage(1, 2, "b", 7, at=young)]
    [file] = writer.write([batch("/s/a.jsonl", delta(turns=[turn(1)], usage=spent))])
    writer.forget_detail(from_text("2026-11-20 10:59:00.000"))
    assert rows(writer, "usage_minutes", "minute, requests, 1") == [("2026-11-20 10:00", 1, 1)]
    writer.write([batch("/s/a.jsonl", delta(usage=[usage(1, 1, "a", 9, at=old)]), file_id=file.id)])
    assert rows(writer, "usage_minutes", "minute, requests, 1") == [("2026-11-20 10:00", 1, 1)]
    assert rows(writer, "usage_hours", "hour, output_tokens, 1") == [
        ("2026-11-20 09:00", 9, 1),
        ("2026-11-20 10:00", 7, 1),
    ]


def test_an_older_database_is_added_up_when_it_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ppp_tui.store import migrate as module

    path = tmp_path / "old.db"
    known = steps()
    monkeypatch.setattr(module, "steps", lambda: known[:2])
    connection = open_writer(path)
    migrate(connection, path)
    for trajectory, parent in ((1, None), (2, 1)):
        connection.execute(
            "INSERT INTO trajectories (id, spec_id, agent_name, project, parent_id) "
            "VALUES (?, '', 'codex', '/shop', ?)",
            (trajectory, parent),
        )
        connection.execute(
            "INSERT INTO token_usage (id, at, model, input_tokens, output_tokens, reasoning_tokens, cost_micros, "
            "cache_write_1h_tokens) VALUES (?, '2026-11-20 10:00:00.000', 'm1', 10, 5, 2, NULL, 4)",
            (trajectory << 40,),
        )
    monkeypatch.undo()
    migrate(connection, path)
    found = "requests, output_tokens, reasoning_tokens, cache_write_tokens, cache_write_1h_tokens, unpriced_requests"
    assert connection.execute(f"SELECT hour, agent_name, {found} FROM usage_hours").fetchall() == [
        ("2026-11-20 10:00", "codex", 2, 10, 4, 8, 8, 2)
    ]
    assert connection.execute(f"SELECT day, project, {found} FROM project_days").fetchall() == [
        ("2026-11-20 00:00", "/shop", 2, 10, 4, 8, 8, 2)
    ]
    assert connection.execute("SELECT trajectory_id, root_id, requests FROM session_days ORDER BY 1").fetchall() == [
        (1, 1, 1),
        (2, 1, 1),
    ]
    connection.close()


def test_a_newer_price_table_is_booked_in_every_sum_piece_by_piece(writer: Writer) -> None:
    spent = [usage(1, number, f"k{number}", 7, cost=None) for number in (1, 2, 3)]
    writer.write([batch("/s/a.jsonl", delta(turns=[turn(1)], usage=spent))])
    asked: list[str] = []

    def price(source: str, request: UsageRow) -> RequestPrice:
        asked.append(source)
        return RequestPrice(50, 9)

    assert not writer.is_priced_by("v2")
    assert writer.reprice_some("v2", price, 2)
    assert rows(writer, "usage_hours", "requests, cost_micros, unpriced_requests, saved_micros") == [(3, 100, 1, 18)]
    assert not writer.reprice_some("v2", price, 2)
    assert rows(writer, "usage_hours", "requests, cost_micros, unpriced_requests, saved_micros") == [(3, 150, 0, 27)]
    assert rows(writer, "trajectory_summaries", "cost_micros, tree_cost_micros, unpriced_requests") == [(150, 150, 0)]
    assert asked == ["claude_code"] * 3
    assert writer.is_priced_by("v2")
    assert not writer.is_priced_by("v3")


def test_a_database_without_usage_is_priced_by_any_table(writer: Writer) -> None:
    assert writer.is_priced_by("v1")


def test_reasoning_efforts_are_told_apart_in_every_sum(writer: Writer) -> None:
    spent = [
        usage(1, place, str(place), 7, reasoning_effort=effort) for place, effort in enumerate(("high", "low", ""), 1)
    ]
    writer.write([batch("/s/a.jsonl", delta(turns=[turn(1)], usage=spent))])
    for table in (
        "usage_minutes",
        "usage_hours",
        "usage_days",
        "project_hours",
        "project_days",
        "session_hours",
        "session_days",
    ):
        assert rows(writer, table, "reasoning_effort, requests, output_tokens") == [
            ("", 1, 7),
            ("high", 1, 7),
            ("low", 1, 7),
        ]
    told_later = usage(1, 3, "3", 9, reasoning_effort="high")
    writer.write([batch("/s/a.jsonl", delta(usage=[told_later]), file_id=1)])
    assert rows(writer, "session_days", "reasoning_effort, requests, output_tokens") == [("high", 2, 16), ("low", 1, 7)]


def test_sums_of_before_tell_no_reasoning_effort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "older.db"
    with monkeypatch.context() as older:
        older.setattr("ppp_tui.store.migrate.steps", lambda: [step for step in steps() if step.name < "0012_efforts"])
        connection = open_writer(path)
        migrate(connection, path)
    for table, at in (("project_days", "day, project"), ("usage_hours", "hour")):
        keys = "'2026-11-20 00:00', '/shop'" if table == "project_days" else "'2026-11-20 13:00'"
        for model in ("m1", "m2"):
            connection.execute(
                f"INSERT INTO {table} ({at}, agent_name, model, requests, input_tokens, output_tokens, "
                "cache_read_tokens, cache_write_tokens, cost_micros, unpriced_requests, lower_bound_requests, "
                f"saved_micros) VALUES ({keys}, 'claude', '{model}', 3, 1, 2, 3, 4, 5, 0, 0, 6)"
            )
    migrate(connection, path)
    found = connection.execute("SELECT project, model, reasoning_effort, requests, saved_micros FROM project_days")
    assert found.fetchall() == [("/shop", "m1", "", 3, 6), ("/shop", "m2", "", 3, 6)]
    for table, key, saved in (
        ("usage_days", "day, model", [("2026-11-20 00:00", "m1", 6), ("2026-11-20 00:00", "m2", 6)]),
        ("total_hours", "hour, ''", [("2026-11-20 13:00", "", 12)]),
        ("folder_days", "day, project", [("2026-11-20 00:00", "/shop", 12)]),
        ("folder_months", "month, project", [("2026-11-01 00:00", "/shop", 12)]),
    ):
        assert connection.execute(f"SELECT {key}, saved_micros FROM {table} ORDER BY 1, 2").fetchall() == saved
    assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name LIKE 'former%'").fetchall()
    connection.close()
