"""Forks, sub-agents and pages of a thread count their own responses, and nothing that another thread spent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sources.codex_lines import THREAD, TURN, TURN_2, Line, context, event, meta, old_started
from tests.sources.codex_usage_lines import BOTH, FIRST, SECOND, begun, count, record, requests, sums, used

PARENT = "01a1f8d0-4d00-7000-8000-000000000009"
CHILD = "01a1f8d0-5000-7000-8000-000000000002"
CHILD_TURN = "01a1f8d0-5001-7000-8000-0000000000b1"


def fork(*lines: Line, **more: Any) -> list[Line]:
    """A fork that copies nothing, with a turn of its own."""
    return [meta(id=CHILD, forked_from_id=PARENT, **more), *begun(CHILD_TURN), *lines]


def test_fork_does_not_count_what_its_first_total_inherited() -> None:
    inherited = used(80_000_900, 70_009, 79_000_000)
    found = requests(fork(count(inherited, FIRST), count(used(80_002_900, 70_029, 79_000_500), SECOND)))
    assert sums(found) == [(900, 9), (2000, 20)]
    assert not any(one.is_lower_bound for one in found)


@pytest.mark.parametrize("more", [{}, {"history_base": {"thread_id": THREAD, "end_ordinal_exclusive": 4}}])
def test_fork_whose_counter_begins_at_zero_counts_all_of_it(more: Line) -> None:
    assert sums(requests(fork(count(FIRST, FIRST), count(BOTH, SECOND), **more))) == [(900, 9), (2000, 20)]


def test_fork_without_a_last_usage_says_that_it_tells_too_little() -> None:
    found = requests(fork(count(used(80_000, 800)), count(used(81_000, 810))))
    assert sums(found) == [(1000, 10)]
    assert found[0].is_lower_bound


def test_count_sent_again_before_a_fork_was_asked_anything_is_the_parents() -> None:
    lines = [
        meta(id=CHILD, forked_from_id=PARENT),
        old_started(key=CHILD_TURN),
        context(turn_id=CHILD_TURN),
        count(used(80_000, 800), used(5000, 50)),
        event("user_message", message="Go on"),
        count(used(80_900, 809), FIRST),
    ]
    assert sums(requests(lines)) == [(900, 9)]


def test_fork_that_copied_an_older_total_counts_its_own_first_response_alone() -> None:
    lines = [
        meta(id=CHILD, forked_from_id=PARENT),
        meta(id=PARENT),
        *begun(TURN),
        count(BOTH, BOTH),
        *begun(CHILD_TURN),
        count(used(60_900, 609), FIRST),
    ]
    assert sums(requests(lines)) == [(2900, 29), (900, 9)]


def test_sub_agent_that_counts_from_zero_above_its_parents_total_counts_all_of_it() -> None:
    lines = [
        meta(id=CHILD, forked_from_id=PARENT),
        meta(id=PARENT),
        *begun(TURN),
        count(FIRST, FIRST),
        *begun(CHILD_TURN),
        count(BOTH, BOTH),
    ]
    assert sums(requests(lines)) == [(900, 9), (2900, 29)]


@pytest.mark.parametrize("has_records", [True, False])
@pytest.mark.parametrize("turn", [TURN, "1"])
def test_children_that_copy_their_parents_counts_add_only_their_own(turn: str, *, has_records: bool) -> None:
    """Records are not copied into children, counts are: both tell the same response by the same key."""
    asked = begun(turn)
    told = [record(FIRST, "a", FIRST, turn_id=turn, thread_id=PARENT)] if has_records else []
    parent = [meta(id=PARENT), *asked, *told, count(FIRST, FIRST)]
    children = [
        [
            meta(id=f"{CHILD[:-1]}{number}", forked_from_id=PARENT),
            meta(id=PARENT),
            *asked,
            count(FIRST, FIRST),
            *begun(f"{CHILD_TURN[:-1]}{number}"),
            count(used(900 + number, 9 + number), used(number, number)),
        ]
        for number in (1, 2, 3)
    ]
    assert sorted(sums(requests(parent, *children))) == [(1, 1), (2, 2), (3, 3), (900, 9)]


def test_copy_that_lacks_the_record_of_an_uncounted_response_adds_nothing() -> None:
    asked = begun(TURN)
    told = [record(FIRST, "a", FIRST, thread_id=PARENT), record(SECOND, "b", BOTH, thread_id=PARENT)]
    copied = [*asked, count(used(0, 0)), count(BOTH, SECOND)]
    parent = [meta(id=PARENT), *asked, *told, count(BOTH, SECOND)]
    child = [meta(id=CHILD, forked_from_id=PARENT), meta(id=PARENT), *copied]
    assert sums(requests(parent, child)) == [(900, 9), (2000, 20)]


def test_count_that_comes_a_turn_late_has_the_turn_of_its_response_in_every_copy() -> None:
    late = [*begun(TURN_2)[:2], count(FIRST, FIRST), event("user_message", message="Go on")]
    parent = [meta(id=PARENT), *begun(), record(FIRST, "a", FIRST, thread_id=PARENT), *late]
    child = [meta(id=CHILD, forked_from_id=PARENT), meta(id=PARENT), *begun(), *late]
    assert sums(requests(parent, child)) == [(900, 9)]


def test_fork_whose_first_count_comes_after_its_record_counts_the_next_response_in_full() -> None:
    third = used(4000, 40)
    lines = fork(
        record(FIRST, "a", FIRST, thread_id=CHILD, turn_id=CHILD_TURN),
        *begun(TURN_2)[:2],
        count(used(80_900, 809), FIRST),
        event("user_message", message="Go on"),
        count(used(84_900, 849), third),
        record(third, "b", used(4900, 49), thread_id=CHILD, turn_id=TURN_2),
    )
    assert sums(requests(lines)) == [(900, 9), (4000, 40)]


def test_turns_that_are_only_numbered_are_told_apart_by_their_thread() -> None:
    first = [meta(), *begun("1"), count(FIRST, FIRST)]
    second = [meta(id=CHILD), *begun("1"), count(FIRST, FIRST)]
    assert sums(requests(first, second)) == [(900, 9), (900, 9)]


def test_record_forwarded_by_a_child_leaves_the_threads_counters_alone() -> None:
    told = {"thread_id": CHILD, "parent_thread_id": THREAD, "turn_id": CHILD_TURN, "model": "gpt-5.4-mini"}
    forwarded = record(SECOND, "b", SECOND, **told)
    parent = [
        meta(),
        *begun(),
        record(FIRST, "a", FIRST),
        forwarded,
        count(FIRST, FIRST),
        *begun(TURN_2),
        count(used(1000, 10), used(100, 1)),
    ]
    assert sums(requests(parent)) == [(900, 9), (2000, 20), (100, 1)]
    child = [meta(id=CHILD, parent_thread_id=THREAD), *begun(CHILD_TURN), record(SECOND, "b", SECOND, **told)]
    assert sums(requests(parent, child)) == [(900, 9), (2000, 20), (100, 1)]
