"""Prices: literal sums, every trap of a price table, and agreement with the library over random usage."""

from __future__ import annotations

import subprocess
import sys
import warnings
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ppp_tui.model.usage import UNPRICED, RequestKind, RequestPrice, TokenCounts
from ppp_tui.scoring.prices.cost import Override, Prices, find_model

JANUARY_2026 = 1_767_225_600_000
"""2026-01-01 00:00 UTC."""
NOVEMBER_2026 = 1_793_491_200_000
"""2026-11-01 00:00 UTC."""

SHARED = Prices()
"""One table over all random requests, so that a rate remembered for the wrong day would show."""

MODELS = [
    "claude-opus-4-5-20251101",
    "claude-opus-4-6",
    "claude-opus-4-8",
    "claude-opus-5",
    "claude-sonnet-4-5-20250929",
    "claude-sonnet-5",
    "claude-haiku-4-5-20251001",
    "claude-3-5-haiku-20241022",
    "gpt-5",
    "gpt-5.3-codex",
    "gpt-5.4",
    "gpt-5.5",
    "gpt-4o",
    "o3",
    "gemini-2.5-pro",
    "gemini-2.5-flash",
    "gemini-3-pro-preview",
    "grok-code-fast-1",
    "deepseek-chat",
    "kimi-k2",
    "mistral-large-latest",
]


def cost(prices: Prices, model: str, at_ms: int, *counts: int, web_searches: int = 0, **kind: str) -> int | None:
    """Micro-dollars of a request: fresh input, output, cache read, cache written for five minutes and for an hour."""
    return prices.price(RequestKind(model, **kind), at_ms, TokenCounts(*counts), web_searches).cost_micros


def saved(prices: Prices, model: str, at_ms: int, *counts: int) -> int | None:
    return prices.price(RequestKind(model), at_ms, TokenCounts(*counts)).saved_micros


def test_cache_reads_and_writes_each_at_their_own_price() -> None:
    # 10k at $3 + 80k at $0.30 + 10k at $3.75 + 1k at $15, per million
    assert cost(Prices(), "claude-sonnet-4-5", JANUARY_2026, 10_000, 1_000, 80_000, 10_000) == 106_500


def test_the_whole_request_moves_to_the_tier_of_its_prompt() -> None:
    # 10k at $6 + 280k at $0.60 + 10k at $7.50 + 1k at $22.50, per million
    assert cost(Prices(), "claude-sonnet-4-5", JANUARY_2026, 10_000, 1_000, 280_000, 10_000) == 325_500


@pytest.mark.parametrize(("fresh", "expected"), [(200_000, 600_000), (200_001, 1_200_006)])
def test_a_tier_begins_above_its_threshold(fresh: int, expected: int) -> None:
    assert cost(Prices(), "claude-sonnet-4-5", JANUARY_2026, fresh, 0) == expected


def test_output_does_not_lift_a_request_into_a_tier() -> None:
    assert cost(Prices(), "claude-sonnet-4-5", JANUARY_2026, 1_000, 250_000) == 3_753_000


def test_an_hours_cache_write_is_dearer_than_five_minutes() -> None:
    prices = Prices()
    assert cost(prices, "claude-opus-4-5-20251101", JANUARY_2026, 0, 0, 0, 1_000, 0) == 6_250
    assert cost(prices, "claude-opus-4-5-20251101", JANUARY_2026, 0, 0, 0, 0, 1_000) == 10_000


def test_cached_input_is_not_paid_twice() -> None:
    # A Codex request with 100k input of which 90k cached: 10k at $1.75 + 90k at $0.175, per million
    assert cost(Prices(), "gpt-5.3-codex", NOVEMBER_2026, 10_000, 0, 90_000) == 33_250


def test_a_cache_kind_without_a_price_costs_as_fresh_input() -> None:
    # gpt-5 has no price for cache writes: 1k at $1.25 per million
    assert cost(Prices(), "gpt-5", JANUARY_2026, 0, 0, 0, 1_000) == 1_250


@pytest.mark.parametrize(
    "model", ["", "  ", "<synthetic>", "unknown", "gpt-5.3-codex-spark", "my-own-model", "/", "gpt/"]
)
def test_an_unknown_model_has_no_price_rather_than_none_to_pay(model: str) -> None:
    assert cost(Prices(), model, JANUARY_2026, 1_000, 1_000) is None


def test_a_known_model_costs_nothing_for_nothing() -> None:
    assert cost(Prices(), "claude-opus-5", NOVEMBER_2026, 0, 0) == 0


def test_a_request_is_priced_at_its_own_day() -> None:
    # o3 fell from $10 to $2 per million on 2025-06-10
    prices = Prices()
    assert cost(prices, "o3", 1_749_513_599_999, 1_000, 0) == 10_000
    assert cost(prices, "o3", 1_749_513_600_000, 1_000, 0) == 2_000


def test_a_price_that_changes_with_the_hour() -> None:
    # deepseek-chat: $0.27 within 00:30 to 16:30 UTC, $0.135 outside, per million
    prices = Prices()
    assert cost(prices, "deepseek-chat", JANUARY_2026 + 12 * 3_600_000, 1_000_000, 0) == 270_000
    assert cost(prices, "deepseek-chat", JANUARY_2026 + 20 * 3_600_000, 1_000_000, 0) == 135_000


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("claude-opus-4-6", 30_000),  # six times $5, which the library does not know
        ("claude-opus-4-7", 30_000),
        ("claude-opus-4-8", 10_000),  # the library's own fast price
        ("gpt-5.5", 12_500),
        ("gpt-5.4", 5_000),
        ("gpt-5.3-codex", 3_500),
    ],
)
def test_fast_mode_is_dearer(model: str, expected: int) -> None:
    assert cost(Prices(), model, NOVEMBER_2026, 1_000, 0, speed="fast") == expected


def test_fast_mode_before_the_library_had_its_price() -> None:
    # The library's fast price of gpt-5.3-codex begins on 2026-10-12; before it, twice $1.75
    assert cost(Prices(), "gpt-5.3-codex", 1_780_000_000_000, 1_000, 0, speed="fast") == 3_500


def test_fast_mode_of_a_model_without_a_fast_price_is_unpriced() -> None:
    assert cost(Prices(), "claude-opus-4-5", NOVEMBER_2026, 1_000, 0, speed="fast") is None


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("anthropic/claude-opus-4.6-fast", 30_000),
        ("claude-opus-4-6-fast", 30_000),
        ("gpt-5.5-fast", None),
        ("claude-opus-4-5-fast", None),
        ("grok-4-fast", 200),
    ],
)
def test_fast_mode_that_the_models_name_tells_is_dearer(model: str, expected: int | None) -> None:
    assert cost(Prices(), model, NOVEMBER_2026, 1_000, 0) == expected


@pytest.mark.parametrize(
    ("tier", "expected"), [("", 1_250), ("standard", 1_250), ("default", 1_250), ("flex", 625), ("priority", 2_500)]
)
def test_service_tiers(tier: str, expected: int) -> None:
    assert cost(Prices(), "gpt-5", NOVEMBER_2026, 1_000, 0, service_tier=tier) == expected


def test_the_priority_tier_of_anthropic_has_the_standard_price() -> None:
    assert cost(Prices(), "claude-opus-5", NOVEMBER_2026, 1_000, 0, service_tier="priority") == 5_000


@pytest.mark.parametrize(
    ("model", "geo", "expected"),
    [
        ("claude-opus-4-6", "us", 55_000),  # 10k at $5.50
        ("claude-opus-4-6", "US", 55_000),
        ("claude-opus-4-6", "global", 50_000),
        ("claude-opus-4-6", "not_available", 50_000),
        ("claude-opus-4-6", "", 50_000),
        ("claude-opus-5", "us", 55_000),
        ("claude-opus-4-5-20251101", "us", 50_000),  # before 4.6 there was no such choice
        ("claude-opus-4-6", "atlantis", None),  # a place of which no price is known
        ("us.anthropic.claude-opus-4-6-v1", "us", 55_000),  # a cloud's regional price holds it already
        ("gpt-5", "us", 12_500),
    ],
)
def test_processing_in_the_united_states_costs_a_tenth_more(model: str, geo: str, expected: int | None) -> None:
    assert cost(Prices(), model, NOVEMBER_2026, 10_000, 0, inference_geo=geo) == expected


def test_us_processing_raises_cache_output_and_fast_mode_but_no_search_fee() -> None:
    prices = Prices()
    # opus 4.6, per million: 1k read at $0.55, 1k written for an hour at $11, 1k out at $27.50; a search at 1 cent
    tokens = (0, 1_000, 1_000, 0, 1_000)
    spent = cost(prices, "claude-opus-4-6", NOVEMBER_2026, *tokens, web_searches=1, inference_geo="us")
    assert spent == 550 + 11_000 + 27_500 + 10_000
    assert cost(prices, "claude-opus-4-6", NOVEMBER_2026, 1_000, 0, speed="fast", inference_geo="us") == 33_000


def test_batches_of_claude_cost_half() -> None:
    assert cost(Prices(), "claude-sonnet-4-6", NOVEMBER_2026, 1_000, 0, service_tier="batch") == 1_500


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("us.anthropic.claude-opus-4-6-v1", 55_000),
        ("anthropic.claude-opus-4-6-v1", 55_000),
        ("us.anthropic.claude-opus-4-6-v1[1m]", 55_000),
        ("global.anthropic.claude-opus-4-6-v1:0", 50_000),
        ("eu.anthropic.claude-haiku-4-5-20251001-v1:0", 11_000),
        ("jp.anthropic.claude-sonnet-4-5-20250929-v1:0", 33_000),
        ("bedrock/eu.anthropic.claude-haiku-4-5-20251001-v1:0", 11_000),
        ("arn:aws:bedrock:eu-west-1:42:inference-profile/eu.anthropic.claude-haiku-4-5-20251001-v1:0", 11_000),
        ("arn:aws:bedrock:eu-west-1:42:inference-profile/global.anthropic.claude-opus-4-6-v1", 50_000),
        ("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-4-6-v1", 55_000),
        ("claude-sonnet-4-5@20250929", 30_000),
        ("claude-haiku-4-5@default", 10_000),
        ("claude-opus-5-5@default", 40_000),
        ("vertex_ai/claude-haiku-4-5@20251001", 10_000),
        ("projects/p/locations/europe-west1/publishers/anthropic/models/claude-haiku-4-5@20251001", 10_000),
        ("arn:aws:bedrock:eu-west-1:42:application-inference-profile/k3x9", None),
        ("arn:aws:bedrock:eu-west-1:42:application-inference-profile/claude-opus-4-6", None),
        ("us.anthropic.claude-of-tomorrow-v1:0", None),
        ("anthropic.", None),
    ],
)
def test_models_under_the_names_of_clouds(model: str, expected: int | None) -> None:
    assert cost(Prices(), model, NOVEMBER_2026, 10_000, 0, provider="anthropic") == expected


def test_web_searches_have_a_fee() -> None:
    assert cost(Prices(), "claude-opus-5", NOVEMBER_2026, 0, 0, web_searches=3) == 30_000


def test_a_vendor_before_the_name_is_understood() -> None:
    assert cost(Prices(), "openai/gpt-5", JANUARY_2026, 1_000, 0) == 1_250


def test_a_remark_behind_the_name_is_ignored() -> None:
    assert cost(Prices(), "claude-sonnet-4-5[1m]", JANUARY_2026, 1_000, 0) == 3_000


def test_the_recorded_provider_goes_first_and_an_unknown_one_is_ignored() -> None:
    first, second = find_model("gpt-5-mini", "github-copilot"), find_model("gpt-5-mini", "somebody-new")
    assert first is not None
    assert second is not None
    assert (first[0].id, second[0].id) == ("github-copilot", "openai")


def test_a_namesake_on_the_users_own_machine_has_no_list_price() -> None:
    assert cost(Prices(), "deepseek-chat", JANUARY_2026, 1_000, 0, provider="ollama") is None


def test_the_users_own_price_goes_first() -> None:
    prices = Prices({"gpt-5.3-codex-spark": Override(Decimal(2), Decimal(8), cache_read_usd=Decimal("0.2"))})
    assert cost(prices, "gpt-5.3-codex-spark", NOVEMBER_2026, 1_000, 1_000, 10_000) == 12_000


@pytest.mark.parametrize(
    ("counts", "web_searches", "expected"),
    [
        ((-1, 1_000), 0, UNPRICED),
        ((0, 0, -1), 0, UNPRICED),
        ((0, 0, 0, -1), 0, UNPRICED),
        ((0, 0, 0, 0, -1), 0, UNPRICED),
        ((0, -1), 0, RequestPrice(None, 0)),
        ((0, 0, 1_000), -1, RequestPrice(None, 4_500)),  # a read of opus 5 at $0.50 instead of $5 per million
        ((0, 0), 0, RequestPrice(0, 0)),
    ],
)
def test_a_count_below_zero_unprices_what_it_is_part_of(
    counts: tuple[int, ...], web_searches: int, expected: RequestPrice
) -> None:
    kind = RequestKind("claude-opus-5")
    assert Prices().price(kind, NOVEMBER_2026, TokenCounts(*counts), web_searches) == expected


@pytest.mark.parametrize("at_ms", [-(10**18), -1, 0, 10**18])
def test_any_time_has_a_price(at_ms: int) -> None:
    assert cost(Prices(), "claude-opus-5", at_ms, 1_000, 0) == 5_000


def test_half_a_micro_dollar_is_rounded_up() -> None:
    # One cached token of gpt-4o: $1.25 per million; one of gpt-5: $0.125
    assert cost(Prices(), "gpt-4o", JANUARY_2026, 0, 0, 2) == 3
    assert cost(Prices(), "gpt-5", JANUARY_2026, 0, 0, 4) == 1
    assert cost(Prices(), "gpt-5", JANUARY_2026, 0, 0, 3) == 0


def test_what_the_cache_saved() -> None:
    # opus 4.5, per million: 100k read at $0.50 instead of $5, 10k written at $6.25 instead of $5
    assert saved(Prices(), "claude-opus-4-5", JANUARY_2026, 0, 0, 100_000, 10_000) == 437_500


def test_a_cache_that_was_written_and_never_read_saved_less_than_nothing() -> None:
    assert saved(Prices(), "claude-opus-4-5", JANUARY_2026, 0, 0, 0, 10_000) == -12_500


def test_savings_of_an_unpriced_models_cache_are_unknown() -> None:
    assert saved(Prices(), "<synthetic>", JANUARY_2026, 0, 0, 1_000) is None


def test_many_names_and_days_do_not_fill_the_memory() -> None:
    prices = Prices()
    for number in range(5_000):
        cost(prices, f"model-{number}", JANUARY_2026, 1, 1)
        cost(prices, "gpt-5", number * 86_400_000, 1, 1)
        cost(prices, "deepseek-chat", number * 60_000, 1, 1)
    assert max(len(prices._schedules), len(prices._minutes), len(prices.memo.schedules)) <= 4_096


def test_importing_the_module_does_not_load_the_price_table() -> None:
    modules = "ppp_tui.scoring.prices.cost, ppp_tui.scoring.prices.context_windows"
    code = f"import sys, {modules}; sys.exit('genai_prices' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


tokens = st.integers(0, 400_000)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(MODELS),
    st.integers(1_735_689_600_000, 1_798_761_600_000),
    tokens,
    tokens,
    tokens,
    tokens,
    tokens,
    st.integers(0, 9),
    st.sampled_from(["", "standard", "flex"]),
)
def test_agrees_with_the_library(
    model: str, at_ms: int, fresh: int, output: int, read: int, write_5m: int, write_1h: int, searches: int, tier: str
) -> None:
    from genai_prices import Usage, calc_price

    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    ours = cost(SHARED, model, at_ms, fresh, output, read, write_5m, write_1h, web_searches=searches, service_tier=tier)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        usage = Usage(
            input_tokens=fresh + read + write_5m + write_1h,
            cache_read_tokens=read,
            cache_write_tokens=write_5m + write_1h,
            cache_write_1h_tokens=write_1h,
            output_tokens=output,
            web_searches=searches,
        )
        theirs = calc_price(
            usage, model, genai_request_timestamp=at, price_context={"service_tier": tier} if tier else None
        )
    assert ours is not None
    assert abs(ours - theirs.total_price * 1_000_000) <= 1


def test_every_model_of_the_corpus_kind_is_found() -> None:
    assert [model for model in MODELS if find_model(model) is None] == []
