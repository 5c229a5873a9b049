"""Which model answered, who served it, in which tier and with which effort."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.sources.codex import SOURCE
from tests.sources.codex_lines import NAME, T0, TURN, TURN_2, Line, content, context, ended, event, meta, old_started
from tests.sources.codex_usage_lines import BOTH, FIRST, SECOND, begun, count, merged, record, requests, sums, used

CHILD_TURN = "01a1f8d0-5001-7000-8000-0000000000b1"


def test_record_names_its_own_model_and_tier() -> None:
    attribution = {"model": "gpt-5.4-mini", "model_provider": "azure", "service_tier": "flex"}
    found = requests(
        [
            meta(model_provider="openai"),
            old_started(),
            context(turn_id=TURN, effort="high", service_tier="priority"),
            record(FIRST, "a", FIRST),
            record(SECOND, "b", BOTH, attribution=attribution),
            record(FIRST, "c", used(3800, 38), model="gpt-5.4", service_tier=None),
        ]
    )
    assert [(one.model, one.provider, one.service_tier, one.reasoning_effort) for one in found] == [
        ("gpt-5.5", "openai", "priority", "high"),
        ("gpt-5.4-mini", "azure", "flex", "high"),
        ("gpt-5.4", "openai", "", "high"),
    ]


def test_record_that_follows_its_count_names_the_model() -> None:
    found = requests([meta(), *begun(), count(FIRST, FIRST, 5), record(FIRST, "a", FIRST, 6, model="gpt-5.4-mini")])
    assert [(one.model, one.at) for one in found] == [("gpt-5.4-mini", T0 + 5)]


def settings(**told: Any) -> Line:
    """The thread's settings were changed."""
    return event("thread_settings_applied", thread_settings=told)


def test_settings_that_are_changed_in_a_turn_hold_from_the_next_one() -> None:
    found = requests(
        [
            meta(),
            *begun(),
            settings(service_tier="fast", reasoning_effort="low", model_provider_id="azure"),
            count(FIRST, FIRST),
            ended(),
            old_started(key=TURN_2),
            event("user_message", message="Fast"),
            count(BOTH, SECOND),
            ended(key=TURN_2),
            settings(service_tier="default"),
            old_started(key=CHILD_TURN),
            count(used(3000, 30, 500), used(100, 1)),
        ]
    )
    assert [(one.service_tier, one.provider, one.reasoning_effort) for one in found] == [
        ("", "", ""),
        ("fast", "azure", "low"),
        ("", "azure", "low"),
    ]


def test_count_and_turn_context_name_the_tier() -> None:
    found = requests(
        [
            meta(),
            context(turn_id=TURN, service_tier="flex"),
            count(FIRST, FIRST),
            context(turn_id=TURN_2),
            count(BOTH, SECOND, service_tier="priority"),
            context(turn_id=CHILD_TURN, service_tier=None),
            count(used(3000, 30, 500), used(100, 1)),
        ]
    )
    assert [one.service_tier for one in found] == ["flex", "priority", ""]


@pytest.mark.parametrize(
    "names",
    [context(turn_id=TURN, model="gpt-5.4"), settings(model="gpt-5.4"), event("model_reroute", to_model="gpt-5.4")],
)
def test_usage_before_the_first_model_gets_it_when_it_is_known(names: Line) -> None:
    lines = [meta(), count(FIRST, FIRST, 1), count(BOTH, SECOND, 2), old_started(3), names, count(used(3000, 30, 500))]
    for cut in range(len(lines) + 1):
        first = SOURCE.parser(NAME)
        before = content(*lines[:cut])
        told = first.feed(before, 0).events
        told += SOURCE.parser(NAME, first.state()).feed(content(*lines[cut:]), len(before)).events
        found = merged(told)
        assert [(one.model, one.at - T0) for one in found] == [("gpt-5.4", 1), ("gpt-5.4", 2), ("gpt-5.4", 0)]
        assert sums(found) == [(900, 9), (2000, 20), (100, 1)]
