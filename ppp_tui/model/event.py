"""The events of a session file, in terms that all agents share.

A source turns records into these events, in file order; `fold` reduces them. Times are Unix milliseconds, 0 if unknown.
A `Ref` locates the whole of a text in the file, so that rows keep only a preview.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from ppp_tui.model.event_values import ErrorKind, Origin, StepKind, StepStatus, TurnStatus
from ppp_tui.model.question import AnswerStatus, Effort, Severity
from ppp_tui.model.sent_event import CallTraced, CallWaited

FactName = Literal[
    "native_id",
    "parent_native_id",
    "forked_from",
    "title",
    "project",
    "branch",
    "agent_version",
    "agent_role",
    "model",
    "spec_id",
    "run_id",
    "stage",
    "entrypoint",
    "pid",
    "agent_name",
    "attempt",
    "outcome",
    "ended_at",
]
"""Facts of a trajectory as a whole; the newest value counts."""


class Ref(NamedTuple):
    """Bytes of the session file: of its decompressed content where it is compressed."""

    offset: int
    length: int
    """Bytes of the record from there on, without its newline."""


NOWHERE = Ref(0, 0)
"""A reference to no bytes."""


class TrajectorySwitched(NamedTuple):
    """The events that follow belong to this trajectory of the file: '' is its main one.

    A file has more than one where sub-agents are written inline (Claude Code 1.0), and a trajectory database has many.
    """

    name: str
    """Of the trajectory within its file."""
    parent_name: str | None = None
    parent_step: str = ""
    """Key of the step that started the child, where known."""
    at: int = 0
    """When the trajectory began, if its source records that separately from its turns."""


class MetadataLearned(NamedTuple):
    """The source learned something about the trajectory as a whole."""

    at: int
    name: FactName
    value: str


class TurnStarted(NamedTuple):
    """A prompt reached the agent."""

    at: int
    ref: Ref
    key: str
    """The record's own identity, the same in every copy of the session (Claude's `uuid`, Codex's `turn_id`), or ''."""
    prompt: str
    origin: Origin = "typed"
    number: int | None = None
    """The turn's number where the source itself numbers turns: the turn is then written anew. None counts up."""


class PromptAdded(NamedTuple):
    """More of the prompt of the open turn, on a record of its own (typed while busy, or beside an image)."""

    at: int
    ref: Ref
    text: str
    origin: Origin = "queued"
    is_reply: bool = False
    """It holds answers to questions that are events of their own."""


class TurnEnded(NamedTuple):
    """The record says that the agent is done with the open turn."""

    at: int
    status: TurnStatus
    duration_ms: int | None = None
    """As the agent measured it."""
    first_token_ms: int | None = None
    token_count: int | None = None
    """Tokens of the turn as one number, where a program states nothing better."""


class TurnsRolledBack(NamedTuple):
    """The user took turns back (Codex `thread_rolled_back`, a rewind in Claude Code); what they cost stays spent."""

    at: int
    turns: int
    """How many of the last ones, where the record gives a number."""
    keys: tuple[int, ...] = ()
    """`hash64` of the keys of the turns that are taken back, where the record shows which: newer ones may stay."""
    restored: tuple[int, ...] = ()
    """`hash64` of the keys of turns that were taken back before and are part of the conversation again."""


class AssistantMessage(NamedTuple):
    """Text from the agent to the user."""

    at: int
    ref: Ref
    text: str
    request: str = ""
    """Key of the model request that it came with, '' if unknown."""
    is_final: bool | None = False
    """The record says that nothing follows it in this turn; None where the format does not record it."""
    question_step: str = ""
    """Key of the step whose questions the text repeats: none is looked for in it."""


class ReasoningEmitted(NamedTuple):
    """Thinking of the agent: never part of the response, never searched for questions."""

    at: int
    ref: Ref
    text: str
    request: str = ""


class ToolCallStarted(NamedTuple):
    """A tool call, or another thing that takes time."""

    at: int
    ref: Ref
    key: str
    """The call's own id, by which its end is found."""
    kind: StepKind
    tool: str
    """The agent's name for the tool."""
    target: str
    """Its object in one line: the command, the path, the pattern, the address, the question."""
    input_preview: str = ""
    input_length: int = 0
    """Characters of the whole input."""
    request: str = ""
    command: str = ""
    """The whole of a shell command, '' for any other call, for reducers that parse it; it is not kept."""
    paths: tuple[str, ...] = ()
    """Files that the call is to read or change, as it names them."""


class ToolCallFinished(NamedTuple):
    """A result for an earlier `ToolCallStarted`."""

    at: int
    ref: Ref
    key: str
    status: StepStatus
    exit_code: int | None = None
    output_preview: str = ""
    output_length: int = 0
    """Characters of the whole output."""
    duration_ms: int | None = None
    """As the agent measured it; else the difference of the two times is taken."""
    child_native_id: str = ""
    """The sub-agent's trajectory, where the record names it."""
    output: str = ""
    """The whole output, for reducers that search it; it is not kept."""
    is_detached: bool = False
    """Whether the process that it started or inspected goes on in the background, so that its end is not known yet."""


class SystemNotice(NamedTuple):
    """Something the agent's own program put into the session: a hook, a slash command's output, a changed mode."""

    at: int
    ref: Ref
    tool: str
    """The kind of notice, in one word."""
    text: str


class QuestionAsked(NamedTuple):
    """A question put to the user through a tool made for it, or stated by a program that logs."""

    at: int
    ref: Ref
    text: str
    step: str = ""
    """Key of the asking step: its end is the answer."""
    options: tuple[str, ...] = ()
    effort: Effort | None = None
    """As stated by a program; None where it must be judged."""
    is_blocking: bool = True
    """The agent waits for the answer; else it goes on, and the step's end answers nothing."""
    answer: str | None = None
    """As stated by a program; None where it states none."""


class QuestionAnswered(NamedTuple):
    """What the user answered to the questions of a step, in their order."""

    at: int
    step: str
    """Key of the asking step."""
    answers: tuple[str | None, ...]
    """None for a question that got no answer."""
    status: AnswerStatus = "given"
    """Of the questions that got an answer; of all of them where it is another than `given`."""
    first: int = 0
    """Place of the first of these answers among the step's questions, from 0."""


class ViolationStated(NamedTuple):
    """A program that logs says that a preference was not kept."""

    at: int
    preference_name: str
    expected: str
    actual: str
    severity: Severity


class RequestMeasured(NamedTuple):
    """Token usage of one model request. Counts are disjoint: their sum is all that the request cost.

    Records of one request repeat; the one with the greatest output counts.
    """

    at: int
    ref: Ref
    key: str
    """Identity of the request in every copy of the session; '' is never merged with another."""
    model: str
    input_tokens: int
    """Fresh input: neither read from a cache nor written to one."""
    output_tokens: int
    """Reasoning included."""
    reasoning_tokens: int | None = None
    """The part of the output that was reasoning; None where it is not recorded."""
    cache_read_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    is_lower_bound: bool = False
    """The record is known to state too little of its output."""
    is_aside: bool = False
    """From a side conversation (Claude's sidechain), or the sum of several requests: its input is not the prompt that
    the next request repeats. Also set where a request has no id of its own: copies may have another key."""
    stop_reason: str = ""
    speed: str = ""
    """`fast` where the request was billed at a fast mode's price."""
    service_tier: str = ""
    web_searches: int = 0
    first_token_ms: int | None = None
    reported_micros: int | None = None
    """What the agent says that the request cost, in millionths of a dollar."""
    provider: str = ""
    """Who served the request, as recorded; '' if it is not recorded."""
    inference_geo: str = ""
    """Where the request had to be served (`us`), '' where that was left open."""
    reasoning_effort: str = ""
    """How hard the model was asked to think (`low` to `max`), as recorded; '' where the record does not say."""
    alias: str = ""
    """A part of the identity (Claude's message id alone), for copies that rewrite the rest; '' if there is none."""


class ContextMeasured(NamedTuple):
    """How full the context window is after the last main request."""

    at: int
    used_tokens: int
    window_tokens: int | None = None
    """As recorded; None if it is not, so that `scoring` must infer it."""


class Compacted(NamedTuple):
    """The conversation was condensed to fit the window."""

    at: int
    ref: Ref
    trigger: str
    """`auto`, `manual` or what the record says."""
    before_tokens: int | None = None
    after_tokens: int | None = None
    duration_ms: int | None = None


class RequestFailed(NamedTuple):
    """A model request failed."""

    at: int
    ref: Ref
    kind: ErrorKind
    message: str
    status_code: int | None = None
    attempt: int | None = None
    """1 for the first."""
    max_attempts: int | None = None
    wait_ms: int | None = None
    """How long the agent waits before it asks again."""
    is_final: bool = False
    """Nothing more is tried: the turn failed."""
    until: int | None = None
    """Unix milliseconds at which the limit ends, where recorded."""
    fallback_model: str = ""
    """The model that is asked instead, '' if the same is asked again."""
    model: str = ""
    """The model that failed, '' if it is the one that was asked last."""


class PullRequestLinked(NamedTuple):
    """The agent's program noted that the session is about a pull request."""

    at: int
    url: str


class LimitMeasured(NamedTuple):
    """A usage limit of the user's plan, as the provider reported it to the agent."""

    at: int
    name: str
    used_percent: float
    window_minutes: int | None = None
    resets_at: int | None = None
    """Unix milliseconds."""
    plan: str = ""


class Heartbeat(NamedTuple):
    """A sign of life of a running step: nothing to keep, but it is not silent."""

    at: int
    key: str


class AgentWaiting(NamedTuple):
    """The agent's program states beside the session file that it runs, and what it waits for from the user."""

    at: int
    waits_for: str
    """In the program's own words; '' where it goes on."""


class ModeStated(NamedTuple):
    """The permission mode, what the agent may do without asking, in its program's own word: ``plan``, ``never``."""

    at: int
    mode: str


class SessionEnded(NamedTuple):
    """The agent's program was left."""

    at: int


Event = (
    TrajectorySwitched
    | MetadataLearned
    | TurnStarted
    | PromptAdded
    | TurnEnded
    | TurnsRolledBack
    | AssistantMessage
    | ReasoningEmitted
    | ToolCallStarted
    | ToolCallFinished
    | SystemNotice
    | QuestionAsked
    | QuestionAnswered
    | ViolationStated
    | RequestMeasured
    | ContextMeasured
    | Compacted
    | RequestFailed
    | PullRequestLinked
    | LimitMeasured
    | Heartbeat
    | AgentWaiting
    | CallTraced
    | CallWaited
    | ModeStated
    | SessionEnded
)
"""Any event of a source."""
