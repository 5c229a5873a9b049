"""The few settings that a quick command reads, without the check of all of them, which takes longer than the command.

What stands there must be plainly right: a key that is none, or a value that is not of the shape known here, is left to
the whole check, which tells every problem.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ppp_tui.paths import UserPaths, shipped
from ppp_tui.settings.layers import CONFIG_VARIABLE, Choices, Layer, from_choices, from_environment, from_toml


class ArchiveGlance(NamedTuple):
    """Of ``[archive]``"""

    path: Path


class BudgetGlance(NamedTuple):
    """``[budget]``"""

    daily_usd: float
    monthly_usd: float
    warn_percent: int


class TargetsGlance(NamedTuple):
    """``[targets]``"""

    cache_hit_percent: int
    token_efficiency_percent: int
    context_percent: tuple[int, int]


class ScreenGlance(NamedTuple):
    """Of ``[screen]``"""

    time: Literal["local", "utc"]


class Glance(NamedTuple):
    """Settings by the names that they have in `Settings`."""

    archive: ArchiveGlance
    budget: BudgetGlance
    targets: TargetsGlance
    screen: ScreenGlance


def glance(environment: Mapping[str, str], home: Path, paths: UserPaths, choices: Choices) -> Glance | None:
    """The settings in force; None where only the whole check can tell. Raises FileNotFoundError as `load` does."""
    text = shipped("config.toml").read_text(encoding="utf-8")
    defaults = from_toml(text, "default", is_default=True, with_lines=False)
    upper = _upper(environment, paths, choices, defaults)
    if upper is None or any(key not in defaults and key[0] != "keys" for key in upper):
        return None
    merged = {**defaults, **upper}
    merged.update(from_choices(choices, merged))
    values = {key: entry.value for key, entry in merged.items()}
    if not all(is_right(values[key]) for key, is_right in _CHECKS.items()):
        return None
    return _made(values, home, paths)


def _upper(environment: Mapping[str, str], paths: UserPaths, choices: Choices, defaults: Layer) -> Layer | None:
    """The layers between the shipped file and the command line."""
    if environment.get(CONFIG_VARIABLE) and choices.config is None:
        return None
    file = choices.config or paths.config
    try:
        layer = from_toml(file.read_text(encoding="utf-8"), str(file), with_lines=False)
    except FileNotFoundError:
        if choices.config is not None:
            return None
        layer = {}
    except (OSError, ValueError):
        return None
    return {**layer, **from_environment(environment, defaults)}


def _made(values: Mapping[tuple[str, ...], Any], home: Path, paths: UserPaths) -> Glance | None:
    written = values["archive", "path"]
    path = paths.archive if not written else home / written[2:] if written.startswith("~/") else Path(written)
    if not path.is_absolute():
        return None
    least, most = values["targets", "context_percent"]
    return Glance(
        ArchiveGlance(path),
        BudgetGlance(*(values["budget", name] for name in BudgetGlance._fields)),
        TargetsGlance(
            values["targets", "cache_hit_percent"], values["targets", "token_efficiency_percent"], (least, most)
        ),
        ScreenGlance(values["screen", "time"]),
    )


def _is_dollars(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1_000_000


def _is_percent(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100


def _is_range(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_percent, value))


_CHECKS: dict[tuple[str, ...], Callable[[object], bool]] = {
    ("archive", "path"): lambda value: isinstance(value, str) and "\0" not in value,
    ("budget", "daily_usd"): _is_dollars,
    ("budget", "monthly_usd"): _is_dollars,
    ("budget", "warn_percent"): _is_percent,
    ("targets", "cache_hit_percent"): _is_percent,
    ("targets", "token_efficiency_percent"): _is_percent,
    ("targets", "context_percent"): _is_range,
    ("screen", "time"): lambda value: value in ("local", "utc"),
}
