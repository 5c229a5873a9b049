"""Names of the sources in settings: those of this package, and those that other packages install."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from ppp_tui.settings.installed import entry_points_of

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

BUILTIN = (
    "amp",
    "attached",
    "claude_code",
    "cline",
    "cline_sessions",
    "codex",
    "codex_store",
    "copilot_cli",
    "crush",
    "cursor_cli",
    "droid",
    "gemini_cli",
    "gemini_cli_json",
    "goose",
    "gptme",
    "inspect_eval",
    "kilo_code",
    "kilo_db",
    "kimi_cli",
    "kimi_code",
    "opencode",
    "opencode_json",
    "otel",
    "openhands",
    "pi",
    "plain",
    "qwen_code",
    "roo_code",
    "swe_agent",
    "trajectory_db",
)
"""Sources of the package, in the order of lists and reports; each is the package of its name in `ppp_tui.sources`."""

SUMMING = frozenset({"attached", "cline_sessions", "copilot_cli", "droid", "goose", "swe_agent"})
"""Sources that record sums of several requests as one; their number of requests is a lower bound."""

STATING = frozenset({"", "logger", "plain", "trajectory_db"})
"""Sources whose programs state violations and outcomes themselves, all optional; '' for journals."""

ALL = "all"
"""In ``sources.enabled``: every source of the package, and every installed one."""

GROUP = "ppp_tui.sources"
"""Entry-point group by which other packages bring sources."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


class InstalledSources(NamedTuple):
    """The sources of other packages."""

    entry_points: Mapping[str, EntryPoint]
    """By the source's name."""
    problems: tuple[str, ...]
    """A sentence for each entry point that is left out."""


@cache
def installed_sources() -> InstalledSources:
    """Return the sources of other packages."""
    usable: dict[str, EntryPoint] = {}
    problems: list[str] = []
    for entry_point in entry_points_of(GROUP):
        name = entry_point.name
        if not _NAME.match(name) or name == ALL:
            problems.append(f"{name!r} is no name for a source: lower-case letters, digits and _ only.")
        elif name in BUILTIN or name in usable:
            problems.append(f"There are two sources named {name}; that of {entry_point.value} is left out.")
        else:
            usable[name] = entry_point
    return InstalledSources(usable, tuple(problems))


def is_source_name(name: str) -> bool:
    """Return whether there is a source of that name. Other packages are searched only if this one has none."""
    return name in BUILTIN or name in installed_sources().entry_points


def source_names() -> tuple[str, ...]:
    """Return the names of all sources, those of the package first."""
    return (*BUILTIN, *sorted(installed_sources().entry_points))
