"""OpenCode: a SQLite database in WAL mode, whose rows change in place; sub-agents are sessions with a parent."""

from __future__ import annotations

from ppp_tui.sources.opencode.discovery import OPENCODE
from ppp_tui.sources.package_source import USUAL, PlacedDatabase
from ppp_tui.sources.source import TableSource


class OpenCode(PlacedDatabase):
    """The source ``opencode``; a program that descends from it keeps its sessions in the same tables."""

    title = "OpenCode"
    version = 3
    home_variables = ("OPENCODE_DB", "XDG_DATA_HOME")
    usual_place = "`~/.local/share/opencode/opencode.db`, or `OPENCODE_DB`"
    capabilities = USUAL
    places = OPENCODE
    find = staticmethod(OPENCODE.find)
    claims = staticmethod(OPENCODE.claims)


SOURCE: TableSource = OpenCode()
