"""What the person called the program with, and what follows from it for the rooms."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ppp_tui.ingest.options import IngestOptions
    from ppp_tui.settings import Loaded, Settings


HOME_VARIABLES = frozenset({"CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_CONFIG_HOME"})
"""Variables by which agents' folders are found elsewhere than below the home."""

USUAL_SOURCES = {
    "PPP_TUI_SOURCES__ENABLED": "claude_code,codex",
    "PPP_TUI_SOURCES__CLAUDE_CODE": "",
    "PPP_TUI_SOURCES__CODEX": "",
    "PPP_TUI_SOURCES__TRAJECTORY_DB": "",
}
"""Outrank what the person's settings say about sources: in another home, its usual folders alone are read."""


class SettingsRefusedError(click.ClickException):
    """The settings cannot be used; nothing was started."""

    exit_code = 2


@dataclass
class Invocation:
    """The options that every command takes, gathered while the command line is parsed."""

    config: Path | None = None
    archive: Path | None = None
    theme: str | None = None
    sources: list[tuple[str, Path]] = field(default_factory=list)
    is_debugging: bool = False
    home: Path | None = None
    """Another home than the person's: the demo's."""

    @cached_property
    def loaded(self) -> Loaded:
        """The settings with their origins. Raises SettingsRefusedError with every problem."""
        from ppp_tui.paths import user_paths
        from ppp_tui.settings import Choices, SettingsError, load

        choices = Choices(self.config, self.archive, self.theme, tuple(self.sources))
        try:
            return load(self.environment, self.home_path, user_paths(), choices)
        except SettingsError as error:
            raise refuse(error.problems) from error

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.loaded.settings

    @property
    def environment(self) -> Mapping[str, str]:
        """The process's environment; with another home, nothing in it leads to folders of the person's own."""
        if self.home is None:
            return os.environ
        kept = {name: value for name, value in os.environ.items() if name not in HOME_VARIABLES}
        return {**kept, **USUAL_SOURCES, "HOME": str(self.home)}

    @property
    def archive_path(self) -> Path:
        """Where the archive lies."""
        return self.settings.archive.path

    @property
    def home_path(self) -> Path:
        """The home below which agents keep their sessions."""
        return self.home or Path.home()

    def ingest_options(self) -> IngestOptions:
        """What ingest must know."""
        from ppp_tui.ingest.options import IngestOptions

        settings = self.settings
        named = {
            "claude_code": settings.sources.claude_code,
            "codex": settings.sources.codex,
            "trajectory_db": settings.sources.trajectory_db,
        }
        return IngestOptions(
            archive=settings.archive.path,
            sources=settings.sources.enabled,
            extra_roots=tuple((kind, path) for kind, paths in named.items() for path in paths),
            keeps_text=settings.archive.text == "full",
            keeps_raw=settings.archive.keep_raw,
            effort_method=settings.ppp.question_classifier.method,
            retention_days=settings.archive.retention_days,
            processes=settings.ingest.processes,
            poll_interval_s=settings.ingest.poll_interval_s,
            sweep_interval_s=settings.ingest.sweep_interval_s,
            index_hours=settings.codebase.every_h if settings.codebase.index else 0,
        )

    def arguments(self) -> list[str]:
        """The same options again, for a child process."""
        given: list[str] = []
        if self.config is not None:
            given += ["--config", str(self.config.absolute())]
        if self.archive is not None:
            given += ["--archive", str(self.archive.absolute())]
        for kind, path in self.sources:
            given += ["--source", f"{kind}={path.absolute()}"]
        return given


def refuse(problems: tuple[str, ...]) -> SettingsRefusedError:
    """The error that tells all problems at once."""
    first, *others = problems
    return SettingsRefusedError(
        "\n  ".join(["these settings cannot be used; nothing was started.", first, *others]) if others else first
    )


pass_invocation = click.make_pass_decorator(Invocation, ensure=True)
"""Hands a command the invocation."""
