"""What a story is told with: a clock, and acts that a writer turns into an agent's own records.

A story never waits; it only says when things happen. The same story and start give the same bytes.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from ppp_tui.model.clock import to_text


class Beat(NamedTuple):
    """Bytes that are appended to a file at a moment."""

    at_ms: int
    path: Path
    content: bytes


class Act(Protocol):
    """What happens in a story; each agent's writer knows how its own files tell it."""

    def wait(self, seconds: float) -> None:
        """Time passes."""

    def prompt(self, text: str) -> None:
        """The person says something."""

    def think(self, text: str, seconds: float = 1.0) -> None:
        """The model thinks."""

    def say(self, text: str, *, is_final: bool = False) -> None:
        """The agent says something; a final word ends its turn."""

    def run(self, command: str, output: str, seconds: float, exit_code: int = 0) -> None:
        """A command runs."""

    def read(self, path: str, content: str) -> None:
        """A file is read."""

    def edit(self, path: str, old: str, new: str) -> None:
        """A file is changed."""

    def search(self, pattern: str, output: str) -> None:
        """Something is looked for."""

    def ask(self, question: str, options: tuple[str, ...], seconds: float, answer: str | None) -> None:
        """A question through the tool made for it; after so long an answer, or none."""


class Tape:
    """Beats as they are told, and the identities and counts that records need."""

    def __init__(self, home: Path, seed: str, start_ms: int) -> None:
        """Begin at `start_ms`; `seed` makes every id."""
        self.home = home
        self.seed = seed
        self.now_ms = start_ms
        self.beats: list[Beat] = []
        self.context = 9_000
        """Tokens that the conversation holds by now."""
        self._count = 0

    def uuid(self) -> str:
        """The next id."""
        self._count += 1
        return str(UUID(bytes=blake2b(f"{self.seed}/{self._count}".encode(), digest_size=16).digest(), version=4))

    def short(self, prefix: str) -> str:
        """The next short id, such as ``toolu_…``."""
        self._count += 1
        return prefix + blake2b(f"{self.seed}:{self._count}".encode(), digest_size=12).hexdigest()

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.now_ms += round(seconds * 1000)

    def iso(self) -> str:
        """Now, as agents write it."""
        return to_text(self.now_ms).replace(" ", "T") + "Z"

    def add(self, path: Path, record: dict[str, Any]) -> None:
        """A record is appended now."""
        self.raw(path, json.dumps(record, ensure_ascii=False).encode() + b"\n")

    def raw(self, path: Path, content: bytes) -> None:
        """Bytes are appended now."""
        self.beats.append(Beat(self.now_ms, path, content))

    def spend(self, text: str) -> tuple[int, int, int, int]:
        """Tokens of the next request: fresh input, cache read, cache write, output; the context grows by them."""
        output = 24 + len(text) // 3
        write = 180 + len(text) // 2
        read = self.context
        self.context += write + output
        return 6, read, write, output
