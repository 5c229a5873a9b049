"""Hands the fold its prices: `scoring`'s opinion, asked for one usage row at a time."""

from __future__ import annotations

from hashlib import blake2b
from importlib import metadata

from ppp_tui.model.rows import UsageRow
from ppp_tui.scoring.cost import VERSION, Override, Prices
from ppp_tui.scoring.window import Window, context_window
from ppp_tui.settings.prices import ModelPrices

Stated = tuple[tuple[str, ModelPrices], ...]
"""The person's own prices by model, as ingest's options carry them."""

LOGGER = "logger"
"""The source of what programs log themselves."""

PROVIDERS = {"claude_code": "anthropic", "codex": "openai"}
"""Whose models a source's agent speaks to, unless the model's name says otherwise."""


class Table:
    """Prices and windows as they stand now: those of the library, under the person's own."""

    def __init__(self, stated: Stated = ()) -> None:
        """Begin with these prices of the person's."""
        self.prices = Prices()
        self.windows: dict[str, int] = {}
        self.version = ""
        self.state(stated)

    def state(self, stated: Stated) -> None:
        """From here on, these are the person's own prices."""
        self.prices.override({model: made for model, entry in stated if (made := _override(entry)) is not None})
        self.windows = {model: entry.context_window for model, entry in stated if entry.context_window is not None}
        self.version = price_version(stated)


def price_version(stated: Stated) -> str:
    """Names a price table: whatever changes what a request costs changes it."""
    own = blake2b(repr(sorted(stated)).encode(), digest_size=8).hexdigest() if stated else "none"
    return f"{metadata.version('genai-prices')}/{VERSION}/{own}"


def _override(entry: ModelPrices) -> Override | None:
    if entry.input_usd is None or entry.output_usd is None:
        return None
    return Override(
        entry.input_usd, entry.output_usd, entry.cache_read_usd, entry.cache_write_5m_usd, entry.cache_write_1h_usd
    )


class SourcePricing:
    """Prices for the requests of one source."""

    def __init__(self, table: Table, source: str) -> None:
        """Price with these prices what this source's agent asked for."""
        self._table = table
        self._provider = PROVIDERS.get(source, "")

    def cost_micros(self, usage: UsageRow, at_ms: int) -> int | None:
        """Millionths of a dollar at the price of that day; None where no price is known."""
        return self._table.prices.cost_micros(
            usage.model, at_ms, usage.input_tokens, usage.output_tokens, usage.cache_read_tokens,
            usage.cache_write_5m_tokens, usage.cache_write_1h_tokens, usage.web_searches, usage.speed,
            usage.service_tier, usage.provider or self._provider, usage.inference_geo,
        )  # fmt: skip

    def saved_micros(self, usage: UsageRow, at_ms: int) -> int | None:
        """Millionths of a dollar that the cache saved on the request; None where no price is known."""
        return self._table.prices.cache_savings_micros(
            usage.model, at_ms, usage.input_tokens, usage.cache_read_tokens, usage.cache_write_5m_tokens,
            usage.cache_write_1h_tokens, usage.speed, usage.service_tier, usage.provider or self._provider,
            usage.inference_geo,
        )  # fmt: skip

    def window(self, model: str, recorded: int | None, greatest: int) -> Window:
        """The context window. What the user states goes before what is inferred."""
        told = recorded or self._table.windows.get(model)
        return Window(context_window(model, told, greatest), is_inferred=not told)
