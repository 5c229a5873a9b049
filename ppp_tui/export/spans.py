"""A session as spans: itself, its turns, model requests and tool calls in them, and its sub-agents below their steps.

Ids follow from the agent's own ids, so that a session that is sent again replaces itself wherever ids are unique.
Attributes have the names of one convention: OpenInference (Phoenix), OpenTelemetry's GenAI, or Langfuse's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Literal, NamedTuple

from ppp_tui.export.forms import find_session, steps, turns
from ppp_tui.query.errors import Connection
from ppp_tui.query.query import answer
from ppp_tui.query.rows import SessionRow, StepLine, TurnSummary, UsageLine
from ppp_tui.query.scores.compare import metrics, run_figures
from ppp_tui.query.scores.evaluations import evaluations_of
from ppp_tui.query.scores.score_settings import ScoreSettings
from ppp_tui.query.sessions.session_lists import children
from ppp_tui.query.sessions.steps import usage_lines
from ppp_tui.query.sessions.turns import turn_text
from ppp_tui.settings.trace_formats import TraceFormat
from ppp_tui.text.sanitize import copyable

MAX_TEXT_CHARS = 32_000
"""Characters of one attribute."""

MAX_DEPTH = 16
"""Sub-agents below sub-agents."""

Value = str | int | float | bool
SpanKind = Literal["agent", "turn", "request", "tool"]

_OF_THE_AGENT = ("compaction", "note")
"""Kinds of steps that the agent's own program did, without a tool."""


class SpanEvent(NamedTuple):
    """An event of a span."""

    name: str
    at: int
    """Unix milliseconds."""
    attributes: Mapping[str, Value]


class Span(NamedTuple):
    """One span; times are Unix milliseconds."""

    trace_id: bytes
    span_id: bytes
    parent_id: bytes
    """b'' for the root."""
    name: str
    started_at: int
    ended_at: int
    is_failed: bool
    attributes: Mapping[str, Value]
    events: tuple[SpanEvent, ...] = ()


def session_spans(
    connection: Connection, trajectory_id: int, dialect: TraceFormat, scoring: ScoreSettings | None = None
) -> Iterator[Span]:
    """Yield the spans of a session and its sub-agents; with `scoring`, scores as well. Raises LookupError."""
    session = find_session(connection, trajectory_id)
    trace_id = blake2b(f"{session.source}\0{session.native_id or session.id}".encode(), digest_size=16).digest()
    yield from _SpanMaker(connection, session, trace_id, dialect, scoring).spans(session, b"", 0)


class _SpanScore(NamedTuple):
    """A score or an evaluation of a trajectory."""

    name: str
    score: float
    verdict: str
    reason: str
    annotator: str
    """As OpenInference names it: LLM or CODE."""

    def evaluation(self) -> dict[str, Value]:
        """Return it by GenAI's names of fields."""
        fields: dict[str, Value] = {"score.value": self.score, "score.label": self.verdict, "explanation": self.reason}
        return {"name": self.name, **fields}

    def annotation(self) -> dict[str, Value]:
        """Return it by OpenInference's names of fields."""
        fields: dict[str, Value] = {"score": self.score, "label": self.verdict, "explanation": self.reason}
        return {"name": self.name, **fields, "annotator_kind": self.annotator}


class _SpanMaker:
    """Makes the spans of one trace."""

    def __init__(
        self,
        connection: Connection,
        session: SessionRow,
        trace_id: bytes,
        dialect: TraceFormat,
        scoring: ScoreSettings | None,
    ) -> None:
        self._connection = connection
        self._session = session
        self._trace_id = trace_id
        self._words = WORDS[dialect]
        self._scoring = scoring
        self._has_own_attributes = dialect == "otlp"

    def spans(self, session: SessionRow, parent_id: bytes, depth: int) -> Iterator[Span]:
        """Yield the spans of a trajectory, its own first."""
        own_id = _span_id(session.source, session.native_id or str(session.id))
        by_step: dict[int, bytes] = {}
        rest: list[Span] = []
        for turn in turns(self._connection, session.id):
            rest += self._turn(session, turn, own_id, by_step)
        yield self._agent(session, own_id, parent_id, is_root=depth == 0)
        yield from rest
        if depth < MAX_DEPTH:
            for child in answer(self._connection, children(session.id)):
                yield from self.spans(child, by_step.get(child.id, own_id), depth + 1)

    def _agent(self, session: SessionRow, own_id: bytes, parent_id: bytes, *, is_root: bool) -> Span:
        spend, words = session.own, self._words
        place = "" if is_root else "child."
        attributes: dict[str, Value] = {
            **self._kind("agent"),
            words["agent"]: session.agent_name,
            words.get(f"{place}project", words["project"]): session.project,
            words.get(f"{place}title", words["title"]): session.title,
        }
        attributes |= self._spend(session.model, spend.tokens.input, spend.tokens.output, session)
        events: list[SpanEvent] = []
        for judged in self._judged(session.id):
            facts = {f"gen_ai.evaluation.{key}": value for key, value in judged.evaluation().items() if value != ""}
            if "annotation" in words:
                facts |= {
                    f"{words['annotation']}{key}": value for key, value in judged.annotation().items() if value != ""
                }
            events.append(SpanEvent("gen_ai.evaluation.result", session.last_at, facts))
            if "evaluation" in words:
                sentence = f"{judged.verdict} ({judged.score:g}): {judged.reason}".strip()
                attributes[f"{words['evaluation']}{judged.name}"] = sentence
        name = f"{session.agent_name} session" if session.parent_id is None else f"{session.agent_name} sub-agent"
        return self._span(
            (own_id, parent_id), name, (session.started_at, session.last_at), attributes, events=tuple(events)
        )

    def _judged(self, session: int) -> Iterator[_SpanScore]:
        """Yield the evaluations of a trajectory that have a score and, with `scoring`, its own scores."""
        for line in answer(self._connection, evaluations_of(session)):
            if line.score is not None:
                kind = "LLM" if line.method.startswith("llm") else "CODE"
                yield _SpanScore(line.name, line.score, line.verdict, _cut(line.reason), kind)
        if self._scoring is None:
            return
        scores = [metric for metric in metrics(is_enabled=self._scoring.is_enabled) if metric.unit == "score"]
        for figures in answer(self._connection, run_figures([session], self._scoring.technical)):
            for metric in scores:
                score = metric.value(figures, self._scoring.profile)
                if score is not None:
                    yield _SpanScore(metric.name, score, "", f"{metric.title}, profile {self._scoring.profile}", "CODE")

    def _turn(
        self, session: SessionRow, turn: TurnSummary, parent_id: bytes, by_step: dict[int, bytes]
    ) -> Iterator[Span]:
        turn_id = _span_id(session.source, session.native_id or str(session.id), turn.number)
        text = answer(self._connection, turn_text(turn.id))
        attributes: dict[str, Value] = self._kind("turn")
        if text is not None and text.is_text_kept:
            attributes |= {self._words["input"]: _cut(text.prompt), self._words["output"]: _cut(text.response)}
        if self._has_own_attributes:
            attributes |= {"ppp.turn.number": turn.number, "ppp.turn.status": turn.status}
        ended_at = turn.ended_at or turn.started_at
        yield self._span(
            (turn_id, parent_id),
            f"turn {turn.number}",
            (turn.started_at, ended_at),
            attributes,
            is_failed=turn.status == "failed",
        )
        for request in answer(self._connection, usage_lines(turn.id)):
            if request.is_counted:
                yield self._request(request, turn_id)
        for step in steps(self._connection, turn.id):
            if step.kind not in ("message", "thinking"):
                yield self._step(step, turn, turn_id, by_step)

    def _request(self, request: UsageLine, turn_id: bytes) -> Span:
        tokens = request.tokens
        sent = tokens.input + tokens.cache_read + tokens.cache_write
        words = self._words
        attributes: dict[str, Value] = {**self._kind("request"), words["model"]: request.model}
        if "usage_parts" in words:
            attributes[words["usage_parts"]] = json.dumps(
                {
                    "input": tokens.input,
                    "output": tokens.output,
                    "input_cache_read": tokens.cache_read,
                    "input_cache_creation": tokens.cache_write,
                }
            )
        else:
            attributes |= {
                words["input_tokens"]: sent,
                words["output_tokens"]: tokens.output,
                words["cache_read"]: tokens.cache_read,
                words["cache_write"]: tokens.cache_write,
            }
        if request.cost_micros is not None:
            cost = request.cost_micros / 1_000_000
            attributes[words["cost"]] = json.dumps({"total": cost}) if "usage_parts" in words else cost
        span_id = _span_id("request", turn_id.hex(), request.id)
        return self._span((span_id, turn_id), f"chat {request.model}", (request.at, request.at), attributes)

    def _step(self, step: StepLine, turn: TurnSummary, turn_id: bytes, by_step: dict[int, bytes]) -> Span:
        span_id = _span_id("step", turn_id.hex(), step.number)
        if step.child_id is not None:
            by_step[step.child_id] = span_id
        began = step.started_at or turn.started_at
        attributes: dict[str, Value] = {
            self._words["input"]: _cut(step.input_preview or step.target),
            self._words["output"]: _cut(step.output_preview),
        }
        if step.kind == "error":
            name = "chat"
            attributes |= {**self._kind("request"), "error.type": step.tool}
        elif step.kind in _OF_THE_AGENT:
            name = step.kind
            attributes |= self._kind("turn")
        else:
            name = f"execute_tool {step.tool or step.kind}"
            attributes |= {
                **self._kind("tool"),
                self._words["tool"]: step.tool or step.kind,
                self._words["call"]: step.key,
            }
        if step.exit_code is not None:
            attributes["process.exit.code"] = step.exit_code
        failed = step.status in ("failed", "denied") or step.kind == "error"
        return self._span((span_id, turn_id), name, (began, step.ended_at or began), attributes, is_failed=failed)

    def _spend(self, model: str, fresh: int, output: int, session: SessionRow) -> dict[str, Value]:
        """Return what a trajectory spent as ppp-tui's own attributes (`otlp` only, whose readers add nothing up)."""
        if not self._has_own_attributes:
            return {}
        facts: dict[str, Value] = {"ppp.session.number": session.id, "ppp.session.model": model}
        if session.own.requests:
            facts |= {"ppp.session.fresh_input_tokens": fresh, "ppp.session.output_tokens": output}
        if session.own.known_cost_micros is not None:
            facts["ppp.session.cost_usd"] = session.own.known_cost_micros / 1_000_000
        return facts

    def _kind(self, kind: SpanKind) -> dict[str, Value]:
        words = self._words
        return {words["kind"]: words[f"kind.{kind}"]} if words.get(f"kind.{kind}") else {}

    def _span(
        self,
        ids: tuple[bytes, bytes],
        name: str,
        times: tuple[int, int],
        attributes: Mapping[str, Value],
        *,
        is_failed: bool = False,
        events: tuple[SpanEvent, ...] = (),
    ) -> Span:
        """Return a span by its own id and its parent's, and by when it began and ended."""
        root = self._session
        shared: dict[str, Value] = {self._words["session"]: root.native_id or str(root.id)}
        kept = {key: value for key, value in {**shared, **attributes}.items() if key and value not in ("", None)}
        return Span(
            trace_id=self._trace_id,
            span_id=ids[0],
            parent_id=ids[1],
            name=name[:200],
            started_at=times[0],
            ended_at=max(times),
            is_failed=is_failed,
            attributes=kept,
            events=events,
        )


def _span_id(*parts: object) -> bytes:
    return blake2b("\0".join(map(str, parts)).encode("utf-8", "replace"), digest_size=8).digest()


def _cut(text: str) -> str:
    return copyable(text)[:MAX_TEXT_CHARS]


_GENAI = {
    "session": "gen_ai.conversation.id",
    "agent": "gen_ai.agent.name",
    "project": "",
    "title": "gen_ai.agent.description",
    "kind": "gen_ai.operation.name",
    "kind.agent": "invoke_agent",
    "kind.turn": "",
    "kind.request": "chat",
    "kind.tool": "execute_tool",
    "model": "gen_ai.request.model",
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
    "cache_read": "gen_ai.usage.cache_read.input_tokens",
    "cache_write": "gen_ai.usage.cache_creation.input_tokens",
    "cost": "",
    "tool": "gen_ai.tool.name",
    "call": "gen_ai.tool.call.id",
    "input": "gen_ai.input.messages",
    "output": "gen_ai.output.messages",
}
WORDS: Mapping[TraceFormat, Mapping[str, str]] = {
    "genai": _GENAI,
    "otlp": {**_GENAI, "project": "ppp.project", "cost": "ppp.cost_usd"},
    "openinference": {
        "session": "session.id",
        "annotation": "annotation.",
        "agent": "agent.name",
        "project": "metadata.project",
        "title": "metadata.title",
        "kind": "openinference.span.kind",
        "kind.agent": "AGENT",
        "kind.turn": "CHAIN",
        "kind.request": "LLM",
        "kind.tool": "TOOL",
        "model": "llm.model_name",
        "input_tokens": "llm.token_count.prompt",
        "output_tokens": "llm.token_count.completion",
        "cache_read": "llm.token_count.prompt_details.cache_read",
        "cache_write": "llm.token_count.prompt_details.cache_write",
        "cost": "llm.cost.total",
        "tool": "tool.name",
        "call": "tool_call.id",
        "input": "input.value",
        "output": "output.value",
    },
    "langfuse": {
        **_GENAI,
        "session": "langfuse.session.id",
        "project": "langfuse.trace.metadata.project",
        "title": "langfuse.trace.name",
        # A sub-agent's would replace its session's.
        "child.project": "langfuse.observation.metadata.project",
        "child.title": "langfuse.observation.metadata.title",
        # It shows no events of spans.
        "evaluation": "langfuse.observation.metadata.evaluation_",
        "kind": "langfuse.observation.type",
        "kind.agent": "agent",
        "kind.turn": "span",
        "kind.request": "generation",
        "kind.tool": "tool",
        # JSON, whose parts it adds up: what was read from a cache must not be in the input, too.
        "usage_parts": "langfuse.observation.usage_details",
        "cost": "langfuse.observation.cost_details",
        "input": "langfuse.observation.input",
        "output": "langfuse.observation.output",
    },
}
"""Names of attributes by dialect; '' for what a dialect has no name for."""
