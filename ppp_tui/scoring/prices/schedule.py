"""Price schedules: what a kind of request costs, from when on, compiled from the price library and kept as text.

The library takes a quarter of a second to import. Who has a schedule asks it nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

import msgspec

from ppp_tui.model.usage import RequestKind
from ppp_tui.scoring.prices.rates import Rates


class PriceSchedule(NamedTuple):
    """Rates of one kind of request over time."""

    starts_ms: tuple[int, ...]
    """Unix milliseconds from which on the rates at the same place hold; the first is the oldest price on record."""
    rates: tuple[Rates | None, ...]
    """None where no price is known."""

    def rates_at(self, at_ms: int) -> Rates | None:
        """Return the rates at that time; before the first start, the first."""
        return self.rates[max(0, bisect_right(self.starts_ms, at_ms) - 1)]


class PriceMemo(msgspec.Struct, array_like=True):
    """What was looked up in one version of the price library."""

    version: str = ""
    schedules: dict[str, PriceSchedule] = {}
    """By the parts of a `RequestKind`, joined by newlines."""
    windows: dict[str, int | None] = {}
    """Context windows by model; None where the library knows none."""

    def schedule(self, kind: RequestKind) -> PriceSchedule | None:
        """Return the schedule of a kind of request, None if it was not looked up yet."""
        return self.schedules.get("\n".join(kind))

    def keep(self, kind: RequestKind, schedule: PriceSchedule) -> None:
        """Keep the schedule of a kind of request."""
        self.schedules["\n".join(kind)] = schedule


_decoder = msgspec.json.Decoder(PriceMemo)


def encode_memo(memo: PriceMemo) -> str:
    """Return the memo as text."""
    return msgspec.json.encode(memo).decode()


def decode_memo(text: str, version: str) -> PriceMemo:
    """Return the memo of a version out of its text; an empty one where the text is of another version or is none."""
    try:
        memo = _decoder.decode(text)
    except msgspec.MsgspecError:
        memo = PriceMemo()
    return memo if memo.version == version else PriceMemo(version)
