"""Kimi CLI: JSON lines below ``~/.kimi/sessions``, a folder per session with the messages of its wire protocol."""

from __future__ import annotations

from ppp_tui.sources.kimi_cli import discovery
from ppp_tui.sources.package_source import USUAL, PlacedLines
from ppp_tui.sources.source import LineSource


class KimiCli(PlacedLines):
    """The source ``kimi_cli``."""

    title = "Kimi CLI"
    agent_name = "kimi"
    rules_from = "the program's source and public examples of single lines"
    home_variables = ("KIMI_SHARE_DIR",)
    usual_place = "`~/.kimi/sessions`, or below `KIMI_SHARE_DIR`"
    capabilities = USUAL._replace(permission_waits=True, retries=True, context_window=True)
    places = discovery
    is_named = staticmethod(discovery.is_named)
    copied_with = staticmethod(discovery.copied_with)


SOURCE: LineSource = KimiCli()
