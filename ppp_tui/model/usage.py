"""What a model request used, and what that cost."""

from __future__ import annotations

from typing import NamedTuple


class TokenCounts(NamedTuple):
    """Tokens of one model request. Counts are disjoint: their sum is all that the request used."""

    input_tokens: int = 0
    """Fresh input: neither read from a cache nor written to one."""
    output_tokens: int = 0
    """Reasoning included."""
    cache_read_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0


class RequestKind(NamedTuple):
    """What the price of a token depends on besides the time, as recorded; '' if it is not recorded."""

    model: str
    provider: str = ""
    speed: str = ""
    service_tier: str = ""
    inference_geo: str = ""


class RequestPrice(NamedTuple):
    """What a request cost, in millionths of a dollar; None where no price is known."""

    cost_micros: int | None = None
    saved_micros: int | None = None
    """What the cache saved against sending everything as fresh input; negative where it cost more."""


UNPRICED = RequestPrice()
"""No price is known."""
