"""Cursor CLI: transcripts as JSON lines below ``~/.cursor/projects``; without times, results and tokens."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.sources.cursor_cli import discovery
from ppp_tui.sources.payload_modules import PayloadModule
from ppp_tui.sources.source import Capabilities, LineSource, Parser


class CursorCli(PayloadModule):
    """The source ``cursor_cli``."""

    name = "cursor_cli"
    title = "Cursor CLI"
    agent_name = "cursor"
    version = 1
    rules_from = "public examples"
    provider = ""
    home_variables: tuple[str, ...] = ()
    usual_place = "`~/.cursor/projects`"
    capabilities = Capabilities(
        turn_ends=True,
        exit_codes=False,
        structured_questions=False,
        permission_waits=False,
        retries=False,
        usage_per_request=False,
        context_window=False,
        first_token=False,
        rate_limits=False,
    )
    roots = staticmethod(discovery.roots)
    find = staticmethod(discovery.find)
    claims = staticmethod(discovery.claims)
    identify = staticmethod(discovery.identify)
    copied_with = staticmethod(discovery.copied_with)
    resume_command = staticmethod(discovery.resume_command)

    # The parser takes a while to import, and looking for sessions does not need it.

    def parser(self, path: Path, state: bytes = b"") -> Parser:
        """See `parser.CursorParser`."""
        from ppp_tui.sources.cursor_cli.parser import CursorParser

        return CursorParser(path, state)


SOURCE: LineSource = CursorCli()
