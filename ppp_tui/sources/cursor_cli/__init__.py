"""Cursor CLI: transcripts as JSON lines below ``~/.cursor/projects``; without times, results and tokens."""

from __future__ import annotations

from ppp_tui.sources.cursor_cli import discovery
from ppp_tui.sources.package_source import PlacedLines
from ppp_tui.sources.source import Capabilities, LineSource


class CursorCli(PlacedLines):
    """The source ``cursor_cli``."""

    title = "Cursor CLI"
    agent_name = "cursor"
    rules_from = "public examples"
    usual_place = "`~/.cursor/projects`"
    capabilities = Capabilities(turn_ends=True)
    places = discovery
    is_named = staticmethod(discovery.is_named)
    ignored = discovery.IGNORED
    copied_with = staticmethod(discovery.copied_with)


SOURCE: LineSource = CursorCli()
