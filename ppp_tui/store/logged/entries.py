"""The entries that a program logs, as journals hold them: arrays of plain values, their kind first.

`logger.schemas` has validated the values; the order of the fields is the format, and only grows at its end.
"""

from __future__ import annotations

import msgspec

from ppp_tui.model.event_values import StepKind, StepStatus
from ppp_tui.model.question import Effort, Outcome, Severity, TurnOutcome

HIDDEN_ANSWER = "\0"
"""Stands for an answer of which no text is kept."""


class QuestionEntry(msgspec.Struct, frozen=True, array_like=True):
    """A question to the user."""

    text: str
    effort: Effort | None = None
    """The effort that the program states; None leaves it to be rated."""
    options: tuple[str, ...] = ()
    answer: str | None = None
    """What the user answered, '' for nothing, `HIDDEN_ANSWER` where no text is kept; None where it is not stated."""


class ViolationEntry(msgspec.Struct, frozen=True, array_like=True):
    """A preference that was not kept."""

    preference_name: str
    expected: str
    actual: str
    severity: Severity = "minor"


class Hidden(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of a turn's text where no text is: its lengths in characters and its hashes."""

    prompt_length: int
    response_length: int
    prompt_hash: str
    response_hash: str


class _Entry(msgspec.Struct, frozen=True, array_like=True, tag_field="kind"):
    trajectory: str
    """The id that the program made for the trajectory."""
    at: int
    """Unix milliseconds."""
    number: int
    """The turn's number. 0 where none was logged yet; a program may log a turn of that number too."""


class Started(_Entry, frozen=True, array_like=True, tag="started"):
    """A trajectory begins."""

    spec_id: str
    agent_name: str
    run_id: str | None
    stage: str
    attempt: int
    parent: str
    path: str
    project: str
    title: str
    model: str
    pid: int
    metadata: tuple[tuple[str, str], ...] = ()
    """Names and values, in order of the names; journals of older versions have none."""
    agent_version: str = ""


class TurnLogged(_Entry, frozen=True, array_like=True, tag="turned"):
    """A turn, whole or still open; one of a number that was logged before replaces it."""

    prompt: str
    response: str
    token_count: int | None
    latency_ms: int | None
    status: TurnOutcome
    questions: tuple[QuestionEntry, ...]
    violations: tuple[ViolationEntry, ...]
    hidden: Hidden | None = None


class QuestionLogged(_Entry, frozen=True, array_like=True, tag="asked"):
    """A question of a turn."""

    text: str
    effort: Effort | None
    options: tuple[str, ...]
    answer: str | None = None


class ViolationLogged(_Entry, frozen=True, array_like=True, tag="violated"):
    """A violation in a turn."""

    preference_name: str
    expected: str
    actual: str
    severity: Severity


class StepLogged(_Entry, frozen=True, array_like=True, tag="stepped"):
    """Something that the agent did in a turn; one of a key that was logged before replaces it."""

    step: StepKind
    tool: str
    target: str
    status: StepStatus
    key: str
    exit_code: int | None
    duration_ms: int | None
    input: str
    output: str


class UsageLogged(_Entry, frozen=True, array_like=True, tag="used"):
    """Tokens of a model request."""

    model: str
    input_tokens: int
    output_tokens: int
    reasoning_tokens: int | None
    cache_read_tokens: int
    cache_write_tokens: int
    cost_micros: int | None


class ArtifactLogged(_Entry, frozen=True, array_like=True, tag="delivered"):
    """What an agent delivered for a stage of its spec."""

    content_json: str
    score: float | None
    stage: str


class Finished(_Entry, frozen=True, array_like=True, tag="finished"):
    """The trajectory is over."""

    outcome: Outcome
    message: str


class PerformanceLogged(_Entry, frozen=True, array_like=True, tag="performed"):
    """A performance event. It belongs to no trajectory: `trajectory` is '' and `number` 0."""

    event_type: str
    data_json: str
    """Its fields, a JSON object."""
    identifiers: tuple[str, ...] = ()
    """Fields that name somebody, besides those of the documents' types."""
    is_anonymized: bool = False


class DecisionLogged(_Entry, frozen=True, array_like=True, tag="decided"):
    """What an agent chose, and why, out of closed lists."""

    decision_type: str
    selected: str
    reason_code: str
    confidence: float | None
    metadata_json: str
    candidates_json: str
    step: str | int | None
    """The key of a step of the turn, or its number in the turn."""


class SignalLogged(_Entry, frozen=True, array_like=True, tag="signalled"):
    """A sign of how well a turn went, by a code out of closed lists."""

    signal_type: str
    signal_code: str
    value: bool
    weight: float | None
    metadata_json: str
    step: str | int | None


Entry = (
    Started
    | TurnLogged
    | QuestionLogged
    | ViolationLogged
    | StepLogged
    | UsageLogged
    | ArtifactLogged
    | Finished
    | PerformanceLogged
    | DecisionLogged
    | SignalLogged
)

_decoder = msgspec.msgpack.Decoder(Entry)


_encoder = msgspec.msgpack.Encoder()


encode = _encoder.encode
"""An entry as bytes, of its kind, trajectory, time, turn number and fields in order."""


def decode(content: bytes) -> Entry:
    """Decode an entry. Raises ValueError if it is invalid."""
    try:
        entry: Entry = _decoder.decode(content)
    except msgspec.MsgspecError as error:
        raise ValueError(f"no entry of a journal: {error}") from error
    return entry
