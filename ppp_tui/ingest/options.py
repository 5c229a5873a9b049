"""The settings that ingest needs, in one value that can be passed to a worker process."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from ppp_tui.model.agent_codes import RULES_VERSION
from ppp_tui.model.preference import Preferences

if TYPE_CHECKING:
    from ppp_tui.fold.question_judges import Method
    from ppp_tui.ingest.remote.places import Remote
    from ppp_tui.settings.prices import ModelPrices
    from ppp_tui.sources.source import Source

FOLD_VERSION = 11
"""Raised whenever the same events would give other rows: files folded by an older version are read again."""

CHUNK_BYTES = 2 * 1024 * 1024
"""How much of a file is read, folded and committed at a time: bounds memory, whatever the size of the file."""


QUIET_MS = 2000
"""Milliseconds without a write after which the last line of a file counts as complete."""

SWEEP_SHARE = 0.002
"""The share of a core that sweeps may take: with many files they are made less often."""

MAX_PAUSE_MS = 600_000
"""Longest pause between two sweeps, however long one took: the computer may have slept meanwhile."""


def sweep_pause_ms(interval_s: float, took_ms: int) -> float:
    """Return milliseconds from one sweep to the next where the system reports changes: at least the interval."""
    return max(interval_s * 1000, min(took_ms / SWEEP_SHARE, MAX_PAUSE_MS))


def version_of(source: Source) -> int:
    """Return the version of all that turns bytes into rows: the source's, the fold's and that of derived decisions.

    Each is only ever raised, so that no two states of them have one sum.
    """
    return source.version * 1000 + FOLD_VERSION + RULES_VERSION


class Classifier(NamedTuple):
    """How questions' effort is rated, and where a model is asked for it."""

    method: Method = "heuristic"
    base_url: str = ""
    model: str = ""
    api: Literal["openai", "anthropic"] = "openai"
    key_variable: str = ""
    """Name of the environment variable that holds the key, '' for none."""
    timeout_s: float = 20.0
    batch_size: int = 20


class ScoringMethod(NamedTuple):
    """How effort is rated at this moment: it changes while a model cannot be asked."""

    finder: str
    """Beginning of the scorer's name that is stored with a turn."""
    wording: str
    """Name and version of the method that rates by wording."""
    model: str
    """Name and version of the model's ratings, '' where none is asked."""


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """How to read and what to keep."""

    database: Path
    sources: tuple[str, ...]
    """Names of the sources that are read, `all` for every one."""
    extra_roots: tuple[tuple[str, Path], ...] = ()
    """More folders or files, each with its source's name."""
    remotes: tuple[Remote, ...] = ()
    """Sessions on other machines."""
    keeps_text: bool = True
    """False for the text policy `none`."""
    keeps_raw: bool = False
    classifier: Classifier = field(default_factory=Classifier)
    """How questions' effort is rated."""
    preferences: Preferences = field(default_factory=Preferences)
    """How the user wants agents to ask."""
    retention_days: int = 0
    """Days without a sign of life after which sessions are forgotten; 0 keeps them."""
    archive_after_days: int = 0
    """Days without activity after which trajectories are archived in compressed files; 0 keeps them."""
    keeps_sums: bool = True
    """What forgotten sessions cost stays in the sums by hour and day."""
    detail_days: int = 0
    """Days for which sums by the minute and readings of limits are kept; 0 keeps them."""
    prices: tuple[tuple[str, ModelPrices], ...] = ()
    """The user's own prices by model."""
    prices_file: Path | None = None
    """The file of these prices, read again when it changes."""
    processes: int = 0
    """Worker processes for a long backlog; 0 for one per core."""
    poll_interval_s: float = 1.0
    """Seconds between two checks of files where the system reports no events."""
    sweep_interval_s: float = 30.0
    """Seconds between two checks of all files in any case."""
    unpack_limit_bytes: int = 64_000_000
    """Bytes of content up to which a compressed file is read whatever its own size."""
    unpack_ratio: int = 50
    """How many times as large as the file its content may be beyond that."""
    log: Path | None = None
    """The log that keeps traces of this program's own faults; None keeps none."""
    alert_rules: tuple[str, ...] = ()
    """Sentences by which alerts are raised; none without them."""
    alert_command: tuple[str, ...] = ()
    """The program with arguments that is run for alerts that open; none without it."""
    alert_command_timeout_s: float = 10.0
    """Seconds after which that program is ended."""
    judges_sessions: bool = False
    """Whether the model of `classifier` is asked about whole sessions, too."""
    index_hours: int = 0
    """Hours after which a project's codebase is counted again; 0 counts none automatically."""

    @property
    def is_judged_later(self) -> bool:
        """Whether turns must be scored again once they are in the database."""
        return bool(self.preferences) or self.classifier.method in ("reply", "llm")
