"""What the person chose that ingest must know, in one value that a worker process can be handed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from ppp_tui.model.preference import Preferences

if TYPE_CHECKING:
    from ppp_tui.fold.question_judges import Method
    from ppp_tui.settings.prices import ModelPrices
    from ppp_tui.sources.source import Source

FOLD_VERSION = 5
"""Raised whenever the same events would give other rows: files folded by an older version are read again."""

CHUNK_BYTES = 4 * 1024 * 1024
"""How much of a file is read, folded and committed at a time: bounds memory, whatever the size of the file."""


QUIET_MS = 2000
"""A file that was not written for so long is taken to have no more of its last line on the way."""


def version_of(source: Source) -> int:
    """The version of all that turns bytes into rows: the source's and the fold's."""
    return source.version * 1000 + FOLD_VERSION


class Classifier(NamedTuple):
    """Who judges how much a question asks of the person, and where a model is asked for it."""

    method: Method = "heuristic"
    base_url: str = ""
    model: str = ""
    api: Literal["openai", "anthropic"] = "openai"
    key_variable: str = ""
    """Name of the environment variable that holds the key, '' for none."""
    timeout_s: float = 20.0
    batch_size: int = 20


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """How to read and what to keep."""

    database: Path
    sources: tuple[str, ...]
    """Names of the sources that are read, `all` for every one."""
    extra_roots: tuple[tuple[str, Path], ...] = ()
    """More folders or files, each with its source's name."""
    keeps_text: bool = True
    """False for the text policy `none`."""
    keeps_raw: bool = False
    classifier: Classifier = field(default_factory=Classifier)
    """Who judges how much a question asks of the person."""
    preferences: Preferences = field(default_factory=Preferences)
    """What the person prefers of agents that ask."""
    retention_days: int = 0
    """Sessions without a sign of life for so long are forgotten; 0 keeps them."""
    archive_after_days: int = 0
    """Trajectories without a sign of life for so long are moved out into compressed files; 0 keeps them."""
    keeps_sums: bool = True
    """What forgotten sessions cost stays in the sums by hour and day."""
    detail_days: int = 0
    """Days for which sums by the minute and readings of limits are kept; 0 keeps them."""
    prices: tuple[tuple[str, ModelPrices], ...] = ()
    """The person's own prices by model."""
    prices_file: Path | None = None
    """Where they stand, to be read again when it changes."""
    processes: int = 0
    """Worker processes for a long backlog; 0 for one per core."""
    poll_interval_s: float = 1.0
    """How often files are looked at where the system tells no events."""
    sweep_interval_s: float = 30.0
    """How often everything is looked at in any case, in seconds."""
    unpack_limit_bytes: int = 64_000_000
    """Content up to which a compressed file is read whatever its own size."""
    unpack_ratio: int = 50
    """How many times as large as the file its content may be beyond that."""
    log: Path | None = None
    """Where traces of this program's own faults are kept; None keeps none."""
    index_hours: int = 0
    """How old the count of a project's codebase may become before it is counted anew; 0 counts none unasked."""

    @property
    def is_judged_later(self) -> bool:
        """Whether what is read must be judged once more when it is in the database."""
        return bool(self.preferences) or self.classifier.method in ("reply", "llm")
