"""Kimi Code, which followed Kimi CLI: JSON lines below ``~/.kimi-code``, a file for each agent of a session."""

from __future__ import annotations

from ppp_tui.sources.kimi_code import discovery
from ppp_tui.sources.package_source import USUAL, PlacedLines
from ppp_tui.sources.source import LineSource


class KimiCode(PlacedLines):
    """The source ``kimi_code``."""

    title = "Kimi Code"
    agent_name = "kimi"
    home_variables = ("KIMI_CODE_HOME",)
    usual_place = "`~/.kimi-code/sessions`, or below `KIMI_CODE_HOME`"
    capabilities = USUAL._replace(permission_waits=True, retries=True, first_token=True)
    places = discovery
    is_named = staticmethod(discovery.is_named)
    ignored = discovery.IGNORED
    copied_with = staticmethod(discovery.copied_with)


SOURCE: LineSource = KimiCode()
