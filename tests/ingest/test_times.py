"""Where a turn's time goes while it is folded, commits, and prices that change."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from ppp_tui.fold.file_fold import FileFold
from ppp_tui.fold.trajectory import FoldOptions
from ppp_tui.ingest.jobs.reprice import RepriceJob
from ppp_tui.ingest.pricing import PriceTable, SourcePricing, price_stored, price_version
from ppp_tui.model import event as e
from ppp_tui.model.event import Event, Ref
from ppp_tui.model.event_values import StepKind, StepStatus
from ppp_tui.model.rows import CommitRow, TimeRow, TrajectoryDelta
from ppp_tui.model.usage import RequestPrice
from ppp_tui.scoring.prices.context_windows import Window
from ppp_tui.scoring.timing import TimeSplit, split_time
from ppp_tui.settings.prices import ModelPrices, load_prices
from ppp_tui.store.write import Writer
from tests.store.row_builders import batch, delta, turn, usage

T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC."""
R = Ref(0, 10)


def fold(*events: Event, keeps_text: bool = True) -> TrajectoryDelta:
    pricing = SourcePricing(PriceTable(), "claude_code")
    [rows] = FileFold(b"", FoldOptions(pricing, keeps_text=keeps_text)).fold(
        (e.TurnStarted(T0, R, "a", "Fix it"), *events)
    )
    return rows


def start(at: int, key: str, kind: StepKind = "shell", target: str = "ls") -> e.ToolCallStarted:
    return e.ToolCallStarted(T0 + at, R, key, kind, "Bash", target)


def end(at: int, key: str, status: StepStatus = "ok") -> e.ToolCallFinished:
    return e.ToolCallFinished(T0 + at, R, key, status)


def test_tools_side_by_side_take_their_time_once() -> None:
    rows = fold(start(1000, "a"), start(2000, "b"), end(3000, "a"), end(5000, "b"), start(8000, "c"), end(9000, "c"))
    assert rows.times == [TimeRow(1, 5000, 0, 0)]


def test_a_question_to_the_user_is_waiting_even_while_a_tool_runs() -> None:
    rows = fold(start(1000, "a"), start(2000, "q", "ask"), end(6000, "q"), end(7000, "a"))
    assert rows.times == [TimeRow(1, 2000, 4000, 0)]


def test_pauses_before_another_attempt_are_counted_the_last_one_is_not() -> None:
    failed = e.RequestFailed(
        at=T0 + 1000, ref=R, kind="overloaded", message="busy", status_code=529, attempt=1, max_attempts=3, wait_ms=700
    )
    rows = fold(failed, failed._replace(wait_ms=900), failed._replace(is_final=True))
    assert rows.times == [TimeRow(1, 0, 0, 1600)]


def test_a_tool_that_never_ends_counts_up_to_the_end_of_its_turn() -> None:
    rows = fold(start(1000, "a"), e.TurnEnded(T0 + 4000, "interrupted"), e.TurnStarted(T0 + 9000, R, "b", "Go on"))
    assert rows.times == [TimeRow(1, 3000, 0, 0)]


def test_what_the_agents_clock_left_out_was_waiting_and_not_the_tool() -> None:
    # 189 s from a call to its result, 31 s on the agent's clock: the permission was given after 187 s.
    rows = fold(start(20_000, "a"), end(209_000, "a"), e.TurnEnded(T0 + 218_000, "completed", 31_000))
    assert rows.times == [TimeRow(1, 2000, 187_000, 0, 187_000)]
    assert rows.turns[0].latency_ms == 218_000
    assert split_time(218_000, 2000, 187_000, 0) == TimeSplit(218_000, 29_000, 2000, 187_000, 0)


def test_a_question_that_the_clock_left_out_is_not_taken_for_a_permission_as_well() -> None:
    rows = fold(
        start(1000, "q", "ask"),
        end(61_000, "q"),
        start(62_000, "a"),
        end(102_000, "a"),
        e.TurnEnded(T0 + 110_000, "completed", 20_000),
    )
    assert rows.times == [TimeRow(1, 10_000, 90_000, 0, 30_000)]
    assert rows.turns[0].latency_ms == 110_000


def test_clock_that_lags_by_the_time_of_a_hook_counts_no_wait() -> None:
    rows = fold(start(1000, "a"), end(5000, "a"), e.TurnEnded(T0 + 8600, "completed", 8000))
    assert rows.times == [TimeRow(1, 4000, 0, 0)]
    assert rows.turns[0].latency_ms == 8000


def test_a_pause_without_any_tool_is_neither_waiting_nor_work() -> None:
    # The agent ended, a background task woke it an hour later, and its clock began anew.
    rows = fold(
        e.TurnEnded(T0 + 10_000, "completed", 10_000),
        e.AssistantMessage(T0 + 3_610_000, R, "It is built."),
        e.TurnEnded(T0 + 3_615_000, "completed", 5000),
    )
    assert rows.times == [TimeRow(1, 0, 0, 0)]
    assert rows.turns[0].latency_ms == 15_000


@pytest.mark.parametrize("measured_ms", [None, 7000])
def test_time_before_a_background_task_wakes_a_turn_is_neither_the_models_nor_a_wait(measured_ms: int | None) -> None:
    rows = fold(
        start(1000, "a"),
        end(5000, "a"),
        e.AssistantMessage(T0 + 7000, R, "It builds now.", is_final=True),
        e.TurnEnded(T0 + 7000, "completed", measured_ms),
        e.SystemNotice(T0 + 607_000, R, "notification", "Background command completed"),
        e.AssistantMessage(T0 + 610_000, R, "It is built.", is_final=True),
        e.TurnEnded(T0 + 610_000, "completed", measured_ms and 3000),
    )
    assert rows.times == [TimeRow(1, 4000, 0, 0)]
    assert (rows.turns[0].latency_ms, rows.turns[0].ended_at) == (10_000, "2026-11-20 10:10:10.000")


def test_remark_that_wakes_nobody_leaves_an_ended_turn_as_it_was() -> None:
    rows = fold(e.TurnEnded(T0 + 7000, "completed"), e.SystemNotice(T0 + 607_000, R, "meta", "Away for ten minutes"))
    assert (rows.turns[0].status, rows.turns[0].latency_ms) == ("completed", 7000)


@pytest.mark.parametrize("cut", range(1, 6))
def test_in_two_parts_the_times_are_the_same(cut: int) -> None:
    events: list[Event] = [
        e.TurnStarted(T0, R, "a", "Fix it"),
        start(1000, "a"),
        start(2000, "q", "ask"),
        end(6000, "q"),
        end(7000, "a"),
        e.TurnEnded(T0 + 9000, "completed"),
    ]
    pricing = SourcePricing(PriceTable(), "claude_code")
    first = FileFold(b"", FoldOptions(pricing))
    first.fold(events[:cut])
    [rest] = FileFold(first.state(), FoldOptions(pricing)).fold(events[cut:])
    assert rest.times == [TimeRow(1, 2000, 4000, 0)]


def test_a_commit_that_ends_well_is_a_feature() -> None:
    rows = fold(
        start(1000, "a", target="git commit -m x"),
        end(2000, "a"),
        start(3000, "b", target="git commit -m y"),
        end(4000, "b", "failed"),
        start(5000, "c", "read", "git commit"),
        end(6000, "c"),
        keeps_text=False,
    )
    assert rows.commits == [CommitRow(1, 1, "2026-11-20 10:00:02.000")]


def test_the_users_own_prices_and_windows_go_first() -> None:
    table = PriceTable((("m1", ModelPrices(input_usd=Decimal(2), output_usd=Decimal(3), context_window=32_000)),))
    pricing = SourcePricing(table, "claude_code")
    row = usage(1, 1, "a", 10)._replace(cache_read_tokens=0, cache_write_5m_tokens=0)
    assert pricing.price(row, T0)[0] == 230
    assert pricing.window("m1", None, 0) == Window(32_000, is_inferred=False)
    assert pricing.window("m1", 64_000, 0) == Window(64_000, is_inferred=False)
    table.set_user_prices(())
    assert (pricing.price(row, T0)[0], pricing.window("m1", None, 0)) == (None, Window(None, is_inferred=True))


def test_a_stored_request_keeps_a_cost_that_its_program_stated_and_another_is_priced_anew() -> None:
    table = PriceTable((("m1", ModelPrices(input_usd=Decimal(2), output_usd=Decimal(3))),))
    row = usage(1, 1, "a", 10)._replace(
        cost_micros=77, reported_micros=77, cache_read_tokens=0, cache_write_5m_tokens=0, at="no time"
    )
    assert price_stored(table, "logger", row) == RequestPrice(77, None)
    assert price_stored(table, "claude_code", row) == RequestPrice(230, 0)
    assert price_stored(table, "logger", row._replace(reported_micros=None)) == RequestPrice(230, 0)


def test_another_price_is_another_table() -> None:
    stated = (("m1", ModelPrices(context_window=1)),)
    assert price_version(()) != price_version(stated)
    assert price_version(stated) == price_version((("m1", ModelPrices(context_window=1)),))


def test_a_database_is_priced_anew_when_the_users_prices_change(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    writer = Writer(tmp_path / "archive.db")
    table = PriceTable(tuple(load_prices(file).items()))
    repricer = RepriceJob(writer, table, file)
    spent = usage(1, 1, "a", 10, cost=None)._replace(cache_read_tokens=0, cache_write_5m_tokens=0)
    writer.write([batch("/s/a.jsonl", delta(turns=[turn(1)], usage=[spent]))])
    assert not repricer.run_slice(0)
    file.write_text('["m1"]\ninput_usd = 2\noutput_usd = 3\n')
    repricer.reload_if_changed()
    assert repricer.run_slice(0)
    assert not repricer.run_slice(0)
    costs = "SELECT cost_micros, unpriced_requests FROM usage_hours"
    assert writer._connection.execute(costs).fetchall() == [(230, 0)]
    file.write_text('["m1"]\ninput_usd = "much"\n')
    repricer.reload_if_changed()
    assert 'input_usd of "m1" must be dollars' in repricer.trouble
    assert not repricer.run_slice(0)
    file.unlink()
    repricer.reload_if_changed()
    assert (repricer.trouble, repricer.run_slice(0)) == ("", True)
    assert writer._connection.execute(costs).fetchall() == [(0, 1)]
    writer.close()
