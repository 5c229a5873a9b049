"""Answers about usage: sums over a span of time, and how far each can be trusted.

Money is millionths of a dollar, at the provider's API prices: on a subscription it is no bill.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, get_args

Grouping = Literal["none", "model", "reasoning_effort", "agent", "project", "session", "person", "machine"]
"""By what usage is told apart within a span of time."""

GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)
"""All of them."""


def grouping_words(grouping: Grouping) -> str:
    """Return the readable name of a grouping."""
    return grouping.replace("_", " ")


Provenance = Literal["official", "recorded", "computed", "estimated", "unknown"]
"""Where a figure comes from: the provider told it, the agent wrote it down, it follows from such figures and a price
list, it is inferred, or nobody knows."""


class UsageSums(NamedTuple):
    """Counted usage; field names are those of the rollups. Tokens are disjoint but where a field says otherwise."""

    requests: int = 0
    input_tokens: int = 0
    """Fresh input."""
    output_tokens: int = 0
    """Reasoning included."""
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    """For five minutes and for an hour."""
    cost_micros: int = 0
    """Of the requests that have a price."""
    unpriced_requests: int = 0
    lower_bound_requests: int = 0
    """Requests whose records are known to be incomplete."""
    cache_write_1h_tokens: int = 0
    """The part of `cache_write_tokens` that was written for an hour."""
    reasoning_tokens: int = 0
    """The part of `output_tokens` that was reasoning, of the requests that record it."""
    reasoning_requests: int = 0
    """Requests that record it."""
    saved_micros: int = 0
    """What the cache saved against sending everything as fresh input; negative where it cost more."""
    reported_micros: int = 0
    """What agents themselves said that requests cost."""
    reported_requests: int = 0
    """Requests of which they said it."""
    uncut_requests: int = 0
    """Requests of forgotten sessions in hours that the span begins or ends in: some may be of the span beside it."""

    @property
    def total_tokens(self) -> int:
        """All that was sent and received."""
        return self.input_tokens + self.output_tokens + self.cache_read_tokens + self.cache_write_tokens

    @property
    def cache_hit_rate(self) -> float | None:
        """`read / (read + fresh input)`; None without either."""
        either = self.cache_read_tokens + self.input_tokens
        return self.cache_read_tokens / either if either else None

    @property
    def token_efficiency(self) -> float | None:
        """`output / fresh input`; None without input."""
        return self.output_tokens / self.input_tokens if self.input_tokens else None

    @property
    def output_share(self) -> float | None:
        """Output by all that was sent, cached or not; None where nothing was."""
        sent = self.input_tokens + self.cache_read_tokens + self.cache_write_tokens
        return self.output_tokens / sent if sent else None

    @property
    def priced_requests(self) -> int:
        """Requests of which the cost is known."""
        return self.requests - self.unpriced_requests

    @property
    def cost(self) -> int | None:
        """Millionths of a dollar; None where no request has a price."""
        return self.cost_micros if self.priced_requests else None

    @property
    def saved(self) -> int | None:
        """Millionths of a dollar that the cache saved; None where no request has a price."""
        return self.saved_micros if self.priced_requests else None

    @property
    def reasoning(self) -> int | None:
        """Tokens of reasoning; None where no request tells."""
        return self.reasoning_tokens if self.reasoning_requests else None

    @property
    def reported(self) -> int | None:
        """Millionths of a dollar as reported; None if unreported."""
        return self.reported_micros if self.reported_requests else None

    @property
    def is_lower_bound(self) -> bool:
        """The cost is at least this: some requests have no price, or records tell too little."""
        return bool(self.unpriced_requests or self.lower_bound_requests)

    @property
    def is_approximate(self) -> bool:
        """Requests at an edge of the span may be of the span beside it."""
        return self.uncut_requests > 0

    @property
    def cost_per_1k_micros(self) -> float | None:
        """Millionths of a dollar for a thousand tokens of any kind; None where nothing is priced."""
        return self.cost_micros * 1000 / self.total_tokens if self.priced_requests and self.total_tokens else None


NOTHING = UsageSums()
"""No usage."""

ROLLUP_COLUMNS = UsageSums._fields[:-1]
"""The sums that every rollup has."""


def add_up(parts: Iterable[UsageSums]) -> UsageSums:
    """Return the sum of some sums."""
    columns = zip(*parts, strict=True)
    return UsageSums(*map(sum, columns))


def subtract(sums: UsageSums, part: UsageSums) -> UsageSums:
    """Return some sums without a part of them."""
    return UsageSums(*map(int.__sub__, sums, part))


class UsageBar(NamedTuple):
    """Usage of one group within one span of time."""

    span: int
    """Number of the span, from 0."""
    key: str
    """Model, reasoning effort, agent, project or the session's number; '' if nothing is told apart."""
    sums: UsageSums


class UsageFilter(NamedTuple):
    """What is counted; '' leaves nothing out."""

    project: str = ""
    """Part of the project's folder; case does not matter."""
    agent: str = ""
    """An agent's name; case does not matter."""
    model: str = ""
    """Part of the model's name; case does not matter."""
    only: tuple[tuple[Grouping, str], ...] = ()
    """Groups, by the keys of their bars: what lies in all of them, and nothing else whose name holds their names."""


EVERYTHING = UsageFilter()
"""Counts all usage."""


class LimitReading(NamedTuple):
    """How far a usage limit of the user's plan was used at some moment. Times are Unix milliseconds."""

    agent_name: str
    name: str
    at: int
    used_percent: float
    window_minutes: int | None
    resets_at: int | None
    plan: str
    provenance: Provenance

    @property
    def title(self) -> str:
        """The agent and the limit's name, which may begin with the agent's."""
        return f"{self.agent_name} {self.name.removeprefix(f'{self.agent_name}:')}"


class SessionReport(NamedTuple):
    """What an agent said of a session as a whole; None where it did not tell."""

    at: int
    model: str
    cost_micros: int | None
    api_ms: int | None
    wall_ms: int | None
    context_tokens: int | None
    context_window: int | None
