"""Crush: a SQLite database per project, ``.crush/crush.db``, whose rows change in place while an answer streams."""

from __future__ import annotations

from ppp_tui.sources.crush import discovery
from ppp_tui.sources.package_source import PlacedDatabase
from ppp_tui.sources.source import Capabilities, TableSource


class Crush(PlacedDatabase):
    """The source ``crush``."""

    title = "Crush"
    rules_from = "the program's source and public examples of rows"
    home_variables = ("CRUSH_GLOBAL_DATA", "XDG_DATA_HOME")
    usual_place = "`.crush/crush.db` of each project in `~/.local/share/crush/projects.json`"
    capabilities = Capabilities(turn_ends=True, exit_codes=True)
    places = discovery
    registry = discovery.REGISTRY
    named_in = staticmethod(discovery.named_in)
    find = staticmethod(discovery.find)
    claims = staticmethod(discovery.claims)


SOURCE: TableSource = Crush()
