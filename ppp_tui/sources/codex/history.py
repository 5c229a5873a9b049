"""Reads `response_item` lines, the model's history: calls, outputs, reasoning, and messages that have no event."""

from __future__ import annotations

from ppp_tui.model.event import Ref
from ppp_tui.sources.codex import calls, prompts, reasoning, tools, turns
from ppp_tui.sources.codex.emitter import ThreadEmitter
from ppp_tui.sources.codex.outputs import CodexResult, read_output
from ppp_tui.sources.codex.raw_json import loose, texts
from ppp_tui.sources.codex.records import HistoryItem
from ppp_tui.sources.source import Payload
from ppp_tui.sources.toolbox import one_line

_CALLS = frozenset({"function_call", "custom_tool_call", "local_shell_call", "tool_search_call"})
_OUTPUTS = frozenset(
    {"function_call_output", "custom_tool_call_output", "tool_search_output", "local_shell_call_output"}
)
_SILENT = frozenset(
    {
        "compaction",
        "compaction_trigger",
        "context_compaction",
        "compaction_summary",
        "agent_message",
        "ghost_snapshot",
        "additional_tools",
        "other",
    }
)


def read_item(emitter: ThreadEmitter, item: HistoryItem, at: int, ref: Ref) -> None:
    """Read one item."""
    kind = item.type or ""
    if kind in _CALLS:
        turns.touch(emitter)
        calls.start_call(emitter, item.call_id or item.id or "", tools.read_call(item), at, ref)
    elif kind in _OUTPUTS:
        _return(emitter, item, at, ref)
    elif kind == "reasoning":
        turns.touch(emitter)
        reasoning.read_reasoning(emitter, item, at, ref)
    elif kind == "message":
        _read_message(emitter, item, at, ref)
    elif kind == "web_search_call":
        _search(emitter, item, at, ref)
    elif kind == "image_generation_call":
        called = image_call(item.revised_prompt or "")
        calls.emit_completed_step(emitter, item.id or "", called, CodexResult("ok"), (at, at), ref)
    elif kind not in _SILENT:
        emitter.count_unknown(f"response_item/{kind}")


def search_call(query: str, action: object) -> tools.CodexCall:
    """Return the call of a web search or visit: its query, else its address."""
    fields = action if isinstance(action, dict) else {}
    places = [fields.get("query"), *_strings(fields.get("queries")), fields.get("url"), fields.get("pattern")]
    target = query or next((place for place in places if isinstance(place, str) and place), "")
    return tools.CodexCall("web", "web_search", one_line(target), Payload(target))


def image_call(prompt: str) -> tools.CodexCall:
    """Return the call of a picture that the model drew."""
    return tools.CodexCall("tool", "image_generation", one_line(prompt), Payload(prompt))


def _return(emitter: ThreadEmitter, item: HistoryItem, at: int, ref: Ref) -> None:
    state = emitter.state
    key = item.call_id or ""
    # Outputs without a call are context that Codex gives the model on its own.
    if key in state.polls or key in state.calls:
        call = state.calls.get(key)
        calls.end_call(emitter, key, read_output(item, call.tool if call else ""), at, ref)


def _search(emitter: ThreadEmitter, item: HistoryItem, at: int, ref: Ref) -> None:
    state = emitter.state
    if state.searches:
        state.searches -= 1
        return
    key = item.id or f"web:{ref.offset}"
    calls.emit_completed_step(emitter, key, search_call("", loose(item.action)), CodexResult("ok"), (at, at), ref)


def _read_message(emitter: ThreadEmitter, item: HistoryItem, at: int, ref: Ref) -> None:
    state = emitter.state
    if item.role == "assistant":
        if not state.speaks_events:
            turns.add_message(emitter, texts(item.content), item.phase or "", at, ref, is_event=False)
    elif item.role == "user" and not (state.hears_events and "project" in state.facts):
        if "project" not in state.facts:
            emitter.note(at, "project", prompts.environment_folder(item))
        turns.add_prompt(emitter, prompts.typed_text(item), at, ref, is_event=False)


def _strings(value: object) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []
