"""The settings there are, their types and limits. Defaults stand in the shipped ``config.toml`` and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

SourceName = Literal["claude_code", "codex", "trajectory_db"]
"""Agents and formats that can be read."""

ThemeName = Literal["auto", "ppp-dark", "ppp-light", "ppp-16", "ppp-mono"]
"""Themes, and `auto` for the one that the terminal can show."""

TextPolicy = Literal["full", "none"]
"""Whether the archive keeps text, or figures, lengths and hashes only."""

LONGEST_S = 86_400
"""The longest time that a setting in seconds takes: a day."""


class Surroundings(NamedTuple):
    """What paths in settings are relative to."""

    home: Path
    archive: Path
    """Stands for an empty `archive.path`."""


def _full_path(value: object, info: ValidationInfo) -> object:
    """Text as a full path; what is no text is left for pydantic to refuse."""
    if not isinstance(value, str):
        return value
    if value == "~" or value.startswith("~/"):
        return _around(info).home / value[2:]
    path = Path(value)
    if not path.is_absolute() or "\0" in value:
        raise PydanticCustomError("full_path", "must be a full path, or begin with ~/")
    return path


def _archive_path(value: object, info: ValidationInfo) -> object:
    return _around(info).archive if value == "" else _full_path(value, info)


def _around(info: ValidationInfo) -> Surroundings:
    if not isinstance(info.context, Surroundings):
        raise TypeError("settings are checked with the surroundings that their paths are relative to")
    return info.context


FullPath = Annotated[Path, BeforeValidator(_full_path)]
Paths = Annotated[tuple[FullPath, ...], Field(strict=False)]
Seconds = Annotated[float, Field(ge=0.05, le=LONGEST_S, allow_inf_nan=False)]
WholeSeconds = Annotated[int, Field(ge=1, le=LONGEST_S)]
Minutes = Annotated[int, Field(ge=1, le=LONGEST_S)]


class Section(BaseModel):
    """A table of ``config.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Archive(Section):
    """``[archive]``"""

    path: Annotated[Path, BeforeValidator(_archive_path)]
    text: TextPolicy
    keep_raw: bool
    retention_days: Annotated[int, Field(ge=0, le=36_500)]

    @model_validator(mode="after")
    def _keeps_no_text_twice(self) -> Archive:
        if self.keep_raw and self.text == "none":
            raise PydanticCustomError(
                "contradiction",
                'cannot be true while archive.text is "none": whole session files hold the text that is not to be kept',
                {"keys": ("keep_raw", "text")},
            )
        return self


class Sources(Section):
    """``[sources]``"""

    enabled: Annotated[tuple[SourceName, ...], Field(strict=False)]
    claude_code: Paths
    codex: Paths
    trajectory_db: Paths


class Ingest(Section):
    """``[ingest]``"""

    processes: Annotated[int, Field(ge=0, le=256)]
    poll_interval_s: Seconds
    sweep_interval_s: Seconds


class Codebase(Section):
    """``[codebase]``"""

    index: bool
    every_h: Annotated[int, Field(ge=1, le=24 * 366)]


class Live(Section):
    """``[live]``"""

    finished_needs_you_min: Minutes
    idle_after_min: Minutes
    silent_tool_s: WholeSeconds
    permission_guess_s: WholeSeconds
    thinking_silent_min: Minutes
    history_hours: Annotated[int, Field(ge=1, le=24 * 366)]


class Screen(Section):
    """``[screen]``"""

    theme: ThemeName
    bell: bool
    notify: bool
    time: Literal["local", "utc"]
    ascii: bool


class QuestionClassifier(Section):
    """``[ppp.question_classifier]``"""

    method: Literal["heuristic", "spec"]


class Ppp(Section):
    """``[ppp]``"""

    question_classifier: QuestionClassifier


class Settings(Section):
    """All settings."""

    archive: Archive
    sources: Sources
    ingest: Ingest
    codebase: Codebase
    live: Live
    screen: Screen
    keys: Mapping[str, str]
    """Action to its key; `tui` knows the actions."""
    ppp: Ppp
