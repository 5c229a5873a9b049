"""All settings with their types and limits. Defaults are in the shipped ``config.toml`` and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from ppp_tui.model import preference
from ppp_tui.model.project import ShareLevel
from ppp_tui.settings.field_types import (
    ChosenPreferences,
    Dollars,
    Minutes,
    Percent,
    Places,
    Seconds,
    Section,
    Shares,
    ThemeName,
    Weight,
    WholeSeconds,
    check_sum,
    contradiction,
    database_path,
)
from ppp_tui.settings.layers import LONGEST_S, MAX_HISTORY_HOURS
from ppp_tui.settings.text_checks import (
    check_alert_command,
    check_alert_rule,
    check_enabled_source,
    check_receiver_address,
    check_source_kind,
    check_store_address,
    check_variable_name,
    check_web_address,
)
from ppp_tui.settings.trace_formats import TraceFormat

TextPolicy = Literal["full", "none"]
"""Whether the database keeps text, or figures, lengths and hashes only."""

ProfileName = Literal["spec", "paper"]
"""Names of the scores' formulas."""


class DatabaseSettings(Section):
    """``[database]``"""

    path: Annotated[Path, BeforeValidator(database_path)]
    text: TextPolicy
    keep_raw: bool
    retention_days: Annotated[int, Field(ge=0, le=36_500)]

    @model_validator(mode="after")
    def _keeps_no_text_twice(self) -> DatabaseSettings:
        if self.keep_raw and self.text == "none":
            why = 'cannot be true while database.text is "none": whole session files hold text that is not to be kept'
            raise contradiction(why, "keep_raw", "text")
        return self


class Sources(Section):
    """``[sources]``"""

    enabled: Annotated[tuple[Annotated[str, AfterValidator(check_enabled_source)], ...], Field(strict=False)]
    paths: Mapping[Annotated[str, AfterValidator(check_source_kind)], Places]
    """Further folders and files by kind of source, some of them on other machines."""


class IngestSettings(Section):
    """``[ingest]``"""

    processes: Annotated[int, Field(ge=0, le=256)]
    poll_interval_s: Seconds
    sweep_interval_s: Seconds
    unpack_limit_mb: Annotated[int, Field(ge=1, le=1_000_000)]
    unpack_ratio: Annotated[int, Field(ge=1, le=100_000)]


class ReceiveSettings(Section):
    """``[receive]``"""

    enabled: bool
    port: Annotated[int, Field(ge=1, le=65_535)]
    keep_days: Annotated[int, Field(ge=0, le=36_500)]


class SendSettings(Section):
    """``[send]``"""

    to: Annotated[str, AfterValidator(check_receiver_address)]
    """Empty: nothing is sent."""
    format: TraceFormat


class TeamSettings(Section):
    """``[team]``"""

    url: Annotated[str, AfterValidator(check_store_address)]
    tenant: Annotated[str, Field(max_length=200)]
    share: ShareLevel
    continuous: bool
    every_s: Annotated[float, Field(ge=1, le=LONGEST_S, allow_inf_nan=False)]
    projects: Mapping[str, ShareLevel]
    """By name, or by folder."""


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
    history_hours: Annotated[int, Field(ge=1, le=MAX_HISTORY_HOURS)]


class Rollup(Section):
    """``[rollup]``"""

    detail_days: Annotated[int, Field(ge=0, le=36_500)]
    keep_forgotten: bool


class Budget(Section):
    """``[budget]``"""

    daily_usd: Dollars
    monthly_usd: Dollars
    warn_percent: Percent


class Targets(Section):
    """``[targets]``"""

    cache_hit_percent: Percent
    token_efficiency_percent: Percent
    context_percent: Annotated[tuple[Percent, Percent], Field(strict=False)]
    pass_rate_percent: Percent
    retry_success_percent: Percent


class AlertSettings(Section):
    """``[alerts]``"""

    rules: Annotated[tuple[Annotated[str, AfterValidator(check_alert_rule)], ...], Field(strict=False)]
    command: Annotated[
        tuple[Annotated[str, Field(max_length=1000)], ...],
        Field(strict=False, max_length=32),
        AfterValidator(check_alert_command),
    ]
    """Empty for none."""
    command_timeout_s: Annotated[float, Field(ge=0.1, le=300)]


class Screen(Section):
    """``[screen]``"""

    theme: ThemeName
    bell: bool
    notify: bool
    time: Literal["local", "utc"]
    ascii: bool


class QuestionClassifier(Section):
    """``[ppp.question_classifier]``"""

    method: Literal["heuristic", "spec", "reply", "llm"]
    base_url: Annotated[str, AfterValidator(check_web_address)]
    model: str
    api: Literal["openai", "anthropic"]
    key_variable: Annotated[str, AfterValidator(check_variable_name)]
    timeout_s: Seconds
    batch_size: Annotated[int, Field(ge=1, le=200)]

    @model_validator(mode="after")
    def _can_ask_a_model(self) -> QuestionClassifier:
        for name in ("base_url", "model"):
            if self.method == "llm" and not getattr(self, name):
                why = f'cannot be "llm" while {name} beside it is empty: there is nobody to ask'
                raise contradiction(why, "method", name)
        return self


class EvaluationSettings(Section):
    """``[ppp.evaluations]``"""

    judge: Literal["rules", "llm"]


class PreferenceLists(Section):
    """``[ppp.preferences]``"""

    user: ChosenPreferences
    project: Mapping[str, ChosenPreferences]
    """By folder."""
    agent: Mapping[str, ChosenPreferences]

    @model_validator(mode="after")
    def _can_all_be_kept(self) -> PreferenceLists:
        for lists in self._meeting():
            holds = {text: key for key, texts in lists for text in texts}
            conflict = preference.find_conflict(holds)
            if conflict is not None:
                first, other, why = conflict
                # The later of the two is named first.
                keys = dict.fromkeys((holds[other], holds[first]))
                raise contradiction(f"holds {other}, which conflicts with {first}: {why}", *keys)
        return self

    def _meeting(self) -> Iterator[list[tuple[str, tuple[str, ...]]]]:
        """Return the lists that hold together for some agent in some folder, each with its key."""
        agents = [("", ()), *((f"agent\0{name}", texts) for name, texts in self.agent.items())]
        for folder in ("", *self.project):
            above = [
                (f"project\0{other}", texts)
                for other, texts in self.project.items()
                if folder == other or folder.startswith(f"{other.rstrip('/')}/")
            ]
            for agent in agents:
                yield [("user", self.user), *above, agent]


class WeightSettings(Section):
    """``[ppp.weights]``"""

    technical: Weight
    interaction: Weight

    @model_validator(mode="after")
    def _adds_up(self) -> WeightSettings:
        check_sum(self.technical + self.interaction, "technical", "interaction")
        return self


@dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=False))
class StageWeights:
    """``[ppp.stage_weights]``; no `Section`, since one cannot have a field named `validate`."""

    plan: Shares
    tasks: Shares
    implement: Shares
    validate: Shares
    audit: Shares
    unlock: Shares


class TechnicalSettings(Section):
    """``[ppp.technical]``"""

    tests: Weight
    steps: Weight
    ended: Weight
    evaluations: Weight

    @model_validator(mode="after")
    def _adds_up(self) -> TechnicalSettings:
        total = self.tests + self.steps + self.ended + self.evaluations
        check_sum(total, "tests", "steps", "ended", "evaluations")
        return self


class Archival(Section):
    """``[ppp.archival]``"""

    enabled: bool
    retention_days: Annotated[int, Field(ge=1, le=36_500)]
    auto_cleanup: bool


class Logger(Section):
    """``[ppp.logger]``"""

    durability: Literal["memory", "process", "power"]
    policy: Literal["wait", "drop"]
    channel: Annotated[int, Field(ge=1, le=1_000_000)]
    buffer_size: Annotated[int, Field(ge=1, le=1_000_000)]
    flush_interval_ms: Annotated[int, Field(ge=1, le=LONGEST_S * 1000)]
    anonymize: bool

    @model_validator(mode="after")
    def _fits_the_channel(self) -> Logger:
        if self.buffer_size > self.channel:
            raise contradiction("cannot be more than ppp.logger.channel has room for", "buffer_size", "channel")
        return self


class Ppp(Section):
    """``[ppp]``"""

    enabled: bool
    logger: Logger
    profile: ProfileName
    weights: WeightSettings
    stage_weights: StageWeights
    technical: TechnicalSettings
    archival: Archival
    question_classifier: QuestionClassifier
    evaluations: EvaluationSettings
    preferences: PreferenceLists

    @model_validator(mode="after")
    def _can_ask_a_judge(self) -> Ppp:
        for name in ("base_url", "model"):
            if self.evaluations.judge == "llm" and not getattr(self.question_classifier, name):
                why = f'cannot be "llm" while ppp.question_classifier.{name} is empty: there is nobody to ask'
                raise contradiction(why, "evaluations\0judge")
        return self


class Settings(Section):
    """All settings."""

    database: DatabaseSettings
    sources: Sources
    ingest: IngestSettings
    receive: ReceiveSettings
    send: SendSettings
    team: TeamSettings
    codebase: Codebase
    live: Live
    rollup: Rollup
    budget: Budget
    targets: Targets
    alerts: AlertSettings
    screen: Screen
    keys: Mapping[str, str]
    """Action to its key; `tui` knows the actions."""
    ppp: Ppp

    @model_validator(mode="after")
    def _forgets_nothing_before_it_is_archived(self) -> Settings:
        archival = self.ppp.archival
        if archival.enabled and archival.auto_cleanup and 0 < self.database.retention_days <= archival.retention_days:
            message = (
                f"must be more than ppp.archival.retention_days ({archival.retention_days}) while ppp.archival is "
                "enabled: a session would be forgotten before it is archived"
            )
            keys = (
                ("database", "retention_days"),
                ("ppp", "archival", "retention_days"),
                ("ppp", "archival", "enabled"),
            )
            raise contradiction(message, *keys)
        return self
