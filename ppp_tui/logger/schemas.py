"""What a program may log, checked where it is made: a wrong value raises pydantic's ValidationError with its field.

The order of the fields is that of `store.logged.entries`. Text that is not valid Unicode (half a character, as a
cut-off answer may leave) is repaired instead of refused.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar, get_args

import msgspec
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ppp_tui.model.event_values import StepKind, StepStatus
from ppp_tui.model.question import Effort, Outcome, Severity, TurnOutcome
from ppp_tui.model.thread import MAX_ENTRIES, MAX_VALUE_CHARS

MAX_TEXT_CHARS = 50_000_000
"""Characters of one text."""

MAX_NUMBER = 2**53
"""Greatest count, duration or cost: not every program can represent whole numbers beyond it."""

Text = Annotated[str, Field(max_length=MAX_TEXT_CHARS)]
Name = Annotated[str, Field(max_length=10_000)]
Count = Annotated[int, Field(ge=0, le=MAX_NUMBER)]


class Form(BaseModel):
    """Something to log."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Question(Form):
    """A question to the user.

    `effort` says how much it asks (None: to be judged later), `options` what it offers, `answer` what the user answered
    ('' for nothing; None: what the user writes next is the answer).
    """

    text: Text
    effort: Effort | None = None
    options: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    answer: Text | None = None


class Violation(Form):
    """A preference that was not kept: what was expected, what came instead, how bad that is."""

    preference_name: Annotated[Name, Field(min_length=1)]
    expected: Text
    actual: Text
    severity: Severity = "minor"


class StartForm(Form):
    """A trajectory begins."""

    spec_id: Annotated[Name, Field(min_length=1)]
    agent_name: Annotated[Name, Field(min_length=1)]
    run_id: Name | None
    stage: Name
    attempt: Annotated[int, Field(ge=1, le=MAX_NUMBER)]
    parent: Name
    path: Annotated[str, Field(pattern=r"^(/[^/]+)*$", max_length=10_000)]
    project: Name
    title: Name
    model: Name
    agent_version: Name


MetadataName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
MetadataValue = Annotated[str, Field(max_length=MAX_VALUE_CHARS)] | bool | int | float


class MetadataForm(Form):
    """What a program says of its trajectory in words of its own."""

    metadata: Annotated[dict[MetadataName, MetadataValue], Field(max_length=MAX_ENTRIES)]


class TurnForm(Form):
    """A prompt and its response; times in milliseconds."""

    prompt: Text
    response: Text
    token_count: Count | None
    latency_ms: Count | None
    status: TurnOutcome
    questions: Annotated[tuple[Question, ...], Field(strict=False)]
    violations: Annotated[tuple[Violation, ...], Field(strict=False)]


class StepForm(Form):
    """Something that the agent did."""

    kind: StepKind
    tool: Name
    target: Text
    status: StepStatus
    key: Name
    exit_code: Annotated[int, Field(ge=-(2**31), le=2**32)] | None
    duration_ms: Count | None
    input: Text
    output: Text


class UsageForm(Form):
    """Tokens of a model request; cost in millionths of a dollar."""

    model: Name
    input_tokens: Count
    output_tokens: Count
    reasoning_tokens: Count | None
    cache_read_tokens: Count
    cache_write_tokens: Count
    cost_micros: Count | None


class ArtifactForm(Form):
    """What an agent delivered, as JSON; `score` is its technical quality from 0 to 1, as stated."""

    content: Text
    score: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None
    stage: Name


class FinishForm(Form):
    """How a trajectory ended."""

    outcome: Outcome
    message: Text


_F = TypeVar("_F", bound=Form)

_TURN_OUTCOMES = frozenset(get_args(TurnOutcome))

_CheckedText = Annotated[str, msgspec.Meta(max_length=MAX_TEXT_CHARS)]
_CheckedName = Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]


class _CheckedQuestion(msgspec.Struct, forbid_unknown_fields=True):
    text: _CheckedText
    effort: Effort | None = None
    options: tuple[_CheckedText, ...] = ()
    answer: _CheckedText | None = None


class _CheckedViolation(msgspec.Struct, forbid_unknown_fields=True):
    preference_name: _CheckedName
    expected: _CheckedText
    actual: _CheckedText
    severity: Severity = "minor"


def make(form: type[_F], **values: Any) -> _F:
    """Return the form of these values, surrogates in it repaired. Raises ValidationError."""
    try:
        return form(**values)
    except ValidationError as error:
        return repair_surrogates(form, error, values)


def repair_surrogates(form: type[_F], error: ValidationError, values: dict[str, Any]) -> _F:
    """Return the form of these values if lone surrogates were their only fault. Raises `error` otherwise."""
    if any(problem["type"] != "string_unicode" for problem in error.errors()):
        raise error
    return form(**mend(values))


def mend(value: Any) -> Any:
    """Return the value with U+FFFD for each half of a character in its texts."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {key: mend(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [mend(part) for part in value]
    return value


def turn_values(
    prompt: Any, response: Any, token_count: Any, latency_ms: Any, status: Any, *, questions: Any, violations: Any
) -> tuple[Any, ...]:
    """Return the values of a `TurnForm` in the order of its fields. Raises ValidationError.

    Values that a quick check accepts, as nearly always, are returned without making the form, lone surrogates included.
    """
    if (
        type(prompt) is str
        and type(response) is str
        and (token_count is None or (type(token_count) is int and 0 <= token_count <= MAX_NUMBER))
        and (latency_ms is None or (type(latency_ms) is int and 0 <= latency_ms <= MAX_NUMBER))
        and (status == "completed" or (type(status) is str and status in _TURN_OUTCOMES))
        and len(prompt) <= MAX_TEXT_CHARS
        and len(response) <= MAX_TEXT_CHARS
    ):
        if not questions and not violations:
            return prompt, response, token_count, latency_ms, status, (), ()
        try:
            asked = [msgspec.structs.astuple(part) for part in msgspec.convert(questions, list[_CheckedQuestion])]
            broken = [msgspec.structs.astuple(part) for part in msgspec.convert(violations, list[_CheckedViolation])]
        except msgspec.ValidationError:
            # Wrong, or forms already: the form of the whole turn decides.
            pass
        else:
            return prompt, response, token_count, latency_ms, status, asked, broken
    form = make(
        TurnForm,
        prompt=prompt,
        response=response,
        token_count=token_count,
        latency_ms=latency_ms,
        status=status,
        questions=_fields(questions),
        violations=_fields(violations),
    )
    *rest, asked_forms, broken_forms = form.__dict__.values()
    return (
        *rest,
        [tuple(part.__dict__.values()) for part in asked_forms],
        [tuple(part.__dict__.values()) for part in broken_forms],
    )


def _fields(forms: Any) -> Any:
    """Return forms as dictionaries, so that their texts can be repaired."""
    if isinstance(forms, list | tuple):
        return [dict(form.__dict__) if isinstance(form, Form) else form for form in forms]
    return forms
