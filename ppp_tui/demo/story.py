"""What a story is told with: a clock of its own, identities, and beats.

A story never waits; it says when things happen, and an agent's writer turns them into that agent's own records. The
same stage gives the same bytes, whenever and wherever it is told.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from ppp_tui.model.clock import to_text

INSTRUCTIONS = 11_000
"""Tokens of an agent's own instructions, with which every conversation begins; the provider has them in its cache."""


class Beat(NamedTuple):
    """Bytes that are appended to a file at a moment."""

    at_ms: int
    """Unix milliseconds."""
    path: Path
    content: bytes


class Stage(NamedTuple):
    """Where and when a story is told."""

    home: Path
    """Agents keep their sessions below it."""
    start_ms: int
    """Unix milliseconds."""
    seed: str
    """Makes every identity: another seed gives other sessions."""
    speed: float = 1.0
    """How many times faster than life."""
    has_past: bool = False
    """The sessions began before the start, and hold the turns of that time."""

    def named(self, name: str, start_ms: int, speed: float) -> Stage:
        """Return the stage of one session in it, which has identities of its own and a time of its own."""
        return Stage(self.home, start_ms, f"{self.seed}/{name}", speed)


class Tape:
    """Beats as they are told, and what records need: times, identities, a count of tokens."""

    def __init__(self, stage: Stage) -> None:
        """Begin at the stage's start."""
        self.stage = stage
        self.now_ms = stage.start_ms
        self.beats: list[Beat] = []
        self.context = INSTRUCTIONS
        """Tokens that the conversation holds by now."""
        self._cached = INSTRUCTIONS
        self._count = 0

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now_ms += round(seconds * 1000 / self.stage.speed)

    def wait_until(self, seconds: float) -> None:
        """Let time pass until so long after the start; do nothing if that is past."""
        self.now_ms = max(self.now_ms, self.stage.start_ms + round(seconds * 1000 / self.stage.speed))

    def go_live(self, start_ms: int, speed: float) -> None:
        """End the past: from now on time passes from the start of the story on, at its speed."""
        self.stage = self.stage._replace(start_ms=start_ms, speed=speed)
        self.now_ms = max(self.now_ms, start_ms)

    def _hash(self, size: int) -> bytes:
        self._count += 1
        return blake2b(f"{self.stage.seed}/{self._count}".encode(), digest_size=size).digest()

    def uuid4(self) -> str:
        """Return the next identity, as if made by chance (RFC 9562, version 4)."""
        return str(UUID(bytes=self._hash(16), version=4))

    def uuid7(self) -> str:
        """Return the next identity, beginning with the time (RFC 9562, version 7)."""
        number = self.now_ms << 80 | int.from_bytes(self._hash(10), "big")
        return str(UUID(int=number & ~(0xF000 << 64) & ~(0xC000 << 48) | 0x7000 << 64 | 0x8000 << 48))

    def token(self, prefix: str, size: int = 12) -> str:
        """Return the next short identity, such as ``toolu_…``."""
        return prefix + self._hash(size).hex()

    def iso(self, at_ms: int | None = None) -> str:
        """Return a moment, now if none is given, as agents write it."""
        return to_text(self.now_ms if at_ms is None else at_ms).replace(" ", "T") + "Z"

    def add(self, path: Path, record: dict[str, Any]) -> None:
        """Append a record at the current time, as one line."""
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        self.raw(path, line.encode() + b"\n")

    def raw(self, path: Path, content: bytes) -> None:
        """Append bytes at the current time."""
        self.beats.append(Beat(self.now_ms, path, content))

    def hear(self, text: str) -> None:
        """Add a text to the conversation that the model did not write."""
        self.context += len(text) // 4

    def shrink(self, tokens: int) -> None:
        """Set the conversation to so many tokens, of which only the instructions are cached."""
        self.context, self._cached = tokens, min(INSTRUCTIONS, tokens)

    def send(self, output: int) -> tuple[int, int]:
        """Send a request: return cached and new tokens of its prompt; the answer joins the conversation."""
        cached, new = self._cached, self.context - self._cached
        self._cached = self.context
        self.context += output
        return cached, new


def changed_lines(old: str, new: str) -> list[str]:
    """Return the lines of a change, marked with ``-``, ``+`` or a space where they stay."""
    before, after = old.splitlines(), new.splitlines()
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    return [
        *(f" {line}" for line in before[:head]),
        *(f"-{line}" for line in before[head : len(before) - tail]),
        *(f"+{line}" for line in after[head : len(after) - tail]),
        *(f" {line}" for line in before[len(before) - tail :]),
    ]
