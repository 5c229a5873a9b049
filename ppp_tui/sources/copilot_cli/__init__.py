"""GitHub Copilot CLI: JSON lines below ``~/.copilot/session-state``, one folder per session."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.sources.copilot_cli import discovery
from ppp_tui.sources.payload_modules import PayloadModule
from ppp_tui.sources.source import Capabilities, LineSource, Parser


class CopilotCli(PayloadModule):
    """The source ``copilot_cli``."""

    name = "copilot_cli"
    title = "GitHub Copilot CLI"
    agent_name = "copilot"
    version = 1
    provider = ""
    home_variables: tuple[str, ...] = ("COPILOT_HOME",)
    usual_place = "`~/.copilot/session-state`, or below `COPILOT_HOME`"
    capabilities = Capabilities(
        turn_ends=True,
        exit_codes=True,
        structured_questions=True,
        permission_waits=True,
    )
    roots = staticmethod(discovery.roots)
    find = staticmethod(discovery.find)
    claims = staticmethod(discovery.claims)
    identify = staticmethod(discovery.identify)
    resume_command = staticmethod(discovery.resume_command)

    # The parser takes a while to import, and looking for sessions does not need it.

    def parser(self, path: Path, state: bytes = b"") -> Parser:
        """See `parser.CopilotParser`."""
        del path
        from ppp_tui.sources.copilot_cli.parser import CopilotParser

        return CopilotParser(state)


SOURCE: LineSource = CopilotCli()
