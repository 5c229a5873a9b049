"""JSON lines: one object per line, each with its `type`, in the order of the session.

After the one line of type `session` every line of type `turn` is followed by those of type `step`, `question`,
`violation`, `usage`, `decision` and `signal` that belong to it. `FIELDS` names all fields; they keep their names and
meaning, and new ones are appended. Times are UTC text with milliseconds, durations and lengths say their unit, money
is integer millionths of a dollar, and null is unknown. All characters beyond ASCII are escaped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from ppp_tui.export.forms import find_session, steps, turns
from ppp_tui.model.clock import to_text
from ppp_tui.model.score import EffortCounts
from ppp_tui.query.errors import Connection
from ppp_tui.query.query import answer
from ppp_tui.query.rows import Spend, Tokens
from ppp_tui.query.sessions.steps import question_lines, usage_lines, violation_lines
from ppp_tui.query.sessions.turns import turn_text
from ppp_tui.query.signals.run_details import RunEntry, turn_entries

LineType = Literal["session", "turn", "step", "question", "violation", "usage", "decision", "signal"]
"""What a line is about."""

FIELDS: Mapping[LineType, tuple[str, ...]] = {
    "session": (
        "id",
        "agent_name",
        "agent_version",
        "agent_role",
        "source",
        "path",
        "native_id",
        "parent_id",
        "title",
        "project",
        "repository",
        "suffix",
        "branch",
        "model",
        "spec_id",
        "run_id",
        "stage",
        "started_at",
        "last_at",
        "turns",
        "steps",
        "failed_steps",
        "retries",
        "efforts",
        "violations",
        "own",
        "tree",
        "children",
        "context_tokens",
        "context_window",
        "is_window_inferred",
    ),
    "turn": (
        "id",
        "number",
        "status",
        "origin",
        "started_at",
        "ended_at",
        "wall_ms",
        "first_token_ms",
        "spend",
        "steps",
        "failed_steps",
        "retries",
        "efforts",
        "violations",
        "is_rolled_back",
        "is_copy",
        "context_tokens",
        "context_window",
        "is_window_inferred",
        "prompt",
        "response",
    ),
    "step": (
        "id",
        "turn_number",
        "number",
        "key",
        "kind",
        "tool",
        "target",
        "status",
        "exit_code",
        "started_at",
        "ended_at",
        "duration_ms",
        "input_preview",
        "output_preview",
        "input_length",
        "output_length",
        "input_offset",
        "input_bytes",
        "output_offset",
        "output_bytes",
        "text_start",
        "text_end",
        "child_id",
    ),
    "question": (
        "id",
        "turn_number",
        "text",
        "effort",
        "method",
        "rule",
        "source",
        "options",
        "asked_at",
        "answered_at",
        "text_start",
        "text_end",
        "answer",
        "answer_status",
    ),
    "violation": ("id", "turn_number", "preference_name", "expected", "actual", "severity", "method"),
    "usage": (
        "id",
        "turn_number",
        "at",
        "model",
        "tokens",
        "reasoning_tokens",
        "cost_micros",
        "is_lower_bound",
        "is_counted",
        "stop_reason",
        "speed",
    ),
    "decision": (
        "id",
        "turn_number",
        "step_number",
        "at",
        "decision_type",
        "selected",
        "reason_code",
        "confidence",
        "source",
        "metadata",
    ),
    "signal": (
        "id",
        "turn_number",
        "step_number",
        "at",
        "signal_type",
        "signal_code",
        "value",
        "weight",
        "source",
        "metadata",
    ),
}
"""The fields of each type of line, in their order after `type`; they mean what they mean in `query.rows`."""

_TIMES = frozenset({"at", "started_at", "ended_at", "last_at", "asked_at", "answered_at"})


def json_lines(connection: Connection, trajectory_id: int) -> Iterator[str]:
    """Yield the lines of the trajectory in order. Raises LookupError if it is not in the database."""
    yield _line("session", find_session(connection, trajectory_id))
    for turn in turns(connection, trajectory_id):
        text = answer(connection, turn_text(turn.id))
        prompt, response = (text.prompt, text.response) if text is not None else ("", "")
        yield _line("turn", turn, {"prompt": prompt, "response": response})
        yield from _lines("step", steps(connection, turn.id))
        yield from _lines("question", answer(connection, question_lines(turn.id)))
        yield from _lines("violation", answer(connection, violation_lines(turn.id)))
        yield from _lines("usage", answer(connection, usage_lines(turn.id)))
        for entry in answer(connection, turn_entries(turn.id)):
            yield _line(entry.kind, entry, _entry_fields(entry))


def _lines(kind: LineType, rows: Iterable[object]) -> Iterator[str]:
    for row in rows:
        yield _line(kind, row)


def _entry_fields(entry: RunEntry) -> Mapping[str, object]:
    """Return the fields of a decision or a signal by their names in the documents."""
    names = ("decision_type", "reason_code", "confidence")
    if entry.kind == "signal":
        names = ("signal_type", "signal_code", "weight")
    values = zip(names, (entry.type, entry.code, entry.share), strict=True)
    return dict(values)


def _line(kind: LineType, row: object, more: Mapping[str, object] | None = None) -> str:
    fields: dict[str, object] = {"type": kind}
    for name in FIELDS[kind]:
        value = more[name] if more and name in more else getattr(row, name)
        fields[name] = _time(value) if name in _TIMES else _plain(value)
    return json.dumps(fields, ensure_ascii=True) + "\n"


def _time(value: object) -> str | None:
    return to_text(value) if isinstance(value, int) and value else None


def _plain(value: object) -> object:
    """Return a named tuple as a dictionary of its fields, anything else unchanged."""
    if isinstance(value, Spend | Tokens | EffortCounts):
        return {name: _plain(getattr(value, name)) for name in value._fields}
    return value
