"""Prices of requests for the fold, from the price library and the user's own price list."""

from __future__ import annotations

from functools import cache, lru_cache
from hashlib import blake2b
from importlib.machinery import PathFinder
from pathlib import Path

from ppp_tui.model.clock import from_text
from ppp_tui.model.event import RequestMeasured
from ppp_tui.model.rows import UsageRow
from ppp_tui.model.usage import RequestKind, RequestPrice, TokenCounts
from ppp_tui.scoring.prices.context_windows import Window, context_window
from ppp_tui.scoring.prices.cost import VERSION, Override, Prices
from ppp_tui.scoring.prices.schedule import decode_memo, encode_memo
from ppp_tui.settings.prices import ModelPrices
from ppp_tui.sources.registry import provider_of

Stated = tuple[tuple[str, ModelPrices], ...]
"""The user's own prices by model, as ingest's options carry them."""

LOGGER = "logger"
"""The source of what programs log themselves."""


class PriceTable:
    """Current prices and context windows: the library's, overridden by the user's own."""

    def __init__(self, stated: Stated = (), memo: str = "") -> None:
        """Begin with the user's own prices, and with what `memo_text` returned earlier."""
        self.prices = Prices(memo=decode_memo(memo, library_version()))
        self._memo_text = memo
        self.windows: dict[str, int] = {}
        self.version = ""
        self.set_user_prices(stated)

    def set_user_prices(self, stated: Stated) -> None:
        """Replace the user's own prices by these."""
        self.prices.override({model: override for model, entry in stated if (override := _override(entry)) is not None})
        self.windows = {model: entry.context_window for model, entry in stated if entry.context_window is not None}
        self.version = price_version(stated)

    def memo_text(self) -> str | None:
        """Return the price memo for a later table to begin with; None if it has not changed."""
        text = encode_memo(self.prices.memo)
        if text == self._memo_text:
            return None
        self._memo_text = text
        return text


def library_version() -> str:
    """Return a version of the price library's table and of the rules by which it is read."""
    return f"{_genai_prices_version()}/{VERSION}"


@cache
def _genai_prices_version() -> str:
    """Return the library's version, by the name of the folder of its metadata."""
    spec = PathFinder.find_spec("genai_prices")
    if spec is not None and spec.origin is not None:
        folders = [entry.stem for entry in Path(spec.origin).parents[1].glob("genai_prices-*.dist-info")]
        if len(folders) == 1:
            return folders[0].partition("-")[2]
    from importlib import metadata  # reads e-mail headers, and takes as long to import as the interpreter

    return metadata.version("genai-prices")


def price_version(stated: Stated) -> str:
    """Return a version of a price table that changes with anything that changes a price."""
    own = blake2b(repr(sorted(stated)).encode(), digest_size=8).hexdigest() if stated else "none"
    return f"{library_version()}/{own}"


def _override(entry: ModelPrices) -> Override | None:
    if entry.input_usd is None or entry.output_usd is None:
        return None
    return Override(
        entry.input_usd, entry.output_usd, entry.cache_read_usd, entry.cache_write_5m_usd, entry.cache_write_1h_usd
    )


class SourcePricing:
    """Prices for the requests of one source."""

    def __init__(self, table: PriceTable, source: str) -> None:
        """Price requests of this source's agent by this table."""
        self._table = table
        self._provider = provider_of(source)

    def price(self, request: RequestMeasured | UsageRow, at_ms: int) -> RequestPrice:
        """Return what a request cost at that time, and what the cache saved on it."""
        kind = RequestKind(
            request.model,
            request.provider or self._provider,
            request.speed,
            request.service_tier,
            request.inference_geo,
        )
        tokens = TokenCounts(
            request.input_tokens,
            request.output_tokens,
            request.cache_read_tokens,
            request.cache_write_5m_tokens,
            request.cache_write_1h_tokens,
        )
        return self._table.prices.price(kind, at_ms, tokens, request.web_searches)

    def window(self, model: str, recorded: int | None, greatest: int) -> Window:
        """Return the context window: as recorded, else as the user states it, else inferred."""
        stated = recorded or self._table.windows.get(model)
        tokens = context_window(model, stated, greatest, self._table.prices.catalogued_window)
        return Window(tokens, is_inferred=not stated)


def price_stored(table: PriceTable, source: str, usage: UsageRow) -> RequestPrice:
    """Return what a stored request cost; a time that cannot be read is priced at the oldest price on record.

    A logging program that states a cost knows what it pays: its figures stay.
    """
    if source == LOGGER and usage.reported_micros is not None:
        return RequestPrice(usage.cost_micros, usage.saved_micros)
    try:
        at_ms = from_text(usage.at)
    except ValueError:
        at_ms = 0
    return SourcePricing(table, source).price(usage, at_ms)


@lru_cache(maxsize=1)
def _table_of(stated: Stated, memo: str) -> PriceTable:
    return PriceTable(stated, memo)


def cache_write_micros(
    stated: Stated, memo: str, source: str, model: str, at_ms: int, tokens: int, *, is_long: bool
) -> int | None:
    """Return the cost of writing tokens into a prompt cache, in millionths of a dollar, None if unpriced.

    `memo` is what `PriceTable.memo_text` returned: models that it does not hold have no known price. `is_long`
    asks for the cache of one hour.
    """
    counts = TokenCounts(0, 0, 0, 0, tokens) if is_long else TokenCounts(0, 0, 0, tokens, 0)
    kind = RequestKind(model, provider_of(source), "", "", "")
    rates = _table_of(stated, memo).prices.rates_on_record(kind, at_ms)
    return None if rates is None else rates.cost_micros(counts)
