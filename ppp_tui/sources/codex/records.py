"""The shapes of a rollout's lines; fields that nothing reads are skipped undecoded.

Seen in versions 0.140 to 0.142 and 0.169, read in the producer's source for the others. A line is decoded twice: its
envelope, whose payload stays raw, and the payload into the shape of its kind. A field whose type varies stays raw.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from ppp_tui.model.limits import MAX_COUNT
from ppp_tui.sources.codex.raw_json import EMPTY, Raw

WholeNumber = Annotated[int, msgspec.Meta(ge=-MAX_COUNT, le=MAX_COUNT)]
"""A whole number that a database can keep and add up; Codex writes no greater ones."""

Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_COUNT)]
"""A count of tokens."""

Figure = Annotated[float, msgspec.Meta(ge=-(10**15), le=10**15)]
"""A number with a fraction, such as a moment in milliseconds."""


class RolloutLine(msgspec.Struct, gc=False):
    """The envelope; `payload` is missing in the oldest form."""

    type: str | None = ""
    timestamp: str | None = ""
    ordinal: WholeNumber | None = None
    payload: Raw = EMPTY
    record_type: str | None = ""


class Git(msgspec.Struct, gc=False):
    """Where the session began."""

    branch: str | None = ""


class Meta(msgspec.Struct, gc=False):
    """Payload of `session_meta`, and the first line of the oldest form."""

    id: str | None = ""
    cwd: str | None = ""
    originator: str | None = ""
    cli_version: str | None = ""
    source: Raw = EMPTY
    git: Git | None = None
    model_provider: str | None = ""
    forked_from_id: str | None = ""
    parent_thread_id: str | None = ""
    agent_nickname: str | None = ""
    agent_role: str | None = ""
    subagent_history_start_ordinal: WholeNumber | None = None
    history_base: Raw = EMPTY
    history_mode: str | None = ""


class Context(msgspec.Struct, gc=False):
    """Payload of `turn_context`."""

    turn_id: str | None = ""
    cwd: str | None = ""
    model: str | None = ""
    model_provider: str | None = ""
    effort: str | None = ""
    service_tier: Raw = EMPTY
    """Null or missing where there is none."""
    approval_policy: Raw = EMPTY
    """A word, or an object of finer rules."""


class Counts(msgspec.Struct, gc=False):
    """Token counts: input includes what was cached and written, output includes reasoning."""

    input_tokens: Count | None = 0
    cached_input_tokens: Count | None = 0
    cache_write_input_tokens: Count | None = 0
    output_tokens: Count | None = 0
    reasoning_output_tokens: Count | None = 0
    total_tokens: Count | None = 0


class UsageRecord(msgspec.Struct, gc=False):
    """Payload of `token_usage_record`, since 0.151."""

    thread_id: str | None = ""
    parent_thread_id: str | None = ""
    turn_id: str | None = ""
    response_id: str | None = ""
    usage: Counts | None = None
    turn_token_usage: Counts | None = None
    thread_token_usage: Counts | None = None
    model: str | None = ""
    model_provider: str | None = ""
    reasoning_effort: str | None = ""
    service_tier: Raw = EMPTY
    attribution: Raw = EMPTY
    """The same attribution once more, in an object of its own."""


class Info(msgspec.Struct, gc=False):
    """Of a `token_count` event."""

    total_token_usage: Counts | None = None
    last_token_usage: Counts | None = None
    model_context_window: WholeNumber | None = None
    model: str | None = ""


class LimitWindow(msgspec.Struct, gc=False):
    """One usage limit."""

    used_percent: Figure | None = None
    window_minutes: WholeNumber | None = None
    resets_at: Figure | None = None
    """Unix seconds."""
    resets_in_seconds: Figure | None = None


class Limits(msgspec.Struct, gc=False):
    """Usage limits of the user's plan."""

    limit_id: str | None = ""
    plan_type: str | None = ""
    primary: LimitWindow | None = None
    secondary: LimitWindow | None = None


class Attribution(msgspec.Struct, gc=False):
    """Of a `task_started` event, since 0.16x."""

    turn_trigger: str | None = ""
    """`user`, `exec`, `goal`; null for a command that the user runs with ``!``."""


class Failure(msgspec.Struct, gc=False):
    """Of a `task_complete` event, since 0.16x."""

    message: str | None = ""
    codex_error_info: Raw = EMPTY


class McpInvocation(msgspec.Struct, gc=False):
    """Of an `mcp_tool_call_end` event."""

    server: str | None = ""
    tool: str | None = ""
    arguments: Raw = EMPTY


class Item(msgspec.Struct, gc=False):
    """Of an `item_completed` event: since 0.16x nearly everything, before only plans and sleeps."""

    type: str = ""
    id: str | None = ""
    content: Raw = EMPTY
    questions: Raw = EMPTY
    fragments: Raw = EMPTY
    review: str | None = ""
    text: str | None = ""
    phase: str | None = ""
    summary_text: list[str] | None = None
    raw_content: list[str] | None = None
    command: list[str] | None = None
    process_id: str | None = ""
    source: str | None = ""
    status: str | None = ""
    aggregated_output: str | None = ""
    exit_code: WholeNumber | None = None
    duration: Raw = EMPTY
    changes: Raw = EMPTY
    stdout: str | None = ""
    stderr: str | None = ""
    query: str | None = ""
    action: Raw = EMPTY
    server: str | None = ""
    tool: str | None = ""
    arguments: Raw = EMPTY
    result: Raw = EMPTY
    error: Raw = EMPTY
    receiver_thread_ids: list[str] | None = None
    kind: str | None = ""
    agent_thread_id: str | None = ""
    path: str | None = ""
    revised_prompt: str | None = ""
    duration_ms: Figure | None = None


class EventPayload(msgspec.Struct, gc=False):
    """Payload of `event_msg`."""

    type: str | None = ""
    turn_id: str | None = ""
    root_turn_id: str | None = ""
    turn_attribution: Attribution | None = None
    model_context_window: WholeNumber | None = None
    last_agent_message: str | None = None
    error: Failure | None = None
    duration_ms: Figure | None = None
    time_to_first_token_ms: Figure | None = None
    reason: str | None = ""
    num_turns: WholeNumber | None = 0
    message: str | None = ""
    images: Raw = EMPTY
    local_images: Raw = EMPTY
    text: str | None = ""
    phase: str | None = ""
    codex_error_info: Raw = EMPTY
    item: Item | None = None
    started_at_ms: Figure | None = None
    completed_at_ms: Figure | None = None
    info: Info | None = None
    rate_limits: Limits | None = None
    service_tier: Raw = EMPTY
    thread_settings: Raw = EMPTY
    call_id: str | None = ""
    command: list[str] | None = None
    process_id: str | None = ""
    source: str | None = ""
    status: str | None = ""
    aggregated_output: str | None = ""
    exit_code: WholeNumber | None = None
    duration: Raw = EMPTY
    changes: Raw = EMPTY
    success: bool | None = None
    stdout: str | None = ""
    stderr: str | None = ""
    query: str | None = ""
    action: Raw = EMPTY
    invocation: McpInvocation | None = None
    result: Raw = EMPTY
    revised_prompt: str | None = ""
    path: str | None = ""
    thread_name: str | None = ""
    event_id: str | None = ""
    kind: str | None = ""
    agent_thread_id: str | None = ""
    new_thread_id: str | None = ""
    from_model: str | None = ""
    to_model: str | None = ""
    user_facing_hint: str | None = ""
    review_output: Raw = EMPTY


class Passthrough(msgspec.Struct, gc=False):
    """What Codex notes beside a message, since 0.14x."""

    content_item_kinds: list[str] | None = None
    """Kind of each part of the content: `user.text` is what a user typed."""


class HistoryItem(msgspec.Struct, gc=False):
    """Payload of `response_item`, and a line of the oldest form."""

    type: str | None = ""
    id: str | None = ""
    role: str | None = ""
    content: Raw = EMPTY
    phase: str | None = ""
    summary: Raw = EMPTY
    name: str | None = ""
    namespace: str | None = ""
    arguments: Raw = EMPTY
    input: str | None = ""
    call_id: str | None = ""
    output: Raw = EMPTY
    action: Raw = EMPTY
    status: str | None = ""
    tools: Raw = EMPTY
    revised_prompt: str | None = ""
    internal_chat_message_metadata_passthrough: Passthrough | None = None


decode_line = msgspec.json.Decoder(RolloutLine).decode
"""Decode an envelope. Raises msgspec.MsgspecError."""

decode_meta = msgspec.json.Decoder(Meta).decode
decode_context = msgspec.json.Decoder(Context).decode
decode_usage = msgspec.json.Decoder(UsageRecord).decode
decode_event = msgspec.json.Decoder(EventPayload).decode
decode_item = msgspec.json.Decoder(HistoryItem).decode


def is_record(decoded: object) -> bool:
    """Return whether an object is a line by itself: it has a time, a type and a payload.

    Lines of the oldest form do not: they look like the items that a compaction nests.
    """
    return (
        isinstance(decoded, dict)
        and isinstance(decoded.get("timestamp"), str)
        and isinstance(decoded.get("type"), str)
        and isinstance(decoded.get("payload"), dict)
    )
