"""Claude Code: JSON lines below ``~/.claude/projects``, one file per session and per sub-agent."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.sources.claude_code import discovery, presence
from ppp_tui.sources.payload_modules import PayloadModule
from ppp_tui.sources.source import Capabilities, LineSource, Parser


class ClaudeCode(PayloadModule):
    """The source ``claude_code``."""

    name = "claude_code"
    title = "Claude Code"
    agent_name = "claude"
    version = 3
    provider = "anthropic"
    home_variables: tuple[str, ...] = ("CLAUDE_CONFIG_DIR", "XDG_CONFIG_HOME")
    usual_place = "`~/.claude/projects`, or below `CLAUDE_CONFIG_DIR`"
    capabilities = Capabilities(
        turn_ends=True,
        exit_codes=True,
        structured_questions=True,
        permission_waits=True,
        retries=True,
        usage_per_request=True,
    )
    roots = staticmethod(discovery.roots)
    find = staticmethod(discovery.find)
    claims = staticmethod(discovery.claims)
    identify = staticmethod(discovery.identify)
    resume_command = staticmethod(discovery.resume_command)
    presence_folder = staticmethod(presence.folder_of)
    presences = staticmethod(presence.read)

    # The parser takes a while to import, and looking for sessions does not need it.

    def parser(self, path: Path, state: bytes = b"") -> Parser:
        """See `parser.ClaudeParser`."""
        from ppp_tui.sources.claude_code.parser import ClaudeParser

        return ClaudeParser(path, state)


SOURCE: LineSource = ClaudeCode()
