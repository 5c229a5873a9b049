"""Sentences about wrong settings: where they were written, what is allowed, and what may have been meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from ppp_tui.settings.layers import FREE_TABLES, Key, Layer, Origin, SettingEntry, variable

_NO_ORIGIN = SettingEntry(None, Origin("the settings"))

_WANTED = {
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "string_type": "must be text in quotes",
    "path_type": "must be a path in quotes",
    "is_instance_of": "must be a path in quotes",
    "tuple_type": "must be a list",
    "mapping_type": "must be a table",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}
"""Predicates by pydantic's type of error."""


class SettingsError(Exception):
    """The settings cannot be used; each problem is a sentence for the user."""

    def __init__(self, problems: Iterable[str]) -> None:
        """Keep the problems, and join them for the message."""
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def did_you_mean(wrong: str, allowed: Iterable[str]) -> str:
    """Return `; did you mean …?` if an allowed value is spelt like the wrong one, else ''."""
    words = {word: name for name in allowed for word in (re.split(r"[.-]", name)[-1], name)}
    matches = get_close_matches(wrong, list(words), n=1, cutoff=0.6)
    return f"; did you mean {words[matches[0]]}?" if matches else ""


def unknown_key(key: Key, entry: SettingEntry, defaults: Layer) -> str:
    """Return the sentence about a key that is not a setting."""
    names = [".".join(path) for path in defaults]
    name = ".".join(key)
    is_variable = entry.origin.name == variable(key)
    section = [path for path in defaults if path[: len(key)] == key]
    if section:
        inside = ", ".join(path[-1] for path in section)
        return f"{entry.origin}: {name} is a section, not a setting; in it are {inside}."
    siblings = [path[-1] for path in defaults if path[:-1] == key[:-1]]
    if siblings and len(key) > 1:
        allowed = f"[{'.'.join(key[:-1])}] knows {', '.join(siblings)}"
    else:
        allowed = f"there are the sections {', '.join(sections(defaults))}"
    if is_variable:
        return sentence(
            f"{entry.origin} is no setting; {allowed}{did_you_mean(entry.origin.name, map(variable, defaults))}"
        )
    return sentence(f"{entry.origin}: {name} is no setting; {allowed}{did_you_mean(name, names)}")


def sections(defaults: Layer) -> list[str]:
    """Return the names of the tables, each once, as a file writes them."""
    return [*dict.fromkeys(".".join(path) for path in (*(key[:-1] for key in defaults), *FREE_TABLES))]


def wrong_value(error: Mapping[str, Any], merged: Layer) -> list[str]:
    """Return the sentences about one error of pydantic's."""
    location = tuple(str(part) for part in error["loc"])
    key, entry = _entry(location, merged)
    context = error.get("ctx", {})
    if error["type"] == "contradiction":
        names = (tuple(name.split("\0")) if isinstance(name, str) else name for name in context["keys"])
        keys = [(*location, *name) for name in names]
        origins = dict.fromkeys(str(merged[key].origin) for key in keys if not merged[key].origin.is_default)
        return [sentence(f"{' and '.join(origins)}: {'.'.join(keys[0])} {error['msg']}")]
    if error["type"] == "missing":
        return [f"The shipped config.toml lacks {'.'.join(location)}: install ppp-tui again."]
    if error["type"] in ("hidden", "unknown_key"):
        return [sentence(f"{entry.origin}: {'.'.join(key)} {error['msg']}")]
    shown = _shown(error.get("input", entry.value))
    return [sentence(f"{entry.origin}: {'.'.join(key)} = {shown} {_wanted(error, context)}")]


def _wanted(error: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    if error["type"] == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"])
        return f"must be one of {', '.join(allowed)}{did_you_mean(str(error['input']), allowed)}"
    # Messages hold their values already, which may have braces.
    pattern = _WANTED.get(error["type"])
    return str(error["msg"]) if pattern is None else pattern.format_map(context)


def _entry(location: Key, merged: Layer) -> tuple[Key, SettingEntry]:
    """Return the entry of an error, whose location may continue into a list."""
    for length in range(len(location), 0, -1):
        if location[:length] in merged:
            return location[:length], merged[location[:length]]
    return location, _NO_ORIGIN


def _shown(value: object) -> str:
    """Return a value as a settings file would write it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def sentence(text: str) -> str:
    """Return text with a full stop, unless it ends in one or in a question mark."""
    return text if text.endswith(("?", ".")) else f"{text}."
