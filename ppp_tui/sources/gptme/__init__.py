"""gptme: JSON lines below ``~/.local/share/gptme/logs``, one message each, rewritten with each of them."""

from __future__ import annotations

from ppp_tui.sources.gptme import discovery
from ppp_tui.sources.package_source import PlacedLines
from ppp_tui.sources.source import Capabilities, LineSource


class Gptme(PlacedLines):
    """The source ``gptme``."""

    title = "gptme"
    home_variables = ("GPTME_LOGS_HOME", "XDG_DATA_HOME")
    usual_place = "`~/.local/share/gptme/logs`, or `GPTME_LOGS_HOME`"
    capabilities = Capabilities(exit_codes=True, usage_per_request=True, first_token=True)
    places = discovery
    is_named = staticmethod(discovery.is_named)
    ignored = discovery.IGNORED


SOURCE: LineSource = Gptme()
