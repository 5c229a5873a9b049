"""Tokens, context, compaction and limits."""

from __future__ import annotations

from typing import Any

from ppp_tui.model.event import Compacted, ContextMeasured, LimitMeasured, RequestMeasured, TurnStarted
from tests.sources.codex_lines import (
    T0,
    THREAD,
    TURN,
    TURN_2,
    agent_item,
    context,
    counts,
    ended,
    event,
    line,
    meta,
    old_started,
    only,
    started,
)
from tests.sources.codex_usage_lines import record


def count(total: dict[str, Any] | None, last: dict[str, Any] | None = None, ms: int = 0, **more: Any) -> dict[str, Any]:
    """A `token_count` event."""
    info = total and {"total_token_usage": total, "last_token_usage": last, "model_context_window": 258_400}
    return event("token_count", ms, info=info, **more)


def measured(*lines: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Key, model and counts of every measured request."""
    return [
        (
            e.key,
            e.model,
            e.input_tokens,
            e.output_tokens,
            e.reasoning_tokens,
            e.cache_read_tokens,
            e.cache_write_5m_tokens,
        )
        for e in only(RequestMeasured, *lines)
    ]


def test_usage_record_is_one_request() -> None:
    used = counts(1000, 600, 100, 50, 20)
    found = only(
        RequestMeasured,
        meta(),
        started(),
        context(1, turn_id=TURN),
        record(used, "resp_1", used, 2),
        count(used, used, 3),
    )
    [only_one] = found
    assert (only_one.at, only_one.key, only_one.alias, only_one.model) == (T0 + 2, f"{TURN}:1050", "", "gpt-5.5")
    assert (only_one.input_tokens, only_one.cache_read_tokens, only_one.cache_write_5m_tokens) == (300, 600, 100)
    assert (only_one.output_tokens, only_one.reasoning_tokens, only_one.cache_write_1h_tokens) == (50, 20, 0)


def test_request_without_a_record_is_the_growth_of_the_total() -> None:
    first, second = counts(1000, 0, 0, 50, 10), counts(2500, 900, 0, 80, 10)
    assert measured(
        meta(),
        old_started(),
        context(1, turn_id=TURN),
        count(None),
        count(first, first),
        # The same counts again: at the end of the turn, and when limits are refreshed.
        count(first, first),
        count(first, counts(0, 0, 0, 0, 0) | {"total_tokens": 19_845}),
        count(second, counts(700, 700, 0, 10, 0)),
    ) == [
        (f"{TURN}:1050", "gpt-5.5", 1000, 50, 10, 0, 0),
        (f"{TURN}:2580", "gpt-5.5", 600, 30, 0, 900, 0),
    ]


def test_a_total_that_shrinks_is_a_new_beginning() -> None:
    found = measured(
        meta(),
        old_started(),
        count(counts(1000, 0, 0, 50, 0)),
        count(counts(0, 0, 0, 0, 0) | {"total_tokens": 9}),
        count(counts(70, 0, 0, 7, 0)),
    )
    assert [(entry[2], entry[3]) for entry in found] == [(1000, 50), (70, 7)]


def test_a_thread_that_an_older_version_began_is_counted_by_totals_until_records_come() -> None:
    old, new, newest = counts(1000, 0, 0, 50, 0), counts(1500, 0, 0, 60, 0), counts(1900, 0, 0, 90, 0)
    used = counts(500, 0, 0, 10, 0)
    found = measured(
        meta(),
        old_started(),
        count(old),
        started(5, TURN_2),
        record(used, "resp_9", new, turn_id=TURN_2),
        count(new),
        old_started(6, "turn-3"),
        event("user_message", 7, message="Go on"),
        count(newest),
    )
    assert [(entry[0], entry[2], entry[3]) for entry in found] == [
        (f"{TURN}:1050", 1000, 50),
        (f"{TURN_2}:1560", 500, 10),
        (f"{THREAD}/turn-3:1990", 400, 30),
    ]


def test_a_branch_does_not_count_what_its_base_spent() -> None:
    base = {"thread_id": THREAD, "end_ordinal_exclusive": 37, "end_byte_offset": 100}
    total = counts(9000, 0, 0, 900, 0)
    assert measured(meta(history_base=base), started(), count(total, total), ended()) == []


def test_the_model_in_force_goes_with_the_tokens() -> None:
    found = measured(
        meta(),
        context(0, "gpt-5.5", turn_id=TURN),
        count(counts(10, 0, 0, 1, 0)),
        context(0, "gpt-5.3-codex-spark", turn_id=TURN_2),
        count(counts(30, 0, 0, 2, 0)),
    )
    assert [(entry[1], entry[2]) for entry in found] == [("gpt-5.5", 10), ("gpt-5.3-codex-spark", 20)]


def test_without_any_turn_id_the_thread_is_the_key() -> None:
    assert measured(meta(), count(counts(10, 0, 0, 1, 0)))[0][0] == f"{THREAD}:11"


def test_context_is_the_last_request_and_the_window_is_recorded() -> None:
    total, last = counts(9000, 0, 0, 900, 0), counts(4000, 0, 0, 100, 0)
    estimate = counts(0, 0, 0, 0, 0) | {"total_tokens": 1200}
    found = only(
        (ContextMeasured, Compacted),
        meta(),
        old_started(),
        count(total, last, 1),
        count(total, last, 2),
        line("compacted", {"message": "", "replacement_history": []}, 3),
        event("context_compacted", 3),
        count(total, estimate, 4),
    )
    assert found[0] == ContextMeasured(T0 + 1, 4100, 258_400)
    assert (found[1].trigger, found[1].before_tokens, found[1].at) == ("auto", 4100, T0 + 3)
    assert found[2] == ContextMeasured(T0 + 4, 1200, 258_400)
    assert len(found) == 3


def test_compaction_by_the_user_is_a_turn_of_its_own() -> None:
    used = counts(10, 0, 0, 1, 0)
    found = only(
        (TurnStarted, Compacted),
        meta(),
        event("task_started", turn_id=TURN, root_turn_id=TURN),
        record(used, "resp_1", used),
        agent_item("A summary for the model."),
        line("compacted", {"message": "x"}, 3),
        ended(4, last=None),
    )
    assert (found[0].origin, found[1].trigger) == ("command", "manual")
    assert len(found) == 2


def test_limits_by_name_and_only_when_they_moved() -> None:
    limits: dict[str, Any] = {
        "limit_id": "codex",
        "plan_type": "plus",
        "primary": {"used_percent": 42.5, "window_minutes": 300, "resets_at": 1_795_172_400},
        "secondary": {"used_percent": 7, "window_minutes": 10_080, "resets_at": 1_795_772_400},
    }
    moved = {**limits, "primary": {**limits["primary"], "used_percent": 43.0}}
    found = only(
        LimitMeasured,
        meta(),
        count(None, rate_limits=limits),
        count(None, rate_limits=limits),
        count(None, ms=9, rate_limits=moved),
        count(None, rate_limits={"primary": None, "secondary": None}),
        count(None, rate_limits=None),
    )
    assert found == [
        LimitMeasured(T0, "codex:primary (5h)", 42.5, 300, 1_795_172_400_000, "plus"),
        LimitMeasured(T0, "codex:secondary (7d)", 7.0, 10_080, 1_795_772_400_000, "plus"),
        LimitMeasured(T0 + 9, "codex:primary (5h)", 43.0, 300, 1_795_172_400_000, "plus"),
    ]


def test_limits_in_the_form_of_2025_are_read() -> None:
    limits = {"primary": {"used_percent": 12.0, "window_minutes": 299, "resets_in_seconds": 3600}}
    later = {"primary": {"used_percent": 12.0, "window_minutes": 299, "resets_in_seconds": 3590}}
    found = only(LimitMeasured, meta(), count(None, rate_limits=limits), count(None, ms=10_000, rate_limits=later))
    assert found == [LimitMeasured(T0, "codex:primary (5h)", 12.0, 299, T0 + 3_600_000, "")]
