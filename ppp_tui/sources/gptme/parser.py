"""Turns the messages of a gptme conversation into events."""

from __future__ import annotations

from datetime import datetime

from ppp_tui.model.clock import MAX_TIME_MS
from ppp_tui.model.event import (
    AssistantMessage,
    ContextMeasured,
    ReasoningEmitted,
    Ref,
    RequestMeasured,
    SystemNotice,
    TurnStarted,
)
from ppp_tui.model.ids import hash64
from ppp_tui.model.limits import MAX_COUNT
from ppp_tui.sources.gptme.discovery import project_of
from ppp_tui.sources.gptme.state import CODEC, MAX_CALLS, MAX_TURNS, GptmeState
from ppp_tui.sources.gptme.tools import TOOLS, news_of, read_result, split_answer
from ppp_tui.sources.json_records import JsonObject, count_of, object_of, text_of
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember
from ppp_tui.sources.plain.made_lines import cost_of
from ppp_tui.sources.record_parser import OneTrajectoryParser
from ppp_tui.sources.toolbox import call_finished

_PROGRAM = "<system>"
"""Begins a prompt that the program wrote itself."""


def is_record(decoded: object) -> bool:
    """Return whether a decoded object can be a message."""
    return isinstance(decoded, dict) and "role" in decoded and "content" in decoded


class GptmeParser(OneTrajectoryParser[GptmeState]):
    """Reads one conversation."""

    codec = CODEC
    is_record = staticmethod(is_record)

    def _read(self, record: JsonObject, ref: Ref) -> None:
        role, at = text_of(record, "role"), time_of(text_of(record, "timestamp"))
        if role == "user":
            self._read_prompt(record, at, ref)
        elif role == "assistant":
            self._read_answer(record, at, ref)
        elif role == "system":
            self._read_system(record, at, ref)
        else:
            self._emitter.count_unknown(f"message/{role or '(no role)'}")

    def _read_prompt(self, record: JsonObject, at: int, ref: Ref) -> None:
        emitter, prompt = self._emitter, text_of(record, "content").strip()
        key = f"gptme:{at}:{hash64(prompt):x}"
        if hash64(key) in emitter.state.turns:
            return
        remember(emitter.state.turns, hash64(key), True, MAX_TURNS)
        emitter.note(at, "project", project_of(self._path))
        emitter.state.has_answered = False
        emitter.emit(TurnStarted(at, ref, key, prompt, "system" if prompt.startswith(_PROGRAM) else "typed"))

    def _read_answer(self, record: JsonObject, at: int, ref: Ref) -> None:
        emitter, metadata = self._emitter, object_of(record, "metadata")
        request = self._read_tokens(metadata, at, ref)
        thoughts, spoken, calls = split_answer(text_of(record, "content"))
        if thoughts:
            emitter.emit(ReasoningEmitted(at, ref, thoughts, request))
        if spoken:
            emitter.emit(AssistantMessage(at, ref, spoken, request, is_final=False if calls else None))
        for call in calls:
            key = call.key[:MAX_KEY_CHARS]
            remember(emitter.state.calls, key, call.tool, MAX_CALLS)
            emitter.emit(TOOLS.call_started(call.tool, key, call.arguments, at, ref, request))
        emitter.state.has_answered = True

    def _read_tokens(self, metadata: JsonObject, at: int, ref: Ref) -> str:
        """Read what an answer used, and return the key of its request, '' where nothing is recorded."""
        # Older versions have the counts beside the model.
        usage = object_of(metadata, "usage") or metadata
        provider, _, name = text_of(metadata, "model").partition("/")
        model = (name or provider).rpartition("/")[2]
        self._emitter.note(at, "model", model)
        fresh, output = count_of(usage, "input_tokens") or 0, count_of(usage, "output_tokens") or 0
        read, written = count_of(usage, "cache_read_tokens") or 0, count_of(usage, "cache_creation_tokens") or 0
        if not (fresh or output or read or written):
            return ""
        key = f"{at}:{model[:MAX_KEY_CHARS]}:{fresh}:{output}:{read}:{written}"
        cost = cost_of(metadata.get("cost"))
        self._emitter.emit(
            RequestMeasured(
                at,
                ref,
                key=key,
                model=model,
                input_tokens=fresh,
                output_tokens=output,
                reasoning_tokens=count_of(usage, "reasoning_tokens"),
                cache_read_tokens=read,
                cache_write_5m_tokens=written,
                first_token_ms=count_of(object_of(metadata, "timings"), "ttft_ms"),
                reported_micros=round(cost * 1_000_000) if cost else None,
                provider=provider if name else "",
                reasoning_effort=text_of(metadata, "reasoning_effort")[:MAX_KEY_CHARS],
            )
        )
        self._emitter.emit(ContextMeasured(at, min(fresh + read + written + output, MAX_COUNT)))
        return key

    def _read_system(self, record: JsonObject, at: int, ref: Ref) -> None:
        """Read a result; before the first answer to a prompt the program only says what the model is told."""
        emitter, text = self._emitter, text_of(record, "content")
        key = text_of(record, "call_id")[:MAX_KEY_CHARS]
        if key:
            emitter.state.calls.pop(key, None)
        elif not emitter.state.has_answered or record.get("pinned") is True or not text.strip():
            return
        else:
            news = news_of(text)
            if news is None:
                emitter.emit(SystemNotice(at, ref, text_of(object_of(record, "metadata"), "tool") or "gptme", text))
                return
            key = f"@{ref.offset}"
            emitter.emit(TOOLS.call_started(news.tool, key, news.arguments, at, ref, ""))
        result = read_result(text)
        emitter.emit(call_finished(key, result.status, result.output, at=at, ref=ref, exit_code=result.exit_code))


def time_of(text: str) -> int:
    """Return a message's time in Unix milliseconds, 0 for none.

    Without an offset it is that of the machine that wrote it, taken for this one.
    """
    try:
        moment = datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0
    return round(moment * 1000) if 0 < moment < MAX_TIME_MS / 1000 else 0


PARSER = GptmeParser
