"""Gemini CLI: JSON lines below ``~/.gemini/tmp``, one file per session and per sub-agent."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.sources.gemini_cli import discovery
from ppp_tui.sources.payload_modules import PayloadModule
from ppp_tui.sources.source import Capabilities, LineSource, Parser


class GeminiCli(PayloadModule):
    """The source ``gemini_cli``."""

    name = "gemini_cli"
    title = "Gemini CLI"
    agent_name = "gemini"
    version = 1
    provider = "google"
    home_variables: tuple[str, ...] = ("GEMINI_CLI_HOME",)
    usual_place = "`~/.gemini/tmp`, or below `GEMINI_CLI_HOME`"
    capabilities = Capabilities(exit_codes=True, structured_questions=True, usage_per_request=True)
    roots = staticmethod(discovery.roots)
    find = staticmethod(discovery.find)
    claims = staticmethod(discovery.claims)
    identify = staticmethod(discovery.identify)
    copied_with = staticmethod(discovery.copied_with)
    resume_command = staticmethod(discovery.resume_command)

    # The parser takes a while to import, and looking for sessions does not need it.

    def parser(self, path: Path, state: bytes = b"") -> Parser:
        """See `parser.GeminiParser`."""
        from ppp_tui.sources.gemini_cli.parser import GeminiParser

        return GeminiParser(path, state)


SOURCE: LineSource = GeminiCli()
