"""Output of agents that was piped into ``ppp-tui attach``: plain lines, made of an agent's own records.

`streams` makes them. They are kept apart from the lines that programs append by themselves, since nobody states
violations in them: what is not there was not checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ppp_tui.paths import attached_sessions
from ppp_tui.sources.plain import Plain
from ppp_tui.sources.source import Identity, LineSource, Parser

_CLAUDE = "claude_code-"
"""Begins the name of a file that was made of what Claude Code printed."""


class Attached(Plain):
    """The source ``attached``."""

    title = "Piped into attach"
    usual_place = "`~/.local/share/ppp-tui/attached`"
    modules_of = Plain.__module__
    # Codex prints what a turn used, which may be several requests.
    capabilities = Plain.capabilities._replace(context_window=False, usage_per_request=False)

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folder that ``ppp-tui attach`` writes to."""
        return [attached_sessions(environment, home)]

    def identify(self, path: Path) -> Identity:
        """Return the agent's own id of the session, behind the kind of its source in the file's name."""
        return Identity(path.stem.partition("-")[2] or path.stem)

    def parser(self, path: Path, state: bytes = b"") -> Parser:
        """Return a parser for which a prompt came from a program."""
        from ppp_tui.sources.plain.parser import PlainParser

        # Claude Code prints the ids of messages, Codex none of requests.
        return PlainParser(path, state, origin="sdk", has_provider_keys=path.name.startswith(_CLAUDE))


SOURCE: LineSource = Attached()
