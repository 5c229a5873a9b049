"""The settings where nobody chose any: those that ship. They are right, so the check of all of them is spared.

The check loads pydantic, which takes longer than a small ingest.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from ppp_tui.paths import UserPaths, shipped
from ppp_tui.settings.glance import are_any_chosen
from ppp_tui.settings.layers import FREE_TABLES, Choices, Key

if TYPE_CHECKING:
    from ppp_tui.settings.schema import Settings


def unchosen_settings(environment: Mapping[str, str], paths: UserPaths, choices: Choices) -> Settings | None:
    """The shipped settings, of the shape that the check gives; None where anything but ``--archive`` says otherwise.

    Raises FileNotFoundError without the shipped file.
    """
    if are_any_chosen(environment, paths, choices):
        return None
    import tomllib

    tables = tomllib.loads(shipped("config.toml").read_text(encoding="utf-8"))
    tables["archive"]["path"] = paths.archive if choices.archive is None else choices.archive.absolute()
    for *above, name in FREE_TABLES:
        table = tables
        for part in above:
            table = table[part]
        table.setdefault(name, {})
    return cast("Settings", _shaped(tables, ()))


def _shaped(value: Any, key: Key) -> Any:
    """A table as an object with its keys as attributes, a list as a tuple, anything else as it is."""
    if isinstance(value, list):
        return tuple(_shaped(part, key) for part in value)
    if not isinstance(value, dict):
        return value
    parts = {name: _shaped(part, (*key, name)) for name, part in value.items()}
    return parts if key in FREE_TABLES else SimpleNamespace(**parts)
