"""Reads `session_meta` and `turn_context` lines, which describe the thread as a whole.

A thread that began from another one (a fork, a sub-agent that was given its parent's context) opens with its own
description, then repeats the other's and the lines that it took over, newly stamped. Where those end is told by an
ordinal (since 0.16x), or by turn ids: threads and turns are named by UUIDs of version 7, which begin with the time, and
a turn that is older than the thread was copied.
"""

from __future__ import annotations

import re
from pathlib import Path

from ppp_tui.model.event import Ref
from ppp_tui.sources import content
from ppp_tui.sources.codex import turns, usage
from ppp_tui.sources.codex.discovery import BRANCH, identify
from ppp_tui.sources.codex.emitter import ThreadEmitter
from ppp_tui.sources.codex.raw_json import UNREADABLE, loose
from ppp_tui.sources.codex.records import Context, Meta, decode_line, decode_meta
from ppp_tui.sources.codex.state import Service

_UUID_7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_HEAD_BYTES = 1 << 20
"""Bytes in which the first line of a rollout ends; it holds the instructions, some 20 kB."""

_TIME_DIGITS = 13
"""Number of characters of a UUID of version 7 with its time in milliseconds, a dash included."""


def is_paginated(path: Path) -> bool:
    """Return whether a rollout has the form of `codex migrate-rollouts`, for the thread in its name.

    Raises OSError.
    """
    head = content.read(path, 0, _HEAD_BYTES).partition(b"\n")[0]
    try:
        line = decode_line(head)
        meta = decode_meta(line.payload)
    except UNREADABLE:
        return False
    thread = identify(path).native_id.partition(BRANCH)[0]
    return line.type == "session_meta" and meta.history_mode == "paginated" and meta.id == thread


def read_meta(emitter: ThreadEmitter, meta: Meta, at: int) -> None:
    """Read a description: the first is the thread's own; a later one with another id begins copied lines."""
    state = emitter.state
    if state.thread_id:
        if meta.id and meta.id != state.thread_id:
            state.is_copied, state.lineage = True, meta.id
            state.counters.is_inherited = True
        else:
            state.service = state.service._replace(provider=meta.model_provider or state.service.provider)
            emitter.note(at, "agent_version", meta.cli_version)
        return
    state.thread_id = state.lineage = meta.id or ""
    parent, role = _parentage(meta)
    branch = emitter.identity.native_id
    # A thread that was rewound goes on in a file that is named by the thread and the branch.
    is_branch = branch != state.thread_id and branch.startswith(f"{state.thread_id}_")
    state.own_from = meta.subagent_history_start_ordinal
    state.counters.is_inherited = bool(
        meta.forked_from_id or is_branch or loose(meta.history_base) or state.own_from is not None
    )
    state.service = state.service._replace(provider=meta.model_provider or "")
    state.is_child = bool(parent)
    emitter.note(at, "native_id", branch if is_branch else state.thread_id)
    emitter.note(at, "project", meta.cwd)
    emitter.note(at, "branch", meta.git.branch if meta.git else "")
    emitter.note(at, "agent_version", meta.cli_version)
    emitter.note(at, "entrypoint", meta.originator)
    emitter.note(at, "forked_from", state.thread_id if is_branch else meta.forked_from_id)
    emitter.note(at, "agent_role", meta.agent_role or role or meta.agent_nickname)
    emitter.note(at, "parent_native_id", parent)


def read_context(emitter: ThreadEmitter, context: Context, at: int, ref: Ref) -> None:
    """Read model and settings of a turn; begin the turn if no event does."""
    state = emitter.state
    turn_id = context.turn_id or ""
    if turn_id:
        leave_copied(emitter, turn_id)
    usage.name_model(emitter, context.model)
    state.service = Service(
        context.model_provider or state.service.provider,
        usage.read_tier(context.service_tier, state.service.tier),
        context.effort or state.service.effort,
    )
    emitter.note(at, "project", state.facts.get("project") or context.cwd)
    emitter.note(at, "model", context.model)
    if turn_id and not state.has_lifecycle and turn_id != state.turn_id:
        turns.open_by_context(emitter, turn_id, at, ref)
    policy = bytes(context.approval_policy)
    if policy.startswith(b'"'):
        emitter.state_mode(at, policy[1:-1].decode("utf-8", "replace"))


def leave_copied(emitter: ThreadEmitter, turn_id: str) -> None:
    """Decide whether lines are the thread's own from this turn on; if ids do not tell, they are."""
    state = emitter.state
    if state.is_copied and not is_older(turn_id, state.thread_id):
        state.is_copied, state.own_from = False, None


def is_older(first: str, second: str) -> bool:
    """Return whether both are UUIDs of version 7 and the first was made in an earlier millisecond."""
    if not _UUID_7.match(first) or not _UUID_7.match(second):
        return False
    return first[:_TIME_DIGITS] < second[:_TIME_DIGITS]


def _parentage(meta: Meta) -> tuple[str, str]:
    """Return the parent thread's id and the sub-agent's role, '' where there is none."""
    source = loose(meta.source)
    subagent = source.get("subagent") if isinstance(source, dict) else None
    if isinstance(subagent, str):
        return meta.parent_thread_id or "", subagent
    spawn = subagent.get("thread_spawn") if isinstance(subagent, dict) else None
    if not isinstance(spawn, dict):
        return meta.parent_thread_id or "", ""
    parent, role = spawn.get("parent_thread_id"), spawn.get("agent_role") or spawn.get("agent_nickname")
    return (
        meta.parent_thread_id or (parent if isinstance(parent, str) else ""),
        role if isinstance(role, str) else "",
    )
