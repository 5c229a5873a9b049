"""The answers: frozen, small, free of SQL. Times are Unix milliseconds, money is millionths of a dollar.

None means unknown; an unknown figure is shown as such and never as zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ppp_tui.model.event_values import Origin, StepKind, StepStatus, TurnStatus
from ppp_tui.model.live import LiveFacts, LiveState
from ppp_tui.model.question import AnswerStatus, Effort, Severity
from ppp_tui.model.score import EffortCounts
from ppp_tui.query.quality.rows import NO_RETRIES, NO_TESTS, SessionRetries, SessionTests


class Tokens(NamedTuple):
    """Disjoint token counts."""

    input: int = 0
    """Fresh input."""
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    @property
    def total(self) -> int:
        """All tokens that were sent and received."""
        return self.input + self.output + self.cache_read + self.cache_write

    @property
    def cache_hit_rate(self) -> float | None:
        """Cached input by all input that could have been: `read / (read + input)`; None without input."""
        read_or_fresh = self.cache_read + self.input
        return self.cache_read / read_or_fresh if read_or_fresh else None


class Spend(NamedTuple):
    """What something cost, and how far the figure can be trusted."""

    tokens: Tokens = Tokens()
    cost_micros: int = 0
    requests: int = 0
    unpriced_requests: int = 0
    """Requests of models without a known price: they are missing from the cost."""
    is_lower_bound: bool = False
    """Some records are known to be incomplete, or some requests have no price."""
    stated_tokens: int = 0
    """What programs stated as one number for turns without a recorded request; not part of `tokens`."""

    @property
    def all_tokens(self) -> int | None:
        """Recorded and stated tokens together; None where neither is known."""
        total = self.tokens.total + self.stated_tokens
        return total if total or self.requests else None

    @property
    def known_cost_micros(self) -> int | None:
        """Millionths of a dollar; None where no request has a price."""
        return self.cost_micros if self.requests > self.unpriced_requests else None


_NO_SPEND, _NO_EFFORTS = Spend(), EffortCounts()


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One trajectory in a list."""

    id: int
    revision: int
    agent_name: str
    source: str
    native_id: str
    title: str
    """The session's own title, else its first prompt's first line; '' if there is neither."""
    project: str
    """Folder that the agent works in."""
    branch: str
    model: str
    agent_version: str
    agent_role: str
    spec_id: str
    run_id: str
    stage: str
    parent_id: int | None
    children: int
    started_at: int
    last_at: int
    turns: int
    last_turn_number: int
    steps: int
    failed_steps: int
    retries: int
    efforts: EffortCounts
    violations: int
    own: Spend
    tree: Spend
    """With all sub-agents."""
    context_tokens: int | None
    context_window: int | None
    facts: LiveFacts
    path: str
    """Session file; '' if it is gone from the database."""
    is_source_gone: bool
    """Whether the session file vanished, so that payloads cannot be read."""
    is_window_inferred: bool = False
    """Whether the context window is neither recorded nor stated: figures of it carry ``~``."""
    tree_last_at: int = 0
    """The newest sign of life, sub-agents included, in Live's list; elsewhere the same as `last_at`."""
    tests: SessionTests = NO_TESTS
    """Of its own test runs."""
    tried_again: SessionRetries = NO_RETRIES
    """Of its own failures that were tried again."""
    repository: str = ""
    """The repository that the folder belongs to; the folder itself where none is known."""
    suffix: str = ""
    """What distinguishes the folder from its repository: worktree, sub-folder or both."""
    project_label: str = ""
    """The folder's name in lists: ``shop``, ``shop/api``, ``shop · login``."""
    host: str = ""
    """The machine that its file lies on, '' for this one."""
    person: str = ""
    """The person it belongs to in a shared store; '' in the local database."""

    @property
    def is_only_copy(self) -> bool:
        """Whether all turns were copied from another session, by a fork or resume, and are counted there."""
        return not self.turns and self.last_turn_number > 0


@dataclass(frozen=True, slots=True)
class LiveRow:
    """A session on the Live screen."""

    session: SessionRow
    state: LiveState


@dataclass(frozen=True, slots=True)
class TurnSummary:
    """One turn in a list."""

    id: int
    number: int
    status: TurnStatus
    origin: Origin
    started_at: int
    ended_at: int | None = None
    wall_ms: int | None = None
    first_token_ms: int | None = None
    spend: Spend = _NO_SPEND
    steps: int = 0
    failed_steps: int = 0
    retries: int = 0
    efforts: EffortCounts = _NO_EFFORTS
    violations: int = 0
    is_rolled_back: bool = False
    is_copy: bool = False
    """Copied from another session by a fork or resume; counted there."""
    context_tokens: int | None = None
    context_window: int | None = None
    headline: str = ""
    """The first 200 characters of the prompt."""
    is_window_inferred: bool = False

    @property
    def is_preamble(self) -> bool:
        """Whether this is not a turn but what precedes the first prompt."""
        return self.number == 0 and self.origin != "logged"


@dataclass(frozen=True, slots=True)
class TurnText:
    """The text of a turn."""

    id: int
    prompt: str
    response: str
    prompt_length: int
    response_length: int
    is_text_kept: bool
    """False where the text policy kept only lengths and hashes, or the text was not shared."""
    is_shared: bool = True
    """False where there was a text, and its owner did not share it."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of a turn."""

    id: int
    turn_number: int
    number: int
    key: str
    kind: StepKind
    tool: str
    target: str
    status: StepStatus
    exit_code: int | None = None
    started_at: int | None = None
    ended_at: int | None = None
    duration_ms: int | None = None
    input_preview: str = ""
    output_preview: str = ""
    input_length: int = 0
    output_length: int = 0
    input_offset: int = 0
    input_bytes: int = 0
    output_offset: int = 0
    output_bytes: int = 0
    text_start: int | None = None
    text_end: int | None = None
    child_id: int | None = None
    """The trajectory that this step started, if it is in the database."""
    request_number: int | None = None
    """The request of its turn that asked for the step, None where the agent does not record it."""


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question to the user."""

    id: int
    turn_number: int
    text: str
    effort: Effort
    method: str
    rule: str
    source: str
    options: tuple[str, ...] = ()
    asked_at: int | None = None
    answered_at: int | None = None
    text_start: int | None = None
    text_end: int | None = None
    answer: str | None = None
    """What the user chose or typed; None where that is nothing, or no text is kept."""
    answer_status: AnswerStatus | None = None
    """None while no answer is known."""


@dataclass(frozen=True, slots=True)
class ViolationLine:
    """A preference that was not kept."""

    id: int
    turn_number: int
    preference_name: str
    expected: str
    actual: str
    severity: Severity
    method: str
    source: str = "judged"
    """`stated` by the program that logged, or `judged` by us."""
    text_start: int | None = None
    """Where in the turn's response what was judged begins, None where it is not there."""
    text_end: int | None = None


@dataclass(frozen=True, slots=True)
class UsageLine:
    """One model request."""

    id: int
    turn_number: int
    at: int
    model: str
    tokens: Tokens
    reasoning_tokens: int | None
    cost_micros: int | None
    is_lower_bound: bool
    is_counted: bool
    stop_reason: str
    speed: str


class SearchHit(NamedTuple):
    """A turn whose text matches."""

    turn_id: int
    trajectory_id: int
    turn_number: int
    agent_name: str
    project: str
    title: str
    at: int
    snippet: str
    """Text around the hit; `HIT_START` and `HIT_END` enclose each matching word."""
    is_prompt: bool


HIT_START, HIT_END = "\ue000", "\ue001"
"""Private-use characters around a matching word: no session text is trusted to lack brackets."""


class NewestAlert(NamedTuple):
    """The open alert that was opened last."""

    id: int = 0
    """0 where none is open."""
    rule: str = ""
    agent: str = ""


class Totals(NamedTuple):
    """The figures of the status bar."""

    today: Spend
    """Since midnight of the user's day."""
    last_hour: Spend
    burn_micros_per_hour: int
    """Cost of the last hour, as a rate."""
    database_bytes: int
    open_alerts: int = 0
    newest_alert: NewestAlert = NewestAlert()


class UsagePoint(NamedTuple):
    """Counted usage of one agent in one span of time."""

    at: int
    agent_name: str
    tokens: int
    cost_micros: int


class Moved(NamedTuple):
    """What changed in the database since a revision."""

    revision: int
    trajectories: tuple[int, ...]
    is_everything: bool
    """Whether more changed than is listed: everything is to be read again."""
