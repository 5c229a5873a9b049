"""``prices.toml`` beside the settings file: the user's own prices, by a model's name as agents record it.

    ["gpt-5.3-codex-spark"]
    input_usd = 1.75            # dollars per million tokens
    output_usd = 14
    cache_read_usd = 0.175
    context_window = 121_600    # tokens

All problems are reported at once, each with the file, the key and the allowed values.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from ppp_tui.settings.layers import key_lines
from ppp_tui.settings.problems import SettingsError, did_you_mean, sentence

FILE = "prices.toml"
"""Its name, in the folder of the settings file."""

DEAREST_USD = 100_000
"""Dollars per million tokens: a higher price is taken for a typing error."""

WIDEST = 1_000_000_000
"""Tokens of the largest context window."""


class ModelPrices(NamedTuple):
    """A user's statements about a model, None for each that is missing. Prices are dollars per million tokens."""

    input_usd: Decimal | None = None
    """Fresh input."""
    output_usd: Decimal | None = None
    cache_read_usd: Decimal | None = None
    """None: as fresh input."""
    cache_write_5m_usd: Decimal | None = None
    """None: as fresh input."""
    cache_write_1h_usd: Decimal | None = None
    """None: as the write for five minutes."""
    context_window: int | None = None
    """Tokens."""


def prices_path(config: Path) -> Path:
    """Return the path of the prices beside a settings file, existing or not."""
    return config.parent / FILE


def load_prices(path: Path) -> dict[str, ModelPrices]:
    """Return the user's prices by model; empty without a file. Raises SettingsError with every problem."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise SettingsError([f"{path} is not UTF-8 text."]) from error
    except OSError as error:
        raise SettingsError([f"{path} cannot be read: {error.strerror}."]) from error
    import tomllib  # few have the file

    try:
        content = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"{path} is no TOML: {error}."]) from error
    lines = key_lines(text)
    problems: list[str] = []
    prices = {model: _model(f"{path}", (model,), entry, lines, problems) for model, entry in content.items()}
    if problems:
        raise SettingsError(problems)
    return prices


def _model(
    file: str, key: tuple[str, ...], entry: Any, lines: Mapping[tuple[str, ...], int], problems: list[str]
) -> ModelPrices:
    if not isinstance(entry, dict):
        place = f"{file}, line {lines[key]}" if key in lines else file
        problems.append(f'{place}: {key[0]} must be a table of prices, such as ["{key[0]}"] above its keys.')
        return ModelPrices()
    kept: dict[str, Any] = {}
    for name, value in entry.items():
        line = lines.get((*key, name))
        place = f"{file}, line {line}" if line else file
        if name not in ModelPrices._fields:
            field_names = ", ".join(ModelPrices._fields)
            problems.append(
                sentence(
                    f'{place}: "{key[0]}" knows {field_names}, not {name}{did_you_mean(name, ModelPrices._fields)}'
                )
            )
        elif wrong := _wrong(name, value):
            problems.append(f'{place}: {name} of "{key[0]}" {wrong}.')
        else:
            kept[name] = value if name == "context_window" else Decimal(value)
    if ("input_usd" in entry) != ("output_usd" in entry) or (_prices(entry) and "input_usd" not in entry):
        problems.append(f'{file}: "{key[0]}" needs both input_usd and output_usd, or no price at all.')
    return ModelPrices(**kept)


def _prices(entry: Mapping[str, object]) -> bool:
    return any(name.endswith("_usd") for name in entry)


def _wrong(name: str, value: object) -> str:
    """Return what is wrong with a value, '' if nothing is."""
    if name == "context_window":
        is_right = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= WIDEST
        return "" if is_right else f"must be a whole number of tokens from 1 to {WIDEST}"
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    is_right = is_number and Decimal(str(value)).is_finite() and 0 <= Decimal(str(value)) <= DEAREST_USD
    return "" if is_right else f"must be dollars per million tokens, a number from 0 to {DEAREST_USD}"
