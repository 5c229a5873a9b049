"""Parses plain lines into events."""

from __future__ import annotations

from functools import singledispatchmethod
from pathlib import Path

import msgspec

from ppp_tui.model import event as e
from ppp_tui.model.clock import MAX_TIME_MS, UNTIMED, to_text
from ppp_tui.model.event import FactName, Ref
from ppp_tui.model.event_values import Origin, StepKind, StepStatus, TurnStatus
from ppp_tui.model.ids import hash64
from ppp_tui.model.limits import PREVIEW_CHARS
from ppp_tui.model.rows import ArtifactRow
from ppp_tui.sources.emitter import EventEmitter
from ppp_tui.sources.json_records import JsonObject, compact_json, text_of
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember
from ppp_tui.sources.plain import records
from ppp_tui.sources.plain.state import CODEC, MAX_KEYS, MAX_TRAJECTORIES, Member, PlainState
from ppp_tui.sources.record_parser import RecordParser
from ppp_tui.sources.source import Damage
from ppp_tui.sources.toolbox import call_finished

MAX_TARGET_CHARS = 200
"""Characters of a step's target."""

_FACTS: tuple[FactName, ...] = (
    "agent_name",
    "spec_id",
    "run_id",
    "stage",
    "project",
    "branch",
    "title",
    "model",
    "agent_version",
)
_TURN_ENDS: dict[str, TurnStatus] = {"completed": "completed", "failed": "failed", "cancelled": "interrupted"}


class PlainParser(RecordParser[EventEmitter[PlainState]]):
    """Parser of one file."""

    def __init__(
        self, path: Path, state: bytes = b"", origin: Origin = "logged", *, has_provider_keys: bool = False
    ) -> None:
        """Go on from a state. Raises ValueError for bytes that are no state.

        `origin` is who opens its turns. With `has_provider_keys`, keys of requests are those of the provider, which the
        agent's own session files hold too: a request that is in both counts once.
        """
        self._has_provider_keys = has_provider_keys
        self._origin = origin
        self._path = str(path)
        super().__init__(EventEmitter(CODEC.decode(state)), CODEC, records.is_record)
        self._member = self._emitter.state.members.setdefault(self._emitter.state.current, Member())
        self._emitter.facts = self._member.facts

    def _read(self, decoded: JsonObject, ref: Ref) -> None:
        """Read a record; one that breaks the schema is damage, one of a later type is unknown."""
        if not records.is_record(decoded) and isinstance(decoded.get("type"), str):
            self._emitter.count_unknown(text_of(decoded, "type") or "(no type)")
            return
        try:
            record = records.convert_record(decoded)
        except (msgspec.ValidationError, RecursionError):
            self._emitter.reading.damage.append(Damage(*ref, "not a record"))
            return
        self._enter(record.trajectory[:MAX_KEY_CHARS])
        self._emit(record, self._time_of(record.at), ref)

    def _time_of(self, at: str | int) -> int:
        if isinstance(at, int):
            return at if 0 < at <= MAX_TIME_MS else 0
        return self._emitter.time_of(at)

    def _enter(self, name: str) -> None:
        state = self._emitter.state
        if name == state.current:
            return
        self._member = state.members.pop(name) if name in state.members else Member()
        state.members[name] = self._member
        while len(state.members) > MAX_TRAJECTORIES:
            del state.members[next(iter(state.members))]
        state.current = name
        self._emitter.facts = self._member.facts
        self._emitter.emit(e.TrajectorySwitched(name))

    def _scoped(self, key: str) -> str:
        """Return a key that no other file and no other trajectory has, '' for none."""
        return f"{self._path}\0{self._emitter.state.current}\0{key}" if key else ""

    @singledispatchmethod
    def _emit(self, record: records.PlainRecord, at: int, ref: Ref) -> None:
        raise AssertionError(f"no handler for {type(record)} at {at}, {ref}")

    @_emit.register
    def _start(self, record: records.PlainStart, at: int, ref: Ref) -> None:
        del ref
        emitter = self._emitter
        for name in _FACTS:
            emitter.note(at, name, getattr(record, name))
        if record.attempt is not None:
            emitter.note(at, "attempt", str(record.attempt))
        if record.pid is not None:
            emitter.note(at, "pid", str(record.pid))
        parent, own = record.parent, emitter.state.current
        if parent is not None and parent != own:
            if parent in emitter.state.members or not parent:
                emitter.emit(e.TrajectorySwitched(own, parent))
            else:
                emitter.note(at, "parent_native_id", parent)

    @_emit.register
    def _turn(self, record: records.PlainTurn, at: int, ref: Ref) -> None:
        key = hash64(record.key) if record.key else 0
        if key and key in self._member.turns:
            return
        if key:
            remember(self._member.turns, key, True, MAX_KEYS)
        status = record.status or ("open" if record.response is None else "completed")
        began = at if status == "open" else max(0, at - (record.latency_ms or 0))
        self._emitter.emit(e.TurnStarted(began, ref, self._scoped(record.key), record.prompt, self._origin))
        self._member.is_open = True
        if record.response:
            self._emitter.emit(e.AssistantMessage(at, ref, record.response, is_final=status != "open"))
        for question in record.questions:
            self._ask(question, at, ref)
        for violation in record.violations:
            self._violate(violation, at)
        if status != "open":
            self._end_turn(at, status, record.latency_ms, record.token_count)

    @_emit.register
    def _response(self, record: records.PlainResponse, at: int, ref: Ref) -> None:
        if record.text:
            self._emitter.emit(e.AssistantMessage(at, ref, record.text, is_final=record.status != "open"))
        if record.status != "open":
            self._end_turn(at, record.status, record.latency_ms, record.token_count)

    def _end_turn(self, at: int, status: TurnStatus, latency_ms: int | None, token_count: int | None) -> None:
        self._emitter.emit(e.TurnEnded(at, status, latency_ms, token_count=token_count))
        self._member.is_open = False

    @_emit.register
    def _question(self, record: records.PlainQuestion, at: int, ref: Ref) -> None:
        key = record.key[:MAX_KEY_CHARS]
        if not key or record.answer is not None:
            self._ask(record, at, ref)
        elif key not in self._member.running and hash64(key) not in self._member.ended:
            remember(self._member.running, key, True, MAX_KEYS)
            self._start_step(key, "ask", ref, at, target=record.text, text=record.text)
            self._ask(record, at, ref, step=key)

    def _ask(
        self, question: records.PlainQuestionPart | records.PlainQuestion, at: int, ref: Ref, step: str = ""
    ) -> None:
        self._emitter.emit(
            e.QuestionAsked(
                at,
                ref,
                question.text,
                step=step,
                options=tuple(question.options),
                effort=question.effort,
                answer=question.answer,
            )
        )

    @_emit.register
    def _answer(self, record: records.PlainAnswer, at: int, ref: Ref) -> None:
        key, answer = record.key[:MAX_KEY_CHARS], record.answer
        if not self._member.running.get(key):
            return
        self._emitter.emit(e.QuestionAnswered(at, key, (answer,), "given" if answer else "empty"))
        self._end_step(key, "ok", ref, at, output=answer)

    @_emit.register
    def _violation(self, record: records.PlainViolation, at: int, ref: Ref) -> None:
        del ref
        self._violate(record, at)

    def _violate(self, part: records.PlainViolationPart | records.PlainViolation, at: int) -> None:
        event = e.ViolationStated(at, part.preference_name, part.expected, part.actual, part.severity)
        self._emitter.emit(event)

    @_emit.register
    def _step(self, record: records.PlainStep, at: int, ref: Ref) -> None:
        member = self._member
        key = record.key[:MAX_KEY_CHARS] or f"@{ref.offset}"
        if hash64(key) in member.ended:
            return
        if key not in member.running:
            remember(member.running, key, False, MAX_KEYS)
            began = at if record.status == "running" else max(0, at - (record.duration_ms or 0))
            self._start_step(
                key,
                record.kind,
                ref,
                began,
                target=record.target or record.input,
                text=record.input,
                tool=record.tool or record.kind,
            )
        if record.status != "running":
            self._end_step(
                key,
                record.status,
                ref,
                at,
                output=record.output,
                exit_code=record.exit_code,
                duration_ms=record.duration_ms,
            )

    def _start_step(
        self, key: str, kind: StepKind, ref: Ref, at: int, *, target: str, text: str, tool: str = "question"
    ) -> None:
        is_file = kind in ("read", "edit")
        self._emitter.emit(
            e.ToolCallStarted(
                at,
                ref,
                key=key,
                kind=kind,
                tool=tool,
                target=" ".join(target.split())[:MAX_TARGET_CHARS],
                input_preview=text[:PREVIEW_CHARS],
                input_length=len(text),
                command=(text or target) if kind == "shell" else "",
                paths=(target,) if is_file and target else (),
            )
        )

    def _end_step(
        self,
        key: str,
        status: StepStatus,
        ref: Ref,
        at: int,
        *,
        output: str,
        exit_code: int | None = None,
        duration_ms: int | None = None,
    ) -> None:
        self._member.running.pop(key, None)
        remember(self._member.ended, hash64(key), True, MAX_KEYS)
        self._emitter.emit(
            call_finished(key, status, output, at=at, ref=ref, exit_code=exit_code, duration_ms=duration_ms)
        )

    @_emit.register
    def _usage(self, record: records.PlainUsage, at: int, ref: Ref) -> None:
        self._emitter.note(at, "model", record.model)
        cost = record.cost_usd
        self._emitter.emit(
            e.RequestMeasured(
                at,
                ref,
                key=self._scoped(record.key),
                alias=record.key if self._has_provider_keys else "",
                model=record.model,
                input_tokens=record.input_tokens,
                output_tokens=record.output_tokens,
                reasoning_tokens=record.reasoning_tokens,
                cache_read_tokens=record.cache_read_tokens,
                cache_write_5m_tokens=record.cache_write_tokens,
                is_lower_bound=record.is_lower_bound,
                is_aside=self._has_provider_keys,
                reported_micros=None if cost is None else round(cost * 1_000_000),
            )
        )

    @_emit.register
    def _context(self, record: records.PlainContext, at: int, ref: Ref) -> None:
        del ref
        self._emitter.emit(e.ContextMeasured(at, record.used_tokens, record.window_tokens))

    @_emit.register
    def _error(self, record: records.PlainError, at: int, ref: Ref) -> None:
        self._emitter.emit(
            e.RequestFailed(
                at,
                ref,
                record.kind,
                record.message,
                status_code=record.status_code,
                attempt=record.attempt,
                max_attempts=record.max_attempts,
                wait_ms=record.wait_ms,
                is_final=record.is_final,
            )
        )

    @_emit.register
    def _artifact(self, record: records.PlainArtifact, at: int, ref: Ref) -> None:
        facts, content = self._member.facts, record.content
        self._emitter.reading.artifacts.append(
            ArtifactRow(
                file_row=f"line:{ref.offset}",
                trajectory=self._emitter.state.current,
                spec_id=facts.get("spec_id", ""),
                stage=record.stage or facts.get("stage", ""),
                agent_name=facts.get("agent_name", "plain"),
                run_id=facts.get("run_id"),
                content_json=compact_json(content),
                response_text=content if isinstance(content, str) else None,
                created_at=to_text(at) if at else UNTIMED,
                score=record.score,
            )
        )

    @_emit.register
    def _finish(self, record: records.PlainFinish, at: int, ref: Ref) -> None:
        emitter = self._emitter
        for key in list(self._member.running):
            self._end_step(key, "unknown", ref, at, output="")
        if record.message:
            emitter.emit(e.SystemNotice(at, ref, "finish", record.message))
        if self._member.is_open:
            self._end_turn(at, _TURN_ENDS[record.outcome], None, None)
        emitter.note(at, "outcome", record.outcome)
        if at:
            emitter.note(at, "ended_at", to_text(at))
        emitter.emit(e.SessionEnded(at))


PARSER = PlainParser
