"""Claude Code: JSON lines below ``~/.claude/projects``, one file per session and per sub-agent."""

from __future__ import annotations

from ppp_tui.sources.claude_code import discovery, presence
from ppp_tui.sources.package_source import USUAL, PlacedLines
from ppp_tui.sources.source import LineSource


class ClaudeCode(PlacedLines):
    """The source ``claude_code``."""

    title = "Claude Code"
    agent_name = "claude"
    version = 4
    provider = "anthropic"
    home_variables = ("CLAUDE_CONFIG_DIR", "XDG_CONFIG_HOME")
    usual_place = "`~/.claude/projects`, or below `CLAUDE_CONFIG_DIR`"
    capabilities = USUAL._replace(permission_waits=True, retries=True)
    places = discovery
    find = staticmethod(discovery.find)
    claims = staticmethod(discovery.claims)
    presence_folder = staticmethod(presence.folder_of)
    presences = staticmethod(presence.read)


SOURCE: LineSource = ClaudeCode()
