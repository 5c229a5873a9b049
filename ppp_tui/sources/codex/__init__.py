"""Codex CLI: JSON lines below ``~/.codex/sessions``, one rollout per thread."""

from __future__ import annotations

from ppp_tui.sources.codex import describe, places, wholes
from ppp_tui.sources.codex.parser import CodexParser
from ppp_tui.sources.source import Capabilities, LineSource


class Codex:
    """The source ``codex``."""

    name = "codex"
    title = "Codex"
    agent_name = "codex"
    version = 3
    capabilities = Capabilities(
        turn_ends=True,
        exit_codes=True,
        structured_questions=True,
        permission_waits=False,
        retries=False,
        usage_per_request=True,
        context_window=True,
        first_token=True,
        rate_limits=True,
    )
    roots = staticmethod(places.roots)
    find = staticmethod(places.find)
    claims = staticmethod(places.claims)
    identify = staticmethod(places.identify)
    is_rewritten = staticmethod(describe.is_paginated)
    resume_command = staticmethod(places.resume_command)
    parser = CodexParser
    whole_input = staticmethod(wholes.whole_input)
    whole_output = staticmethod(wholes.whole_output)


SOURCE: LineSource = Codex()
