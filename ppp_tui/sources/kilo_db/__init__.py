"""Kilo Code since version 7, in editors and on the command line: it descends from OpenCode, and keeps its database."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.sources.json_records import JsonObject, object_of, text_of
from ppp_tui.sources.opencode import OpenCode
from ppp_tui.sources.opencode.discovery import DatabasePlaces
from ppp_tui.sources.source import TableSource, TablesRead

_PLACES = DatabasePlaces("kilo", "KILO_DB")

_IMPORTED_VERSION = "v2"
"""Version of sessions that were made of older tasks."""

_IMPORTED = "legacy"
"""Stands for provider and model of their messages."""


class KiloDatabase(OpenCode):
    """The source ``kilo_db``."""

    title = "Kilo Code, since 7"
    agent_name = "kilo"
    version = 2
    home_variables = ("KILO_DB", "XDG_DATA_HOME")
    usual_place = "`~/.local/share/kilo/kilo.db`, or `KILO_DB`"
    places = _PLACES
    find = staticmethod(_PLACES.find)
    claims = staticmethod(_PLACES.claims)

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `opencode.poll.poll`; what was taken over from older tasks is read in them, with its tokens."""
        from ppp_tui.sources.opencode.poll import LeftOut, poll

        return poll(path, state, limit, LeftOut(_IMPORTED_VERSION, _is_imported))


def _is_imported(message: JsonObject) -> bool:
    return _IMPORTED in (text_of(message, "providerID"), text_of(object_of(message, "model"), "providerID"))


SOURCE: TableSource = KiloDatabase()
