"""Codex CLI: JSON lines below ``~/.codex/sessions``, one rollout per thread."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.sources.codex import discovery
from ppp_tui.sources.package_source import USUAL, PlacedLines
from ppp_tui.sources.source import LineSource


class Codex(PlacedLines):
    """The source ``codex``."""

    title = "Codex"
    version = 5
    provider = "openai"
    home_variables = ("CODEX_HOME",)
    usual_place = "`~/.codex/sessions`, or below `CODEX_HOME`"
    capabilities = USUAL._replace(context_window=True, first_token=True, rate_limits=True)
    places = discovery
    is_named = staticmethod(discovery.is_named)

    def is_rewritten(self, path: Path) -> bool:
        """See `session_meta.is_paginated`."""
        from ppp_tui.sources.codex import session_meta

        return session_meta.is_paginated(path)


SOURCE: LineSource = Codex()
