"""Price schedules: kept as text, read without the price library, and only by the version that wrote them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ppp_tui.model.clock import HOUR_MS
from ppp_tui.model.usage import RequestKind, TokenCounts
from ppp_tui.scoring.prices.cost import Prices
from ppp_tui.scoring.prices.rates import Band, Rates
from ppp_tui.scoring.prices.schedule import PriceMemo, PriceSchedule, decode_memo, encode_memo

MAY_2025 = 1_746_057_600_000
CHEAP = Rates(1, (Band(-1, 1, 0, 1, 2, 5),), 0, 0)
DEAR = Rates(1, (Band(-1, 2, 0, 2, 4, 10),), 0, 0)
KIND = RequestKind("m1", "openai")


@pytest.mark.parametrize(("at_ms", "rates"), [(-5, None), (0, None), (99, None), (100, CHEAP), (250, DEAR)])
def test_rates_hold_from_their_start_until_the_next(at_ms: int, rates: Rates | None) -> None:
    assert PriceSchedule((0, 100, 200), (None, CHEAP, DEAR)).rates_at(at_ms) == rates


def test_a_memo_comes_back_out_of_its_text() -> None:
    memo = PriceMemo("v1", windows={"m1": 4000, "m2": None})
    memo.keep(KIND, PriceSchedule((0, 100), (None, CHEAP)))
    read = decode_memo(encode_memo(memo), "v1")
    assert read.schedule(KIND) == PriceSchedule((0, 100), (None, CHEAP))
    assert read.windows == {"m1": 4000, "m2": None}


@pytest.mark.parametrize("text", ["", "{", '["v0",{},{"m1":1}]'])
def test_text_of_another_version_or_of_nothing_is_an_empty_memo(text: str) -> None:
    memo = decode_memo(text, "v1")
    assert (memo.version, memo.schedules, memo.windows) == ("v1", {}, {})


def test_a_price_that_began_within_the_year_is_found_by_its_day() -> None:
    prices = Prices()
    prices.rates(RequestKind("claude-sonnet-4-5", "anthropic"), 1_767_225_600_000)
    schedule = prices.memo.schedule(RequestKind("claude-sonnet-4-5", "anthropic"))
    assert schedule is not None
    assert schedule.starts_ms[0] == 0


def test_a_price_that_changes_within_a_day_is_in_no_memo() -> None:
    prices = Prices()
    kind = RequestKind("deepseek-chat", "deepseek")
    noon, evening = prices.rates(kind, MAY_2025 + 12 * HOUR_MS), prices.rates(kind, MAY_2025 + 20 * HOUR_MS)
    assert noon is not None
    assert evening is not None
    million = TokenCounts(1_000_000)
    assert (noon.cost_micros(million), evening.cost_micros(million)) == (270_000, 135_000)
    assert prices.memo.schedules == {}


def test_a_memo_prices_and_knows_windows_without_the_library() -> None:
    prices = Prices()
    expected = prices.price(RequestKind("gpt-5"), 1_767_225_600_000, TokenCounts(1_000, 1_000)).cost_micros
    window = prices.catalogued_window("gpt-5")
    program = (
        "import sys\n"
        "from ppp_tui.model.usage import RequestKind, TokenCounts\n"
        "from ppp_tui.scoring.prices.cost import Prices\n"
        "from ppp_tui.scoring.prices.schedule import decode_memo\n"
        "prices = Prices(memo=decode_memo(sys.argv[1], ''))\n"
        "price = prices.price(RequestKind('gpt-5'), 1_767_225_600_000, TokenCounts(1_000, 1_000))\n"
        "print(price.cost_micros, prices.catalogued_window('gpt-5'))\n"
        "print('genai_prices' in sys.modules)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, encode_memo(prices.memo)], check=True, capture_output=True, text=True
    )
    assert ended.stdout.splitlines() == [f"{expected} {window}", "False"]


def test_prices_on_record_are_found_without_the_library() -> None:
    prices = Prices()
    # Requests are recorded with their tier; whoever forecasts the next one knows none.
    prices.rates(RequestKind("claude-sonnet-4-5", "anthropic", "standard", "standard"), MAY_2025)
    program = (
        "import sys\n"
        "from decimal import Decimal\n"
        "from ppp_tui.ingest.pricing import cache_write_micros, library_version\n"
        "from ppp_tui.settings.prices import ModelPrices\n"
        "memo = sys.argv[1].replace('VERSION', library_version())\n"
        "stated = (('own', ModelPrices(Decimal(2), Decimal(8), cache_write_1h_usd=Decimal('2.5'))),)\n"
        "for model in ('claude-sonnet-4-5', 'own', 'claude-opus-4-5'):\n"
        "    for is_long in (False, True):\n"
        "        print(cache_write_micros(stated, memo, 'claude_code', model, 0, 100_000, is_long=is_long))\n"
        "print('genai_prices' in sys.modules)\n"
    )
    memo = PriceMemo("VERSION", prices.memo.schedules)
    ended = subprocess.run(
        [sys.executable, "-c", program, encode_memo(memo)], check=True, capture_output=True, text=True
    )
    assert ended.stdout.split() == ["375000", "600000", "200000", "250000", "None", "None", "False"]
