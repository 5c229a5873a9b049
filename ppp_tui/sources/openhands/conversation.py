"""Reads what a conversation gained, as plain lines: new events in their order, then tokens and how it stands."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from ppp_tui.model.limits import MAX_LINE_BYTES
from ppp_tui.sources.json_records import (
    JsonObject,
    count_of,
    mended_object,
    object_of,
    objects_of,
    read_object,
    text_of,
)
from ppp_tui.sources.openhands.events import lines_of
from ppp_tui.sources.parser_state import StateCodec
from ppp_tui.sources.plain.made_lines import PlainLine, cost_of, parse_made_lines
from ppp_tui.sources.source import ParsedChunk, TablesRead

EVENTS = "events"
MAX_POLL_BYTES = 16 * 1024 * 1024
"""Bytes of events that a poll reads, unless the first one alone has more."""

_NAME = re.compile(r"event-(\d{1,12})\b.*\.json\Z")
_ENDS = {"finished": "completed", "error": "failed", "stuck": "failed", "paused": "interrupted"}


class ConversationState(msgspec.Struct, array_like=True):
    """How much of a conversation was read."""

    parser: bytes = b""
    offset: int = 0
    next_event: int = 0
    requests: dict[str, int] = {}
    """Requests that were counted, by what the model was asked for (the agent, the condenser)."""
    has_begun: bool = False
    is_turn_open: bool = False


CODEC = StateCodec(ConversationState, "OpenHands")


def read_conversation(path: Path, state: bytes, limit: int) -> TablesRead:
    """Return the events that a conversation gained since `state`, of at most `limit` of its events.

    Raises OSError for a state file that cannot be read.
    """
    with path.open("rb") as file:
        document = mended_object(file.read(MAX_LINE_BYTES))
    if document is None:
        # The file is being rewritten.
        return TablesRead(ParsedChunk(), state, False)
    conversation = CODEC.decode_or_new(state)
    unknown: dict[str, int] = {}
    lines: list[PlainLine] = [] if conversation.has_begun else [_begin(document)]
    conversation.has_begun = True
    waiting = sorted(_events(path.parent / EVENTS, conversation.next_event))
    size = used = 0
    for number, event_path in waiting[:limit]:
        if size > MAX_POLL_BYTES:
            break
        event = read_object(event_path, MAX_LINE_BYTES)
        if event is None:
            # The last one may still be being written; an earlier one is damaged.
            if number == waiting[-1][0]:
                break
            unknown["unreadable event"] = unknown.get("unreadable event", 0) + 1
        else:
            size += event_path.stat().st_size
            kind, made = lines_of(event)
            lines += made
            if kind:
                unknown[kind] = unknown.get(kind, 0) + 1
        used += 1
        conversation.next_event = number + 1
    is_more = 0 < used < len(waiting)
    for line in lines:
        if line["type"] == "turn" or (line["type"] == "step" and line["status"] == "running"):
            conversation.is_turn_open = True
        elif line["type"] == "response" and line["status"] != "open":
            conversation.is_turn_open = False
    if not is_more:
        lines += _requests(document, conversation)
        status = _ENDS.get(text_of(document, "execution_status"))
        if status is not None and conversation.is_turn_open:
            lines.append({"type": "response", "status": status})
            conversation.is_turn_open = False
    reading, conversation.parser, conversation.offset = parse_made_lines(
        path, lines, conversation.parser, conversation.offset
    )
    reading.add_unknown(unknown)
    return TablesRead(reading, CODEC.encode(conversation), is_more)


def _events(folder: Path, first: int) -> list[tuple[int, Path]]:
    try:
        named = [(_NAME.match(entry.name), entry) for entry in folder.iterdir()]
    except OSError:
        return []
    return [(int(matched[1]), entry) for matched, entry in named if matched and int(matched[1]) >= first]


def _begin(document: JsonObject) -> PlainLine:
    model = text_of(object_of(object_of(document, "agent"), "llm"), "model").rpartition("/")[2]
    project = text_of(object_of(document, "workspace"), "working_dir")
    return {"type": "start", "agent_name": "openhands", "model": model, "project": project}


def _requests(document: JsonObject, conversation: ConversationState) -> list[PlainLine]:
    """Return a line for each request that was not counted yet; its prompt includes what a cache held."""
    lines: list[PlainLine] = []
    metrics_by_use = object_of(object_of(document, "stats"), "usage_to_metrics")
    for use in metrics_by_use:
        metrics = object_of(metrics_by_use, use)
        usages, costs = objects_of(metrics, "token_usages"), objects_of(metrics, "costs")
        counted = conversation.requests.get(use, 0)
        for number, usage in enumerate(usages[counted:], counted):
            read, written = count_of(usage, "cache_read_tokens") or 0, count_of(usage, "cache_write_tokens") or 0
            # One cost belongs to each request, unless some had none.
            cost = cost_of(costs[number].get("cost")) if len(costs) == len(usages) else None
            lines.append(
                {
                    "type": "usage",
                    "model": text_of(usage, "model").rpartition("/")[2],
                    "key": text_of(usage, "response_id") or f"{use} {number}",
                    "input_tokens": max(0, (count_of(usage, "prompt_tokens") or 0) - read - written),
                    "output_tokens": count_of(usage, "completion_tokens") or 0,
                    "reasoning_tokens": count_of(usage, "reasoning_tokens"),
                    "cache_read_tokens": read,
                    "cache_write_tokens": written,
                    "cost_usd": cost,
                }
            )
        conversation.requests[use] = max(counted, len(usages))
    return lines
