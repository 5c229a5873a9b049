"""pi: JSON lines below ``~/.pi/agent/sessions``, one file per session; a tree since its second format."""

from __future__ import annotations

from ppp_tui.sources.package_source import PlacedLines
from ppp_tui.sources.pi import discovery
from ppp_tui.sources.source import Capabilities, LineSource


class Pi(PlacedLines):
    """The source ``pi``."""

    title = "pi"
    version = 2
    home_variables = ("PI_CODING_AGENT_DIR",)
    usual_place = "`~/.pi/agent/sessions`, or below `PI_CODING_AGENT_DIR`"
    capabilities = Capabilities(turn_ends=True, exit_codes=True, usage_per_request=True)
    places = discovery
    is_named = staticmethod(discovery.is_named)
    is_rewritten = staticmethod(discovery.is_rewritten)


SOURCE: LineSource = Pi()
