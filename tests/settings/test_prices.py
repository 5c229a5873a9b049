"""The person's own prices: what is allowed, and how what is wrong is told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from ppp_tui.settings import SettingsError
from ppp_tui.settings.prices import ModelPrices, load_prices, prices_path


def test_prices_stand_beside_the_settings() -> None:
    assert prices_path(Path("/home/ada/.config/ppp-tui/config.toml")) == Path("/home/ada/.config/ppp-tui/prices.toml")


def test_prices_and_windows_by_model(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(
        '["gpt-5.3-codex-spark"]\ninput_usd = 1.75\noutput_usd = 14\ncache_read_usd = 0.175\n\n'
        '["my-model"]\ncontext_window = 32_000\n'
    )
    assert load_prices(file) == {
        "gpt-5.3-codex-spark": ModelPrices(Decimal("1.75"), Decimal(14), Decimal("0.175")),
        "my-model": ModelPrices(context_window=32_000),
    }


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert load_prices(tmp_path / "prices.toml") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('["m"]\ninput = 1\noutput_usd = 2', 'line 2: "m" knows input_usd, output_usd, cache_read_usd, '),
        ('["m"]\ninput = 1\noutput_usd = 2', "context_window, not input; did you mean input_usd?"),
        ('["m"]\ninput_usd = "1"\noutput_usd = 2', 'line 2: input_usd of "m" must be dollars per million tokens'),
        ('["m"]\ninput_usd = -1\noutput_usd = 2', "must be dollars per million tokens, a number from 0 to 100000."),
        ('["m"]\ninput_usd = nan\noutput_usd = 2', "must be dollars per million tokens, a number from 0 to 100000."),
        ('["m"]\ncontext_window = 0', 'line 2: context_window of "m" must be a whole number of tokens'),
        ('["m"]\ninput_usd = 1', '"m" needs both input_usd and output_usd, or no price at all.'),
        ('["m"]\ncache_read_usd = 1', '"m" needs both input_usd and output_usd, or no price at all.'),
        ("m = 3", 'line 1: m must be a table of prices, such as ["m"] above its keys.'),
        ("[m", "is no TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_what_is_allowed(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_prices(file)
    assert any(said in problem and str(file) in problem for problem in caught.value.problems), caught.value.problems
