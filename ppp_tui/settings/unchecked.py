"""The settings without the check of them all, where whatever the user chose is plainly right.

The check takes longer to load than the first picture takes to be drawn. What is chosen here and cannot be judged by a
glance is left to it, with every problem told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from ppp_tui.paths import UserPaths, shipped
from ppp_tui.settings.fast_settings import (
    CHECKS,
    are_any_chosen,
    database_of,
    full_path,
    is_percent,
    shipped_values,
    upper_layers,
)
from ppp_tui.settings.layers import FREE_TABLES, LONGEST_S, MAX_HISTORY_HOURS, Choices, Key, from_choices, from_toml
from ppp_tui.settings.theme_names import is_theme_name

if TYPE_CHECKING:
    from ppp_tui.settings.schema import Settings


def read_unchecked(environment: Mapping[str, str], home: Path, paths: UserPaths, choices: Choices) -> Settings | None:
    """The settings in force, of the same names and values as checked ones; None where only the whole check can tell.

    Raises FileNotFoundError without the shipped file.
    """
    text = shipped("config.toml").read_text(encoding="utf-8")
    if are_any_chosen(environment, paths, choices):
        defaults = from_toml(text, "default", is_default=True, with_lines=False)
        upper = upper_layers(environment, paths, choices, defaults)
        if upper is None:
            return None
        upper.update(from_choices(choices, {**defaults, **upper}))
        if not all(_is_plain(key, entry.value) for key, entry in upper.items()):
            return None
        values = {key: entry.value for key, entry in {**defaults, **upper}.items()}
    else:
        values = {**shipped_values(text), **database_of(choices)}
    path = full_path(values["database", "path"], home, paths)
    return None if path is None else _settings({**values, ("database", "path"): path})


def _is_plain(key: Key, value: object) -> bool:
    if key[0] == "keys":
        return len(key) == 2 and isinstance(value, str)
    is_right = CHECKS.get(key) or _MORE_CHECKS.get(key)
    return is_right is not None and is_right(value)


def _settings(values: Mapping[Key, Any]) -> Settings:
    root = SimpleNamespace()
    for *tables, name in FREE_TABLES:
        setattr(_table(root, tables), name, {})
    for (*tables, name), value in values.items():
        table = _table(root, tables)
        kept = tuple(value) if isinstance(value, list) else value
        if isinstance(table, dict):
            table[name] = kept
        else:
            setattr(table, name, kept)
    return cast("Settings", root)


def _table(root: SimpleNamespace, tables: list[str]) -> Any:
    table: Any = root
    for name in tables:
        if not hasattr(table, name):
            setattr(table, name, SimpleNamespace())
        table = getattr(table, name)
    return table


def _whole_number(least: int, most: int) -> Callable[[object], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_truth(value: object) -> bool:
    return isinstance(value, bool)


_MORE_CHECKS: dict[Key, Callable[[object], bool]] = {
    **{
        ("live", name): _whole_number(1, LONGEST_S)
        for name in (
            "finished_needs_you_min",
            "idle_after_min",
            "silent_tool_s",
            "permission_guess_s",
            "thinking_silent_min",
        )
    },
    ("live", "history_hours"): _whole_number(1, MAX_HISTORY_HOURS),
    ("targets", "pass_rate_percent"): is_percent,
    ("targets", "retry_success_percent"): is_percent,
    ("screen", "theme"): is_theme_name,
    ("screen", "bell"): _is_truth,
    ("screen", "notify"): _is_truth,
    ("screen", "ascii"): _is_truth,
}
"""Beside those that quick commands read."""
