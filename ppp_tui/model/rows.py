"""Rows to be written: what one read of a session file changed.

A row names its turn by number; `store` knows the trajectory and makes the ids. Writing a row twice replaces it, so a
read that is repeated after a crash changes nothing. Field names are column names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from ppp_tui.model.activity import WorkRows
from ppp_tui.model.event_values import Origin, StepKind, StepStatus, TurnStatus
from ppp_tui.model.live import LiveFacts
from ppp_tui.model.question import AnswerStatus, Effort, Severity


class TurnRow(NamedTuple):
    """One exchange: a prompt and all that the agent did until its answer was complete."""

    turn_number: int
    """From 1 as they come. 0 holds what precedes the first prompt, or a turn that its program numbered so."""
    key_hash: int | None
    """`hash64` of the native key, None without one: equal in every copy of the turn."""
    origin: Origin
    status: TurnStatus
    timestamp: str
    ended_at: str | None = None
    latency_ms: int | None = None
    first_token_ms: int | None = None
    context_tokens: int | None = None
    context_window: int | None = None
    prompt: str = ""
    response: str = ""
    prompt_length: int = 0
    response_length: int = 0
    prompt_hash: str | None = None
    """Set where the text policy keeps no text."""
    response_hash: str | None = None
    scored_by: str = ""
    """The scorer that judged its questions, '' if they are still to be judged."""
    token_count: int | None = None
    """As a program stated it; None where nothing did. Usage rows of the turn take its place."""
    is_window_inferred: int = 0
    """Neither recorded nor stated by the user."""


class StepRow(NamedTuple):
    """Something the agent did in a turn."""

    turn_number: int
    step_number: int
    key: str
    kind: StepKind
    tool: str
    target: str
    status: StepStatus
    exit_code: int | None = None
    started_at: str | None = None
    ended_at: str | None = None
    duration_ms: int | None = None
    input_preview: str = ""
    output_preview: str = ""
    input_length: int = 0
    output_length: int = 0
    input_offset: int = 0
    input_bytes: int = 0
    """Bytes of the record at `input_offset`; 0 where there is none."""
    output_offset: int = 0
    output_bytes: int = 0
    text_start: int | None = None
    """For a message: where in the turn's response it begins."""
    text_end: int | None = None
    child_native_id: str = ""
    request_number: int | None = None
    """The usage row of the model request that asked for it."""


class UsageRow(NamedTuple):
    """Tokens of one model request."""

    turn_number: int
    request_number: int
    key_hash: int | None
    alias_hash: int | None
    at: str
    model: str
    input_tokens: int
    output_tokens: int
    reasoning_tokens: int | None = None
    cache_read_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    cost_micros: int | None = None
    """Millionths of a dollar at the price of that day; None where no price is known."""
    is_lower_bound: int = 0
    is_aside: int = 0
    stop_reason: str = ""
    speed: str = ""
    service_tier: str = ""
    web_searches: int = 0
    first_token_ms: int | None = None
    saved_micros: int | None = None
    """What the cache saved against sending everything as fresh input; negative where it cost more."""
    reported_micros: int | None = None
    """What the agent itself said that the request cost; None where it said nothing."""
    provider: str = ""
    inference_geo: str = ""
    reasoning_effort: str = ""


class TimeRow(NamedTuple):
    """How a turn's time was spent, as far as it is recorded; the rest is the model's."""

    turn_number: int
    tool_ms: int
    """At least one tool ran, and the user was not asked."""
    waiting_ms: int
    """A question to the user was open."""
    retry_ms: int
    """The agent paused before it asked the model again."""
    left_out_ms: int = 0
    """The part of `waiting_ms` that looked like a tool's time, and that the agent's own clock left out."""


class CommitRow(NamedTuple):
    """A commit, under the number of the step that made it."""

    turn_number: int
    step_number: int
    at: str
    commit_hash: str = ""
    """As git abbreviated it; '' where its output does not show it."""


class PullRequestRow(NamedTuple):
    """A pull request that was opened, merged, or named as what the session is about."""

    turn_number: int
    pull_request_number: int
    """Counts up within the trajectory."""
    action: str
    """`created`, `merged` or `linked`."""
    url: str
    """'' if only `reference` identifies it."""
    reference: str
    """What a merge named: ``#12``, ``owner/name#12``; '' for the one of the current branch."""
    at: str


class QuestionRow(NamedTuple):
    """A question to the user."""

    turn_number: int
    question_number: int
    question_text: str
    effort_level: Effort
    method: str
    """What judged the effort: `stated`, or the name and version of the judge."""
    rule: str
    source: str
    """`tool` for a structured question, `text` for one found in prose, `stated` for one that a program logged."""
    options: str = "[]"
    """JSON list of the offered answers, '[]' if none."""
    asked_at: str | None = None
    answered_at: str | None = None
    step_key: str = ""
    text_start: int | None = None
    text_end: int | None = None
    answer: str | None = None
    """What was chosen or typed, None where there is nothing or no text is kept."""
    answer_status: AnswerStatus | None = None
    """None while no answer is known."""


class ViolationRow(NamedTuple):
    """A preference that the agent did not keep."""

    turn_number: int
    violation_number: int
    preference_name: str
    expected: str
    actual: str
    severity: Severity
    method: str
    source: str = "stated"
    """`stated` by the program that logged, or `judged` by us."""
    text_start: int | None = None
    """Where in the turn's response what was judged begins, None where it is not there."""
    text_end: int | None = None


class ArtifactRow(NamedTuple):
    """What an agent delivered for a specification, as another program's database holds it."""

    file_row: str
    """Its table and row number there."""
    trajectory: str | None
    """Name of the trajectory of the same file that it belongs to, None if none is known."""
    spec_id: str
    stage: str
    agent_name: str
    run_id: str | None
    content_json: str
    response_text: str | None
    created_at: str
    score: float | None = None
    """Its technical quality from 0 to 1, as stated; None where nothing states one."""


class RetryRow(NamedTuple):
    """A model request that failed, and what the agent did about it."""

    turn_number: int
    retry_number: int
    at: str
    reason: str
    attempt: int | None
    max_attempts: int | None
    wait_ms: int | None
    status_code: int | None
    message: str
    is_final: int


class LimitRow(NamedTuple):
    """The newest reading of a usage limit, by its name."""

    name: str
    at: str
    used_percent: float
    window_minutes: int | None
    resets_at: str | None
    plan: str


class ReportRow(NamedTuple):
    """What an agent reports of a session as a whole; None for what it does not."""

    source: str
    native_id: str
    at: str
    model: str
    cost_micros: int | None
    """Since the session's beginning."""
    api_ms: int | None
    """Time spent waiting for the provider."""
    wall_ms: int | None
    context_tokens: int | None
    context_window: int | None


class FileRow(NamedTuple):
    """A file of a codebase."""

    path: str
    """Relative to the folder; a hash where no text is kept."""
    type: str
    """The language, '' for a file of none: its lines are not counted."""
    bytes: int
    modified_ns: int
    code: int
    comments: int
    blanks: int


class FolderCount(NamedTuple):
    """The count of a folder, compared with the count before."""

    project: str
    """The folder's full path."""
    changed: tuple[FileRow, ...]
    """Files that are new or have another size or time than before."""
    gone: tuple[str, ...]
    """Paths of files that were there before."""
    build_ms: int
    is_whole: bool
    """False where the folder has more files than are looked at."""


class SpanRow(NamedTuple):
    """A span of the trajectory that other programs may name as their parent."""

    trace_id: str
    span_id: str
    parent_span_id: str
    step_key: str


class WaitRow(NamedTuple):
    """A tool call that waited for the user's permission, beside what the trajectory itself records."""

    step_key: str
    began_at: str | None
    """None where it began with the call."""
    ended_at: str


@dataclass(slots=True)
class TrajectoryDelta:
    """What one read changed in one trajectory."""

    name: str
    """Of the trajectory within its file, '' for the main one; the column is called `lane`."""
    parent_name: str | None = None
    """The parent in the same file, None where it has none or a file of its own."""
    parent_step: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    """`FactName` to its last value; only what this read learned."""
    started_at: str | None = None
    """Earliest event of the trajectory that this read saw."""
    turns: list[TurnRow] = field(default_factory=list)
    steps: list[StepRow] = field(default_factory=list)
    usage: list[UsageRow] = field(default_factory=list)
    questions: list[QuestionRow] = field(default_factory=list)
    violations: list[ViolationRow] = field(default_factory=list)
    retries: list[RetryRow] = field(default_factory=list)
    limits: list[LimitRow] = field(default_factory=list)
    times: list[TimeRow] = field(default_factory=list)
    commits: list[CommitRow] = field(default_factory=list)
    pull_requests: list[PullRequestRow] = field(default_factory=list)
    spans: list[SpanRow] = field(default_factory=list)
    waits: list[WaitRow] = field(default_factory=list)
    rolled_back: list[int] = field(default_factory=list)
    """Numbers of turns that the user took back."""
    prompted: list[int] = field(default_factory=list)
    """Numbers of turns whose prompt is new or grew, and may answer earlier questions."""
    restored: list[int] = field(default_factory=list)
    """Numbers of turns that were taken back before and are part of the conversation again."""
    rewritten: list[int] = field(default_factory=list)
    """Numbers of turns that are written anew: their older rows are deleted."""
    raised_windows: list[tuple[int, int]] = field(default_factory=list)
    """Inferred windows that proved too small for the session, each with the one that all its turns had."""
    live: LiveFacts | None = None
    scored_by: str = ""
    """The scorer that judged all these rows, '' if they are still to be judged."""
    work: WorkRows = field(default_factory=WorkRows)
