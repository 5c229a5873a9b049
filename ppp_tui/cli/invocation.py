"""The options that the program was called with, and the settings that follow from them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ppp_tui.settings.remote_address import written_place

if TYPE_CHECKING:
    from ppp_tui.ingest.options import IngestOptions
    from ppp_tui.ingest.remote.places import Remote
    from ppp_tui.settings import Choices, LoadedSettings, Settings
    from ppp_tui.settings.fast_settings import PartialSettings
    from ppp_tui.settings.prices import ModelPrices
    from ppp_tui.settings.remote_address import Place


DEMO_SOURCES = ("claude_code", "codex")
"""Sources that are read in another home, only in their usual folders, whatever the settings say."""


class SettingsRefusedError(click.ClickException):
    """The settings cannot be used; nothing was started."""

    exit_code = 2


@dataclass
class Invocation:
    """The options that every command takes, gathered while the command line is parsed."""

    config: Path | None = None
    database: Path | None = None
    theme: str | None = None
    sources: list[tuple[str, Place]] = field(default_factory=list)
    is_debugging: bool = False
    is_syncing: bool = True
    """Whether new session files are read before a report."""
    is_team: bool = False
    """Whether reports and the dashboard read the store that a team shares."""
    is_current: bool = False
    """Whether new session files were read, or there were none."""
    home: Path | None = None
    """Another home than the user's: the demo's."""

    @cached_property
    def loaded(self) -> LoadedSettings:
        """The settings with their origins. Raises SettingsRefusedError with every problem."""
        from ppp_tui.paths import user_paths
        from ppp_tui.settings import SettingsError, load

        try:
            return load(self.environment, self.home_path, user_paths(), self._choices)
        except SettingsError as error:
            raise refuse(error.problems) from error

    @cached_property
    def settings(self) -> Settings:
        """The settings in force. Raises SettingsRefusedError with every problem."""
        from ppp_tui.paths import user_paths
        from ppp_tui.settings.unchecked import read_unchecked

        return read_unchecked(self.environment, self.home_path, user_paths(), self._choices) or self.loaded.settings

    @property
    def _choices(self) -> Choices:
        from ppp_tui.settings.layers import Choices

        return Choices(self.config, self.database, self.theme, tuple(self.sources))

    @cached_property
    def glance(self) -> PartialSettings | Settings:
        """The settings that quick commands read; others are not checked if these are certainly valid.

        Raises SettingsRefusedError with every problem.
        """
        from ppp_tui.paths import user_paths
        from ppp_tui.settings.fast_settings import read_fast_settings

        return read_fast_settings(self.environment, self.home_path, user_paths(), self._choices) or self.settings

    @property
    def environment(self) -> Mapping[str, str]:
        """The process's environment; with another home, without variables that lead to the user's own folders."""
        if self.home is None:
            return os.environ
        from ppp_tui.sources import registry

        elsewhere = {name for source in map(registry.source, DEMO_SOURCES) for name in source.home_variables}
        kept = {name: value for name, value in os.environ.items() if name not in elsewhere}
        return {**kept, "HOME": str(self.home)}

    @property
    def database_path(self) -> Path:
        """Path of the database. Raises click.UsageError if a shared store is to be read."""
        self._refuse_team()
        return self.settings.database.path

    def _refuse_team(self) -> None:
        if self.is_team:
            raise click.UsageError("this command knows your own database alone: leave --team out.")

    @property
    def zone(self) -> tzinfo:
        """The zone of times that are shown and written."""
        from ppp_tui.cli.report.zone import LOCAL

        return LOCAL if self.glance.screen.time == "local" else UTC

    @property
    def home_path(self) -> Path:
        """The home below which agents keep their sessions."""
        return self.home or Path.home()

    @property
    def prices_file(self) -> Path:
        """Path of the user's own prices, existing or not."""
        from ppp_tui.paths import user_paths
        from ppp_tui.settings.layers import config_file
        from ppp_tui.settings.prices import prices_path

        return prices_path(config_file(self.environment, self.home_path, user_paths(), self._choices).path)

    @cached_property
    def prices(self) -> dict[str, ModelPrices]:
        """The user's own prices by model. Raises SettingsRefusedError with every problem."""
        from ppp_tui.settings.prices import load_prices
        from ppp_tui.settings.problems import SettingsError

        try:
            return load_prices(self.prices_file)
        except SettingsError as error:
            raise refuse(error.problems) from error

    def ingest_options(self) -> IngestOptions:
        """Return the options of an ingest. Raises click.UsageError if a shared store is to be read."""
        self._refuse_team()
        from ppp_tui.ingest.options import Classifier, IngestOptions
        from ppp_tui.model.preference import Preferences
        from ppp_tui.paths import user_paths

        settings = self.settings
        paths_by_kind = settings.sources.paths if self.home is None else {}
        places = [(kind, place) for kind, kind_places in paths_by_kind.items() for place in kind_places]
        return IngestOptions(
            database=settings.database.path,
            sources=settings.sources.enabled if self.home is None else DEMO_SOURCES,
            extra_roots=tuple((kind, place) for kind, place in places if isinstance(place, Path)),
            remotes=_remotes(places, settings.database.path),
            keeps_text=settings.database.text == "full",
            keeps_raw=settings.database.keep_raw,
            classifier=Classifier(
                method=settings.ppp.question_classifier.method,
                base_url=settings.ppp.question_classifier.base_url,
                model=settings.ppp.question_classifier.model,
                api=settings.ppp.question_classifier.api,
                key_variable=settings.ppp.question_classifier.key_variable,
                timeout_s=settings.ppp.question_classifier.timeout_s,
                batch_size=settings.ppp.question_classifier.batch_size,
            ),
            preferences=Preferences(
                user=settings.ppp.preferences.user,
                project=settings.ppp.preferences.project,
                agent=settings.ppp.preferences.agent,
            ),
            retention_days=settings.database.retention_days,
            archive_after_days=_archival_days(settings),
            keeps_sums=settings.rollup.keep_forgotten,
            detail_days=settings.rollup.detail_days,
            prices=tuple(self.prices.items()),
            prices_file=self.prices_file,
            processes=settings.ingest.processes,
            poll_interval_s=settings.ingest.poll_interval_s,
            sweep_interval_s=settings.ingest.sweep_interval_s,
            unpack_limit_bytes=settings.ingest.unpack_limit_mb * 1_000_000,
            unpack_ratio=settings.ingest.unpack_ratio,
            log=user_paths().log,
            alert_rules=settings.alerts.rules,
            alert_command=settings.alerts.command,
            alert_command_timeout_s=settings.alerts.command_timeout_s,
            judges_sessions=settings.ppp.evaluations.judge == "llm",
            index_hours=settings.codebase.every_h if settings.codebase.index else 0,
        )

    def arguments(self) -> list[str]:
        """Return the options as arguments for a child process."""
        given: list[str] = []
        if self.config is not None:
            given += ["--config", str(self.config.absolute())]
        if self.database is not None:
            given += ["--database", str(self.database.absolute())]
        for kind, place in self.sources:
            given += ["--source", f"{kind}={written_place(place)}"]
        return given


def _remotes(places: Iterable[tuple[str, Place]], database: Path) -> tuple[Remote, ...]:
    """Return the places on other machines. Raises SettingsRefusedError for sources that cannot be read there."""
    addresses = [(kind, place) for kind, place in places if not isinstance(place, Path)]
    if not addresses:
        return ()
    from ppp_tui.ingest.remote.places import make_remote, why_not_followed

    problems = [why for kind, address in addresses if (why := why_not_followed(kind, address))]
    if problems:
        raise refuse(tuple(problems))
    return tuple(make_remote(kind, address, database) for kind, address in dict.fromkeys(addresses))


def _archival_days(settings: Settings) -> int:
    """Return the days after which ingest archives trajectories; 0 for never."""
    is_automatic = settings.ppp.archival.enabled and settings.ppp.archival.auto_cleanup
    return settings.ppp.archival.retention_days if is_automatic else 0


def refuse(problems: tuple[str, ...]) -> SettingsRefusedError:
    """Return an error that lists all problems."""
    first, *others = problems
    return SettingsRefusedError(
        "\n  ".join(["these settings cannot be used; nothing was started.", first, *others]) if others else first
    )


def check_keys(invocation: Invocation) -> None:
    """Refuse keys for actions that do not exist, with the place of each. Raises SettingsRefusedError."""
    if not invocation.settings.keys:
        return
    from ppp_tui.tui.actions import UnknownActionError, keymap

    problems = []
    for key, entry in invocation.loaded.entries.items():
        if key[0] == "keys":
            try:
                keymap({key[1]: str(entry.value)})
            except UnknownActionError as error:
                problems.append(f"{entry.origin}: {error}")
    if problems:
        raise refuse(tuple(problems)) from None


pass_invocation = click.make_pass_decorator(Invocation, ensure=True)
"""Hands a command the invocation."""
