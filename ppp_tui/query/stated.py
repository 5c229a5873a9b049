"""Tokens that programs stated as one number for a turn, where no request of the model tells more."""

from __future__ import annotations

from typing import NamedTuple

from ppp_tui.model.clock import to_text
from ppp_tui.query.query import Query
from ppp_tui.query.spans import Span
from ppp_tui.query.usage_rows import EVERYTHING, UsageFilter
from ppp_tui.query.words import sound


class StatedTokens(NamedTuple):
    """A sum over turns; what of it was input, output or cached, and what it cost, is unknown."""

    turns: int
    tokens: int


def stated_tokens(span: Span, chosen: UsageFilter = EVERYTHING) -> Query[StatedTokens]:
    """Return the tokens that programs stated for turns which began in a span. Costs what the span holds of them."""
    conditions, parameters = [], {"low": to_text(max(0, span.low_ms)), "high": to_text(max(0, span.high_ms))}
    for name, column, word in (
        ("agent", "lower(t.agent_name) = :agent", chosen.agent),
        ("model", "instr(lower(t.model), :model)", chosen.model),
        ("project", "instr(lower(t.project), :project)", chosen.project),
    ):
        if word:
            conditions.append(f" AND {column}")
            parameters[name] = sound(word).lower()
    return Query(
        "SELECT count(*), coalesce(sum(u.token_count), 0) FROM trajectory_turns AS u "
        "CROSS JOIN trajectories AS t WHERE u.timestamp >= :low AND u.timestamp < :high AND u.token_count IS NOT NULL "
        f"AND u.requests = 0 AND u.is_copy = 0 AND t.id = u.trajectory_id{''.join(conditions)}",
        lambda rows: StatedTokens(*rows[0]),
        dict(parameters),
    )
