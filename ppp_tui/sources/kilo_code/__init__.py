"""Kilo Code before version 7, when it descended from Roo Code: tasks in the same form. See also `kilo_db`."""

from __future__ import annotations

from ppp_tui.sources.roo_code import RooCode
from ppp_tui.sources.source import TableSource


class KiloCode(RooCode):
    """The source ``kilo_code``."""

    title = "Kilo Code"
    agent_name = "kilo"
    extension = "kilocode.kilo-code"


SOURCE: TableSource = KiloCode()
