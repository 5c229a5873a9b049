"""The four layers as flat tables: path of a setting to its value and the value's origin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ppp_tui.paths import UserPaths
from ppp_tui.settings.remote_address import Place, written_place
from ppp_tui.settings.source_names import is_source_name

Key = tuple[str, ...]
"""Path of a setting, such as ``("database", "keep_raw")``."""

PREFIX = "PPP_TUI_"
"""Prefix of the names of all variables that are settings."""

FREE_TABLES: Mapping[Key, object] = {
    ("sources", "paths"): [],
    ("keys",): "",
    ("team", "projects"): "",
    ("ppp", "preferences", "project"): [],
    ("ppp", "preferences", "agent"): [],
}
"""Tables in which the user names the settings, each with an example of their values."""

OTHER_NAMES: Mapping[Key, Key] = {
    ("ppp", "trajectory", "buffer_size"): ("ppp", "logger", "buffer_size"),
    ("ppp", "trajectory", "flush_interval_ms"): ("ppp", "logger", "flush_interval_ms"),
    ("ppp", "question_classifier", "llm_model"): ("ppp", "question_classifier", "model"),
    ("archive", "path"): ("database", "path"),
    ("archive", "text"): ("database", "text"),
    ("archive", "keep_raw"): ("database", "keep_raw"),
    ("archive", "retention_days"): ("database", "retention_days"),
    ("sources", "claude_code"): ("sources", "paths", "claude_code"),
    ("sources", "codex"): ("sources", "paths", "codex"),
    ("sources", "codex_store"): ("sources", "paths", "codex_store"),
    ("sources", "trajectory_db"): ("sources", "paths", "trajectory_db"),
}
"""Other names of settings, each with ours: those of the trajectory documents (SPEC-PPP-004) and those of 0.1."""

WITHOUT_EFFECT: Mapping[Key, str] = {("ppp", "trajectory", "enable_wal"): "the database uses WAL in any case"}
"""Settings of the trajectory documents that change nothing, each with the reason."""

CONFIG_VARIABLE = "PPP_TUI_CONFIG"
"""The variable with the path of the user's settings file."""

LONGEST_S = 86_400
"""The longest time that a setting in seconds takes: a day."""

MAX_HISTORY_HOURS = 24 * 366
"""The longest time for which Live shows a session: a year."""

TEAM_URL_VARIABLE = "PPP_TUI_TEAM_URL"
"""The variable with the address of a shared store, password included, which no setting may hold."""

FOREIGN = frozenset({CONFIG_VARIABLE, TEAM_URL_VARIABLE, "PPP_TUI_CORPUS", "PPP_TUI_AGENTS"})
"""Variables with that prefix that are not settings; tests and benchmarks read the last two."""

_HEADER = r"\s*\[([^\[\]]+)\]\s*(?:#.*)?$"
_ASSIGNMENT = r"\s*([^=#\[\]{}]+?)\s*="


class Origin(NamedTuple):
    """Where a value was written."""

    name: str
    """A file's path, a variable, or an option of the command line."""
    line: int = 0
    """Of the file, from 1; 0 where there is none or it is unknown."""
    is_default: bool = False

    def __str__(self) -> str:
        return f"{self.name}, line {self.line}" if self.line else self.name


class SettingEntry(NamedTuple):
    """A value and its origin."""

    value: object
    origin: Origin


Layer = dict[Key, SettingEntry]
"""Settings of one layer."""


class Choices(NamedTuple):
    """Settings from the command line."""

    config: Path | None = None
    database: Path | None = None
    theme: str | None = None
    sources: tuple[tuple[str, Place], ...] = ()
    """Kinds and places, to be read beside those of the lower layers."""


NO_CHOICES = Choices()
"""A command line without settings."""


class ConfigFile(NamedTuple):
    """The user's settings file."""

    path: Path
    chosen_by: str
    """The option or variable that named it, '' for the usual path; a named file must exist."""


def config_file(environment: Mapping[str, str], home: Path, paths: UserPaths, choices: Choices) -> ConfigFile:
    """Return the path of the user's settings file, existing or not."""
    if choices.config is not None:
        return ConfigFile(choices.config.absolute(), "--config")
    named = environment.get(CONFIG_VARIABLE, "")
    if named:
        return ConfigFile(home / named[2:] if named.startswith("~/") else Path(named).absolute(), CONFIG_VARIABLE)
    return ConfigFile(paths.config, "")


def from_toml(text: str, name: str, *, is_default: bool = False, with_lines: bool = True) -> Layer:
    """Return the layer of a settings file, with line numbers if wanted. Raises tomllib.TOMLDecodeError."""
    import tomllib  # a quick command without a settings file needs none

    content = tomllib.loads(text)
    lines = key_lines(text) if with_lines else {}
    return {
        key: SettingEntry(value, Origin(name, lines.get(key, 0), is_default)) for key, value in _leaves(content, ())
    }


def _leaves(table: Mapping[str, Any], above: Key) -> Iterator[tuple[Key, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*above, name))
        else:
            yield (*above, name), value


def key_lines(text: str) -> dict[Key, int]:
    """Return the line of each key of a TOML document, except keys that a single line does not show."""
    section: Key = ()
    lines: dict[Key, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(_HEADER, line):
            section = _dotted(header[1])
        elif (assignment := re.match(_ASSIGNMENT, line)) and (name := _dotted(assignment[1])):
            lines.setdefault((*section, *name), number)
    return lines


def _dotted(written: str) -> Key:
    """Return the parts of a dotted TOML key; () if it is not one."""
    import tomllib

    try:
        table: Any = tomllib.loads(f"{written} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    parts: list[str] = []
    while isinstance(table, dict):
        name, table = next(iter(table.items()))
        parts.append(name)
    return tuple(parts)


def from_environment(environment: Mapping[str, str], defaults: Layer) -> Layer:
    """Return the layer of the variables, each converted to the type of its default: text, boolean, number or list."""
    layer: Layer = {}
    for name, text in sorted(environment.items()):
        if name.startswith(PREFIX) and name not in FOREIGN:
            key = tuple(name.removeprefix(PREFIX).lower().split("__"))
            ours = OTHER_NAMES.get(key, key)
            default = defaults.get(ours)
            example = default.value if default else FREE_TABLES.get(ours[:-1], "")
            layer[key] = SettingEntry(_read(text, example), Origin(name))
    return layer


def under_our_names(layer: Layer, hints: list[str]) -> Layer:
    """Return a layer by our names; a sentence for each renamed or ineffective setting is added to `hints`."""
    renamed: Layer = {}
    for key, entry in layer.items():
        name, ours = ".".join(key), OTHER_NAMES.get(key)
        if key in WITHOUT_EFFECT:
            hints.append(f"{entry.origin}: {name} has no effect, {WITHOUT_EFFECT[key]}.")
        elif ours is None:
            renamed[key] = entry
        elif ours in layer:
            hints.append(f"{entry.origin}: {name} has no effect beside {'.'.join(ours)}.")
        else:
            renamed[ours] = entry
            hints.append(f"{entry.origin}: {name} is read as {'.'.join(ours)}.")
    return renamed


def variable(key: Key) -> str:
    """Return the name of a setting's environment variable."""
    return PREFIX + "__".join(key).upper()


def _read(text: str, example: object) -> object:
    """Return text as a value of the example's type; unchanged if it cannot be converted, for the check to refuse."""
    if isinstance(example, bool):
        return {"true": True, "1": True, "false": False, "0": False}.get(text.strip().lower(), text)
    if isinstance(example, list):
        return _list(text)
    if isinstance(example, (int, float)):
        try:
            return type(example)(text)
        except ValueError:
            return text
    return text


def _list(text: str) -> object:
    if text.lstrip().startswith("["):
        import tomllib

        try:
            return tomllib.loads(f"list = {text}")["list"]
        except tomllib.TOMLDecodeError:
            return text
    return [part.strip() for part in text.split(",") if part.strip()]


def from_choices(choices: Choices, below: Layer) -> Layer:
    """Return the layer of the command line over the merged ones; unknown sources are left out."""
    layer: Layer = {}
    if choices.database is not None:
        layer["database", "path"] = SettingEntry(str(choices.database.absolute()), Origin("--database"))
    if choices.theme is not None:
        layer["screen", "theme"] = SettingEntry(choices.theme, Origin("--theme"))
    for kind, place in choices.sources:
        key = ("sources", "paths", kind)
        if is_source_name(kind):
            before = layer.get(key) or below.get(key)
            paths = before.value if before is not None and isinstance(before.value, list) else []
            layer[key] = SettingEntry([*paths, written_place(place)], Origin("--source"))
    return layer
