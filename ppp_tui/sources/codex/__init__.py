"""Codex CLI: JSON lines below ``~/.codex/sessions``, one rollout per thread."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.sources.codex import discovery
from ppp_tui.sources.payload_modules import PayloadModule
from ppp_tui.sources.source import Capabilities, LineSource, Parser


class Codex(PayloadModule):
    """The source ``codex``."""

    name = "codex"
    title = "Codex"
    agent_name = "codex"
    version = 3
    provider = "openai"
    home_variables: tuple[str, ...] = ("CODEX_HOME",)
    usual_place = "`~/.codex/sessions`, or below `CODEX_HOME`"
    capabilities = Capabilities(
        turn_ends=True,
        exit_codes=True,
        structured_questions=True,
        usage_per_request=True,
        context_window=True,
        first_token=True,
        rate_limits=True,
    )
    roots = staticmethod(discovery.roots)
    find = staticmethod(discovery.find)
    claims = staticmethod(discovery.claims)
    identify = staticmethod(discovery.identify)
    resume_command = staticmethod(discovery.resume_command)

    # The parser takes a while to import, and looking for sessions does not need it.

    def is_rewritten(self, path: Path) -> bool:
        """See `session_meta.is_paginated`."""
        from ppp_tui.sources.codex import session_meta

        return session_meta.is_paginated(path)

    def parser(self, path: Path, state: bytes = b"") -> Parser:
        """See `parser.CodexParser`."""
        from ppp_tui.sources.codex.parser import CodexParser

        return CodexParser(path, state)


SOURCE: LineSource = Codex()
