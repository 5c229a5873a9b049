"""One model's prices at one moment, as whole numbers.

The price library keeps dollars per million tokens as decimals, which are micro-dollars per token. `Rates` holds them as
integers over a common scale, so that a request costs a few multiplications and one division, exactly. All tokens of a
request pay the tier that its whole prompt falls into.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from ppp_tui.model.usage import TokenCounts

if TYPE_CHECKING:
    from genai_prices.types import ModelPrice, TieredPrices


class Band(NamedTuple):
    """Prices of a request whose prompt has more than `above` tokens, in micro-dollars times the scale."""

    above: int
    fresh: int
    read: int
    write_5m: int
    write_1h: int
    output: int


class Rates(NamedTuple):
    """What a model charges."""

    scale: int
    """By what the figures in `bands`, `search` and `request` are multiplied."""
    bands: tuple[Band, ...]
    """At least one, the greatest threshold first; the last is above −1."""
    search: int
    """Of one web search."""
    request: int
    """Of the request itself."""

    def cost_micros(self, tokens: TokenCounts, web_searches: int = 0) -> int:
        """Return the micro-dollars of one request, rounded half up. No count is negative."""
        fresh, output, read, write_5m, write_1h = tokens
        bands = self.bands
        band = bands[-1]
        if len(bands) > 1:
            prompt = fresh + read + write_5m + write_1h
            for band in bands:
                if prompt > band[0]:
                    break
        scale = self.scale
        scaled = (
            fresh * band[1]
            + read * band[2]
            + write_5m * band[3]
            + write_1h * band[4]
            + output * band[5]
            + web_searches * self.search
            + self.request
        )
        return (scaled + scaled + scale) // (scale + scale)

    def saved_micros(self, tokens: TokenCounts) -> int:
        """Return the micro-dollars that the cache saved on a prompt against sending all of it as fresh input."""
        fresh, _, read, write_5m, write_1h = tokens
        prompt = fresh + read + write_5m + write_1h
        if prompt == fresh:
            return 0
        return self.cost_micros(TokenCounts(prompt)) - self.cost_micros(TokenCounts(fresh, 0, read, write_5m, write_1h))


def _price_at(price: Decimal | TieredPrices, prompt: int) -> Decimal:
    if isinstance(price, Decimal):
        return price
    matching = price.base
    for tier in price.tiers:
        if prompt > tier.start:
            matching = tier.price
    return matching


def _first_price(*prices: Decimal | TieredPrices | None) -> Decimal | TieredPrices | None:
    """Return the most specific price that is known: tokens without one of their own pay what contains them."""
    return next((price for price in prices if price is not None), None)


def _scale(figures: list[Decimal]) -> int:
    """Return the least power of ten that makes every figure whole."""
    exponents = [figure.normalize().as_tuple().exponent for figure in figures]
    least = min((exponent for exponent in exponents if isinstance(exponent, int)), default=0)
    return int(10 ** max(0, -least))


def rates_of(price: ModelPrice, multiplier: Decimal = Decimal(1)) -> Rates | None:
    """Return the rates of a library price, tokens dearer by `multiplier`; None if it prices no input or no output."""
    fresh, output = price.input_mtok, price.output_mtok
    if fresh is None or output is None:
        return None
    write = _first_price(price.cache_write_mtok, fresh)
    kinds = (
        fresh,
        _first_price(price.cache_read_mtok, fresh),
        _first_price(price.cache_write_5m_mtok, write),
        _first_price(price.cache_write_1h_mtok, write),
        output,
    )
    priced = [kind for kind in kinds if kind is not None]
    starts = {tier.start for kind in priced if not isinstance(kind, Decimal) for tier in kind.tiers}
    rows = [
        (above, [_price_at(kind, above + 1) * multiplier for kind in priced])
        for above in sorted(starts | {-1}, reverse=True)
    ]
    fees = [_fee(price.web_searches_kcount), _fee(price.requests_kcount)]
    scale = _scale([figure for _, figures in rows for figure in figures] + fees)
    bands = tuple(Band(above, *(int(figure * scale) for figure in figures)) for above, figures in rows)
    return Rates(scale, bands, int(fees[0] * scale), int(fees[1] * scale))


def flat_rates(fresh: Decimal, output: Decimal, read: Decimal, write_5m: Decimal, write_1h: Decimal) -> Rates:
    """Return rates that are the same for any prompt, of dollars per million tokens, without fees."""
    figures = [fresh, read, write_5m, write_1h, output]
    scale = _scale(figures)
    return Rates(scale, (Band(-1, *(int(figure * scale) for figure in figures)),), 0, 0)


def _fee(price: Decimal | TieredPrices | None) -> Decimal:
    """Return micro-dollars of one, from dollars of a thousand."""
    return Decimal(0) if price is None else _price_at(price, 0) * 1000
