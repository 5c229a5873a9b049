"""Reads the few settings of a quick command without the full check, which takes longer than the command.

Only values that are certainly valid are accepted: an unknown key, or a value of a type not known here, is left to the
full check, which reports every problem.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ppp_tui.paths import UserPaths, shipped
from ppp_tui.settings.layers import (
    CONFIG_VARIABLE,
    FOREIGN,
    NO_CHOICES,
    PREFIX,
    Choices,
    Key,
    Layer,
    from_choices,
    from_environment,
    from_toml,
)
from ppp_tui.settings.plain_values import CHECKS, is_plain
from ppp_tui.settings.source_names import is_source_name


class FastDatabaseSettings(NamedTuple):
    """Of ``[database]``"""

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


class PartialSettings(NamedTuple):
    """Settings by the names that they have in `Settings`."""

    database: FastDatabaseSettings
    budget: BudgetGlance
    targets: TargetsGlance
    screen: ScreenGlance


def read_fast_settings(
    environment: Mapping[str, str], home: Path, paths: UserPaths, choices: Choices
) -> PartialSettings | None:
    """Return the current settings; None where only the full check can decide. Raises FileNotFoundError."""
    values = plain_values(environment, paths, choices)
    return None if values is None else _checked(values, home, paths)


def plain_values(environment: Mapping[str, str], paths: UserPaths, choices: Choices) -> dict[Key, object] | None:
    """Return all values by key; None where one that the user chose needs the full check. Raises FileNotFoundError.

    This holds for settings that the command does not read, too.
    """
    text = shipped("config.toml").read_text(encoding="utf-8")
    if not are_any_chosen(environment, paths, choices):
        return {**shipped_values(text), **database_of(choices)}
    defaults = from_toml(text, "default", is_default=True, with_lines=False)
    upper = upper_layers(environment, paths, choices, defaults)
    if upper is None:
        return None
    upper.update(from_choices(choices, {**defaults, **upper}))
    if not all(is_source_name(kind) for kind, _ in choices.sources) or not all(
        is_plain(key, entry.value) for key, entry in upper.items()
    ):
        return None
    return {key: entry.value for key, entry in {**defaults, **upper}.items()}


def shipped_values(text: str) -> dict[Key, object]:
    """Return the values of the shipped file, which has one key per line and only values that are also JSON.

    So a quick command need not import a TOML parser, which would take half of its time.
    """
    decode = json.JSONDecoder().raw_decode
    table: Key = ()
    values: dict[Key, object] = {}
    for line in text.splitlines():
        name, equals, value = line.partition(" = ")
        if line.startswith("["):
            table = tuple(line.strip("[]").split("."))
        elif equals and not line.startswith("#"):
            values[*table, name] = decode(value)[0]
    return values


def are_any_chosen(environment: Mapping[str, str], paths: UserPaths, choices: Choices) -> bool:
    """Return whether any setting comes from elsewhere than the shipped file and ``--database``."""
    if choices._replace(database=None) != NO_CHOICES or environment.get(CONFIG_VARIABLE):
        return True
    if any(name.startswith(PREFIX) and name not in FOREIGN for name in environment):
        return True
    try:
        paths.config.stat()
    except OSError as error:
        return not isinstance(error, FileNotFoundError)
    return True


def full_path(written: Any, home: Path, paths: UserPaths) -> Path | None:
    """Return the database's path from its setting; None if that is not a full path."""
    path = paths.database if not written else home / written[2:] if written.startswith("~/") else Path(written)
    return path if path.is_absolute() else None


def database_of(choices: Choices) -> dict[Key, object]:
    """Return the database's setting of the command line, if there is one."""
    return {} if choices.database is None else {("database", "path"): str(choices.database.absolute())}


def upper_layers(environment: Mapping[str, str], paths: UserPaths, choices: Choices, defaults: Layer) -> Layer | None:
    """Return the user's file and the environment as one layer; None where the full check must read them."""
    if environment.get(CONFIG_VARIABLE) and choices.config is None:
        return None
    file = choices.config or paths.config
    try:
        layer = from_toml(file.read_text(encoding="utf-8-sig"), str(file), with_lines=False)
    except FileNotFoundError:
        if choices.config is not None:
            return None
        layer = {}
    except (OSError, ValueError):
        return None
    return {**layer, **from_environment(environment, defaults)}


def _checked(values: Mapping[Key, Any], home: Path, paths: UserPaths) -> PartialSettings | None:
    """Return the settings; None where one is not certainly valid."""
    if not all(is_right(values[key]) for key, is_right in CHECKS.items()):
        return None
    path = full_path(values["database", "path"], home, paths)
    if path is None:
        return None
    least, most = values["targets", "context_percent"]
    return PartialSettings(
        FastDatabaseSettings(path),
        BudgetGlance(*(values["budget", name] for name in BudgetGlance._fields)),
        TargetsGlance(
            values["targets", "cache_hit_percent"], values["targets", "token_efficiency_percent"], (least, most)
        ),
        ScreenGlance(values["screen", "time"]),
    )
