"""The settings there are, their types and limits. Defaults stand in the shipped ``config.toml`` and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args

from ppp_tui.settings.rules import ArchivePath, FullPath, Number, OneOf, Several, Truth, Whole

SourceName = Literal["claude_code", "codex", "trajectory_db"]
"""Agents and formats that can be read."""

ThemeName = Literal["auto", "ppp-dark", "ppp-light", "ppp-16", "ppp-mono"]
"""Themes, and `auto` for the one that the terminal can show."""

TextPolicy = Literal["full", "none"]
"""Whether the archive keeps text, or figures, lengths and hashes only."""

TimeZone = Literal["local", "utc"]
"""Whose time is shown."""

Judge = Literal["heuristic", "spec"]
"""Who judges what a question asks."""

DAY_S = 86_400
"""The longest time that a setting takes in seconds."""

DAY_MIN = 1440
"""The same in minutes."""

YEAR_H = 8784
"""The longest time that a setting takes in hours."""

Flag = Annotated[bool, Truth()]
Seconds = Annotated[float, Number(0.05, DAY_S)]
WholeSeconds = Annotated[int, Whole(1, DAY_S)]
Minutes = Annotated[int, Whole(1, DAY_MIN)]
Paths = Annotated[tuple[Path, ...], Several(FullPath())]


@dataclass(frozen=True, slots=True)
class Archive:
    """``[archive]``"""

    path: Annotated[Path, ArchivePath()]
    text: Annotated[TextPolicy, OneOf(get_args(TextPolicy))]
    keep_raw: Flag
    retention_days: Annotated[int, Whole(0, 36_500)]


@dataclass(frozen=True, slots=True)
class Sources:
    """``[sources]``"""

    enabled: Annotated[tuple[SourceName, ...], Several(OneOf(get_args(SourceName)))]
    claude_code: Paths
    codex: Paths
    trajectory_db: Paths


@dataclass(frozen=True, slots=True)
class Ingest:
    """``[ingest]``"""

    processes: Annotated[int, Whole(0, 256)]
    poll_interval_s: Seconds
    sweep_interval_s: Seconds


@dataclass(frozen=True, slots=True)
class Live:
    """``[live]``"""

    finished_needs_you_min: Minutes
    idle_after_min: Minutes
    silent_tool_s: WholeSeconds
    permission_guess_s: WholeSeconds
    thinking_silent_min: Minutes
    history_hours: Annotated[int, Whole(1, YEAR_H)]


@dataclass(frozen=True, slots=True)
class Screen:
    """``[screen]``"""

    theme: Annotated[ThemeName, OneOf(get_args(ThemeName))]
    bell: Flag
    notify: Flag
    time: Annotated[TimeZone, OneOf(get_args(TimeZone))]
    ascii: Flag


@dataclass(frozen=True, slots=True)
class QuestionClassifier:
    """``[ppp.question_classifier]``"""

    method: Annotated[Judge, OneOf(get_args(Judge))]


@dataclass(frozen=True, slots=True)
class Ppp:
    """``[ppp]``"""

    question_classifier: QuestionClassifier


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings."""

    archive: Archive
    sources: Sources
    ingest: Ingest
    live: Live
    screen: Screen
    keys: Mapping[str, str]
    """Action to its key; `tui` knows the actions."""
    ppp: Ppp
