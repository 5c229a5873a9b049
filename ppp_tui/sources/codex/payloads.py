"""Reads the whole input or output of a step from its line."""

from __future__ import annotations

from ppp_tui.sources.codex import history, items, outputs, raw_json, records, tools
from ppp_tui.sources.codex.events import as_item
from ppp_tui.sources.codex.raw_json import loose, part_text, texts
from ppp_tui.sources.codex.records import EventPayload, HistoryItem, Item
from ppp_tui.sources.lines import mend
from ppp_tui.sources.source import Payload


def load_input(record: bytes, key: str) -> Payload:
    """Return the whole input of a call, of a patch the patch; the text of a message or a thought.

    Raises ValueError if the line does not hold it.
    """
    payload = _read(record)
    call_input = _item_input(payload) if isinstance(payload, HistoryItem) else _event_input(payload)
    if call_input is None:
        raise ValueError(f"the line holds no input of {key or 'a step'}")
    return call_input


def load_output(record: bytes, key: str) -> Payload:
    """Return the whole output of a call, without the lines that Codex puts above it.

    Of a command that was polled, `record` is all lines from its first output to its last. Raises ValueError if the line
    does not hold it.
    """
    lines = record.split(b"\n")
    if sum(map(bool, lines)) > 1:
        return _polled_output(lines, key)
    payload = _read(record)
    if isinstance(payload, HistoryItem):
        if (payload.type or "").endswith("_output"):
            return Payload(outputs.read_output(payload, "").text)
    else:
        item = payload.item or as_item(payload)
        end = {
            "CommandExecution": items.command_end,
            "FileChange": items.change_end,
            "McpToolCall": items.tool_end,
            "DynamicToolCall": items.tool_end,
        }.get(item.type)
        if end is not None:
            return Payload(end(item).text)
    raise ValueError(f"the line holds no output of {key or 'a step'}")


def _polled_output(lines: list[bytes], key: str) -> Payload:
    """Return what a command printed, joined from its own output and those of the calls that polled it."""
    terminals: set[str] = set()
    calls = {key}
    texts_found: list[str] = []
    for line in filter(None, lines):
        try:
            payload = _read(line)
        except ValueError:
            continue
        if not isinstance(payload, HistoryItem):
            item = payload.item or as_item(payload)
            if item.type == "CommandExecution" and item.id == key and item.aggregated_output:
                return Payload(item.aggregated_output)
        elif (payload.type or "").endswith("_output"):
            if payload.call_id in calls:
                returned = outputs.read_output(payload, "")
                terminals.add(returned.terminal)
                if payload.call_id == key or not outputs.is_lost(returned):
                    texts_found.append(returned.text)
        elif payload.name == "write_stdin" and tools.read_call(payload).session in terminals - {""}:
            calls.add(payload.call_id or "")
    if not texts_found:
        raise ValueError(f"the lines hold no output of {key or 'a step'}")
    return Payload("".join(texts_found))


def _read(record: bytes) -> EventPayload | HistoryItem:
    content = record if record.isascii() else record.decode("utf-8", "replace").encode()
    try:
        return _decode(content)
    except raw_json.UNREADABLE as error:
        mended = mend(content)
        if mended is None:
            raise ValueError(f"the line cannot be read: {error}") from error
    try:
        return _decode(mended)
    except raw_json.UNREADABLE as error:
        raise ValueError(f"the line cannot be read: {error}") from error


def _decode(content: bytes) -> EventPayload | HistoryItem:
    line = records.decode_line(content)
    if line.type in ("event_msg", "compacted"):
        return records.decode_event(line.payload)
    return records.decode_item(content if line.payload is raw_json.EMPTY else line.payload)


def _item_input(item: HistoryItem) -> Payload | None:
    kind = item.type or ""
    if kind == "web_search_call":
        return history.search_call("", loose(item.action)).payload
    if kind == "image_generation_call":
        return Payload(item.revised_prompt or "")
    if kind.endswith("_call"):
        return tools.read_call(item).payload
    if kind == "message":
        return Payload(texts(item.content))
    if kind == "reasoning":
        raw_json = loose(item.summary)
        return Payload("\n\n".join(filter(None, map(part_text, raw_json))) if isinstance(raw_json, list) else "")
    return None


def _event_input(event: EventPayload) -> Payload | None:
    item = event.item or as_item(event)
    call = {
        "CommandExecution": items.command_call,
        "FileChange": items.change_call,
        "McpToolCall": items.tool_call,
        "DynamicToolCall": items.tool_call,
        "WebSearch": items.web_call,
    }.get(item.type)
    if call is not None:
        return call(item).payload
    if item.type:
        return _item_text(item)
    failure = event.error.message if event.error else ""
    text = event.message or event.text or failure or event.last_agent_message or event.user_facing_hint
    return Payload(text) if text else None


def _item_text(item: Item) -> Payload | None:
    if item.content is not raw_json.EMPTY:
        return Payload(texts(item.content))
    fragments = loose(item.fragments)
    if isinstance(fragments, list):
        return Payload("\n".join(filter(None, map(part_text, fragments))))
    thoughts = item.summary_text or item.raw_content
    text = "\n\n".join(thoughts) if thoughts else item.text or item.path or item.revised_prompt or item.review
    return Payload(text) if text else None
