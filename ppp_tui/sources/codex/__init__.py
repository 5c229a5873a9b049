"""Codex CLI: JSON lines below ``~/.codex/sessions``, one rollout per thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ppp_tui.sources.codex import describe, places, wholes
from ppp_tui.sources.codex.parser import CodexParser
from ppp_tui.sources.source import Capabilities, Identity, LineSource, Whole
from ppp_tui.sources.walk import Skips


class Codex:
    """The source ``codex``."""

    name = "codex"
    title = "Codex"
    agent_name = "codex"
    version = 3
    capabilities = Capabilities(
        turn_ends=True, exit_codes=True, structured_questions=True, permission_waits=False, retries=False,
        usage_per_request=True, context_window=True, first_token=True, rate_limits=True,
    )  # fmt: skip

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """See `places.roots`."""
        return places.roots(environment, home)

    def find(self, root: Path, skips: Skips | None = None) -> Iterator[Path]:
        """See `places.find`."""
        return places.find(root, skips)

    def claims(self, path: Path) -> bool:
        """See `places.claims`."""
        return places.claims(path)

    def identify(self, path: Path) -> Identity:
        """See `places.identify`."""
        return places.identify(path)

    def is_rewritten(self, path: Path) -> bool:
        """See `describe.is_paginated`."""
        return describe.is_paginated(path)

    def resume_command(self, native_id: str, project: str) -> str | None:
        """See `places.resume_command`."""
        return places.resume_command(native_id, project)

    def parser(self, path: Path, state: bytes = b"") -> CodexParser:
        """A parser for a rollout. Raises ValueError for a state that is none."""
        return CodexParser(path, state)

    def whole_input(self, record: bytes, key: str) -> Whole:
        """See `wholes.whole_input`."""
        return wholes.whole_input(record, key)

    def whole_output(self, record: bytes, key: str) -> Whole:
        """See `wholes.whole_output`."""
        return wholes.whole_output(record, key)


SOURCE: LineSource = Codex()
