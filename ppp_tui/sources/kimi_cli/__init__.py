"""Kimi CLI: JSON lines below ``~/.kimi/sessions``, a folder per session with the messages of its wire protocol."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.sources.kimi_cli import discovery
from ppp_tui.sources.payload_modules import PayloadModule
from ppp_tui.sources.source import Capabilities, LineSource, Parser


class KimiCli(PayloadModule):
    """The source ``kimi_cli``."""

    name = "kimi_cli"
    title = "Kimi CLI"
    agent_name = "kimi"
    version = 1
    rules_from = "the program's source and public examples of single lines"
    provider = ""
    home_variables: tuple[str, ...] = ("KIMI_SHARE_DIR",)
    usual_place = "`~/.kimi/sessions`, or below `KIMI_SHARE_DIR`"
    capabilities = Capabilities(
        turn_ends=True,
        exit_codes=True,
        structured_questions=True,
        permission_waits=True,
        retries=True,
        usage_per_request=True,
        context_window=True,
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
        """See `parser.KimiParser`."""
        from ppp_tui.sources.kimi_cli.parser import KimiParser

        return KimiParser(path, state)


SOURCE: LineSource = KimiCli()
