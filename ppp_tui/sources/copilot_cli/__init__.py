"""GitHub Copilot CLI: JSON lines below ``~/.copilot/session-state``, one folder per session."""

from __future__ import annotations

from ppp_tui.sources.copilot_cli import discovery
from ppp_tui.sources.package_source import PlacedLines
from ppp_tui.sources.source import Capabilities, LineSource


class CopilotCli(PlacedLines):
    """The source ``copilot_cli``."""

    title = "GitHub Copilot CLI"
    agent_name = "copilot"
    home_variables = ("COPILOT_HOME",)
    usual_place = "`~/.copilot/session-state`, or below `COPILOT_HOME`"
    capabilities = Capabilities(turn_ends=True, exit_codes=True, structured_questions=True, permission_waits=True)
    places = discovery
    is_named = staticmethod(discovery.is_named)
    ignored = discovery.IGNORED


SOURCE: LineSource = CopilotCli()
