"""Threads that began from another one: forks, sub-agents with their parent's context, branches of a rewound thread."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ppp_tui.model.event import ContextMeasured, LimitMeasured, MetadataLearned, RequestMeasured, TurnEnded, TurnStarted
from tests.sources.codex_lines import (
    T0,
    TURN,
    completed,
    context,
    counts,
    ended,
    event,
    line,
    meta,
    old_started,
    only,
    started,
    user_item,
)

PARENT = "01a1f8d0-4d00-7000-8000-000000000009"
CHILD = "01a1f8d0-5000-7000-8000-000000000002"
CHILD_TURN = "01a1f8d0-5001-7000-8000-0000000000b1"
"""Made after `CHILD`, as `TURN` was made before it."""


def typed(text: str, ms: int = 0) -> dict[str, Any]:
    """A person's message in the newest version."""
    return completed("UserMessage", ms, id="u1", content=[{"type": "text", "text": text}])


def test_a_fork_keeps_its_own_name_and_the_keys_of_the_turns_that_it_copied() -> None:
    first, second = counts(1000, 0, 0, 50, 0), counts(1600, 0, 0, 70, 0)
    limits = {"primary": {"used_percent": 5.0, "window_minutes": 300, "resets_at": 1}}
    lines = [
        meta(id=CHILD, forked_from_id=PARENT, cwd="/home/a/shop"),
        meta(id=PARENT, cwd="/home/a/elsewhere", cli_version="0.1.0", originator="other"),
        old_started(1),
        context(2, "gpt-4", turn_id=TURN),
        event("user_message", 3, message="one"),
        event("token_count", 4, info={"total_token_usage": first, "last_token_usage": first}, rate_limits=limits),
        event("task_complete", 5, turn_id=TURN, last_agent_message=None),
        old_started(10, CHILD_TURN),
        context(11, "gpt-5.5", turn_id=CHILD_TURN),
        event("user_message", 12, message="two"),
        event("token_count", 13, info={"total_token_usage": second, "last_token_usage": counts(600, 0, 0, 20, 0)}),
    ]
    facts = {entry.name: entry.value for entry in only(MetadataLearned, *lines)}
    assert facts == {
        "native_id": CHILD,
        "project": "/home/a/shop",
        "agent_version": "0.169.0",
        "entrypoint": "codex-tui",
        "forked_from": PARENT,
        "model": "gpt-5.5",
    }
    assert [(entry.key, entry.prompt) for entry in only(TurnStarted, *lines)] == [(TURN, "one"), (CHILD_TURN, "two")]
    assert only(LimitMeasured, *lines) == []
    usage = only(RequestMeasured, *lines)
    # The copied request has the key that it has in the parent's file, and the model that it was made with.
    assert [(entry.key, entry.model, entry.input_tokens) for entry in usage] == [
        (f"{TURN}:1050", "gpt-4", 1000),
        (f"{CHILD_TURN}:1670", "gpt-5.5", 600),
    ]
    parent = [meta(id=PARENT), *lines[2:7]]
    assert only(RequestMeasured, *parent)[0].key == f"{TURN}:1050"
    assert only(TurnStarted, *parent)[0].key == TURN


def test_copied_requests_without_turn_ids_are_known_by_the_thread_that_came_first() -> None:
    total = {"total_token_usage": counts(10, 0, 0, 1, 0), "last_token_usage": counts(10, 0, 0, 1, 0)}
    [copy] = only(
        RequestMeasured, meta(id=CHILD, forked_from_id=PARENT), meta(id=PARENT), event("token_count", info=total)
    )
    [original] = only(RequestMeasured, meta(id=PARENT), event("token_count", info=total))
    assert copy.key == original.key == f"{PARENT}:11"


def test_a_sub_agent_says_where_its_own_lines_begin() -> None:
    spawned = {"subagent": {"thread_spawn": {"parent_thread_id": PARENT, "depth": 1, "agent_nickname": "Franklin"}}}
    lines = [
        line(
            "session_meta",
            meta(
                id=CHILD,
                source=spawned,
                forked_from_id=PARENT,
                subagent_history_start_ordinal=5,
                agent_nickname="Franklin",
            )["payload"],
            ordinal=0,
        ),
        line("session_meta", meta(id=PARENT, cwd="/elsewhere")["payload"], ordinal=1),
        line("event_msg", started(key="odd-turn")["payload"], ordinal=2),
        line("turn_context", context(model="gpt-4", turn_id="odd-turn")["payload"], ordinal=3),
        line("response_item", user_item("Ask the child")["payload"], ordinal=4),
        line("event_msg", started(key="own-turn")["payload"], ms=9, ordinal=5),
        line("turn_context", context(model="gpt-5.5", turn_id="own-turn")["payload"], ms=9, ordinal=6),
        line("event_msg", typed("Count files")["payload"], ms=9, ordinal=7),
    ]
    facts = {entry.name: entry.value for entry in only(MetadataLearned, *lines)}
    assert facts["parent_native_id"] == PARENT
    assert (facts["native_id"], facts["agent_role"], facts["project"]) == (CHILD, "Franklin", "/home/a/shop")
    turns = only((TurnStarted, TurnEnded), *lines)
    assert [(entry.key, entry.prompt, entry.origin) for entry in turns] == [
        ("odd-turn", "Ask the child", "sdk"),
        ("own-turn", "Count files", "sdk"),
    ]


def test_sub_agent_has_its_role() -> None:
    def role(**more: Any) -> list[str]:
        return [entry.value for entry in only(MetadataLearned, meta(**more)) if entry.name == "agent_role"]

    assert role(source={"subagent": "review"}) == ["review"]
    assert role(source={"subagent": {"thread_spawn": {"parent_thread_id": "p", "agent_role": "explorer"}}}) == [
        "explorer"
    ]
    assert role(agent_nickname="Ann", agent_role="explorer") == ["explorer"]
    assert role(source="cli") == []
    assert role(source={"custom": "x"}) == []


def test_a_branch_of_a_rewound_thread_is_a_session_of_its_own() -> None:
    branch = "01a1fb30-6bb7-7ff0-b7b4-7659727064b2"
    path = Path(f"/s/rollout-2026-11-20T23-00-16-{CHILD}_{branch}.jsonl")
    base = {"thread_id": CHILD, "end_ordinal_exclusive": 37, "end_byte_offset": 96_960}
    found = only(MetadataLearned, meta(id=CHILD, history_base=base), path=path)
    facts = {entry.name: entry.value for entry in found}
    assert (facts["native_id"], facts["forked_from"]) == (f"{CHILD}_{branch}", CHILD)


def test_a_resumed_thread_goes_on_in_the_same_file_with_a_newer_version() -> None:
    found = only(
        (MetadataLearned, TurnStarted),
        meta(cli_version="0.168.0"),
        started(1),
        typed("one", 2),
        ended(3, last=None),
        meta(cli_version="0.169.0", cwd="/elsewhere"),
        started(4, CHILD_TURN),
        typed("two", 5),
    )
    versions = [entry.value for entry in found if isinstance(entry, MetadataLearned) and entry.name == "agent_version"]
    assert versions == ["0.168.0", "0.169.0"]
    assert [entry.value for entry in found if isinstance(entry, MetadataLearned) and entry.name == "project"] == [
        "/home/a/shop"
    ]
    assert [entry.at - T0 for entry in found if isinstance(entry, TurnStarted)] == [1, 4]


def test_the_context_of_copied_lines_is_what_the_child_began_with() -> None:
    info = {"total_token_usage": counts(9, 0, 0, 1, 0), "last_token_usage": counts(9, 0, 0, 1, 0)}
    found = only(
        ContextMeasured, meta(id=CHILD, forked_from_id=PARENT), meta(id=PARENT), event("token_count", info=info)
    )
    assert [entry.used_tokens for entry in found] == [10]
