"""The lines that programs append: what each kind may hold. The JSON schema of the format is made of these types.

A field that is not named here is allowed and not read, so that programs may keep their own beside ours.
"""

from __future__ import annotations

from typing import Annotated, Any, get_args

import msgspec

from ppp_tui.model.event_values import ErrorKind, StepKind, StepStatus
from ppp_tui.model.limits import MAX_COUNT
from ppp_tui.model.question import Effort, Outcome, Severity, TurnOutcome

Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_COUNT)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Dollars = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]
Time = Annotated[
    str | int, msgspec.Meta(description="UTC or with an offset, such as 2026-11-20T10:00:00Z; or Unix milliseconds.")
]


class _Line(msgspec.Struct, kw_only=True, tag_field="type"):
    at: Time = ""
    trajectory: str = ""
    """Name of the trajectory in this file; '' for its main one."""


class PlainQuestionPart(msgspec.Struct, kw_only=True):
    """A question in the line of its turn."""

    text: str
    effort: Effort | None = None
    options: list[str] = []
    answer: str | None = None


class PlainViolationPart(msgspec.Struct, kw_only=True):
    """A violation in the line of its turn."""

    preference_name: Name
    expected: str
    actual: str
    severity: Severity = "minor"


class PlainStart(_Line, kw_only=True, tag="start"):
    """A trajectory begins, or what is known of it changes: only the fields that are given."""

    agent_name: str = ""
    spec_id: str = ""
    run_id: str = ""
    stage: str = ""
    attempt: Annotated[int, msgspec.Meta(ge=1, le=MAX_COUNT)] | None = None
    parent: str | None = None
    """Name of the trajectory that started this one: of this file ('' is its main one), or another file's without
    ``.jsonl``."""
    project: str = ""
    branch: str = ""
    title: str = ""
    model: str = ""
    agent_version: str = ""
    pid: Annotated[int, msgspec.Meta(ge=1, le=2**31)] | None = None


class PlainTurn(_Line, kw_only=True, tag="turn"):
    """A prompt; with `response` or a `status` but `open` the turn is over as well."""

    prompt: str
    key: str = ""
    """Identity of the turn: a second line of the same key is not counted again."""
    response: str | None = None
    status: TurnOutcome | None = None
    """Without it: `completed` where there is a `response`, else `open`."""
    token_count: Count | None = None
    latency_ms: Count | None = None
    questions: list[PlainQuestionPart] = []
    violations: list[PlainViolationPart] = []


class PlainResponse(_Line, kw_only=True, tag="response"):
    """The end of the open turn, with what the agent answered."""

    text: str = ""
    status: TurnOutcome = "completed"
    """`open` for a message after which the turn goes on."""
    token_count: Count | None = None
    latency_ms: Count | None = None


class PlainQuestion(_Line, kw_only=True, tag="question"):
    """A question to the user; with a `key` the agent waits until an `answer` line names it."""

    text: str
    effort: Effort | None = None
    options: list[str] = []
    answer: str | None = None
    key: str = ""


class PlainAnswer(_Line, kw_only=True, tag="answer"):
    """What the user answered to the question of the same key; '' for nothing."""

    key: Name
    answer: str


class PlainViolation(_Line, kw_only=True, tag="violation"):
    """A preference of the user that was not kept in the open turn."""

    preference_name: Name
    expected: str
    actual: str
    severity: Severity = "minor"


class PlainStep(_Line, kw_only=True, tag="step"):
    """Something that the agent did; a `running` one is ended by a second line of the same key."""

    kind: StepKind = "tool"
    key: str = ""
    tool: str = ""
    target: str = ""
    status: StepStatus = "ok"
    exit_code: Annotated[int, msgspec.Meta(ge=-(2**31), le=2**32)] | None = None
    duration_ms: Count | None = None
    input: str = ""
    output: str = ""


class PlainUsage(_Line, kw_only=True, tag="usage"):
    """Tokens of one model request: `input_tokens` without what a cache supplied, `output_tokens` with reasoning."""

    model: str
    input_tokens: Count
    output_tokens: Count
    key: str = ""
    """Identity of the request: of lines with the same key the one with the greatest output counts."""
    reasoning_tokens: Count | None = None
    cache_read_tokens: Count = 0
    cache_write_tokens: Count = 0
    cost_usd: Dollars | None = None
    """As the provider billed it; without it the request is priced by its model and date."""
    is_lower_bound: bool = False
    """The output is known to be more than that."""


class PlainContext(_Line, kw_only=True, tag="context"):
    """How full the context window is."""

    used_tokens: Count
    window_tokens: Count | None = None


class PlainError(_Line, kw_only=True, tag="error"):
    """A model request that failed; `is_final` where nothing more is tried."""

    message: str = ""
    kind: ErrorKind = "error"
    status_code: Annotated[int, msgspec.Meta(ge=0, le=999)] | None = None
    attempt: Count | None = None
    max_attempts: Count | None = None
    wait_ms: Count | None = None
    is_final: bool = False


class PlainArtifact(_Line, kw_only=True, tag="artifact"):
    """What the agent delivered for its specification; `score` is its technical quality from 0 to 1."""

    content: Any
    """Text, or any JSON."""
    score: Share | None = None
    stage: str = ""


class PlainFinish(_Line, kw_only=True, tag="finish"):
    """The trajectory is over."""

    outcome: Outcome = "completed"
    message: str = ""


PlainRecord = (
    PlainStart
    | PlainTurn
    | PlainResponse
    | PlainQuestion
    | PlainAnswer
    | PlainViolation
    | PlainStep
    | PlainUsage
    | PlainContext
    | PlainError
    | PlainArtifact
    | PlainFinish
)
"""Any line."""

TYPES = frozenset(kind.__struct_config__.tag for kind in get_args(PlainRecord))
"""Values of the field `type`."""


def is_record(decoded: object) -> bool:
    """Return whether a decoded object can be a line."""
    kind = decoded.get("type") if isinstance(decoded, dict) else None
    return isinstance(kind, str) and kind in TYPES


def convert_record(decoded: dict[str, Any]) -> PlainRecord:
    """Return a decoded line with its values checked. Raises msgspec.ValidationError, which names the field."""
    record: PlainRecord = msgspec.convert(decoded, PlainRecord)
    return record


def schema() -> dict[str, Any]:
    """Return the JSON schema of a line."""
    made = msgspec.json.schema(PlainRecord)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A line of ppp-tui", **made}
