"""Merges the layers, checks the whole, and returns settings or raises every problem at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from ppp_tui.paths import UserPaths, shipped
from ppp_tui.settings.field_types import Surroundings
from ppp_tui.settings.layers import (
    FREE_TABLES,
    NO_CHOICES,
    Choices,
    ConfigFile,
    Key,
    Layer,
    SettingEntry,
    config_file,
    from_choices,
    from_environment,
    from_toml,
    under_our_names,
)
from ppp_tui.settings.problems import SettingsError, did_you_mean, sentence, unknown_key, wrong_value
from ppp_tui.settings.schema import Settings
from ppp_tui.settings.source_names import is_source_name, source_names


class LoadedSettings(NamedTuple):
    """Settings and the layers that they come from."""

    settings: Settings
    entries: Mapping[Key, SettingEntry]
    """Every setting as it was written, and where; in the order of the shipped file."""
    config: Path
    """The user's settings file, existing or not."""
    hints: tuple[str, ...] = ()
    """Sentences about settings under other names than ours."""


def load(environment: Mapping[str, str], home: Path, paths: UserPaths, choices: Choices = NO_CHOICES) -> LoadedSettings:
    """Return the current settings. Raises SettingsError with every problem; FileNotFoundError."""
    problems: list[str] = []
    hints: list[str] = []
    defaults = _shipped_defaults()
    file = config_file(environment, home, paths, choices)
    merged = dict(defaults)
    for layer in (_user_layer(file, problems), from_environment(environment, defaults)):
        for key, entry in under_our_names(layer, hints).items():
            if key in defaults or key[:-1] in FREE_TABLES:
                merged[key] = entry
            else:
                problems.append(unknown_key(key, entry, defaults))
    problems += _wrong_kinds(choices)
    merged.update(from_choices(choices, merged))
    settings = _check(merged, Surroundings(home, paths.database), problems)
    if settings is None or problems:
        raise SettingsError(problems)
    return LoadedSettings(settings, merged, file.path, tuple(hints))


def _shipped_defaults() -> Layer:
    return from_toml(shipped("config.toml").read_text(encoding="utf-8"), "default", is_default=True)


def _user_layer(file: ConfigFile, problems: list[str]) -> Layer:
    try:
        return from_toml(file.path.read_text(encoding="utf-8-sig"), str(file.path))
    except FileNotFoundError:
        if file.chosen_by:
            problems.append(f"{file.chosen_by}: there is no file {file.path}.")
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{file.path} is no TOML: {error}.")
    except UnicodeDecodeError:
        problems.append(f"{file.path} is not UTF-8 text.")
    except OSError as error:
        problems.append(f"{file.path} cannot be read: {error.strerror}.")
    return {}


def _wrong_kinds(choices: Choices) -> list[str]:
    unknown = [kind for kind, _ in choices.sources if not is_source_name(kind)]
    names = source_names() if unknown else ()
    return [
        sentence(f"--source: {kind} is no kind of source; there are {', '.join(names)}{did_you_mean(kind, names)}")
        for kind in unknown
    ]


def _check(merged: Layer, around: Surroundings, problems: list[str]) -> Settings | None:
    nested: dict[str, Any] = {}
    for free in FREE_TABLES:
        _table(nested, free)
    for key, entry in merged.items():
        _table(nested, key[:-1])[key[-1]] = entry.value
    try:
        return Settings.model_validate(nested, context=around)
    except ValidationError as errors:
        for error in errors.errors():
            problems.extend(wrong_value(error, merged))
    return None


def _table(nested: dict[str, Any], path: Key) -> dict[str, Any]:
    """Return the table at a path, created if it is missing."""
    for part in path:
        nested = nested.setdefault(part, {})
    return nested
