"""The demo read as ingest reads it: what the real parsers and the real fold make of its beats, moment by moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ppp_tui.demo.story import Beat
from ppp_tui.fold.file_fold import FileFold
from ppp_tui.fold.trajectory import FoldOptions
from ppp_tui.ingest.pricing import PriceTable, SourcePricing
from ppp_tui.model.event import Event
from ppp_tui.model.live import LiveFacts
from ppp_tui.model.rows import TrajectoryDelta
from ppp_tui.sources import registry
from ppp_tui.sources.source import Damage, LineSource, Parser

START_MS = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC."""


@dataclass
class Scene:
    """All sessions that some beats wrote, as far as they are read."""

    events: list[Event] = field(default_factory=list)
    rows: list[TrajectoryDelta] = field(default_factory=list)
    facts: dict[Path, LiveFacts] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    damage: list[Damage] = field(default_factory=list)
    unclaimed: set[str] = field(default_factory=set)
    """Names of files that no source reads."""
    _readers: dict[Path, tuple[Parser, FileFold]] = field(default_factory=dict)
    _offsets: dict[Path, int] = field(default_factory=dict)

    def read(self, beats: Iterable[Beat]) -> None:
        """Read what the beats append."""
        for beat in beats:
            source = source_of(beat.path)
            if source is None:
                self.unclaimed.add(beat.path.name)
                continue
            if beat.path not in self._readers:
                pricing = SourcePricing(PriceTable(), source.name)
                self._readers[beat.path] = (source.parser(beat.path), FileFold(b"", FoldOptions(pricing)))
            parser, file_fold = self._readers[beat.path]
            offset = self._offsets.get(beat.path, 0)
            self._offsets[beat.path] = offset + len(beat.content)
            reading = parser.feed(beat.content, offset)
            self.events += reading.events
            self.damage += reading.damage
            for name, count in reading.unknown.items():
                self.unknown[name] = self.unknown.get(name, 0) + count
            for rows in file_fold.fold(reading.events):
                self.rows.append(rows)
                if rows.live is not None and not rows.name:
                    self.facts[beat.path] = rows.live


def source_of(path: Path) -> LineSource | None:
    """The source that claims a file, by the folder of its agent."""
    source = registry.source("codex" if ".codex" in path.parts else "claude_code")
    assert isinstance(source, LineSource)
    return source if source.claims(path) else None


def read_all(beats: Iterable[Beat]) -> Scene:
    """All of it."""
    scene = Scene()
    scene.read(beats)
    return scene
