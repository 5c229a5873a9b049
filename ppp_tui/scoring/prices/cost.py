"""What one model request cost, at the price of its own day.

Prices come from `genai-prices`, whose table is compiled in: nothing is fetched. The library takes 0.2 s to import, so
the first price that no memo holds loads it. Each request is priced alone, since tiers apply to a request's whole
prompt; a session's total would fall into the wrong one. A model without a price costs None, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from ppp_tui.model.clock import MAX_TIME_MS, MINUTE_MS
from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.model.usage import UNPRICED, RequestKind, RequestPrice, TokenCounts
from ppp_tui.scoring.prices.library import price_snapshot
from ppp_tui.scoring.prices.rates import Rates, flat_rates, rates_of
from ppp_tui.scoring.prices.schedule import PriceMemo, PriceSchedule

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, Provider

VERSION = 3
"""Raised whenever a request would be priced otherwise by this module (a newer price table is not counted)."""

FAST_MULTIPLIERS: Mapping[str, Decimal] = {
    "claude-opus-4-6": Decimal(6),
    "claude-opus-4-7": Decimal(6),
    "claude-opus-4-8": Decimal(2),
    "gpt-5.5": Decimal("2.5"),
    "gpt-5.4": Decimal(2),
    "gpt-5.3-codex": Decimal(2),
}
"""How much dearer a fast mode made a token, by the library's model id: for models and dates for which the library
itself has no fast price (facts as of November 2026)."""

LOCAL_PROVIDERS = frozenset({"ollama", "lmstudio", "lm-studio", "llamacpp", "llama.cpp", "vllm", "local", "oss"})
"""Providers that are a program on the user's own machine: a namesake's list price would be wrong."""

US_MULTIPLIER = Decimal("1.1")
"""How much dearer Anthropic makes a token of Claude 4.6 and later that must be processed in the United States."""

BATCH_MULTIPLIER = Decimal("0.5")
"""What Anthropic asks for a token of a batch, for models for which the library has no batch price."""

_ANY_GEO = frozenset({"", "global", "not_available"})
_FIRST_US_VERSION = (4, 6)
_CLAUDE_VERSION = lazy_pattern(r"claude-[a-z]+-(\d{1,2})(?:-(\d{1,2})(?!\d))?")
_BEDROCK = lazy_pattern(r"(?:^|[./])(?:anthropic|amazon|meta|mistral|cohere|ai21|deepseek|openai|qwen)\.[a-z]")
_OPAQUE = lazy_pattern(r"^arn:.*:(?:application-inference-profile|provisioned-model|imported-model|custom-model)/")
_VERTEX_PATH = lazy_pattern(r"(?:^|/)publishers/[a-z]+/models/([^/]+)$")
_UNPRICED = frozenset({"", "<synthetic>", "unknown"})
MAX_CACHED_KINDS = 4096
_FAST_NAME = "-fast"
"""Part of the names under which gateways sell a model's fast mode."""

_VARIANT_NOTE = lazy_pattern(r"\[[^\]]*\]$")


class Override(NamedTuple):
    """Prices that the user set for a model, in dollars per million tokens.

    A cache kind that is None costs as fresh input does; the one-hour write as the five-minute write does.
    """

    input_usd: Decimal
    """Fresh input."""
    output_usd: Decimal
    cache_read_usd: Decimal | None = None
    cache_write_5m_usd: Decimal | None = None
    cache_write_1h_usd: Decimal | None = None


class _Priced(NamedTuple):
    """A model as one kind of request meets it."""

    provider: Provider | None
    model: ModelInfo | None
    override: Override | None
    context: dict[str, str]
    geo: str
    """Where the request had to be processed, '' anywhere."""


class Prices:
    """A price table that remembers what it looked up."""

    def __init__(self, overrides: Mapping[str, Override] | None = None, memo: PriceMemo | None = None) -> None:
        """Use `overrides`, the user's own prices by recorded model name, before any table.

        `memo` holds what was looked up in the same version of the price library before; it grows by what is looked up.
        """
        self.memo = memo or PriceMemo()
        self._overrides: dict[str, Override] = {}
        self._schedules: dict[RequestKind, PriceSchedule] = {}
        self._priced: dict[RequestKind, _Priced] = {}
        """Kinds of requests whose price changes within a day."""
        self._minutes: dict[tuple[RequestKind, int], Rates | None] = {}
        self.override(overrides or {})

    def override(self, overrides: Mapping[str, Override]) -> None:
        """Set the user's own prices from now on."""
        self._overrides = dict(overrides)
        self._schedules.clear()
        self._priced.clear()
        self._minutes.clear()

    def price(self, kind: RequestKind, at_ms: int, tokens: TokenCounts, web_searches: int = 0) -> RequestPrice:
        """Return what one request cost, rounded half up, and what the cache saved on it.

        Nothing with a negative count in it has a price. A time of 0 is priced at the oldest price on record.
        """
        rates = self.rates(kind, at_ms)
        fresh, output, read, write_5m, write_1h = tokens
        if rates is None or min(fresh, read, write_5m, write_1h) < 0:
            return UNPRICED
        saved = rates.saved_micros(tokens)
        cost = None if min(output, web_searches) < 0 else rates.cost_micros(tokens, web_searches)
        return RequestPrice(cost, saved)

    def rates(self, kind: RequestKind, at_ms: int) -> Rates | None:
        """Return the rates at which a kind of request is priced at that time, None where no price is known."""
        schedule = self._schedules.get(kind)
        if schedule is None and kind not in self._priced:
            schedule = self._schedule(kind)
        return self._rates_at_minute(kind, at_ms) if schedule is None else schedule.rates_at(at_ms)

    def rates_on_record(self, kind: RequestKind, at_ms: int) -> Rates | None:
        """Return the rates of a kind of request by the user's own prices or the memo, None where neither has any.

        The price library, of which eleven megabytes stay in memory, is not asked.
        """
        if kind.model in self._overrides:
            return self.rates(kind, at_ms)
        schedule = self.memo.schedule(kind)
        return None if schedule is None else schedule.rates_at(at_ms)

    def catalogued_window(self, model: str) -> int | None:
        """Return the context window of a model in the price library, None if it knows none."""
        windows = self.memo.windows
        if model not in windows:
            if len(windows) >= MAX_CACHED_KINDS:
                windows.clear()
            entry = find_model(model)
            windows[model] = entry[1].context_window if entry else None
        return windows[model]

    def _schedule(self, kind: RequestKind) -> PriceSchedule | None:
        """Return a kind's schedule, looked up once; None for a price that changes within a day."""
        if len(self._schedules) >= MAX_CACHED_KINDS:
            self._schedules.clear()
            self.memo.schedules.clear()
        is_overridden = kind.model in self._overrides
        plain = RequestKind(kind.model, kind.provider, "", "", "")
        if not is_overridden and kind != plain and self.memo.schedule(plain) is None:
            # Who forecasts a request knows nothing of its tier, and asks the memo alone.
            self._schedule(plain)
        schedule = None if is_overridden else self.memo.schedule(kind)
        if schedule is None:
            priced = self._resolve(kind)
            if priced.model is not None and _changes_within_a_day(priced.model):
                self._priced[kind] = priced
                return None
            starts = _starts_ms(priced)
            schedule = PriceSchedule(starts, tuple(_look_up(priced, at_ms) for at_ms in starts))
            if not is_overridden:
                self.memo.keep(kind, schedule)
        self._schedules[kind] = schedule
        return schedule

    def _rates_at_minute(self, kind: RequestKind, at_ms: int) -> Rates | None:
        minute = (kind, at_ms // MINUTE_MS)
        if minute not in self._minutes:
            if len(self._minutes) >= MAX_CACHED_KINDS:
                self._minutes.clear()
            self._minutes[minute] = _look_up(self._priced[kind], at_ms)
        return self._minutes[minute]

    def _resolve(self, kind: RequestKind) -> _Priced:
        model, provider_hint, speed, service_tier, inference_geo = kind
        override = self._overrides.get(model)
        provider, info = (None if override else find_model(model, provider_hint)) or (None, None)
        geo = inference_geo.strip().lower()
        if info is not None and _FAST_NAME in model and _FAST_NAME not in info.id:
            # The library takes the name for a date or a variant of the plain model.
            speed = "fast"
        return _Priced(
            provider=provider,
            model=info,
            override=override,
            context=_context(speed, service_tier),
            geo="" if geo in _ANY_GEO else geo,
        )


def find_model(model: str, provider_hint: str = "") -> tuple[Provider, ModelInfo] | None:
    """Return the library's entry for a recorded model name, None if it has none or the model runs on this machine.

    The recorded provider is asked first, then the one that the name suggests, then the one that it begins with
    (``openai/gpt-5``), then the clouds whose way of naming it has: Bedrock (``us.anthropic.…``, also at the end of an
    ARN) and Vertex (``…@20250929``, ``publishers/…/models/…``).
    """
    name = _VARIANT_NOTE.sub("", model.strip())
    hint = provider_hint.strip()
    if name.lower() in _UNPRICED or hint.lower() in LOCAL_PROVIDERS or _OPAQUE.match(name):
        return None
    snapshot = price_snapshot()
    attempts: list[tuple[str, str | None]] = [(name, hint)] if hint else []
    attempts.append((name, None))
    vendor, slash, rest = name.partition("/")
    if slash and vendor and rest:
        attempts.append((rest, vendor))
    attempts += _cloud_attempts(name, hint)
    for reference, provider_id in attempts:
        try:
            return snapshot.find_provider_model(reference, None, provider_id, None)
        except LookupError:
            continue
    return None


def _cloud_attempts(name: str, hint: str) -> list[tuple[str, str | None]]:
    """Return names and providers under which the library may keep a model that a cloud has named."""
    attempts: list[tuple[str, str | None]] = []
    if _BEDROCK.search(name):
        attempts.append((name.rpartition("/")[2], "aws"))
    vertex = _VERTEX_PATH.search(name)
    if vertex is not None:
        attempts += [(vertex[1], "google"), (vertex[1].partition("@")[0], "google")]
    plain, version_mark, _ = name.rpartition("/")[2].partition("@")
    if version_mark and "/" not in name:
        attempts.append((plain, hint or None))
    return attempts


def _context(speed: str, service_tier: str) -> dict[str, str]:
    """Return the names under which the library keeps a request's special price."""
    if speed == "fast":
        return {"speed": "fast", "service_tier": "fast"}
    if service_tier == "batch":
        return {"processing": "batch"}
    return {"service_tier": service_tier} if service_tier in ("fast", "flex", "priority") else {}


def _changes_within_a_day(info: ModelInfo) -> bool:
    from genai_prices.types import ModelPrice, TimeOfDateConstraint

    if isinstance(info.prices, ModelPrice):
        return False
    constraints = [price.constraint for price in info.prices]
    constraints += [variant.constraint for variant in info.price_variants or ()]
    return any(isinstance(constraint, TimeOfDateConstraint) for constraint in constraints)


def _starts_ms(priced: _Priced) -> tuple[int, ...]:
    """Return Unix milliseconds at which the price may change: 0, and the days on which a price of the model begins."""
    if priced.model is None:
        return (0,)
    from genai_prices.types import ModelPrice, StartDateConstraint

    listed = [] if isinstance(priced.model.prices, ModelPrice) else list(priced.model.prices)
    constraints = [price.constraint for price in listed]
    constraints += [variant.constraint for variant in priced.model.price_variants or ()]
    days = {constraint.start_date for constraint in constraints if isinstance(constraint, StartDateConstraint)}
    starts = {int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000 for day in days}
    return tuple(sorted({0} | starts))


def _look_up(priced: _Priced, at_ms: int) -> Rates | None:
    if priced.override is not None:
        return _override_rates(priced.override)
    geo = _geo_multiplier(priced)
    if priced.provider is None or priced.model is None or geo is None:
        return None
    at = datetime.fromtimestamp(max(0, min(at_ms, MAX_TIME_MS)) / 1000, UTC)
    standard = priced.model.get_prices(at)
    # What one provider lends from another's list is sold without that other's special prices.
    is_own = any(priced.model is model for model in priced.provider.models)
    special = priced.model.get_prices(at, priced.context) if priced.context and is_own else standard
    if special == standard and _is_dearer(priced):
        multiplier = FAST_MULTIPLIERS.get(priced.model.id)
        return None if multiplier is None else rates_of(standard, multiplier * geo)
    if special == standard and "processing" in priced.context and priced.provider.id == "anthropic":
        return rates_of(standard, BATCH_MULTIPLIER * geo)
    return rates_of(special, geo)


def _geo_multiplier(priced: _Priced) -> Decimal | None:
    """Return how much dearer a token is where it must be processed; None for a place without a known price."""
    if not priced.geo or priced.provider is None or priced.provider.id != "anthropic" or priced.model is None:
        return Decimal(1)
    if priced.geo != "us":
        return None
    version = _CLAUDE_VERSION.match(priced.model.id)
    if version is None or (int(version[1]), int(version[2] or 0)) < _FIRST_US_VERSION:
        return Decimal(1)
    return US_MULTIPLIER


def _is_dearer(priced: _Priced) -> bool:
    """Return whether the standard price is too low: OpenAI's priority tier costs more, Anthropic's does not."""
    tier = priced.context.get("service_tier", "")
    return tier == "fast" or (tier == "priority" and priced.provider is not None and priced.provider.id == "openai")


def _override_rates(override: Override) -> Rates:
    """Return the user's own rates, without the library: also who never asks it for a price prices by them."""
    fresh, output, read, write_5m, write_1h = override
    write = fresh if write_5m is None else write_5m
    return flat_rates(fresh, output, fresh if read is None else read, write, write if write_1h is None else write_1h)
