"""Claude Code: JSON lines below ``~/.claude/projects``, one file per session and per sub-agent."""

from __future__ import annotations

from ppp_tui.sources.claude_code import places, presence, wholes
from ppp_tui.sources.claude_code.parser import ClaudeParser
from ppp_tui.sources.source import Capabilities, LineSource


class ClaudeCode:
    """The source ``claude_code``."""

    name = "claude_code"
    title = "Claude Code"
    agent_name = "claude"
    version = 3
    capabilities = Capabilities(
        turn_ends=True,
        exit_codes=True,
        structured_questions=True,
        permission_waits=True,
        retries=True,
        usage_per_request=True,
        context_window=False,
        first_token=False,
        rate_limits=False,
    )
    roots = staticmethod(places.roots)
    find = staticmethod(places.find)
    claims = staticmethod(places.claims)
    identify = staticmethod(places.identify)
    resume_command = staticmethod(places.resume_command)
    parser = ClaudeParser
    presence_folder = staticmethod(presence.folder_of)
    presences = staticmethod(presence.read)
    whole_input = staticmethod(wholes.whole_input)
    whole_output = staticmethod(wholes.whole_output)


SOURCE: LineSource = ClaudeCode()
