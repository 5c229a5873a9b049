"""Each response once: counts and records in any order, re-sent, falling, begun anew."""

from __future__ import annotations

import itertools

import pytest

from ppp_tui.sources.codex import SOURCE
from tests.sources.codex_lines import (
    NAME,
    TURN,
    TURN_2,
    Line,
    agent_item,
    content,
    context,
    ended,
    event,
    line,
    meta,
    old_started,
    user_item,
)
from tests.sources.codex_usage_lines import BOTH, FIRST, SECOND, begun, count, merged, record, requests, sums, used


@pytest.mark.parametrize(
    "lines",
    [
        [record(FIRST, "a", FIRST), count(FIRST, FIRST), record(SECOND, "b", BOTH), count(BOTH, SECOND)],
        [count(FIRST, FIRST), record(FIRST, "a", FIRST), count(BOTH, SECOND), record(SECOND, "b", BOTH)],
        [record(FIRST, "a", FIRST), count(FIRST, FIRST), count(BOTH, SECOND), record(SECOND, "b", BOTH)],
        [record(FIRST, "a", FIRST), record(SECOND, "b", BOTH), count(FIRST, FIRST), count(BOTH, SECOND)],
        [record(FIRST, "a", FIRST), record(SECOND, "b", BOTH), count(BOTH, SECOND)],
        [record(FIRST, "a", FIRST), count(BOTH, SECOND), record(SECOND, "b", BOTH)],
        [record(FIRST, "a", FIRST), record(FIRST, "a", FIRST), record(SECOND, "b", BOTH), count(BOTH, SECOND)],
        [record(FIRST, "a", FIRST), count(FIRST, FIRST), record(FIRST, "a", None), record(SECOND, "b", BOTH)],
        [record(FIRST, "", FIRST), record(FIRST, "", FIRST), record(SECOND, "", BOTH)],
        [record(FIRST, "a", FIRST), record(SECOND, "b", BOTH)],
        [count(FIRST, FIRST), count(BOTH, SECOND)],
        [count(FIRST), count(BOTH)],
        [count(None, FIRST), count(None, FIRST), agent_item("Hm."), count(None, SECOND)],
    ],
)
def test_each_response_counts_once_in_whatever_order_it_is_told(lines: list[Line]) -> None:
    again = [count(BOTH, SECOND), ended(), *begun(TURN_2), count(BOTH, SECOND), count(BOTH, SECOND)]
    found = requests([meta(), *begun(), *lines, *again])
    assert sums(found) == [(900, 9), (2000, 20)]
    assert [one.cache_read_tokens for one in found] == [0, 500]
    assert not any(one.is_lower_bound for one in found)


def test_count_sent_again_in_the_next_turn_counts_nothing() -> None:
    found = requests(
        [
            meta(),
            *begun(),
            record(FIRST, "a", FIRST),
            event("turn_aborted", turn_id=TURN, reason="interrupted"),
            old_started(key=TURN_2),
            context(turn_id=TURN_2),
            count(FIRST, FIRST),
            user_item("more"),
            record(SECOND, "b", BOTH, turn_id=TURN_2),
            count(BOTH, SECOND),
            ended(key=TURN_2),
            count(BOTH, SECOND),
        ]
    )
    assert sums(found) == [(900, 9), (2000, 20)]


def test_thread_counter_of_records_does_not_move_the_running_total() -> None:
    """A thread that is older than usage records: its two counters differ for ever."""
    found = requests(
        [
            meta(),
            *begun(),
            count(used(7000, 70), used(7000, 70)),
            ended(),
            *begun(TURN_2),
            record(FIRST, "a", FIRST, turn_id=TURN_2),
            count(used(7900, 79), FIRST),
            record(SECOND, "b", BOTH, turn_id=TURN_2),
            ended(key=TURN_2),
            *begun("01a1f8d0-4e03-7000-8000-0000000000a3"),
            count(used(9900, 99, 500), SECOND),
        ]
    )
    assert sums(found) == [(7000, 70), (900, 9), (2000, 20)]


def test_record_without_usage_is_told_by_its_own_counters() -> None:
    third = used(1000, 10)
    found = requests(
        [
            meta(),
            *begun(),
            record(None, "a", FIRST),
            record(None, "b", BOTH, turn_token_usage=BOTH),
            record(None, "c", None, turn_id=TURN_2, turn_token_usage=third),
            record(None, "d", None, turn_id=TURN_2, turn_token_usage=used(1500, 12)),
        ]
    )
    assert sums(found) == [(900, 9), (2000, 20), (1000, 10), (500, 2)]


def test_growth_that_no_record_and_no_last_usage_confirms_is_no_response() -> None:
    """A total that was rewritten, or that holds what a child used."""
    rewritten = used(50_000, 500)
    found = requests([meta(), *begun(), record(FIRST, "a", FIRST), count(FIRST, FIRST), count(rewritten, FIRST)])
    assert sums(found) == [(900, 9)]


def test_response_without_a_record_counts_where_the_last_usage_confirms_it() -> None:
    lines = [meta(), *begun(), record(FIRST, "a", FIRST), count(FIRST, FIRST), count(BOTH, SECOND)]
    assert sums(requests(lines)) == [(900, 9), (2000, 20)]


def test_total_lowered_beside_records_counts_nothing_twice() -> None:
    third = used(400, 4)
    found = requests(
        [
            meta(),
            *begun(),
            record(FIRST, "a", FIRST),
            count(FIRST, FIRST),
            record(SECOND, "b", BOTH),
            count(used(2500, 20), SECOND),
            record(third, "c", used(3300, 33, 500)),
            count(used(2900, 24), third),
        ]
    )
    assert sums(found) == [(900, 9), (2000, 20), (400, 4)]


def test_total_that_begins_anew_counts_what_it_shows() -> None:
    lines = [meta(), *begun(), count(BOTH, BOTH), count(FIRST, FIRST), count(used(1000, 10), used(100, 1))]
    found = requests(lines)
    assert sums(found) == [(2900, 29), (900, 9), (100, 1)]
    assert [one.is_lower_bound for one in found] == [False, False, False]


def test_total_that_begins_anew_above_the_old_one_counts_what_it_shows() -> None:
    assert sums(requests([meta(), *begun(), count(FIRST, FIRST), count(BOTH, BOTH)])) == [(900, 9), (2900, 29)]


def test_total_that_reaches_an_old_value_again_is_another_response() -> None:
    found = requests(
        [
            meta(),
            *begun(),
            count(FIRST, FIRST),
            count(BOTH, SECOND),
            count(used(500, 5), used(500, 5)),
            count(FIRST, used(400, 4)),
        ]
    )
    assert sums(found) == [(900, 9), (2000, 20), (500, 5), (400, 4)]


def test_total_that_falls_without_a_last_usage_is_a_lower_bound() -> None:
    found = requests([meta(), *begun(), count(BOTH), count(FIRST)])
    assert [(one.output_tokens, one.is_lower_bound) for one in found] == [(29, False), (9, True)]


def test_total_that_falls_beside_a_smaller_last_usage_counts_that_usage() -> None:
    """A compaction lowers the total without beginning at zero."""
    found = requests(
        [
            meta(),
            *begun(),
            count(used(300_000, 3000)),
            line("compacted", {"message": ""}),
            count(used(250_000, 2500), used(10_000, 100)),
            count(used(261_000, 2610), used(11_000, 110)),
        ]
    )
    assert sums(found) == [(300_000, 3000), (10_000, 100), (11_000, 110)]
    assert [one.is_lower_bound for one in found] == [False, True, False]


def test_total_that_fell_and_comes_back_counts_only_what_it_gained() -> None:
    found = requests(
        [
            meta(),
            *begun(),
            count(used(9000, 90)),
            count(used(8500, 85), used(200, 2)),
            count(used(9700, 97), used(700, 7)),
        ]
    )
    assert sums(found) == [(9000, 90), (200, 2), (700, 7)]


def test_older_total_that_is_sent_late_counts_nothing() -> None:
    third = used(3300, 33, 500)
    found = requests(
        [
            meta(),
            *begun(),
            count(FIRST, FIRST),
            count(BOTH, SECOND),
            count(third, used(400, 4)),
            count(BOTH, SECOND),
            count(used(3400, 34, 500), used(100, 1)),
        ]
    )
    assert sums(found) == [(900, 9), (2000, 20), (400, 4), (100, 1)]


def test_late_count_of_a_response_that_a_later_total_held_counts_nothing() -> None:
    found = requests(
        [
            meta(),
            *begun(),
            count(FIRST, FIRST),
            count(used(1500, 15), used(400, 4)),
            count(used(1100, 11), used(200, 2)),
            count(used(1600, 16), used(100, 1)),
        ]
    )
    assert sums(found) == [(900, 9), (600, 6), (100, 1)]


def test_request_that_only_the_total_shows_is_counted() -> None:
    found = requests([meta(), *begun(), count(FIRST, FIRST), count(used(1900, 19), used(400, 4))])
    assert sums(found) == [(900, 9), (1000, 10)]


def test_equal_last_usages_apart_from_each_other_are_two_responses() -> None:
    found = requests([meta(), *begun(), count(None, FIRST), agent_item("One."), count(None, FIRST), count(None, FIRST)])
    assert sums(found) == [(900, 9), (900, 9)]


def test_last_usage_sent_again_before_the_model_answers_the_next_prompt_counts_once() -> None:
    first = [*begun(), agent_item("One."), count(None, FIRST)]
    second = [*begun(key=TURN_2), count(None, FIRST), agent_item("Two."), count(None, SECOND)]
    assert sums(requests([meta(), *first, *second])) == [(900, 9), (2000, 20)]


def test_odd_shapes_cost_themselves_and_nothing_else() -> None:
    odd = [
        count(used(0, 0), FIRST),
        record(FIRST, "a", FIRST, attribution=[1]),
        event("thread_settings_applied", thread_settings={"service_tier": 7, "model": None}),
        event("thread_settings_applied", thread_settings="x"),
        event("token_count", info={}),
        context(turn_id=TURN, service_tier={"name": "x"}),
        count(used(0, 0)),
    ]
    for lines in itertools.permutations(odd, 3):
        reading = SOURCE.parser(NAME).feed(content(meta(), *begun(), *lines), 0)
        assert (reading.unknown, reading.damage) == ({}, [])
        assert set(sums(merged(reading.events))) <= {(900, 9)}


def test_counter_that_takes_turns_with_another_one_counts_what_each_gained() -> None:
    lines = [
        meta(),
        *begun(),
        count(used(80_000, 800), used(80_000, 800)),
        agent_item("Review."),
        count(used(5000, 50), used(5000, 50)),
        agent_item("Done."),
        count(used(80_000, 800), used(80_000, 800)),
        count(used(80_900, 809), FIRST),
        agent_item("Again."),
        count(used(7000, 70, 500), SECOND),
    ]
    found = requests(lines)
    assert sums(found) == [(80_000, 800), (5000, 50), (900, 9), (2000, 20)]
    assert not any(one.is_lower_bound for one in found)


def test_responses_of_a_relay_with_one_id_for_all_are_told_apart_by_the_threads_counter() -> None:
    first, second = record(FIRST, "resp", FIRST), record(SECOND, "resp", BOTH)
    lines = [meta(), *begun(), first, agent_item("Hm."), second, first, second]
    assert sums(requests(lines)) == [(900, 9), (2000, 20)]
