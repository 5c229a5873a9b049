"""Gemini CLI: JSON lines below ``~/.gemini/tmp``, one file per session and per sub-agent."""

from __future__ import annotations

from ppp_tui.sources.gemini_cli import discovery
from ppp_tui.sources.package_source import PlacedLines
from ppp_tui.sources.source import Capabilities, LineSource


class GeminiCli(PlacedLines):
    """The source ``gemini_cli``."""

    title = "Gemini CLI"
    agent_name = "gemini"
    provider = "google"
    home_variables = ("GEMINI_CLI_HOME",)
    usual_place = "`~/.gemini/tmp`, or below `GEMINI_CLI_HOME`"
    capabilities = Capabilities(exit_codes=True, structured_questions=True, usage_per_request=True)
    places = discovery
    is_named = staticmethod(discovery.is_named)
    copied_with = staticmethod(discovery.copied_with)


SOURCE: LineSource = GeminiCli()
