"""Makes settings of merged layers: every value by its rule, every problem told."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from types import MappingProxyType
from typing import Any, get_type_hints

from ppp_tui.settings import schema
from ppp_tui.settings.layers import Key, Layer
from ppp_tui.settings.problems import contradiction, wrong_value
from ppp_tui.settings.rules import Rule, Surroundings, Text, WrongValueError
from ppp_tui.settings.schema import Settings


def check(merged: Layer, around: Surroundings, problems: list[str]) -> Settings | None:
    """The settings that the layers make, None with at least one more problem."""
    before = len(problems)
    values = {key: _read(key, rule, merged, around, problems) for key, rule in rules().items()}
    keys = {key[1]: _read(key, Text(), merged, around, problems) for key in merged if key[0] == "keys"}
    problems += _contradictions(merged)
    if len(problems) > before:
        return None
    settings: Settings = _made(Settings, (), {**values, ("keys",): MappingProxyType(keys)})
    return settings


def rules() -> dict[Key, Rule]:
    """Every setting but the keys, with what it must be."""
    return _rules_of(Settings, ())


def _rules_of(section: type, above: Key) -> dict[Key, Rule]:
    found: dict[Key, Rule] = {}
    for name, kind in get_type_hints(section, vars(schema), include_extras=True).items():
        if isinstance(kind, type) and is_dataclass(kind):
            found |= _rules_of(kind, (*above, name))
        elif hasattr(kind, "__metadata__"):
            found[*above, name] = kind.__metadata__[0]
    return found


def _read(key: Key, rule: Rule, merged: Layer, around: Surroundings, problems: list[str]) -> object:
    entry = merged.get(key)
    if entry is None:
        problems.append(f"The shipped config.toml lacks {'.'.join(key)}: install ppp-tui again.")
        return None
    try:
        return rule.read(entry.value, around)
    except WrongValueError as error:
        problems.append(wrong_value(key, entry, error))
        return None


def _contradictions(merged: Layer) -> list[str]:
    raw, text = ("archive", "keep_raw"), ("archive", "text")
    if raw in merged and text in merged and merged[raw].value is True and merged[text].value == "none":
        told = 'archive.keep_raw cannot be true while archive.text is "none"'
        return [
            contradiction(told, "whole session files hold the text that is not to be kept", merged[raw], merged[text])
        ]
    return []


def _made(section: type, above: Key, values: dict[Key, object]) -> Any:
    """A section out of the values of its settings."""
    hints = get_type_hints(section, vars(schema))
    return section(
        **{
            entry.name: _made(hints[entry.name], (*above, entry.name), values)
            if is_dataclass(hints[entry.name])
            else values[*above, entry.name]
            for entry in fields(section)
        }
    )
