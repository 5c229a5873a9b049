"""Hands the fold its prices: `scoring`'s opinion, asked for one usage row at a time."""

from __future__ import annotations

from ppp_tui.model.rows import UsageRow
from ppp_tui.scoring.cost import Prices
from ppp_tui.scoring.window import context_window

_PROVIDERS = {"claude_code": "anthropic", "codex": "openai"}
"""Whose models a source's agent speaks to, unless the model's name says otherwise."""


class SourcePricing:
    """Prices for the requests of one source."""

    def __init__(self, prices: Prices, source: str) -> None:
        """Price with these prices what this source's agent asked for."""
        self._prices = prices
        self._provider = _PROVIDERS.get(source, "")

    def cost_micros(self, usage: UsageRow, at_ms: int) -> int | None:
        """Millionths of a dollar at the price of that day; None where no price is known."""
        return self._prices.cost_micros(
            usage.model, at_ms, usage.input_tokens, usage.output_tokens, usage.cache_read_tokens,
            usage.cache_write_5m_tokens, usage.cache_write_1h_tokens, usage.web_searches, usage.speed,
            usage.service_tier, self._provider,
        )  # fmt: skip

    def window(self, model: str, recorded: int | None, greatest: int) -> int | None:
        """The context window in tokens; None if unknown."""
        return context_window(model, recorded, greatest)
