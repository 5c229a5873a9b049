"""Claude Code: JSON lines below ``~/.claude/projects``, one file per session and per sub-agent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ppp_tui.sources.claude_code import places, presence, wholes
from ppp_tui.sources.claude_code.parser import ClaudeParser
from ppp_tui.sources.source import Capabilities, Identity, LineSource, Presence, Whole
from ppp_tui.sources.walk import Skips


class ClaudeCode:
    """The source ``claude_code``."""

    name = "claude_code"
    title = "Claude Code"
    agent_name = "claude"
    version = 3
    capabilities = Capabilities(
        turn_ends=True, exit_codes=True, structured_questions=True, permission_waits=True, retries=True,
        usage_per_request=True, context_window=False, first_token=False, rate_limits=False,
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

    def resume_command(self, native_id: str, project: str) -> str | None:
        """See `places.resume_command`."""
        return places.resume_command(native_id, project)

    def parser(self, path: Path, state: bytes = b"") -> ClaudeParser:
        """A parser for a session file. Raises ValueError for a state that is none."""
        return ClaudeParser(path, state)

    def presence_folder(self, root: Path) -> Path | None:
        """See `presence.folder`."""
        return presence.folder(root)

    def presences(self, folder: Path) -> list[Presence]:
        """See `presence.read`."""
        return presence.read(folder)

    def whole_input(self, record: bytes, key: str) -> Whole:
        """See `wholes.whole_input`."""
        return wholes.whole_input(record, key)

    def whole_output(self, record: bytes, key: str) -> Whole:
        """See `wholes.whole_output`."""
        return wholes.whole_output(record, key)


SOURCE: LineSource = ClaudeCode()
