"""The settings without the check of them all, where whatever the user chose is plainly right.

The check takes longer to load than the first picture takes to be drawn. What is chosen here and cannot be judged by a
glance is left to it, with every problem told.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from ppp_tui.paths import UserPaths
from ppp_tui.settings.fast_settings import full_path, plain_values
from ppp_tui.settings.layers import FREE_TABLES, Choices, Key

if TYPE_CHECKING:
    from ppp_tui.settings.schema import Settings


def read_unchecked(environment: Mapping[str, str], home: Path, paths: UserPaths, choices: Choices) -> Settings | None:
    """Return the current settings unchecked, equal to checked ones; None where only the full check can decide.

    Raises FileNotFoundError without the shipped file.
    """
    values = plain_values(environment, paths, choices)
    if values is None:
        return None
    path = full_path(values["database", "path"], home, paths)
    return None if path is None else _settings({**values, ("database", "path"): path})


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
